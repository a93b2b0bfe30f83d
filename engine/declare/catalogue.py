"""The nodes there are, told to a machine: ports, what fits what, ranges, help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.declare.node import Port
from engine.declare.registry import AnyNode, Registry, pack_version
from engine.declare.types import Bindings, Family, ListOf, Plain, Type, Var, classes


def describe(node: AnyNode, registry: Registry) -> dict[str, Any]:
    """A node: its ports with types, defaults, ranges as JSON Schema, and help.

    Args:
        node: The node.
        registry: Tells its pack.
    """
    pack = registry.pack_of(node.id)
    return {
        "id": node.id,
        "version": node.version,
        "pack": pack,
        "pack_version": pack_version(pack),
        "help": node.help,
        "licence": node.licence,
        "pure": node.pure,
        "inputs": {name: describe_input(port) for name, port in node.inputs.items()},
        "outputs": {name: describe_output(port) for name, port in node.outputs.items()},
    }


def shape(type_: Type) -> dict[str, Any]:
    """A type as a tree: one of ``class`` (with ``args`` if it is generic), ``list``, ``var``, ``family``.

    The empty tree is a type that nobody has named: it fits, and is fitted by, everything.
    """
    if isinstance(type_, Plain):
        args = [shape(arg) for arg in type_.args]
        return {"class": class_name(type_.cls), **({"args": args} if args else {})}
    if isinstance(type_, ListOf):
        return {"list": shape(type_.item)}
    if isinstance(type_, Var):
        return {"var": type_.name}
    return {"family": type_.name} if isinstance(type_, Family) else {}


def fits(nodes: Iterable[AnyNode]) -> dict[str, list[str]]:
    """Which classes fit which: class → the other classes of ports where it can be linked.

    Together with the trees of ``shape`` this is all it takes to tell whether a link fits: a list fits a list
    whose items fit, arguments must fit one by one, a variable stands for what it met first.
    """
    ports = [port for node in nodes for port in (*node.inputs.values(), *node.outputs.values())]
    known = sorted({cls for port in ports for cls in classes(port.type)}, key=class_name)
    return {
        class_name(source): [class_name(target) for target in known if _fits(source, target)]
        for source in known
    }


def class_name(cls: type) -> str:
    """Full name of a class, by which two of the same short name are told apart."""
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def describe_input(port: Port) -> dict[str, Any]:
    """A port that takes a link or a value."""
    return {
        "type": str(port.type),
        "shape": shape(port.type),
        "help": port.help,
        "required": port.required,
        "optional": port.optional,
        "variadic": port.variadic,
        "lazy": port.lazy,
        "param": port.is_param,
        "schema": port.schema() if port.is_param else {},
    }


def describe_output(port: Port) -> dict[str, Any]:
    """A port that something can be linked from."""
    return {"type": str(port.type), "shape": shape(port.type), "help": port.help}


def _fits(source: type, target: type) -> bool:
    return source is not target and Bindings().link(Plain(source), Plain(target))
