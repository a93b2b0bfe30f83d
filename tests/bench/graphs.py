"""Large graphs of additions in the shapes that wear a scheduler out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.graph.document import Graph

Shape = Callable[[int], Graph]


def chain(count: int) -> Graph:
    """Each adds one to what the one before it gave."""
    nodes: dict[str, Any] = {"n0": add(a=0.5)}
    for number in range(1, count):
        nodes[f"n{number}"] = add(f"n{number - 1}.out")
    return graph(nodes, {"out": f"n{count - 1}.out"})


def fan_out(count: int) -> Graph:
    """One is read by all others, each of which adds something of its own and is an output."""
    nodes: dict[str, Any] = {"n0": add(a=0.5)}
    for number in range(1, count):
        nodes[f"n{number}"] = add("n0.out", b=number)
    return graph(nodes, {name: f"{name}.out" for name in nodes})


def fan_in(count: int) -> Graph:
    """One reads all others, none of which has a source."""
    nodes: dict[str, Any] = {f"n{number}": add(a=number) for number in range(count - 1)}
    nodes["all"] = {"type": "list.collect", "links": {"items": [f"{name}.out" for name in nodes]}}
    return graph(nodes, {"out": "all.out"})


def add(source: str = "", **params: float) -> dict[str, Any]:
    """An addition, of one unless something else is said."""
    links = {"links": {"a": source}} if source else {}
    return {"type": "math.add", "params": {"b": 1.0} | params} | links


def graph(nodes: dict[str, Any], outputs: dict[str, str]) -> Graph:
    """A graph from plain records."""
    return Graph.model_validate({"nodes": nodes, "outputs": outputs})
