"""Which input stands for an output of a bypassed instance."""

from __future__ import annotations

from collections.abc import Collection

from engine.declare.node import Port
from engine.declare.registry import AnyNode
from engine.declare.types import Plain, Type


def passing_input(node: AnyNode, output: str, fed: Collection[str]) -> Port | None:
    """The input that stands for an output while the instance is bypassed: the first of the output's type.

    Args:
        node: The bypassed instance's node.
        output: The output that is read.
        fed: Inputs that have a value or a link.
    """
    wanted = node.outputs[output].type
    candidates = (port for port in node.inputs.values() if port.name in fed)
    return next((port for port in candidates if _same(port.type, wanted)), None)


def _same(one: Type, other: Type) -> bool:
    return one == other or (isinstance(one, Plain) and isinstance(other, Plain) and one.cls is other.cls)
