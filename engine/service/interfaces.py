"""The ports of the instances that no node alone tells, for an editor that draws one level of a graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.declare.catalogue import describe_input, describe_output
from engine.declare.node import REQUIRED, Port
from engine.declare.registry import Registry
from engine.declare.types import Bindings, ListOf, Plain, Type, Var
from engine.errors import GraphError, KnotworkError
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import DEPTH, Level, Refs, embedded, expand, feed
from engine.graph.order import arrange
from engine.graph.wiring import Wiring
from engine.service.catalogue_records import InputPortRecord, OutputPortRecord
from engine.service.view_records import InterfaceRecord

KEPT = 4096
"""Instances whose ports are remembered."""


class NoPlace(KnotworkError):
    """A path leads to no graph inside of a graph."""


def level(graph: Graph, at: str, refs: Refs) -> Level:
    """The graph inside of an instance, with those around it.

    Args:
        graph: The document.
        at: Path of the instance, ``outer/inner``, which may lead through references; empty for the document.
        refs: Reads a referenced graph.

    Raises:
        NoPlace: There is no such instance, or no graph inside of it.
        GraphError: A graph that is referred to can't be read.
    """
    found = Level(graph)
    feed(found, [])
    for depth, name in enumerate(at.split("/") if at else ()):
        instance = found.graph.nodes.get(name)
        place = "/".join(at.split("/")[: depth + 1])
        if instance is None or depth >= DEPTH or not (instance.graph or instance.ref):
            raise NoPlace(
                f'expected an instance with a graph inside, got "{place[:200]}". See the nodes of the graph.'
            )
        found = Level(instance.graph or _referred(instance.ref, place, refs), place + "/", found, name)
        feed(found, [])
    return found


class Ports:
    """Tells the ports of instances, and remembers those that only an edit can change.

    Args:
        registry: Where node ids are found.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[int, tuple[Instance, InterfaceRecord]] = {}

    def of(self, graph: Graph, refs: Refs, more: Collection[str] = ()) -> dict[str, InterfaceRecord]:
        """The ports of the instances of one level that aren't what their node says.

        Args:
            graph: The level.
            refs: Reads a referenced graph.
            more: Other instances that are asked for.
        """
        special = {
            name: instance
            for name, instance in graph.nodes.items()
            if name in more or _is_special(instance, self._registry)
        }
        before, known = self._known, dict[str, InterfaceRecord]()
        for name, instance in special.items():
            kept = before.get(id(instance))
            if kept is not None and kept[0] is instance:
                known[name] = kept[1]
        missing = {name: instance for name, instance in special.items() if name not in known}
        known |= _told(missing, self._registry, refs)
        self._keep(missing, known)
        return {name: known[name] for name in special}

    def _keep(self, instances: Mapping[str, Instance], known: Mapping[str, InterfaceRecord]) -> None:
        if len(self._known) > KEPT:
            self._known = {}
        for name, instance in instances.items():
            if not refers(instance):
                self._known[id(instance)] = instance, known[name]


def _told(instances: Mapping[str, Instance], registry: Registry, refs: Refs) -> dict[str, InterfaceRecord]:
    alone = {name: _alone(instance) for name, instance in instances.items()}
    levels = expand(Graph(nodes=alone), refs, [])
    found = Interfaces(levels, registry)
    types = _bound(levels, found)
    return {name: _record(name, levels[0], face, types) for name, face in found.of[levels[0]].items()}


def refers(instance: Instance) -> bool:
    """Whether an instance leads to a file, which may be another one by now."""
    levels = embedded(Graph(nodes={"it": instance}))
    return any(one.ref for level in levels for one in level.nodes.values())


def _referred(ref: str, place: str, refs: Refs) -> Graph:
    try:
        return refs(ref)
    except GraphError as error:
        raise GraphError([replace(one, instance=place) for one in error.problems]) from None


def _is_special(instance: Instance, registry: Registry) -> bool:
    held = instance.graph is not None or instance.ref or instance.is_loop
    return bool(held or instance.over or not instance.type or registry.find(instance.type) is None)


def _alone(instance: Instance) -> Instance:
    """An instance by itself: a muted one has its ports, and no links lead to others."""
    held = instance.graph is not None or bool(instance.ref)
    alone: dict[str, Any] = {"mode": "", "carry": dict.fromkeys(instance.carry)}
    if held:
        alone["links"] = {}
    if instance.items is not None:
        alone["items"] = []
    return instance.model_copy(update=alone)


def _bound(levels: list[Level], found: Interfaces) -> Bindings:
    """What type variables stand for, by the links inside of the instances."""
    net = Wiring(levels, found, []).net
    types = Bindings()
    order, _ = arrange(net.after)
    for vertex in order:
        for wire in net.wires.get(vertex, ()):
            types.link(wire.source, wire.target)
    return types


def _record(name: str, outside: Level, face: Interface, types: Bindings) -> InterfaceRecord:
    instance, inner = outside.graph.nodes[name], outside.inner.get(name)
    names = _Names(types)
    inputs, outputs = names.of(face.inputs), names.of(face.outputs)
    titles: Mapping[str, str] = {}
    if inner is not None:
        titles = {port: declared.title for port, declared in inner.graph.inputs.items()}
    return InterfaceRecord(
        kind=_kind(instance, inner, face),
        title=instance.title or (inner.graph.title if inner else ""),
        help=inner.graph.help if inner else "",
        inputs={port.name: _input(port, titles.get(port.name, ""), inner) for port in inputs},
        outputs={port.name: OutputPortRecord.model_validate(describe_output(port)) for port in outputs},
    )


def _kind(instance: Instance, inner: Level | None, face: Interface) -> Any:
    if instance.is_loop:
        return "loop"
    if inner is None:
        return "node" if face.known else "missing"
    return "ref" if instance.graph is None else "graph"


def _input(port: Port, title: str, inner: Level | None) -> InputPortRecord:
    if inner is None:
        return InputPortRecord.model_validate(describe_input(port))
    # A graph's default stands as it was written: nobody has said that it is of the port's type
    record = describe_input(replace(port, default=REQUIRED))
    schema: dict[str, Any] = record["schema"]
    if record["param"] and not port.required:
        schema["default"] = port.default
    if title:
        schema["title"] = title
    return InputPortRecord.model_validate(record | {"required": port.required})


class _Names:
    """Names the type variables of one instance, so that two of them are never called the same."""

    def __init__(self, types: Bindings) -> None:
        self._types = types
        self._known: dict[Var, Var] = {}

    def of(self, ports: Mapping[str, Port]) -> Iterator[Port]:
        """The ports with their types as far as they are known."""
        return (
            replace(port, name=name, type=self._named(self._types.resolve(port.type)))
            for name, port in ports.items()
        )

    def _named(self, type_: Type) -> Type:
        if isinstance(type_, ListOf):
            return ListOf(self._named(type_.item))
        if isinstance(type_, Plain):
            return Plain(type_.cls, tuple(map(self._named, type_.args)))
        if not isinstance(type_, Var):
            return type_
        if type_ not in self._known:
            alike = sum(one.name == type_.name for one in self._known)
            self._known[type_] = Var(f"{type_.name}{alike + 1}" if alike else type_.name)
        return self._known[type_]
