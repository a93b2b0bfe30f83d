"""Values for a graph's inputs, from whoever runs it: what each input takes, and seeds that are drawn."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.declare.node import REQUIRED, Port
from engine.declare.registry import Registry
from engine.declare.types import ListOf, Plain, Unknown
from engine.errors import GraphError, Problem, ValueRefused
from engine.graph.document import Graph
from engine.graph.interface import Interfaces
from engine.graph.levels import Refs, expand

SEEDS = 2**53


def ports_of(graph: Graph, registry: Registry, refs: Refs | None = None) -> dict[str, Port]:
    """The port that each input of a graph shows.

    Args:
        graph: The document.
        registry: Where node ids are found.
        refs: Reads a referenced graph.
    """
    if not graph.inputs:
        return {}
    levels = expand(graph, refs, [])
    interfaces = Interfaces(levels, registry)
    return {name: interfaces.input(levels[0], name) for name in graph.inputs}


def named(name: str, ports: Mapping[str, Port]) -> Port:
    """The port of an input.

    Raises:
        GraphError: The graph has no such input; the nearest name is told.
    """
    if name in ports:
        return ports[name]
    near = difflib.get_close_matches(name, ports, 1)
    guess = f'Did you mean "{near[0]}"? ' if near else ""
    cure = f"{guess}Inputs: {', '.join(ports) or 'none'}."
    raise GraphError([Problem("unknown-input", "", name, "an input of the graph", f'"{name}"', cure)])


def refuse(value: Any, port: Port) -> None:
    """Check a value against the port of an input.

    Raises:
        GraphError: The port refuses it.
    """
    if isinstance(port.type, Unknown):
        return
    try:
        port.coerce(value)
    except ValueRefused as error:
        cure = "Type a JSON list." if isinstance(port.type, ListOf) else "Change the value."
        problem = Problem("bad-value", "", port.name, error.expected, error.got, cure)
        raise GraphError([problem]) from None


def seeds(ports: Mapping[str, Port]) -> list[str]:
    """The inputs that are seeds."""
    return [name for name, port in ports.items() if port.type == Plain(int) and _is_seed(port)]


def draw(names: Iterable[str], taken: Collection[str]) -> dict[str, int]:
    """Draw seeds.

    Args:
        names: Inputs that are seeds.
        taken: Those that have a value already.
    """
    return {name: secrets.randbelow(SEEDS) for name in names if name not in taken}


def _is_seed(port: Port) -> bool:
    # The graph's default, which the port shows, has not been checked yet
    schema = replace(port, default=REQUIRED).schema()
    return any(form.get("widget") == "seed" for form in (schema, *schema.get("anyOf", ())))
