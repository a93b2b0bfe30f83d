"""What feeds the ports of a graph's instances, and the way back from a port to what computes its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.declare.registry import Registry
from engine.errors import GraphError, Problem
from engine.graph.bypass import passing_input
from engine.graph.document import LOOP, Instance, is_link
from engine.graph.flat import Source
from engine.graph.levels import Level
from engine.graph.order import cycle_problem
from engine.wording import Phrase, listed


@dataclass(slots=True, eq=False)  # not frozen: one of these is made for every value and link of a graph
class Literal:
    """A value as written."""

    value: Any


@dataclass(slots=True, eq=False)
class Scope:
    """One level while it is dissolved.

    Attributes:
        level: The level.
        prefix: What stands in front of its instances' names in the flat graph.
        given: Graph input → what the level around it, or its default, feeds in.
        index: Plain instance → its number.
        inner: Subgraph instance → its scope.
    """

    level: Level
    prefix: str
    given: dict[str, Feed]
    index: dict[str, int] = field(default_factory=dict[str, int])
    inner: dict[str, Scope] = field(default_factory=dict[str, "Scope"])

    def __post_init__(self) -> None:
        for name, declared in self.level.graph.inputs.items():
            if name not in self.given and not declared.required:
                self.given[name] = Literal(declared.default)

    def feeds(self, name: str) -> dict[str, list[Feed]]:
        """What feeds each port of an instance; graph inputs go before its own params and links."""
        instance = self.level.graph.nodes[name]
        feeds: dict[str, list[Feed]] = {port: [Literal(value)] for port, value in instance.params.items()}
        for port, texts in instance.links.items():
            if isinstance(texts, str):
                feeds[port] = [Link(self, texts)]
            else:
                feeds[port] = [Link(self, text) for text in texts]
        if name in self.level.fed:
            for port, given in self.level.fed[name].items():
                if given in self.given:
                    feeds[port] = [self.given[given]]
        return self._of_loop(instance, feeds) if instance.type == LOOP else feeds

    def _of_loop(self, loop: Instance, feeds: Mapping[str, list[Feed]]) -> dict[str, list[Feed]]:
        """A loop takes what is fed to it by a name as its extent, as a start value or as an invariant."""
        starts: dict[str, Any] = {f"carry/{name}": start for name, start in loop.carry.items()}
        starts |= {"items": loop.items, "count": loop.count}
        found = {port: [self._start(start)] for port, start in starts.items() if start is not None}
        for name, sources in feeds.items():
            kept = name in ("count", "items")
            found[name if kept else f"carry/{name}" if name in loop.carry else f"in/{name}"] = sources
        return found

    def _start(self, value: object) -> Feed:
        return Link(self, value["link"]) if is_link(value) else Literal(value)


@dataclass(slots=True, eq=False)
class Link:
    """A link as written, with the scope whose names it uses."""

    scope: Scope
    text: str


Feed = Link | Literal | Source


class Follower:
    """Follows links through subgraphs and bypassed instances.

    Args:
        registry: Where node ids are found.
        steps: More than these from one port can only be a circle.
    """

    def __init__(self, registry: Registry, steps: int) -> None:
        self._registry = registry
        self._steps = steps

    def follow(self, feed: Feed) -> Source | Literal | None:
        """The computing instance, or the value, at the far end of a link; None when it was muted away.

        Raises:
            GraphError: The link leads nowhere, or round in a circle.
        """
        passed: list[Link] = []
        while isinstance(feed, Link):
            name, _, port = feed.text.partition(".")
            scope = feed.scope
            if name in scope.index:
                return scope.index[name], port
            passed.append(feed)
            if len(passed) > self._steps:
                raise GraphError([_circle(passed)])
            if name in scope.inner:
                feed = _inward(scope.inner[name], port)
                continue
            instance = scope.level.graph.nodes.get(name)
            if instance is None:
                path = scope.level.path + name
                expected, cure = Phrase("instance"), Phrase("link-again")
                raise problem("dangling-link", path, port, expected, f'"{feed.text}"', cure)
            if instance.mode != "bypass":
                return None
            feed = self._through(scope, name, port)
        return feed

    def _through(self, scope: Scope, name: str, output: str) -> Feed:
        """What a bypassed instance passes on."""
        instance = scope.level.graph.nodes[name]
        node = self._registry.find(instance.type) if instance.type else None
        feeds = scope.feeds(name)
        if node is not None and output in node.outputs:
            port = passing_input(node, output, feeds)
            if port is not None:
                return feeds[port.name][0]
        expected, cure = Phrase("input-of-type"), Phrase("drop-or-around")
        raise problem("bypass", scope.level.path + name, output, expected, Phrase("none"), cure)


def _inward(inner: Scope, output: str) -> Link:
    graph = inner.level.graph
    if output not in graph.outputs:
        place, expected = inner.level.path[:-1], Phrase("output-known", known=listed(graph.outputs))
        raise problem("missing-port", place, output, expected, f'"{output}"', Phrase("link-again"))
    return Link(inner, graph.outputs[output])


def _circle(passed: list[Link]) -> Problem:
    """Name the instances of a circle that was gone round, in the direction of the links."""
    places = [link.scope.level.path + link.text.partition(".")[0] for link in passed]
    before = len(places) - 2
    while places[before] != places[-1] or passed[before].text != passed[-1].text:
        before -= 1
    return cycle_problem(places[:before:-1])


def problem(code: str, instance: str, port: str, expected: str, got: str, cure: str) -> GraphError:
    """One problem as the error that ends dissolving."""
    return GraphError([Problem(code, instance, port, expected, got, cure)])
