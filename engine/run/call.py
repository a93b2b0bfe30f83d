"""Calling a node: values checked at the port, models loaded, owned values handed over, results split."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any

from engine.declare import codec
from engine.declare.handle import Handle
from engine.declare.node import Node, Port
from engine.declare.types import SCALARS, ListOf, OnDevice, Plain, Type, Var
from engine.errors import KnotworkError, ValueRefused
from engine.run.context import RunContext
from engine.run.residency import Pool


class PortRefused(KnotworkError):
    """A value that came over a link doesn't fit its port."""


class Models:
    """The models of one job, each loaded once and pinned until the job ends."""

    def __init__(self, pool: Pool, device: str, *, offload: bool = False) -> None:
        self._acquire = pool.offloaded if offload else pool.acquire
        self._device = device
        self._loaded: dict[Handle, OnDevice[Handle]] = {}
        self._pins: ExitStack | None = None

    def __enter__(self) -> Models:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pins is not None:
            self._pins.close()

    def on_device(self, handle: Handle) -> OnDevice[Handle]:
        """The handle with its model."""
        found = self._loaded.get(handle)
        if found is None:
            self._pins = self._pins or ExitStack()
            found = self._pins.enter_context(self._acquire(handle, self._device))
            self._loaded[handle] = found
        return found


def call(
    node: Node[Any, Any],
    arguments: dict[str, Any],
    linked: Callable[[str], bool],
    context: RunContext,
    loaded: Models,
) -> dict[str, Any]:
    """Call a node's function.

    Args:
        node: The node.
        arguments: Values by port; variadic ones as sequences.
        linked: Tells whether a port's value came over a link and has yet to be checked.
        context: Given to nodes that take one; it says whether to check that the node leaves inputs alone
            that it doesn't own.
        loaded: Where handles find their models.

    Raises:
        PortRefused: A linked value doesn't fit.
        KnotworkError: The purity check found a changed input.
    """
    check_families(node, arguments)
    before = _digests(node, arguments) if context.check_purity else {}
    positional: Sequence[Any] = ()
    keywords: dict[str, Any] = {}
    for name, value in arguments.items():
        port = node.inputs[name]
        if port.variadic:
            positional = [_admitted(port, one, linked(name), loaded) for one in value]
        else:
            keywords[name] = _admitted(port, value, linked(name), loaded)
    if node.context:
        keywords[node.context] = context
    if "needs" in node.companions:
        keywords = {p.name: None for p in node.inputs.values() if p.lazy and p.required} | keywords
    result = _invoke(node, positional, keywords)
    for name, digest in before.items():
        if digest != codec.digest_of(codec.encode(arguments[name])):
            raise KnotworkError(
                f'it changed its input "{name}" in place. Copy it first, or annotate it Owned.'
            )
    return node.split(result)


def _admitted(port: Port, value: Any, linked: bool, loaded: Models) -> Any:
    value = admit(port, value) if linked else value
    return loaded.on_device(value) if port.on_device and value is not None else value


def _invoke(node: Node[Any, Any], positional: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Ports in front of a variadic one must be passed by position, too."""
    if not positional:
        return node.function(**keywords)
    front: list[Any] = []
    for name, port in node.inputs.items():
        if port.variadic:
            break
        front.append(keywords.pop(name) if name in keywords else port.default)
    return node.function(*front, *positional, **keywords)


def _digests(node: Node[Any, Any], arguments: Mapping[str, Any]) -> dict[str, str]:
    owned = {port.name for port in node.inputs.values() if port.owned}
    found: dict[str, str] = {}
    for name, value in arguments.items():
        if name not in owned:
            try:
                found[name] = codec.digest_of(codec.encode(value))
            except codec.CodecError:
                continue  # a value that can't be stored can't be compared either
    return found


def admit(port: Port, value: Any) -> Any:
    """Check a value that came over a link: its class, its family, and a param's range.

    Raises:
        PortRefused: It doesn't fit.
    """
    if value is None and port.optional:
        return None
    if port.is_param and port.within is None:
        if type(value) is float and port.annotation is float:
            return value
        try:
            return port.coerce(value)
        except ValueRefused as error:
            raise PortRefused(f'"{port.name}" {error}. Link a value in range.') from None
    if not _fits(port.type, value):
        cure = "Link an output of that type."
        raise PortRefused(f'"{port.name}" expected {port.type}, got {_describe(value)}. {cure}')
    return value


def _fits(type_: Type, value: Any) -> bool:
    if isinstance(type_, ListOf):
        return isinstance(value, list) and all(_fits(type_.item, item) for item in value)  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(type_, Plain):
        return True
    if type_.cls in SCALARS:
        return type(value) is type_.cls or (type_.cls is float and type(value) is int)
    return isinstance(value, type_.cls)


def _describe(value: object) -> str:
    family = getattr(value, "family", "")
    return f"{type(value).__name__}[{family}]" if family else type(value).__name__


def check_families(node: Node[Any, Any], arguments: Mapping[str, Any]) -> None:
    """Check that values whose types share a variable are of one family, as far as they know theirs.

    Raises:
        PortRefused: Two families meet.
    """
    if not (ports := _family_ports(node)):
        return
    met: dict[str, tuple[str, str]] = {}
    for name, variable in ports:
        family = getattr(arguments.get(name), "family", "")
        if not family:
            continue
        first, other = met.setdefault(variable, (name, family))
        if other != family:
            raise PortRefused(
                f'"{name}" expected family {other}, as "{first}" has, got {family}. Link parts of one model.'
            )


@cache
def _family_ports(node: Node[Any, Any]) -> tuple[tuple[str, str], ...]:
    """Ports whose type has a family variable, with the variable's name."""
    return tuple(
        (port.name, port.type.args[0].name)
        for port in node.inputs.values()
        if isinstance(port.type, Plain) and port.type.args and isinstance(port.type.args[0], Var)
    )


def owned_copy(value: Any) -> Any:
    """A copy for a node that changes its input in place while others still read the value."""
    return copy.deepcopy(value)
