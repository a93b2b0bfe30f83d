"""A graph as a flat table of what can be compared and merged: path → value.

A path names an instance and a field, such as ``("nodes", "encode", "params", "text")``; inside a subgraph it
goes on from ``("nodes", "outer", "graph")``. An instance always has the leaf ``type``: so it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.graph.document import Graph
from engine.graph.formats import FORMAT

Path = tuple[str, ...]
TABLES = frozenset({"inputs", "outputs", "packs", "models", "view"})
"""Fields of a graph that hold a leaf for each name."""
KEYED = frozenset({"params", "links", "carry"})
"""Fields of an instance that hold a leaf for each port."""


def leaves_of(graph: Graph) -> dict[Path, Any]:
    """Take a graph apart."""
    tree = graph.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    return dict(_graph_leaves((), tree))


def graph_of(leaves: Mapping[Path, Any]) -> Graph:
    """Put a graph together again."""
    tree: dict[str, Any] = {}
    for path, value in leaves.items():
        place = tree
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return Graph.model_validate(tree)


def instance_of(path: Path) -> tuple[Path, Path]:
    """Split a path into the names of the instances that lead to its field, and the field."""
    names: list[str] = []
    while len(path) > 2 and path[0] == "nodes":
        names.append(path[1])
        path = path[2:]
        if path[0] != "graph" or len(path) == 1:
            break
        path = path[1:]
    return tuple(names), path


def _graph_leaves(prefix: Path, tree: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield (*prefix, "knotwork"), tree.get("knotwork", FORMAT)
    for field, value in tree.items():
        if field == "nodes":
            for name, instance in value.items():
                yield from _instance_leaves((*prefix, "nodes", name), instance)
        elif field in TABLES:
            yield from (((*prefix, field, name), entry) for name, entry in value.items())
        elif field != "knotwork":
            yield (*prefix, field), value


def _instance_leaves(prefix: Path, tree: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield (*prefix, "type"), tree.get("type", "")
    for field, value in tree.items():
        if field in KEYED:
            yield from (((*prefix, field, name), entry) for name, entry in value.items())
        elif field == "graph" and value is not None:
            yield from _graph_leaves((*prefix, "graph"), value)
        elif field != "type":
            yield (*prefix, field), value
