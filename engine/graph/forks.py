"""Loops that go on from a kept turn of another run: what can be wrong with that, and how a graph gets one."""

from __future__ import annotations

from engine.errors import GraphError, Problem
from engine.graph.document import Fork, Graph, Instance
from engine.graph.levels import Level, Refs
from engine.wording import Phrase


def problems_of(level: Level, name: str) -> list[Problem]:
    """What keeps a loop from going on from the turn that it was forked at.

    Args:
        level: Where it stands.
        name: The loop.
    """
    fork = level.graph.nodes[name].fork
    if fork is None:
        return []
    found: list[tuple[str, str, str]] = []
    if _is_in_loop(level):
        got, cure = Phrase("fork-from", turn=fork.turn), Phrase("no-fork-or-outer")
        found.append((Phrase("outer-loop"), got, cure))
    if not _is_key(fork.key):
        found.append((Phrase("turn-key"), f'"{fork.key[:80]}"', Phrase("no-fork-or-again")))
    turns = _turns(level, name)
    if turns is not None and turns < fork.turn:
        expected, cure = Phrase("turns-at-least", turn=fork.turn), Phrase("no-fork-or-turns")
        found.append((expected, str(turns), cure))
    return [Problem("bad-fork", level.path + name, "fork", *one) for one in found]


def forked(graph: Graph, path: str, fork: Fork, refs: Refs) -> Graph:
    """The graph with one of its loops going on from a kept turn; it stays as it is.

    Graphs that are referred to on the way to the loop are embedded: the loop there is this graph's own.

    Args:
        graph: A checked document.
        path: The loop, ``outer/loop``.
        fork: What it goes on from.
        refs: Reads a referenced graph.

    Raises:
        KnotworkError: There is no such loop, or a reference can't be read.
    """
    *way, last = path.split("/")
    holders: list[tuple[Graph, str]] = []
    level = graph
    for name in way:
        holders.append((level, name))
        level = _inside(level, name, path, refs)
    loop = level.nodes.get(last)
    if loop is None or not loop.is_loop:
        raise _no_loop(path)
    inner = _with(level, last, loop.model_copy(update={"fork": fork}))
    for outer, name in reversed(holders):
        holder = outer.nodes[name].model_copy(update={"graph": inner, "ref": ""})
        inner = _with(outer, name, holder)
    return inner


def _inside(level: Graph, name: str, path: str, refs: Refs) -> Graph:
    holder = level.nodes.get(name)
    if holder is None or not holder.is_subgraph:
        raise _no_loop(path)
    return refs(holder.ref) if holder.graph is None else holder.graph


def _with(level: Graph, name: str, instance: Instance) -> Graph:
    return level.model_copy(update={"nodes": level.nodes | {name: instance}})


def _no_loop(path: str) -> GraphError:
    place, cure = path[:500], Phrase("see-nodes")
    return GraphError([Problem("no-loop", place, "", Phrase("outer-loop"), f'"{place}"', cure)])


def _is_in_loop(level: Level) -> bool:
    while level.outer is not None:
        if level.outer.graph.nodes[level.name].is_loop:
            return True
        level = level.outer
    return False


def _turns(level: Level, name: str) -> int | None:
    """How many turns a loop has, where that is written in it."""
    loop = level.graph.nodes[name]
    if {"count", "items"} & {*loop.params, *loop.links, *level.fed.get(name, ())}:
        return None
    if isinstance(loop.items, list):
        return len(loop.items)
    return loop.count if isinstance(loop.count, int) else None


def _is_key(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text))
    except ValueError:
        return False
