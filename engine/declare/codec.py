"""Values to bytes and back, derived from their dataclasses; nothing that is read can run code.

Scalars, strings, lists and small records become MessagePack. A value that holds tensors becomes one
safetensors file whose header carries the rest of the value as canonical JSON, each tensor replaced by its
place. Either form is a pure function of the value, so its digest names the value.
"""

from __future__ import annotations

import enum
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import msgpack
from blake3 import blake3

from engine.errors import KnotworkError

if TYPE_CHECKING:
    import torch

HEADER = "knotwork"
SCALARS = frozenset({type(None), bool, int, float, str, bytes})
INTEGERS = range(-(2**63), 2**64)
"""What MessagePack can say; larger ones are written as text."""

Tensors = dict[str, "torch.Tensor"]

_names: dict[type, str] = {}
"""Classes of values that were written before."""


class CodecError(KnotworkError):
    """A value can't be stored, or stored bytes are not a value."""


def digest_of(data: bytes) -> str:
    """Content digest under which bytes are stored."""
    return blake3(data).hexdigest()


def encode(value: object) -> bytes:
    """Turn a value into bytes; equal values give equal bytes, whatever the order of their dicts.

    Args:
        value: Scalars, strings, lists, tuples, string-keyed dicts, enum members, tensors, and frozen
            dataclasses of these that an installed pack declares.

    Raises:
        CodecError: Something in the value is none of these. Declare the node ``stored=False``.
    """
    try:
        if type(value) in SCALARS and (type(value) is not int or value in INTEGERS):
            return b"m" + msgpack.packb(value)
        packer = _Packer()
        tree = packer.pack(value)
        if not packer.tensors:
            return b"m" + msgpack.packb(tree)
        from safetensors.torch import save

        header = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return save(packer.tensors, {HEADER: header})
    except CodecError:
        raise
    except (ValueError, KeyError, RuntimeError) as error:  # text that is no Unicode, depth, odd tensors
        cure = "Change it, or declare the node stored=False."
        raise CodecError(f"{type(value).__qualname__} values can't be stored ({error}). {cure}") from error


def decode(data: bytes) -> Any:
    """Turn bytes made by ``encode`` back into the value.

    Raises:
        CodecError: The bytes are not a value, or of a class that no pack declares.
    """
    try:
        if data[:1] == b"m":
            value = msgpack.unpackb(data[1:])
            return value if type(value) in SCALARS else _unpack(value, {})
        from safetensors.torch import load

        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])["__metadata__"][HEADER]
        return _unpack(json.loads(header), load(data))
    except CodecError:
        raise
    except Exception as error:  # of bytes that somebody made up, parsers and constructors may raise anything
        raise CodecError(f"stored bytes are not a value ({error}). Drop this entry and run again.") from error


class _Packer:
    """Takes the tensors out of a value and leaves a tree of plain records."""

    def __init__(self) -> None:
        self.tensors: Tensors = {}

    def pack(self, value: object) -> Any:
        if type(value) in SCALARS:
            return _scalar(value)
        if _is_sequence(value):
            items = [self.pack(item) for item in value]
            return items if isinstance(value, list) else {"$": "tuple", "items": items}
        if isinstance(value, dict):
            return {"$": "dict", "items": self._record(cast("dict[object, object]", value))}
        if isinstance(value, enum.Enum):
            return {"$": "enum", "class": _name_of(type(value)), "value": self.pack(value.value)}
        if is_dataclass(value) and not isinstance(value, type):
            given = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
            return {"$": "value", "class": _name_of(type(value)), "fields": self._record(given)}
        return self._tensor(value)

    def _record(self, record: dict[Any, object]) -> dict[str, Any]:
        return {key: self.pack(record[key]) for key in sorted(map(_text, record))}

    def _tensor(self, value: Any) -> dict[str, str]:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor):
            kind = type(value).__qualname__
            raise CodecError(
                f"{kind} values can't be stored. Return a frozen dataclass of tensors, scalars, strings and "
                "lists, or declare the node stored=False"
            )
        name = f"t{len(self.tensors):05d}"
        # safetensors refuses tensors that share memory, and views
        self.tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"$": "tensor", "name": name}


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Tell lists and tuples; a tuple whose fields have names would lose them."""
    return isinstance(value, (list, tuple)) and not hasattr(type(value), "_fields")  # pyright: ignore[reportUnknownArgumentType]


def _scalar(value: Any) -> Any:
    if type(value) is bytes:
        return {"$": "bytes", "hex": value.hex()}
    if type(value) is int and value not in INTEGERS:
        return {"$": "int", "hex": hex(value)}
    return value


def _text(key: object) -> str:
    if not isinstance(key, str):
        raise CodecError(f"a dict is stored by string keys, not {type(key).__name__} ({key!r})")
    return key


def _name_of(cls: type) -> str:
    """The name of a value class; only one under which it is found again is written."""
    name = _names.get(cls)
    if name is None:
        name = f"{cls.__module__}:{cls.__qualname__}"
        if _class(name) is not cls:
            raise CodecError(
                f'value class "{name}" can\'t be found by its name. Declare it at the top of a module.'
            )
        _names[cls] = name
    return name


def _unpack(tree: Any, tensors: Tensors) -> Any:
    if isinstance(tree, list):
        return [_unpack(item, tensors) for item in cast("list[Any]", tree)]
    if isinstance(tree, dict):
        record = cast("dict[str, Any]", tree)
        return _FORMS[record["$"]](record, tensors)
    return tree


def _record(items: dict[str, Any], tensors: Tensors) -> dict[str, Any]:
    return {key: _unpack(item, tensors) for key, item in items.items()}


def _value(tree: dict[str, Any], tensors: Tensors) -> Any:
    return _class(tree["class"])(**_record(tree["fields"], tensors))


def _enum(tree: dict[str, Any], tensors: Tensors) -> Any:
    found = _class(tree["class"])
    if not issubclass(found, enum.Enum):
        raise CodecError(f'"{tree["class"]}" is no choice. Drop this entry and run again.')
    return found(_unpack(tree["value"], tensors))


def _class(name: str) -> type[Any]:
    """Find a frozen dataclass or a choice, by its own name, in the packages of installed packs."""
    from engine.declare.registry import packages

    module, _, qualname = name.partition(":")
    if module.split(".")[0] not in packages():
        raise CodecError(f'value class "{name}" belongs to no installed pack. Install the pack that made it.')
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or (found.__module__, found.__qualname__) != (module, qualname):
        raise CodecError(f'value class "{name}" is gone. Drop this entry and run again.')
    frozen = is_dataclass(found) and cast(Any, found).__dataclass_params__.frozen
    if not frozen and not issubclass(found, enum.Enum):
        raise CodecError(f'"{name}" is neither a frozen dataclass nor a choice. Make it one of them.')
    return cast("type[Any]", found)


_FORMS: dict[str, Callable[[dict[str, Any], Tensors], Any]] = {
    "bytes": lambda tree, _: bytes.fromhex(tree["hex"]),
    "int": lambda tree, _: int(tree["hex"], 16),
    "tuple": lambda tree, tensors: tuple(_unpack(item, tensors) for item in tree["items"]),
    "dict": lambda tree, tensors: _record(tree["items"], tensors),
    "enum": _enum,
    "value": _value,
    "tensor": lambda tree, tensors: tensors[tree["name"]],
}
