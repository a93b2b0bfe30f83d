"""The ports of any instance: a node's from its signature, a subgraph's and a loop's from the graph inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import GenericAlias
from typing import Annotated, Any

from pydantic import Field

from engine.declare.node import REQUIRED, Port
from engine.declare.registry import AnyNode, Registry
from engine.declare.types import Bindings, ListOf, Plain, Type, Unknown, Var, owned_by
from engine.errors import Problem
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.levels import Level, Refs, expand

COUNT = Port("count", Plain(int), int)


@dataclass(frozen=True, slots=True, eq=False)
class Interface:
    """The ports of an instance.

    Attributes:
        inputs: By name; on a placeholder only those in use.
        outputs: By name; on a placeholder none are known.
        required: Names of the inputs that must be given.
        node: The node, when the instance is a plain one that is installed.
        known: False for a placeholder: any port may be there, of any type.
        generic: Whether the types hold variables, which each instance has for itself.
        carry: Inputs of a loop's body by carried name, where the start values go.
        each: Input of a loop's body that gets the items; None when there is none.
    """

    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    required: tuple[str, ...] = ()
    node: AnyNode | None = None
    known: bool = True
    generic: bool = False
    carry: Mapping[str, Port] = field(default_factory=dict[str, Port])
    each: Port | None = None

    def input_type(self, port: str, path: str) -> Type:
        """Type of an input, with the variables of the instance at ``path``."""
        found = self.inputs.get(port)
        return Unknown() if found is None else self._own(found.type, path)

    def output_type(self, port: str, path: str) -> Type:
        """Type of an output, with the variables of the instance at ``path``."""
        found = self.outputs.get(port)
        return Unknown() if found is None else self._own(found.type, path)

    def _own(self, type_: Type, path: str) -> Type:
        return owned_by(type_, path) if self.generic else type_


def interface_of(instance: Instance, registry: Registry, refs: Refs | None = None) -> Interface:
    """The ports of one instance; what can't be found is a placeholder.

    Args:
        instance: A node, a subgraph or a loop.
        registry: Where node ids are found.
        refs: Reads a referenced graph.
    """
    ignored: list[Problem] = []
    levels = expand(Graph(nodes={"it": instance}), refs, ignored)
    return Interfaces(levels, registry).of[levels[0]]["it"]


class Interfaces:
    """The interfaces of every instance of a document.

    Attributes:
        of: Level → instance → its ports. Muted instances have none.
    """

    def __init__(self, levels: Iterable[Level], registry: Registry) -> None:
        self.of: dict[Level, dict[str, Interface]] = {}
        self._registry = registry
        self._nodes: dict[str, Interface | None] = {}
        for level in reversed(list(levels)):  # a subgraph's ports come from the level inside it
            self.of[level] = {
                name: self._interface(level, name, instance)
                for name, instance in level.graph.nodes.items()
                if instance.mode != "mute"
            }

    def input(self, level: Level, name: str) -> Port:
        """The port that an input of a level's graph shows outside."""
        declared = level.graph.inputs[name]
        found = [self._target(level, target) for target in declared.to]
        ports = [port for port in found if port is not None]
        return _declared(_narrowest(ports) if ports else Port(name, Unknown(), Any), name, declared)

    def output(self, level: Level, name: str) -> Port:
        """The port that an output of a level's graph shows outside."""
        source, _, port = level.graph.outputs[name].partition(".")
        interface = self.of[level].get(source)
        if interface is None or port not in interface.outputs:
            return Port(name, Unknown(), Any)
        type_ = interface.output_type(port, level.path + source)
        return replace(interface.outputs[port], name=name, type=type_)

    def _interface(self, level: Level, name: str, instance: Instance) -> Interface:
        inner = level.inner.get(name)
        if inner is not None:
            return self._loop(instance, inner) if instance.is_loop else self._subgraph(inner)
        if instance.type not in self._nodes:
            node = self._registry.find(instance.type) if instance.type else None
            self._nodes[instance.type] = None if node is None else of_node(node)
        plain = self._nodes[instance.type]
        if plain is None or instance.is_loop:
            return _placeholder(instance)
        return _lifted(plain, instance.over) if instance.over else plain

    def _subgraph(self, inner: Level) -> Interface:
        inputs = {name: self.input(inner, name) for name in inner.graph.inputs}
        return _interface(inputs, {name: self.output(inner, name) for name in inner.graph.outputs})

    def _loop(self, instance: Instance, inner: Level) -> Interface:
        inputs = {name: self.input(inner, name) for name in inner.graph.inputs}
        carry = {name: inputs.pop(name) for name in instance.carry if name in inputs}
        each = inputs.pop("item", None) if instance.items is not None else None
        inputs.pop("index", None)
        outputs = {name: self.output(inner, name) for name in inner.graph.outputs}
        given = {name: outputs[name] for name in instance.carry if name in outputs}
        gathered = {name: listed(outputs[name]) for name in instance.collect if name in outputs}
        fields = {name: replace(port, default=None, optional=True) for name, port in carry.items()}
        if each is not None:
            fields["items"] = replace(listed(each), name="items", default=None, optional=True)
        elif instance.items is None:
            fields["count"] = Port("count", Plain(int), Annotated[int, Field(ge=0)], None, optional=True)
        return replace(_interface(fields | inputs, gathered | given), carry=carry, each=each)

    def _target(self, level: Level, text: str) -> Port | None:
        name, _, port = text.partition(".")
        interface = self.of[level].get(name)
        if interface is None or port not in interface.inputs:
            return None
        return replace(interface.inputs[port], type=interface.input_type(port, level.path + name))


