"""Values for a graph's inputs, from the words of a command line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.declare.types import ListOf, Plain, Unknown
from engine.errors import GraphError, KnotworkError, Problem, ValueRefused

if TYPE_CHECKING:
    from engine.declare.node import Port
    from engine.declare.registry import Registry
    from engine.graph.document import Graph
    from engine.graph.levels import Refs


class Unreadable(KnotworkError):
    """An option of the command line is not of its form."""


def ports(graph: Graph, registry: Registry, refs: Refs | None = None) -> dict[str, Port]:
    """The port that each input of a graph shows.

    Args:
        graph: The document.
        registry: Where node ids are found.
        refs: Reads a referenced graph.
    """
    from engine.graph.interface import Interfaces
    from engine.graph.levels import expand

    levels = expand(graph, refs, [])
    interfaces = Interfaces(levels, registry)
    return {name: interfaces.input(levels[0], name) for name in graph.inputs}


def assign(words: Iterable[str], ports: Mapping[str, Port]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` words.

    Args:
        words: As typed.
        ports: The graph's inputs.

    Raises:
        Unreadable: A word has no ``=``.
        GraphError: An unknown input, or a value that its port refuses.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, text = split(word, "--set")
        values[name] = value(name, text, port(name, ports))
    return values


def split(word: str, option: str) -> tuple[str, str]:
    """Take ``NAME=VALUE`` apart.

    Raises:
        Unreadable: There is no ``=``.
    """
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise Unreadable(f'{option}: expected NAME=VALUE, got "{word}".')
    return name, text


def port(name: str, ports: Mapping[str, Port]) -> Port:
    """The port of an input.

    Raises:
        GraphError: The graph has no such input.
    """
    if name in ports:
        return ports[name]
    near = difflib.get_close_matches(name, ports, 1)
    known = ", ".join(ports) or "none"
    cure = f'Did you mean "{near[0]}"? ' if near else ""
    problem = Problem(
        "unknown-input", "", name, "an input of the graph", f'"{name}"', f"{cure}Inputs: {known}."
    )
    raise GraphError([problem])


def value(name: str, text: str, port: Port) -> Any:
    """Read one value as its port takes it; JSON except where the port takes text.

    Args:
        name: The input, for errors.
        text: As typed.
        port: What it reaches.

    Raises:
        GraphError: The port refuses the value.
    """
    read = text if _is_text(port) else _json(text, strict=isinstance(port.type, ListOf))
    if isinstance(port.type, Unknown):
        return read
    try:
        port.coerce(read)
    except ValueRefused as error:
        cure = "Type a JSON list." if isinstance(port.type, ListOf) else "Change the value."
        raise GraphError([Problem("bad-value", "", name, error.expected, error.got, cure)]) from None
    return read


def _is_text(port: Port) -> bool:
    return port.within is not None or (isinstance(port.type, Plain) and port.type.cls is str)


def _json(text: str, *, strict: bool) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        if strict and text.lstrip().startswith("["):
            raise Unreadable(f"expected a JSON list, got {text!r}.") from None
        return text
