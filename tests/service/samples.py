"""Files to send and to find, made of bytes: no library that could write them is asked."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from math import prod


def safetensors(shapes: Mapping[str, Sequence[int]], metadata: Mapping[str, str] | None = None) -> bytes:
    """A file of float32 zeros."""
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(end)


def png(width: int = 2, height: int = 2, text: bytes = b"", claimed: tuple[int, int] | None = None) -> bytes:
    """A black picture.

    Args:
        width: Its width.
        height: Its height.
        text: Compressed bytes of a text chunk.
        claimed: Width and height that it says it has.
    """
    header = struct.pack(">IIBBBBB", *(claimed or (width, height)), 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(3 * width)) * height)
    extra = _chunk(b"zTXt", b"note\0\0" + text) if text else b""
    body = (_chunk(b"IHDR", header), extra, _chunk(b"IDAT", rows), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