def of_node(node: AnyNode) -> Interface:
    """The ports of a plain node."""
    ports = (*node.inputs.values(), *node.outputs.values())
    generic = any(_has_variable(port.type) for port in ports)
    return replace(_interface(node.inputs, node.outputs), node=node, generic=generic)


def listed(port: Port) -> Port:
    """The port that takes, or gives, a list of what the port does; it has no default."""
    annotation = str if port.within is not None else port.annotation
    return replace(
        port,
        type=ListOf(port.type),
        annotation=GenericAlias(list, (annotation,)),
        default=REQUIRED,
        optional=False,
        within=None,
    )


def _interface(inputs: Mapping[str, Port], outputs: Mapping[str, Port]) -> Interface:
    return Interface(inputs, outputs, tuple(port.name for port in inputs.values() if port.required))


def _lifted(plain: Interface, over: Iterable[str]) -> Interface:
    lifted = set(over)
    inputs = {name: listed(port) if name in lifted else port for name, port in plain.inputs.items()}
    outputs = {name: listed(port) for name, port in plain.outputs.items()}
    return replace(_interface(inputs, outputs), node=plain.node, generic=plain.generic)


def _narrowest(ports: list[Port]) -> Port:
    """Of several ports fed together, one whose values fit the others: an int where a float is asked too."""
    return next(
        (port for port in ports if all(Bindings().link(port.type, other.type) for other in ports)), ports[0]
    )


def _declared(port: Port, name: str, declared: GraphInput) -> Port:
    """The inner port as the graph input shows it."""
    return replace(
        port,
        name=name,
        default=REQUIRED if declared.required else declared.default,
        help=declared.help or port.help,
        optional=port.optional or (not declared.required and declared.default is None),
        variadic=False,
    )


def _placeholder(instance: Instance) -> Interface:
    names = [*instance.params, *instance.links]
    return Interface({name: Port(name, Unknown(), Any, None) for name in names}, {}, known=False)


def _has_variable(type_: Type) -> bool:
    if isinstance(type_, ListOf):
        return _has_variable(type_.item)
    if isinstance(type_, Plain):
        return any(map(_has_variable, type_.args))
    return isinstance(type_, Var)
