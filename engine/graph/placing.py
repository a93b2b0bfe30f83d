"""Graphs built in Python: calls that look like the node's function, and results that stand for outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import BoundArguments, signature
from itertools import count
from typing import Any

from engine.declare.node import Port
from engine.declare.registry import AnyNode
from engine.errors import GraphError, Problem, ValueRefused, an


class Source(str):
    """A port of a placed instance, ``instance.port``, to be linked."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A named input of the graph, to be given to ``place``."""

    name: str


class Placed:
    """Stands for an instance: its attributes are its ports, and itself is its only output."""

    __slots__ = ("_name", "_outputs", "_ports")

    def __init__(self, name: str, ports: Collection[str], outputs: Sequence[str]) -> None:
        self._name = name
        self._ports = ports
        self._outputs = outputs

    def __getattr__(self, port: str) -> Source:
        if port not in self._ports:
            known = ", ".join(self._ports)
            raise AttributeError(f'{self._name} has no port "{port}". It has {known}.')
        return Source(f"{self._name}.{port}")

    def __repr__(self) -> str:
        return f"<instance {self._name}>"

    def only(self) -> Source:
        """The one output.

        Raises:
            GraphError: There are several.
        """
        if len(self._outputs) != 1:
            known = ", ".join(self._outputs) or "none"
            cure = f"Name the output that is meant, as in {self._name}.{next(iter(self._outputs), 'out')}."
            raise _refused("several-outputs", self._name, "", "one output", known, cure)
        return Source(f"{self._name}.{self._outputs[0]}")


@dataclass(slots=True)
class Bound:
    """The arguments of a call, by what they are.

    Attributes:
        params: Values by port.
        links: Sources by port.
        inputs: Graph inputs by port.
    """

    params: dict[str, Any] = field(default_factory=dict[str, Any])
    links: dict[str, str | list[str]] = field(default_factory=dict[str, "str | list[str]"])
    inputs: dict[str, str] = field(default_factory=dict[str, str])


def bind(node: AnyNode, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Bound:
    """Match a call's arguments to a node's ports; those left out keep their defaults.

    Raises:
        GraphError: There is no such port, or its value is refused.
    """
    bound = Bound()
    for name, value in _arguments(node, args, kwargs).arguments.items():
        port = node.inputs.get(name)
        if port is None:
            cure = "The run provides it; leave it out."
            raise _refused("unknown-port", node.id, name, "an input", "the context", cure)
        if port.variadic:
            _bind_several(bound, node, port, value)
        elif not _bind_source(bound, name, value):
            bound.params[name] = _plain(node, port, value)
    return bound


def sort(given: Mapping[str, Any]) -> Bound:
    """Tell values from links where no signature is at hand, as for a subgraph."""
    bound = Bound()
    for name, value in given.items():
        if not _bind_source(bound, name, value):
            bound.params[name] = value
    return bound


def source_of(value: object) -> Source:
    """The output that a placed instance, or one of its attributes, stands for.

    Raises:
        GraphError: It is neither.
    """
    if isinstance(value, Source):
        return value
    if isinstance(value, Placed):
        return value.only()
    if isinstance(value, str):
        return Source(value)
    cure = "Give what place returned, or one of its attributes."
    raise _refused("not-a-source", "", "", "an output of a placed instance", repr(value)[:80], cure)


def source_or_value(value: Any) -> Any:
    """A value as it is, and an output as the link that a loop's field holds."""
    return {"link": str(source_of(value))} if isinstance(value, (Source, Placed)) else value


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for an instance: the last part of a node's id, numbered from 2 when it is taken."""
    name = wanted.rpartition(".")[2]
    if name not in taken:
        return name
    return next(numbered for number in count(2) if (numbered := f"{name}_{number}") not in taken)


def _arguments(node: AnyNode, args: Sequence[Any], kwargs: Mapping[str, Any]) -> BoundArguments:
    try:
        return signature(node.function).bind_partial(*args, **kwargs)
    except TypeError as error:
        known = ", ".join(node.inputs)
        raise _refused("unknown-port", node.id, "", f"inputs of {known}", str(error), "Rename it.") from None


def _bind_source(bound: Bound, name: str, value: object) -> bool:
    if isinstance(value, Given):
        bound.inputs[name] = value.name
    elif isinstance(value, (Source, Placed)):
        bound.links[name] = str(source_of(value))
    else:
        return False
    return True


def _bind_several(bound: Bound, node: AnyNode, port: Port, values: Sequence[Any]) -> None:
    links: list[str] = [str(source_of(value)) for value in values if isinstance(value, (Source, Placed))]
    if not links:
        bound.params[port.name] = [_plain(node, port, value) for value in values]
    elif len(links) == len(values):
        bound.links[port.name] = links
    else:
        cure = "Place a node for each value, or give values only."
        raise _refused("mixed", node.id, port.name, "links or values", "both", cure)


def _plain(node: AnyNode, port: Port, value: object) -> Any:
    if not port.is_param and not (value is None and port.optional):
        cure = "Place a node that makes one, and give that."
        raise _refused("not-a-param", node.id, port.name, f"{an(port.type)} to link", repr(value)[:80], cure)
    try:
        return port.plain(port.coerce(value if port.within is None or value is None else str(value)))
    except ValueRefused as error:
        cure = "Give a value that fits."
        raise _refused("bad-value", node.id, port.name, error.expected, error.got, cure) from None


def _refused(code: str, instance: str, port: str, expected: str, got: str, cure: str) -> GraphError:
    return GraphError([Problem(code, instance, port, expected, got, cure)])
