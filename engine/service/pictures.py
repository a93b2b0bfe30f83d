"""Pictures of pictures: small ones to look at, and what differs between two."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import KnotworkError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
PIXELS = 2**26
"""A picture with more is not opened: a small file can claim to be larger than any memory."""
DAMAGED = (OSError, ValueError, SyntaxError, EOFError)
"""What Pillow raises for a file that it can't read."""


class NotAPicture(KnotworkError):
    """A file that can't be shown as a picture."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How two pictures of one size differ.

    Attributes:
        mean: Mean difference of a channel's values, 0..1.
        greatest: Greatest difference, 0..1.
        picture: PNG file of the differences, brightened so that the greatest is white; black where equal.
    """

    mean: float
    greatest: float
    picture: bytes


def small(file: Path | bytes, size: int) -> bytes:
    """A small WebP picture of a file.

    Args:
        file: The file, or its bytes.
        size: Pixels of the longer side at most.

    Raises:
        NotAPicture: The file holds none, is damaged, or claims too many pixels.
    """
    picture = opened(file)
    picture.thumbnail((size, size))
    shown = io.BytesIO()
    picture.save(shown, "WEBP", quality=85, method=2)
    return shown.getvalue()


def difference(one: Path, other: Path) -> Difference | None:
    """Compare two picture files; None when they differ in size.

    Raises:
        NotAPicture: See ``small``.
    """
    import numpy as np
    from PIL import Image

    first, second = opened(one), opened(other)
    if first.size != second.size:
        return None
    mode = "RGBA" if "A" in first.mode + second.mode else "RGB"
    values = [np.asarray(picture.convert(mode), dtype=np.int16) for picture in (first, second)]
    apart = np.abs(values[0] - values[1])
    greatest = int(apart.max())
    shown = (apart.max(axis=-1) * (255 / max(greatest, 1))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "PNG")
    return Difference(float(apart.mean()) / 255, greatest / 255, file.getvalue())


def opened(file: Path | bytes) -> Image:
    """A file's picture, upright, in 8 bits a channel: grey, RGB or RGBA.

    Raises:
        NotAPicture: See ``small``.
    """
    from PIL import Image, ImageOps

    name = file.name if isinstance(file, Path) else "picture"
    try:
        with Image.open(file if isinstance(file, Path) else io.BytesIO(file), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS:
                size = f"{picture.width} × {picture.height}"
                raise NotAPicture(f"{name}: expected at most {PIXELS} pixels, got {size}. Scale it down.")
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            return _in_bytes(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *DAMAGED) as error:
        got = f"{str(error)[:80]}. Fetch the file itself."
        raise NotAPicture(f"{name}: expected a picture file, got: {got}") from None


def _in_bytes(picture: Image) -> Image:
    if picture.mode.startswith("I"):  # 16 bits a channel, which converting would cut off instead of scaling
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in {"L", "RGB", "RGBA"}:
        return picture.copy()
    return picture.convert("RGBA" if "A" in picture.mode or "transparency" in picture.info else "RGB")
