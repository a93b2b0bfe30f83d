"""Values for a graph's inputs, from whoever runs it: what each input takes, and seeds that are drawn."""

from __future__ import annotations

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
from engine.wording import Phrase

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


def refuse(value: Any, port: Port, name: str = "") -> None:
    """Check a value against the port that it is for.

    Args:
        value: As the document would hold it.
        port: The port of an input, or of an instance.
        name: Of the place, as in ``Settable``; the port's own without it.

    Raises:
        GraphError: The port refuses it.
    """
    if isinstance(port.type, Unknown):
        return
    try:
        port.coerce(value)
    except ValueRefused as error:
        cure = Phrase("type-json-list") if isinstance(port.type, ListOf) else Phrase("change-value")
        instance, _, own = (name or port.name).rpartition(".")
        problem = Problem("bad-value", instance, own, error.expected, error.got, cure)
        raise GraphError([problem]) from None


def seeds(ports: Mapping[str, Port]) -> list[str]:
    """The inputs that are seeds."""
    return [name for name, port in ports.items() if is_seed(port)]


def draw(names: Iterable[str], taken: Collection[str]) -> dict[str, int]:
    """Draw seeds.

    Args:
        names: Inputs that are seeds.
        taken: Those that have a value already.
    """
    return {name: secrets.randbelow(SEEDS) for name in names if name not in taken}


def is_seed(port: Port) -> bool:
    """Whether a port takes a seed."""
    if port.type != Plain(int):
        return False
    # The graph's default, which the port shows, has not been checked yet
    schema = replace(port, default=REQUIRED).schema()
    return any(form.get("widget") == "seed" for form in (schema, *schema.get("anyOf", ())))
