"""Animated pictures, opened with Pillow."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.video.film import Film, Size, check_same, check_size

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as Pillow

    from engine import Context

SUFFIXES = (".webp", ".gif", ".png", ".apng")
"""Endings of the files that are read."""
BROKEN = (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error)
"""What Pillow's plugins raise of files that are cut off."""


@contextmanager
def opened(path: Path, ctx: Context) -> Iterator[Film]:
    """An animated WebP, GIF or PNG with its alpha.

    Raises:
        ValueRefused: It is none, is cut off, or is too large.
    """
    from PIL import Image as Pillow

    try:
        with Pillow.open(path) as picture:
            yield _film(picture, path.name, ctx)
    except (*BROKEN, Pillow.DecompressionBombError) as error:
        raise ValueRefused("a whole animated picture (WebP, GIF, PNG)", f"{path.name}: {error}") from None


def _film(picture: Pillow.Image, name: str, ctx: Context) -> Film:
    check_size(picture.size)
    length = getattr(picture, "n_frames", 1)
    if length == 1:
        raise ValueRefused("a moving picture (image.load reads others)", f"{name}, a single picture")

    def lasting(place: int) -> float:
        ctx.tick()
        picture.seek(place)
        picture.load()  # WebP tells only then how long a frame lasts
        return float(picture.info.get("duration", 0))

    def frame(place: int, size: Size) -> np.ndarray:
        picture.seek(place)
        picture.load()
        check_same(picture.size, film.size, place)
        return _fitted(picture.convert("RGBA"), size)

    film = Film(picture.size, [lasting(place) for place in range(length)], frame)
    return film


def _fitted(picture: Pillow.Image, size: Size) -> np.ndarray:
    import numpy as np
    from PIL import Image as Pillow

    return np.array(picture if size == picture.size else picture.resize(size, Pillow.Resampling.LANCZOS))
