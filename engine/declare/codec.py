"""Values to bytes and back, derived from their dataclasses; nothing that is read can run code.

Scalars, strings, lists and small records become MessagePack. A value that holds tensors becomes one safetensors
file whose header carries the rest of the value as canonical JSON, each tensor replaced by its place. Either form
is a pure function of the value, so its digest names the value.
"""

from __future__ import annotations

import enum
import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import msgpack
from blake3 import blake3

from engine.errors import KnotworkError

if TYPE_CHECKING:
    import torch

HEADER = "knotwork"
SCALARS = frozenset({type(None), bool, int, float, str, bytes})


class CodecError(KnotworkError):
    """A value can't be stored, or stored bytes are not a value."""


def digest_of(data: bytes) -> str:
    """Content digest under which bytes are stored."""
    return blake3(data).hexdigest()


def encode(value: object) -> bytes:
    """Turn a value into bytes; equal values give equal bytes.

    Args:
        value: Scalars, strings, lists, string-keyed dicts, tensors, and frozen dataclasses of these.

    Raises:
        CodecError: Something in the value is none of these. Declare the node ``stored=False``.
    """
    if type(value) in SCALARS:
        return b"m" + msgpack.packb(value)
    packer = _Packer()
    tree = packer.pack(value)
    if not packer.tensors:
        return b"m" + msgpack.packb(tree)
    from safetensors.torch import save

    header = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return save(packer.tensors, {HEADER: header})


def decode(data: bytes) -> Any:
    """Turn bytes made by ``encode`` back into the value.

    Raises:
        CodecError: The bytes are not a value, or of a class that no pack declares.
    """
    if data[:1] == b"m":
        return _unpack(msgpack.unpackb(data[1:]), {})
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])["__metadata__"][HEADER]
        return _unpack(json.loads(header), load(data))
    except (SafetensorError, ValueError, KeyError) as error:
        raise CodecError(f"stored bytes are not a value ({error}). Drop this entry and run again.") from None


class _Packer:
    """Takes the tensors out of a value and leaves a tree of plain records."""

    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}

    def pack(self, value: Any) -> Any:
        if type(value) in SCALARS:
            return value if type(value) is not bytes else {"$": "bytes", "hex": value.hex()}
        if isinstance(value, (list, tuple)):
            items = [self.pack(item) for item in value]
            return items if isinstance(value, list) else {"$": "tuple", "items": items}
        if isinstance(value, dict):
            return {"$": "dict", "items": {_text(key): self.pack(item) for key, item in value.items()}}
        if isinstance(value, enum.Enum):
            return {"$": "enum", "class": _class_name(type(value)), "value": value.value}
        if is_dataclass(value) and not isinstance(value, type):
            return {
                "$": "value",
                "class": _class_name(type(value)),
                "fields": {f.name: self.pack(getattr(value, f.name)) for f in fields(value)},
            }
        return self._tensor(value)

    def _tensor(self, value: Any) -> dict[str, str]:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor):
            raise CodecError(
                f"a {type(value).__qualname__} can't be stored. Return a frozen dataclass of tensors, scalars, "
                "strings and lists, or declare the node stored=False"
            )
        name = f"t{len(self.tensors):05d}"
        # safetensors refuses tensors that share memory, and views
        self.tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"$": "tensor", "name": name}


def _text(key: object) -> str:
    if not isinstance(key, str):
        raise CodecError(f"a dict is stored by string keys, not {type(key).__name__} ({key!r})")
    return key


def _class_name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _unpack(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(tree, list):
        return [_unpack(item, tensors) for item in tree]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(tree, dict):
        return tree
    return _FORMS[tree["$"]](tree, tensors)


def _value(tree: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Any:
    cls = _class(tree["class"])
    if not is_dataclass(cls):
        raise CodecError(f"{tree['class']} is not a value class")
    return cls(**{name: _unpack(item, tensors) for name, item in tree["fields"].items()})


def _class(name: str) -> Any:
    """Find a value class, looking only into the packages of installed packs."""
    from engine.declare.registry import installed

    module, _, qualname = name.partition(":")
    known = {"engine"} | {
        declared.split(".")[0]
        for pack in installed().packs.values()
        for modules in pack.modules.values()
        for declared in modules
    }
    if module not in sys.modules and module.split(".")[0] not in known:
        raise CodecError(f'value class "{name}" belongs to no installed pack. Install the pack that made it.')
    found = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type):
        raise CodecError(f'value class "{name}" is gone. Drop this entry and run again.')
    return found


_FORMS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "bytes": lambda tree, _: bytes.fromhex(tree["hex"]),
    "tuple": lambda tree, tensors: tuple(_unpack(item, tensors) for item in tree["items"]),
    "dict": lambda tree, tensors: {key: _unpack(item, tensors) for key, item in tree["items"].items()},
    "enum": lambda tree, _: _class(tree["class"])(tree["value"]),
    "value": _value,
    "tensor": lambda tree, tensors: tensors[tree["name"]],
}
