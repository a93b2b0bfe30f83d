"""Port types: what an annotation means, and what may be linked to what.

A type is a small tree. Classes fit their base classes, ``int`` fits ``float``, a list fits a list whose items
fit, and a variable fits anything once; what it met first it stands for in every other port of that instance.
Model families are gradual: a bare ``VAE`` has an unknown family, and unknown fits every family.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

T = TypeVar("T")
Seed = Annotated[int, Field(ge=0, le=2**53 - 1, json_schema_extra={"widget": "seed"})]
Text = Annotated[str, Field(json_schema_extra={"widget": "text"})]


class Mark(enum.Enum):
    """What an annotation says beside the type."""

    LAZY = "lazy"
    OWNED = "owned"


Lazy = Annotated[T, Mark.LAZY]
Owned = Annotated[T, Mark.OWNED]


@dataclass(frozen=True, slots=True)
class OnDevice(Generic[T]):
    """A handle together with its model, loaded and on its device for the length of a call.

    Attributes:
        handle: The description that the link carried.
        model: The module itself, in eval mode. Never keep it beyond the call.
        device: Where the model is, as torch names it.
    """

    handle: T
    model: Any
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class File:
    """A file or folder named by a param, known by its content.

    Attributes:
        path: Where it lies now, inside one of the configured roots.
        digest: Digest of the bytes, or the Merkle digest of the folder's files.
    """

    path: Path = field(compare=False)
    digest: str


@dataclass(frozen=True, slots=True)
class Folder(File):
    """A folder named by a param; its digest covers every file in it whose name ends as the port asks."""


@dataclass(frozen=True, slots=True)
class Within:
    """Where a file param may lie and what it may be.

    Attributes:
        root: Name of the settings' roots to look in: ``files`` or ``models``.
        suffixes: Endings that are read, in lower case; empty = all.
        kinds: What models are offered to choose from, as ``Recognised.kind`` tells; empty = all.
        families: Of which families, as ``Recognised.family`` tells; empty = of all.
    """

    root: Literal["files", "models"] = "files"
    suffixes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


SCALARS = (bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Plain:
    """A class, with the arguments of a generic one."""

    cls: type
    args: tuple[Type, ...] = ()

    def __str__(self) -> str:
        inner = ", ".join(str(arg) for arg in self.args if not isinstance(arg, Unknown))
        return f"{self.cls.__name__}[{inner}]" if inner else self.cls.__name__


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type."""

    item: Type

    def __str__(self) -> str:
        return f"list of {self.item}"


@dataclass(frozen=True, slots=True)
class Var:
    """A type variable; equal names in one signature stand for one type."""

    name: str
    owner: Hashable = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Family:
    """A model family, such as ``sd1``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Unknown:
    """A type nobody has named yet: fits, and is fitted by, everything."""

    def __str__(self) -> str:
        return "anything"


Type = Plain | ListOf | Var | Family | Unknown


def read(annotation: object) -> Type:
    """Turn an annotation without marks into a type.

    Raises:
        TypeError: For forms no port can have, such as a union of two classes.
    """
    if annotation is Any or annotation is object:
        return Unknown()
    if isinstance(annotation, TypeVar):
        return Var(annotation.__name__)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if OnDevice in (annotation, origin):
        raise TypeError("OnDevice stands around the whole type of one handle, as in OnDevice[UNet]")
    if origin is Annotated:
        return read(args[0])
    if origin is Literal:
        return _literal(args)
    if origin is list:
        return ListOf(read(args[0]))
    if isinstance(origin, type) and origin is not types.UnionType:
        return Plain(origin, tuple(_argument(arg) for arg in args))
    return _class(annotation)


def _class(annotation: object) -> Type:
    if not isinstance(annotation, type):
        raise TypeError(f"{annotation!r} is not a type that a port can have")
    if issubclass(annotation, enum.Enum):
        return _literal(tuple(member.value for member in annotation))
    if annotation is list:
        return ListOf(Unknown())
    parameters: tuple[object, ...] = getattr(annotation, "__parameters__", ())  # pyright: ignore[reportUnknownArgumentType]
    return Plain(annotation, tuple(Unknown() for _ in parameters))  # pyright: ignore[reportUnknownArgumentType]


def _literal(values: tuple[object, ...]) -> Type:
    kinds = {type(value) for value in values}
    if len(kinds) != 1:
        raise TypeError(f"a choice must be of one kind, {values!r} mixes several")
    return Plain(kinds.pop())


def _argument(annotation: object) -> Type:
    """Read a generic's argument, where a string literal names a family."""
    if typing.get_origin(annotation) is Literal:
        return Family(str(typing.get_args(annotation)[0]))
    return read(annotation)


