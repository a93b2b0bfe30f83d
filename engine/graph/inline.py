"""Subgraphs, references, bypasses and graph inputs dissolved, so that the cache crosses their borders.

Two passes over the levels of a graph. The first numbers the instances and hands the values of graph inputs
inward; the second follows each link through subgraphs and bypassed instances to the instance that computes it.
What a loop's body computes alike in every turn is lifted out in front of the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import Plain
from engine.errors import GraphError, Problem
from engine.graph.document import LOOP, Graph, Instance, is_link
from engine.graph.flat import GIVEN, Flat, Loop, Source
from engine.graph.hoist import hoist

DEPTH = 64
Refs = Callable[[str], Graph]


@node(LOOP)
def loop_node(*inputs: Any) -> Any:
    """Stands for a loop in a flat graph; the run gives it its ports."""
    raise AssertionError("loops are run by engine.run.loop")


@dataclass(slots=True)  # not frozen: one of these is made for every value and link of a graph
class _Literal:
    value: Any


@dataclass(slots=True)
class _Level:
    """One graph while it is dissolved.

    Attributes:
        graph: The document.
        path: Prefix of its instances' names.
        given: Graph input → what the level around it feeds in.
        index: Plain instance → its number.
        inner: Subgraph instance → its level.
    """

    graph: Graph
    path: str
    given: dict[str, _Feed]
    index: dict[str, int] = field(default_factory=dict[str, int])
    inner: dict[str, _Level] = field(default_factory=dict[str, "_Level"])


@dataclass(slots=True)
class _Link:
    """A link as written, with the level whose names it uses."""

    level: _Level
    text: str


_Feed = _Link | _Literal | Source
_Pending = tuple[int, str, list[_Feed]]


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
        GraphError: A problem that ``check`` reports too, met while dissolving.
    """
    given: dict[str, _Feed] = {name: _Literal(value) for name, value in (values or {}).items()}
    return _Flattener(registry, refs).flatten(graph, given)


