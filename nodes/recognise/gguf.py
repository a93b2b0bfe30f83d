"""The header of a GGUF file: its metadata, and names, kinds and shapes of its tensors.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The reader of the package ``gguf`` maps
the whole file and trusts the counts in it; here every count is held against the bytes that are left.
"""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from nodes.checkpoints.header import DIMENSIONS, Entry
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.contents import Contents

VERSIONS = (2, 3)
KEPT = 64
"""Items of an array that are kept; vocabularies are longer, and nobody asks for them here."""
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Type of a value → how ``struct`` calls it."""
STRING, ARRAY = 8, 9
ORIGINAL_SHAPE = "comfy.gguf.orig_shape."
"""Key under which city96's conversion keeps the shape of a tensor that it had to flatten."""


def read_gguf(path: Path, place: str) -> Contents:
    """Read what a GGUF file holds, without its weights.

    Raises:
        CheckpointRefused: It is no GGUF file, or cut short.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, path.stat().st_size).contents()
    except (ValueError, struct.error) as error:
        cure = "Download it again."
        raise CheckpointRefused(place, "a whole GGUF file", str(error), cure) from None


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def contents(self) -> Contents:
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

        if self._take(4) != b"GGUF":
            raise ValueError("bytes that do not begin as one")
        version = self._number("I")
        if version not in VERSIONS:
            raise ValueError(f"version {version}; known are {' and '.join(map(str, VERSIONS))}")
        tensors, pairs = self._count(24), self._count(13)
        metadata = dict(self._pair() for _ in range(pairs))
        if len(metadata) < pairs:
            raise ValueError("a key that is there twice")
        entries: dict[str, Entry] = {}
        spans: list[tuple[int, int, str]] = []
        for _ in range(tensors):
            name, shape, kind, offset = self._tensor()
            if name in entries:
                raise ValueError(f"tensor {name[:80]!r} twice")
            block, size = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
            length, rest = divmod(prod(shape), block)
            if rest:
                raise ValueError(f"tensor {name[:80]!r} with a piece of a block of {block}")
            spans.append((offset, offset + length * size, name))
            entries[name] = Entry(GGMLQuantizationType(kind).name, _original(metadata, name, shape))
        self._check(spans, metadata.get("general.alignment", 32))
        bits = {kind.name: size * 8 / block for kind, (block, size) in GGML_QUANT_SIZES.items()}
        return Contents(entries, metadata, bits=bits)

    def _check(self, spans: list[tuple[int, int, str]], alignment: Any) -> None:
        if type(alignment) is not int or not 0 < alignment <= 2**20:
            raise ValueError("an alignment that is none")
        start = -(-self._file.tell() // alignment) * alignment
        end = 0
        for offset, stop, name in sorted(spans):
            if offset < end or offset % alignment:
                raise ValueError(f"tensor {name[:80]!r} that lies over another or off the grid")
            end = stop
        if start + end > self._size:
            raise ValueError(f"{self._size} bytes of {start + end}: the file is cut short")

    def _tensor(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._text()
        dimensions = self._number("I")
        if dimensions > DIMENSIONS:
            raise ValueError(f"tensor {name[:80]!r} of {dimensions} dimensions")
        shape = tuple(self._number("Q") for _ in range(dimensions))
        kind, offset = self._number("I"), self._number("Q")
        return name, shape[::-1], kind, offset  # the fastest dimension comes first in a file

    def _pair(self) -> tuple[str, Any]:
        return self._text(), self._value(self._number("I"))

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._text()
        if kind != ARRAY:
            return self._number(_scalar(kind))
        inner = self._number("I")
        if inner == ARRAY:
            raise ValueError("an array of arrays")
        if inner == STRING:
            texts = (self._text() for _ in range(self._count(8)))
            return [text for index, text in enumerate(texts) if index < KEPT]
        width = struct.calcsize(_scalar(inner))
        count = self._count(width)
        kept = [self._number(_scalar(inner)) for _ in range(min(count, KEPT))]
        self._file.seek((count - len(kept)) * width, 1)
        return kept

    def _text(self) -> str:
        return self._take(self._count(1)).decode(errors="replace")

    def _count(self, width: int) -> int:
        """How many things of some bytes each follow, at least."""
        count = self._number("Q")
        left = self._size - self._file.tell()
        if count * width > left:
            raise ValueError(f"a count of {count}, which {left} bytes can't hold")
        return count

    def _number(self, form: str) -> Any:
        return struct.unpack(f"<{form}", self._take(struct.calcsize(f"<{form}")))[0]

    def _take(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise ValueError(f"{self._size} bytes that end within its header")
        return data


def _scalar(kind: int) -> str:
    if kind not in SCALARS:
        raise ValueError(f"a value of the unknown type {kind}")
    return SCALARS[kind]


def _original(metadata: dict[str, Any], name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    kept = metadata.get(ORIGINAL_SHAPE + name)
    if isinstance(kept, list) and all(type(size) is int and size >= 0 for size in kept):
        sizes = tuple(kept)
        return sizes if prod(sizes) == prod(shape) else shape
    return shape