def is_scalar(type_: Type) -> bool:
    """Tell whether values of the type can be typed into a widget: scalars, files and lists of them."""
    if isinstance(type_, ListOf):
        return is_scalar(type_.item)
    return isinstance(type_, Plain) and (type_.cls in SCALARS or issubclass(type_.cls, File))


def classes(type_: Type) -> Iterator[type]:
    """The classes that a type speaks of."""
    if isinstance(type_, ListOf):
        yield from classes(type_.item)
    elif isinstance(type_, Plain):
        yield type_.cls
        for arg in type_.args:
            yield from classes(arg)


def is_tensorial(type_: Type) -> bool:
    """Tell whether values of the type are made of tensors: value classes, and lists of them."""
    if isinstance(type_, ListOf):
        return is_tensorial(type_.item)
    return isinstance(type_, Plain) and not is_scalar(type_)


def owned_by(type_: Type, owner: Hashable) -> Type:
    """Give the variables of a signature to one instance, so that two instances don't share them."""
    if isinstance(type_, Var):
        return Var(type_.name, owner)
    if isinstance(type_, ListOf):
        return ListOf(owned_by(type_.item, owner))
    if isinstance(type_, Plain) and type_.args:
        return Plain(type_.cls, tuple(owned_by(arg, owner) for arg in type_.args))
    return type_


class Bindings:
    """What the variables of a graph stand for, filled link by link."""

    def __init__(self) -> None:
        self._bound: dict[Var, Type] = {}
        self._trail: list[tuple[Var, Type | None]] = []

    def resolve(self, type_: Type) -> Type:
        """Replace bound variables by what they stand for."""
        found = self._resolve(type_)
        self._trail.clear()
        return found

    def link(self, source: Type, target: Type) -> bool:
        """Try to link a source to a target; True when it fits. A link that doesn't fit changes nothing."""
        fits = self._fit(source, target)
        if not fits:
            for var, before in reversed(self._trail):
                if before is None:
                    del self._bound[var]
                else:
                    self._bound[var] = before
        self._trail.clear()
        return fits

    def _resolve(self, type_: Type) -> Type:
        type_ = self._head(type_)
        if isinstance(type_, ListOf):
            return ListOf(self._resolve(type_.item))
        if isinstance(type_, Plain) and type_.args:
            return Plain(type_.cls, tuple(self._resolve(arg) for arg in type_.args))
        return type_

    def _fit(self, source: Type, target: Type) -> bool:
        source, target = self._head(source), self._head(target)
        if source == target or isinstance(source, Unknown) or isinstance(target, Unknown):
            return True
        if isinstance(target, Var):
            return self._bind(target, source)
        if isinstance(source, Var):
            return self._bind(source, target)
        if isinstance(source, ListOf) and isinstance(target, ListOf):
            return self._fit(source.item, target.item)
        if isinstance(source, Plain) and isinstance(target, Plain):
            pairs = zip(source.args, target.args, strict=False)
            return _class_fits(source.cls, target.cls) and all(self._fit(a, b) for a, b in pairs)
        return False

    def _bind(self, var: Var, type_: Type) -> bool:
        if self._occurs(var, type_):
            return False
        self._set(var, type_)
        return True

    def _set(self, var: Var, type_: Type) -> None:
        self._trail.append((var, self._bound.get(var)))
        self._bound[var] = type_

    def _occurs(self, var: Var, type_: Type) -> bool:
        type_ = self._head(type_)
        if isinstance(type_, ListOf):
            return self._occurs(var, type_.item)
        if isinstance(type_, Plain):
            return any(self._occurs(var, arg) for arg in type_.args)
        return type_ == var

    def _head(self, type_: Type) -> Type:
        """Follow a variable to what it stands for, shortening the way for the next reader."""
        passed: list[Var] = []
        while isinstance(type_, Var) and type_ in self._bound:
            passed.append(type_)
            type_ = self._bound[type_]
        for var in passed[:-1]:
            self._set(var, type_)
        return type_


def _class_fits(source: type, target: type) -> bool:
    if source in SCALARS or target in SCALARS:
        return source is target or (source is int and target is float)
    return issubclass(source, target)