class _Flattener:
    def __init__(self, registry: Registry, refs: Refs | None) -> None:
        self._registry = registry
        self._refs = refs
        self._depth = 0

    def flatten(self, graph: Graph, given: dict[str, _Feed]) -> Flat:
        flat = Flat()
        pending: list[_Pending] = []
        top = _Level(graph, "", given)
        levels = [top]
        for level in levels:
            self._number(level, flat, pending, levels)
        for index, port, feeds in pending:
            self._connect(flat, index, port, [self._follow(feed) for feed in feeds])
        for name, text in graph.outputs.items():
            source = self._follow(_Link(top, text))
            if not isinstance(source, tuple):
                raise _problem("dangling-link", name, "", "an output of an instance", text, "Link it again.")
            flat.outputs[name] = source
        return flat

    def _number(self, level: _Level, flat: Flat, pending: list[_Pending], levels: list[_Level]) -> None:
        fed = _targets(level)
        for name, instance in level.graph.nodes.items():
            if instance.mode:
                continue
            feeds = self._feeds(level, instance)
            if name in fed:
                feeds |= fed[name]
            path = level.path + name
            if instance.type != LOOP and (instance.graph is not None or instance.ref):
                inner = _Level(self._inside(instance, path), path + "/", _single(feeds))
                if inner.path.count("/") > DEPTH:
                    raise _problem("too-deep", path, "", f"at most {DEPTH} levels", "more", "Unpack some.")
                level.inner[name] = inner
                levels.append(inner)
                continue
            if instance.type == LOOP:
                index = self._loop(flat, path, instance, feeds, pending)
            else:
                index = self._instance(flat, path, instance)
            level.index[name] = index
            for port, sources in feeds.items():
                pending.append((index, port, sources))

    def _instance(self, flat: Flat, path: str, instance: Instance) -> int:
        node = self._registry.find(instance.type)
        if node is None:
            cure = f'Did you mean "{self._registry.nearest(instance.type)}"?'
            raise _problem("unknown-node", path, "", "a node that is installed", f'"{instance.type}"', cure)
        index = flat.add(path, node)
        if instance.over:
            flat.over[index] = tuple(instance.over)
        if instance.frozen:
            flat.frozen[index] = bytes.fromhex(instance.frozen)
        return index

    def _feeds(self, level: _Level, instance: Instance) -> dict[str, list[_Feed]]:
        feeds: dict[str, list[_Feed]] = {port: [_Literal(value)] for port, value in instance.params.items()}
        for port, texts in instance.links.items():
            if isinstance(texts, str):
                feeds[port] = [_Link(level, texts)]
            else:
                feeds[port] = [_Link(level, text) for text in texts]
        if instance.type != LOOP:
            return feeds
        feeds = {_loop_port(instance, port): sources for port, sources in feeds.items()}
        starts = {f"carry/{name}": start for name, start in instance.carry.items()}
        starts |= {"items": instance.items, "count": instance.count}
        return {port: [_start(level, start)] for port, start in starts.items() if start is not None} | feeds

    def _inside(self, instance: Instance, path: str) -> Graph:
        if instance.graph is not None:
            return instance.graph
        if self._refs is None:
            cure = "Embed the subgraph, or load the graph from a file."
            raise _problem("unreadable-ref", path, "", "a graph file", instance.ref, cure)
        return self._refs(instance.ref)

    def _follow(self, feed: _Feed) -> Source | _Literal | None:
        """The computing instance, or the value, at the far end of a link; None when it was muted away."""
        passed = 0
        while isinstance(feed, _Link):
            passed += 1
            name, _, port = feed.text.partition(".")
            level = feed.level
            if name in level.index:
                return level.index[name], port
            if name in level.inner:
                inner = level.inner[name]
                if port not in inner.graph.outputs:
                    raise _problem("missing-port", inner.path[:-1], port, "an output", port, "Link it again.")
                feed = _Link(inner, inner.graph.outputs[port])
                continue
            instance = level.graph.nodes.get(name)
            if instance is None or passed > 1_000_000:
                raise _problem("dangling-link", name, port, "an instance", feed.text, "Link it again.")
            if instance.mode != "bypass":
                return None
            feed = self._through(level, name, instance, port)
        return feed

    def _through(self, level: _Level, name: str, instance: Instance, output: str) -> _Feed:
        """What a bypassed instance passes on: its first input of the output's type."""
        node = self._registry.find(instance.type)
        feeds = self._feeds(level, instance) | _targets(level).get(name, {})
        if node is not None and output in node.outputs:
            wanted = node.outputs[output].type
            for port in node.inputs.values():
                if port.name in feeds and _same(port.type, wanted):
                    return feeds[port.name][0]
        cure = "Remove the instance, or link around it."
        raise _problem("bypass", level.path + name, output, "an input of the output's type", "none", cure)

    def _connect(self, flat: Flat, index: int, port: str, ends: list[Source | _Literal | None]) -> None:
        if len(ends) == 1 and isinstance(ends[0], _Literal):  # the most frequent case, worth a short cut
            flat.params[index][port] = ends[0].value
            return
        sources = [end for end in ends if isinstance(end, tuple)]
        literals = [end for end in ends if isinstance(end, _Literal)]
        if sources and not literals:
            flat.links[index][port] = sources
        elif literals and not sources and len(literals) == 1:
            flat.params[index][port] = literals[0].value
        elif literals:
            cure = "Link all of them, or type one value."
            raise _problem("mixed", flat.names[index], port, "links or one value", "both", cure)

    def _loop(
        self,
        flat: Flat,
        path: str,
        instance: Instance,
        feeds: dict[str, list[_Feed]],
        pending: list[_Pending],
    ) -> int:
        graph = self._inside(instance, path)
        turning = {*instance.carry, "item", "index"}
        given: dict[str, _Feed] = {}
        for name, declared in graph.inputs.items():
            fed = feeds.get(f"in/{name}")
            if name in turning or (fed and not isinstance(fed[0], _Literal)):
                given[name] = (GIVEN, name)
            elif fed:
                given[name] = feeds.pop(f"in/{name}")[0]
            elif not declared.required:
                given[name] = _Literal(declared.default)
        body = self.flatten(graph, given)
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
            each=instance.items is not None,
            condition=instance.while_,
            collect=tuple(instance.collect),
            checkpoint=instance.checkpoint,
        )
        return index


def _start(level: _Level, value: object) -> _Feed:
    """A start value of a loop: a link, or the value itself."""
    return _Link(level, value["link"]) if is_link(value) else _Literal(value)


def _loop_port(loop: Instance, name: str) -> str:
    """Where a loop takes what is fed to it by a name: as its extent, as a start value or as an invariant."""
    if name in ("count", "items"):
        return name
    return f"carry/{name}" if name in loop.carry else f"in/{name}"


def _single(feeds: dict[str, list[_Feed]]) -> dict[str, _Feed]:
    return {name: sources[0] for name, sources in feeds.items() if sources}


def _targets(level: _Level) -> dict[str, dict[str, list[_Feed]]]:
    """Instance → port → what the level's graph inputs feed into it."""
    fed: dict[str, dict[str, list[_Feed]]] = {}
    for name, declared in level.graph.inputs.items():
        feed = level.given.get(name)
        if feed is None and not declared.required:
            feed = _Literal(declared.default)
        for target in declared.to if feed is not None else ():
            instance, _, port = target.partition(".")
            holder = level.graph.nodes.get(instance)
            if holder is not None and holder.type == LOOP:
                port = _loop_port(holder, port)
            fed.setdefault(instance, {})[port] = [feed]  # pyright: ignore[reportArgumentType]
    return fed


def _same(one: Any, other: Any) -> bool:
    return one == other or (isinstance(one, Plain) and isinstance(other, Plain) and one.cls is other.cls)


def _problem(code: str, instance: str, port: str, expected: str, got: str, cure: str) -> GraphError:
    return GraphError([Problem(code, instance, port, expected, got, cure)])
