"""Subgraphs, references, bypasses and graph inputs dissolved, so that the cache crosses their borders.

Two passes over the levels of a graph. The first numbers the instances and hands the values of graph inputs
inward; the second follows each link through subgraphs and bypassed instances to the instance that computes
it. What a loop's body computes alike in every turn is lifted out in front of the loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.errors import GraphError, Problem
from engine.graph.document import LOOP, Graph, Instance
from engine.graph.feeds import Feed, Follower, Link, Literal, Scope, problem
from engine.graph.flat import GIVEN, Flat, Fork, Loop, Source
from engine.graph.forks import problems_of
from engine.graph.hoist import hoist
from engine.graph.levels import Level, Refs, expand
from engine.wording import Phrase

Pending = tuple[int, str, list[Feed]]
"""An instance, its port, and what feeds it."""


@node(LOOP)
def loop_node(*inputs: Any) -> Any:
    """Stands for a loop in a flat graph; the run gives it its ports."""
    raise AssertionError("loops are run by engine.run.loop")


def flatten(
    graph: Graph,
    registry: Registry,
    *,
    values: Mapping[str, Any] | None = None,
    refs: Refs | None = None,
) -> Flat:
    """Dissolve a checked graph.

    Args:
        graph: The document; problems in it were reported by ``check``.
        registry: Where node ids are found.
        values: Graph input → the value set for this run.
        refs: Reads a referenced graph.

    Raises:
        GraphError: Problems that ``check`` reports too, met while dissolving.
    """
    problems: list[Problem] = []
    levels = expand(graph, refs, problems)
    if problems:
        raise GraphError(problems)
    steps = sum(len(level.graph.nodes) + len(level.graph.outputs) for level in levels)
    given: dict[str, Feed] = {name: Literal(value) for name, value in (values or {}).items()}
    return _Flattener(registry, steps).flatten(levels[0], given)


class _Flattener:
    def __init__(self, registry: Registry, steps: int) -> None:
        self._registry = registry
        self._follow = Follower(registry, steps).follow

    def flatten(self, level: Level, given: dict[str, Feed]) -> Flat:
        """Dissolve the graph, or the body of a loop, that begins at a level."""
        flat = Flat()
        pending: list[Pending] = []
        top = Scope(level, "", given)
        scopes = [top]
        for scope in scopes:
            self._number(scope, flat, pending, scopes)
        for index, port, feeds in pending:
            self._connect(flat, index, port, feeds)
        _spare_starts(flat)
        for name, text in level.graph.outputs.items():
            source = self._follow(Link(top, text))
            if not isinstance(source, tuple):
                place, expected = level.path[:-1], Phrase("running-output")
                raise problem("dangling-link", place, name, expected, f'"{text}"', Phrase("link-again"))
            flat.outputs[name] = source
        return flat

    def _number(self, scope: Scope, flat: Flat, pending: list[Pending], scopes: list[Scope]) -> None:
        for name, instance in scope.level.graph.nodes.items():
            if instance.mode:
                continue
            feeds = scope.feeds(name)
            path = scope.prefix + name
            if instance.type == LOOP:
                index = self._loop(flat, path, scope.level, name, feeds, pending)
            elif name in scope.level.inner:
                given = {port: sources[0] for port, sources in feeds.items() if sources}
                scope.inner[name] = Scope(scope.level.inner[name], path + "/", given)
                scopes.append(scope.inner[name])
                continue
            else:
                index = self._instance(flat, path, scope.level.path + name, instance)
            scope.index[name] = index
            for port, sources in feeds.items():
                pending.append((index, port, sources))

    def _instance(self, flat: Flat, path: str, place: str, instance: Instance) -> int:
        node = self._registry.find(instance.type)
        if node is None:
            expected, cure = (
                Phrase("node-installed"),
                Phrase("near", name=self._registry.nearest(instance.type)),
            )
            raise problem("unknown-node", place, "", expected, f'"{instance.type}"', cure)
        index = flat.add(path, node)
        if instance.over:
            flat.over[index] = tuple(instance.over)
        if instance.frozen:
            flat.frozen[index] = _key(instance.frozen, place)
        return index

    def _connect(self, flat: Flat, index: int, port: str, feeds: list[Feed]) -> None:
        if len(feeds) == 1 and isinstance(feeds[0], Literal):  # the most frequent case, worth a short cut
            flat.params[index][port] = feeds[0].value
            return
        ends = [self._follow(feed) for feed in feeds]
        sources = [end for end in ends if isinstance(end, tuple)]
        literals = [end for end in ends if isinstance(end, Literal)]
        if sources and not literals:
            flat.links[index][port] = sources
        elif literals and not sources and len(literals) == 1:
            flat.params[index][port] = literals[0].value
        elif literals:
            expected, cure = Phrase("links-or-value"), Phrase("link-all-or-type")
            raise problem("mixed", flat.names[index], port, expected, Phrase("both"), cure)

    def _loop(
        self,
        flat: Flat,
        path: str,
        level: Level,
        name: str,
        feeds: dict[str, list[Feed]],
        pending: list[Pending],
    ) -> int:
        instance, inner = level.graph.nodes[name], level.inner.get(name)
        if problems := problems_of(level, name):
            raise GraphError(problems)
        if inner is None:
            cure = Phrase("give-body")
            raise problem("no-body", level.path + name, "", Phrase("body"), Phrase("none"), cure)
        each = instance.items is not None
        turning = {*instance.carry, "index", *(("item",) if each else ())}
        body = self.flatten(inner, _handed_in(inner, turning, feeds))
        moved = hoist(body, turning, flat, path)
        for source, port in moved.handed_in:
            feeds[f"in/{moved.name(source, port)}"] = [(moved.place[source], port)]
        for source, port, sources in moved.links:
            ends = [
                feeds[f"in/{end[1]}"][0] if end[0] == GIVEN else (moved.place[end[0]], end[1])
                for end in sources
            ]
            pending.append((moved.place[source], port, ends))
        index = flat.add(path, loop_node)
        flat.loops[index] = Loop(
            body=body,
            carry=tuple(instance.carry),
            each=each,
            condition=instance.while_,
            collect=tuple(instance.collect),
            checkpoint=instance.checkpoint,
            keep=instance.keep,
            fork=instance.fork and Fork(instance.fork.turn, bytes.fromhex(instance.fork.key)),
        )
        return index


def _handed_in(body: Level, turning: set[str], feeds: dict[str, list[Feed]]) -> dict[str, Feed]:
    """What a body's inputs stand for: typed-in invariants go inward, the rest comes with every turn."""
    given: dict[str, Feed] = {}
    for name in body.graph.inputs:
        fed = feeds.get(f"in/{name}")
        source: Source = (GIVEN, name)
        if name in turning or (fed and not isinstance(fed[0], Literal)):
            given[name] = source
        elif fed:
            given[name] = feeds.pop(f"in/{name}")[0]
    return given


def _spare_starts(flat: Flat) -> None:
    """Take the start values of loops that go on from a kept turn out: nothing needs them."""
    for index, loop in flat.loops.items():
        for port in [f"carry/{name}" for name in loop.carry] if loop.fork is not None else ():
            flat.params[index].pop(port, None)
            flat.spared.update(flat.links[index].pop(port, ()))


def _key(text: str, place: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        expected, cure = Phrase("hex-key"), Phrase("freeze-again")
        raise problem("bad-value", place, "frozen", expected, text[:80], cure) from None
