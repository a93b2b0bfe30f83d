"""What of a graph can be set for a run: its inputs by name, and params of its nodes as ``instance.port``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from engine.declare.node import Port
from engine.declare.registry import Registry
from engine.errors import GraphError, Problem
from engine.graph import given
from engine.graph.document import Graph, Instance, is_link
from engine.graph.interface import interface_of
from engine.graph.levels import Refs
from engine.wording import Phrase, listed


class Settable:
    """The places of a graph that take a value for a run.

    An input goes by its name, a param by its instance's path and its port: ``noise.seed``, and inside an
    embedded subgraph or the body of a loop ``upscale/noise.seed``.

    Args:
        graph: The document.
        registry: Where node ids are found.
        refs: Reads a referenced graph.

    Attributes:
        inputs: The port that each input shows.
    """

    def __init__(self, graph: Graph, registry: Registry, refs: Refs | None = None) -> None:
        self.inputs = given.ports_of(graph, registry, refs)
        self._graph, self._registry, self._refs = graph, registry, refs
        self._params: dict[str, Port] = {}

    def port(self, name: str) -> Port:
        """The port that takes the value.

        Raises:
            GraphError: There is no such place, or something else feeds it; the cure says what to name.
        """
        if name in self.inputs:
            return self.inputs[name]
        if name not in self._params:
            self._params[name] = self._param(name) if "." in name else self._nothing(name)
        return self._params[name]

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that doesn't fit the place.

        Raises:
            GraphError: There is no such place, or its port refuses the value.
        """
        given.refuse(value, self.port(name), name)

    def _param(self, name: str) -> Port:
        path, _, port = name.rpartition(".")
        graph, instance = self._instance(name, path)
        if instance.mode == "mute":
            got, cure = Phrase("a-muted"), Phrase("unmute")
            raise _refusal("muted", path, "", Phrase("running-instance"), got, cure)
        known = interface_of(instance, self._registry, self._refs).inputs
        if port not in known:
            cure = _or_near(port, known, Phrase("its-ports", known=listed(known)))
            raise _refusal("unknown-port", path, "", Phrase("port-of-it"), f'"{port}"', cure)
        _refuse_fed(graph, instance, path, port)
        if not known[port].is_param:
            got, cure = Phrase("for-links"), Phrase("set-other")
            raise _refusal("not-a-param", path, port, Phrase("port-with-value"), got, cure)
        return known[port]

    def _instance(self, name: str, path: str) -> tuple[Graph, Instance]:
        """An instance and the graph that it is in."""
        graph, (*outer, last) = self._graph, path.split("/")
        for step, one in enumerate(outer, 1):
            way = "/".join(outer[:step])
            holder = _found(graph, one, way)
            if holder.ref:
                got = Phrase("in-file", name=name, file=holder.ref)
                cure = Phrase("name-own-input", path=way)
                raise _refusal("in-a-ref", way, "", Phrase("own-param"), got, cure)
            if holder.graph is None:
                expected, got, cure = Phrase("subgraph-or-loop"), Phrase("plain-node"), Phrase("name-own")
                raise _refusal("no-subgraph", way, "", expected, got, cure)
            graph = holder.graph
        return graph, _found(graph, last, path)

    def _nothing(self, name: str) -> Port:
        cure = _or_near(name, self.inputs, Phrase("its-inputs", known=listed(self.inputs)))
        raise _refusal("unknown-input", "", name, Phrase("graph-input"), f'"{name}"', cure)


def _found(graph: Graph, name: str, path: str) -> Instance:
    if name in graph.nodes:
        return graph.nodes[name]
    near = _near(name, graph.nodes)
    cure = Phrase("near", name=near) if near else Phrase("see-plan")
    raise _refusal("unknown-instance", "", "", Phrase("graph-instance"), f'"{path}"', cure)


def _refuse_fed(graph: Graph, instance: Instance, path: str, port: str) -> None:
    """Refuse a port whose value comes from elsewhere."""
    level, _, name = path.rpartition("/")
    for outer, declared in graph.inputs.items():
        if f"{name}.{port}" in declared.to:
            meant = f"{level}.{outer}" if level else outer
            got, cure = Phrase("fed-by-input", name=outer), Phrase("name-instead", name=meant)
            raise _refusal("fed", path, port, Phrase("port-unfed"), got, cure)
    start = {**instance.carry, "count": instance.count, "items": instance.items}.get(port)
    link = instance.links.get(port) or (start["link"] if is_link(start) else None)
    if link:
        source = link if isinstance(link, str) else ", ".join(link)
        got, cure = Phrase("linked-to", source=source), Phrase("link-away")
        raise _refusal("fed", path, port, Phrase("port-unfed"), got, cure)


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def _or_near(name: str, known: Iterable[str], cure: Phrase) -> Phrase:
    near = _near(name, known)
    return Phrase("near-and", name=near, rest=cure) if near else cure


def _refusal(code: str, instance: str, port: str, expected: str, got: str, cure: str) -> GraphError:
    return GraphError([Problem(code, instance, port, expected, got, cure)])
