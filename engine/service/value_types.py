"""Of which type each output of a plan is, and how values of a type are shown.

The engine knows no pack. How a value is shown follows from what it can be outside: the ending of its file, a
model that it loads; for values that are no files, from the names that all packs share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast

import msgpack

from engine.declare.registry import AnyNode
from engine.declare.types import Bindings, File, ListOf, Plain, Type, Unknown, Var
from engine.graph.flat import GIVEN, Source
from engine.plan.plan import Plan
from engine.service.artifacts import MEDIA
from engine.service.series import is_series
from engine.service.view_records import ValueKind
from engine.store.ref import Ref

Outputs = Mapping[str, Type]
Given = Callable[[str], Type]
SCALARS: dict[type, ValueKind] = {bool: "bool", int: "number", float: "number", str: "text"}
NAMED: dict[str, ValueKind] = {
    "Image": "image",
    "SegMap": "image",
    "Mask": "mask",
    "Latent": "latent",
    "Audio": "audio",
    "Video": "video",
    "Mesh": "mesh",
    "Sigmas": "plot",
}
MESHES = (".glb", ".ply", ".obj", ".stl")


def output_types(plan: Plan, given: Given | None = None) -> list[Outputs]:
    """The types of the outputs of each instance, variables replaced by what they stand for.

    Args:
        plan: The plan.
        given: Type of what a loop hands in by a name, when the plan is of its body.
    """
    types: list[Outputs] = [{}] * len(plan.names)
    handed = given or _nothing

    def of(source: Source) -> Type:
        index, output = source
        return handed(output) if index == GIVEN else types[index].get(output, Unknown())

    for index in plan.order:
        types[index] = _of_loop(plan, index, of) if index in plan.loops else _of_node(plan, index, of)
    return types


@cache
def kind_of_class(cls: type[Any]) -> ValueKind:
    """How values of a class are shown."""
    if cls in SCALARS:
        return SCALARS[cls]
    if cls in (list, tuple):
        return "list"
    for base in cls.__mro__:
        if base.__name__ in NAMED:
            return NAMED[base.__name__]
    suffix = suffix_of(cls)
    if suffix in MESHES:
        return "mesh"
    media = MEDIA.get(suffix, "").partition("/")[0]
    if media in ("image", "audio", "video", "text"):
        return cast(ValueKind, media)
    if is_dataclass(cls) and {"samples", "family"} <= {field.name for field in fields(cls)}:
        return "latent"
    return "model" if callable(getattr(cls, "load", None)) and not issubclass(cls, File) else "other"


def kind_of_value(value: object) -> ValueKind:
    """How a value is shown."""
    return "plot" if is_series(value) else kind_of_class(type(value))


def suffix_of(cls: type[Any]) -> str:
    """Ending of the files that values of a class are written to; empty for none."""
    suffix = getattr(cls, "suffix", "")
    return suffix if isinstance(suffix, str) else ""


def kind_of(type_: Type, ref: Ref) -> ValueKind:
    """How a stored value is shown that came out of a port of some type; it is not loaded."""
    if isinstance(type_, Plain):
        return kind_of_class(type_.cls)
    if type_ == ListOf(Plain(float)):
        return "plot"
    if isinstance(type_, ListOf) or ref.form == "list":
        return "list"
    return _kind_inside(ref) if ref.form == "inline" else "other"


def plain_value(ref: Ref) -> object:
    """A number, bool or text that is stored in its ref; None for anything else."""
    if ref.form != "inline" or ref.data[:1] != b"m":
        return None
    value = msgpack.unpackb(ref.data[1:])
    return value if type(value) in SCALARS else None


def _kind_inside(ref: Ref) -> ValueKind:
    """What the encoded value itself tells."""
    if ref.data[:1] != b"m":
        return "other"
    value: Any = msgpack.unpackb(ref.data[1:])
    if not isinstance(value, dict):
        return kind_of_value(value)
    name = str(cast("dict[str, Any]", value).get("class", ""))
    return NAMED.get(name.rpartition(":")[2].rpartition(".")[2], "other")


def _nothing(name: str) -> Type:
    return Unknown()


def _of_node(plan: Plan, index: int, of: Callable[[Source], Type]) -> Outputs:
    node, over = plan.nodes[index], plan.over.get(index, ())
    outputs, generic = _declared(node)
    if generic:
        bindings = Bindings()
        for name, sources in plan.links[index].items():
            for source in sources:
                type_ = of(source)
                bindings.link(_item(type_) if name in over else type_, node.inputs[name].type)
        outputs = {name: _known(bindings.resolve(type_)) for name, type_ in outputs.items()}
    return {name: ListOf(type_) for name, type_ in outputs.items()} if over else outputs


@cache
def _declared(node: AnyNode) -> tuple[Outputs, bool]:
    """The types of a node's outputs, and whether a variable is among them."""
    outputs = {name: port.type for name, port in node.outputs.items()}
    return outputs, any(map(_has_variable, outputs.values()))


def _of_loop(plan: Plan, index: int, of: Callable[[Source], Type]) -> Outputs:
    loop, body, links = plan.loops[index], plan.bodies[index], plan.links[index]

    def handed(name: str) -> Type:
        if name == "index":
            return Plain(int)
        if name == "item" and loop.each:
            return _item(of(links["items"][0])) if "items" in links else Unknown()
        port = f"carry/{name}" if name in loop.carry else f"in/{name}"
        if port in links:
            return of(links[port][0])
        start: object = plan.arguments[index].get(port)
        return Plain(type(start)) if type(start) in SCALARS else Unknown()

    inner = output_types(body, handed)
    ends = {
        name: handed(output) if source == GIVEN else inner[source].get(output, Unknown())
        for name, (source, output) in body.outputs.items()
    }
    gathered = {name: ListOf(ends[name]) for name in loop.collect if name in ends}
    return gathered | {name: ends[name] for name in loop.carry if name in ends}


def _item(type_: Type) -> Type:
    return type_.item if isinstance(type_, ListOf) else Unknown()


def _has_variable(type_: Type) -> bool:
    if isinstance(type_, ListOf):
        return _has_variable(type_.item)
    return isinstance(type_, Var) or (isinstance(type_, Plain) and any(map(_has_variable, type_.args)))


def _known(type_: Type) -> Type:
    """A type in which a variable that nothing was linked to stands for anything."""
    if isinstance(type_, ListOf):
        return ListOf(_known(type_.item))
    if isinstance(type_, Plain):
        return Plain(type_.cls, tuple(map(_known, type_.args)))
    return Unknown() if isinstance(type_, Var) else type_
