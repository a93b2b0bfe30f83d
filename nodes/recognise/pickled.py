"""The files that ``torch.save`` writes: a zip archive around a pickle; until 2020, pickles in a row.

Neither torch nor Python's unpickler reads them here; see ``opcodes``.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from nodes.checkpoints.header import BITS, Entry
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.contents import Contents
from nodes.recognise.opcodes import Foreign, Plain, Storage, read_pickle

T = TypeVar("T")
EXPECTED = "tensors and plain data, whole"
CURE = "Download it again, or take the .safetensors of the same model."
LARGEST = 64 * 2**20
"""Bytes of a pickle at most; a large checkpoint's has less than one hundredth."""
MAGIC = 0x1950A86A20F9469CFC6C
"""The number that the older form begins with."""
WRAPPERS = ("state_dict", "params_ema", "params-ema", "params", "model_state_dict", "model", "g_ema", "net")
"""Names under which a training keeps the weights themselves, beside its own state."""


def read_pickled(path: Path, place: str) -> Contents:
    """Read what a ``.ckpt``, ``.pth``, ``.pt`` or ``.bin`` holds, so that nothing in it is run.

    Raises:
        CheckpointRefused: It is cut short, or holds more than tensors and plain data.
    """
    tree = read_tree(path, place).tree
    if isinstance(tree, Entry):
        tree = {"": tree}
    if not isinstance(tree, dict):
        raise CheckpointRefused(place, "tensors by name", f"a {type(tree).__name__}", CURE)
    entries = dict(named(tree, Entry))
    plain = {name: value for name, value in tree.items() if isinstance(value, (str, int, float))}
    return Contents(entries, plain={str(name): value for name, value in plain.items()})


def read_tree(path: Path, place: str) -> Plain:
    """Read how a file's tensors and plain data lie in dicts and lists.

    Raises:
        CheckpointRefused: It is cut short, or holds more than tensors and plain data.
    """
    try:
        with path.open("rb") as file:
            start = file.read(512)
            file.seek(0)
            return _zipped(file) if start.startswith(b"PK\x03\x04") else _bare(file, start)
    except Foreign as error:
        got = f"a pickle that asks for {str(error)[:100]}"
        raise CheckpointRefused(place, EXPECTED, got, CURE) from None
    except (ValueError, zipfile.BadZipFile, RuntimeError, EOFError, struct.error) as error:
        raise CheckpointRefused(place, EXPECTED, str(error)[:200] or "a damaged file", CURE) from None


def _zipped(file: BinaryIO) -> Plain:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        size = file.seek(0, 2)
        names = [member.filename for member in members]
        if any("/code/" in name or name.endswith("/constants.pkl") for name in names):
            raise ValueError("a TorchScript program")
        if sum(member.file_size for member in members) > size:
            raise ValueError("an archive that unpacks to more than it is")
        pickles = [member for member in members if member.filename.endswith("/data.pkl")]
        packed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
        if packed or len(pickles) != 1 or len(set(names)) < len(names):
            raise ValueError("a zip archive that torch.save did not write")
        if pickles[0].file_size > LARGEST:
            raise ValueError(f"a pickle of {pickles[0].file_size:,} bytes")
        found = read_pickle(BytesIO(archive.read(pickles[0])))
    folder = pickles[0].filename.removesuffix("data.pkl")
    sizes = {member.filename: member.file_size for member in members}
    for storage in found.storages.values():
        if sizes.get(f"{folder}data/{storage.key}", -1) < _bytes(storage):
            raise ValueError(f"too few bytes of the tensor {storage.key[:80]}: the file is cut short")
    return found


def _bare(file: BinaryIO, start: bytes) -> Plain:
    if start[257:262] == b"ustar":
        raise ValueError("a tar archive, as torch.save wrote them until 2017")
    if start[8:9] == b"{" or start.startswith(b"GGUF"):
        raise ValueError("a file of safetensors or GGUF with another ending")
    if not start.startswith(b"\x80"):
        raise ValueError("bytes that do not begin as a file of torch.save")
    limited = _Limited(file)
    if read_pickle(limited).tree != MAGIC:
        raise ValueError("a pickle that torch.save did not write")
    for _ in range(2):  # version, and sizes of C's types
        read_pickle(limited)
    found = read_pickle(limited)
    keys = read_pickle(limited).tree
    if not isinstance(keys, list) or not set(keys) >= found.storages.keys():
        raise ValueError("tensors whose bytes are missing: the file is cut short")
    needed = file.tell() + sum(8 + _bytes(storage) for storage in found.storages.values())
    if file.seek(0, 2) < needed:
        raise ValueError(f"a file cut short before {needed} bytes")
    return found


class _Limited:
    """A file read no further than pickles may go, and never asked for more than that at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, self._left()))

    def readline(self) -> bytes:
        return self._file.readline(self._left())

    def _left(self) -> int:
        return max(0, LARGEST - self._file.tell())


def _bytes(storage: Storage) -> int:
    return storage.count * BITS[storage.dtype] // 8


def named(tree: Any, tensor: type[T]) -> Iterator[tuple[str, T]]:
    """The tensors of nested dicts and lists, by names joined with dots; what is found twice counts once.

    Args:
        tree: What a file holds. Where a training keeps the weights beside its own state, they alone count.
        tensor: Class of tensors.
    """
    waiting: list[tuple[str, Any]] = [("", _unwrapped(tree, tensor) if isinstance(tree, dict) else tree)]
    seen: set[int] = set()
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, tensor):
            yield name, value
        elif isinstance(value, (dict, list)) and id(value) not in seen and len(name) < 1000:
            seen.add(id(value))
            items = value.items() if isinstance(value, dict) else enumerate(value)
            inner = [(f"{name}.{key}" if name else str(key), item) for key, item in items]
            waiting += reversed(inner)


def _unwrapped(tree: Mapping[Any, Any], tensor: type[Any]) -> Mapping[Any, Any]:
    for wrapper in WRAPPERS:
        inner = tree.get(wrapper)
        if isinstance(inner, dict) and any(isinstance(value, tensor) for value in inner.values()):
            return inner
    return tree
