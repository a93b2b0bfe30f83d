"""Pictures to PNG files (PNG specification, third edition): the same bytes for the same picture and text."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import numpy as np
    from PIL.PngImagePlugin import PngInfo

    from nodes.values import Image

_COLOUR_TYPE = {1: 0, 3: 2, 4: 6}
_UP = 2


def encode(image: Image, text: dict[str, str]) -> list[bytes]:
    """One PNG file for each picture, in ``image.bits`` bits a channel; no times, no names of programs.

    Args:
        image: The pictures.
        text: Keyword → UTF-8 text, each an ``iTXt`` chunk in front of the pixels.

    Raises:
        ValueRefused: The pixels hold something that is not a number.
    """
    import torch

    pixels = image.pixels.detach().cpu()
    if not bool(torch.isfinite(pixels).all()):
        cure = "finite pixels (a model that overflows in float16 works in float32 or bfloat16)"
        raise ValueRefused(cure, "NaN or infinity")
    top = 2**image.bits - 1
    # NumPy has no silent conversion for what torch calls uint16 in all versions: int32 holds both depths
    values = (pixels.clamp(0, 1) * top).round().to(torch.int32).numpy()
    chunks = _chunks(text)
    write = _deep if image.bits == 16 else _shallow
    return [write(picture, chunks) for picture in values]


def _chunks(text: dict[str, str]) -> PngInfo:
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    for key, value in text.items():
        chunks.add_itxt(key, value)
    return chunks


def _shallow(values: np.ndarray, chunks: PngInfo) -> bytes:
    from PIL import Image as Pillow

    grey = values.shape[-1] == 1
    buffer = BytesIO()
    picture = Pillow.fromarray((values[..., 0] if grey else values).astype("uint8"))
    picture.save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def _deep(values: np.ndarray, chunks: PngInfo) -> bytes:
    """Write 16 bits a channel, which Pillow can't for colours."""
    import numpy as np

    height, width, channels = values.shape
    rows = values.astype(">u2").view("uint8").reshape(height, -1)
    # each row less the one above, byte by byte: gradients become runs that pack well
    filtered = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1]))
    lines = np.concatenate([np.full((height, 1), _UP, "uint8"), filtered], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPE[channels], 0, 0, 0)
    extra = [(chunk[0], chunk[1]) for chunk in chunks.chunks]
    body = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
