"""Files of moving pictures to float frames: what Pillow reads, and WebM whose frames stand by themselves."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.values import Video
from nodes.video import matroska

if TYPE_CHECKING:
    import torch
    from PIL import Image as Pillow

    from engine import Context

SUFFIXES = (".webp", ".gif", ".png", ".apng", ".webm")
"""Endings of the files that are read."""
LARGEST = 2**26
"""Pixels of a frame at most: twice as many as in 8K. A damaged file of a few bytes may claim more."""
UNTIMED = 100.0
"""Milliseconds of a frame that says none, as browsers have it."""


@dataclass(frozen=True, slots=True)
class Film:
    """An opened file.

    Attributes:
        length: Number of its frames.
        frame: Place → the frame and for how many milliseconds it is shown.
    """

    length: int
    frame: Callable[[int], tuple[Pillow.Image, float]]


def read(path: Path, ctx: Context, first: int = 0, count: int | None = None) -> Video:
    """Read a moving picture. See ``nodes.video.files.load``.

    Raises:
        ValueRefused: It is none, is cut off, or holds what only a video library could read.
    """
    from PIL import Image as Pillow

    # of files that are cut off, Pillow's plugins raise all of these
    broken = (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error)
    try:
        with _opened(path) as film:
            shades, times = _frames(film, ctx, first, count)
    except (*broken, Pillow.DecompressionBombError) as error:
        raise ValueRefused("a whole moving picture (WebP, GIF, PNG, WebM)", f"{path.name}: {error}") from None
    repeats, fps = timing(times)
    return Video(_floats(shades, repeats), fps)


def timing(times: Sequence[float]) -> tuple[list[int], float]:
    """How often to show each frame, and how many frames a second that makes.

    Args:
        times: Milliseconds of each frame; those of 0 last ``UNTIMED``.

    Returns:
        Numbers of at least 1; the frames a second that keep the whole as long as it was.
    """
    lasting = [time if time > 0 else UNTIMED for time in times]
    shortest = min(lasting)
    repeats = [round(time / shortest) for time in lasting]
    return repeats, round(1000 * sum(repeats) / sum(lasting), 5)


@contextmanager
def _opened(path: Path) -> Iterator[Film]:
    from PIL import Image as Pillow

    if path.suffix.lower() == ".webm":
        yield _webm(path)
        return
    with Pillow.open(path) as picture:
        _check_size(picture)
        length = getattr(picture, "n_frames", 1)
        if length == 1:
            raise ValueRefused("a moving picture (image.load reads others)", f"{path.name}, a single picture")

        def frame(place: int) -> tuple[Pillow.Image, float]:
            picture.seek(place)
            picture.load()  # WebP tells only then how long a frame lasts
            return picture, float(picture.info.get("duration", 0))

        yield Film(length, frame)


def _check_size(picture: Pillow.Image) -> None:
    width, height = picture.size
    if width * height > LARGEST:
        raise ValueRefused(f"frames of at most {LARGEST:,} pixels", f"{width}×{height}")


def _webm(path: Path) -> Film:
    from PIL import Image as Pillow

    track = matroska.video_track(path.read_bytes(), path.name)

    def frame(place: int) -> tuple[Pillow.Image, float]:
        body = track.frames[place]
        chunk = b"WEBPVP8 " + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        picture = Pillow.open(io.BytesIO(b"RIFF" + struct.pack("<I", len(chunk)) + chunk))
        _check_size(picture)
        return picture, track.times[place]

    return Film(len(track.frames), frame)


def _frames(
    film: Film, ctx: Context, first: int, count: int | None
) -> tuple[list[torch.Tensor], list[float]]:
    """Frames [H, W, 4] of bytes, and the milliseconds of each."""
    import numpy as np
    import torch

    places = range(film.length)[first:][:count]
    if not places:
        raise ValueRefused(f"a first frame below {film.length}", f"{first}")
    shades, times = list[torch.Tensor](), list[float]()
    for done, place in enumerate(places, 1):
        picture, time = film.frame(place)
        shades.append(torch.from_numpy(np.array(picture.convert("RGBA"))))
        times.append(time)
        if shades[-1].shape != shades[0].shape:
            raise ValueRefused("frames of one size", f"another one in frame {place}")
        ctx.progress(done, len(places))
    return shades, times


def _floats(shades: list[torch.Tensor], repeats: list[int]) -> torch.Tensor:
    """[1, F, H, W, C] in 0..1; with alpha only if something can be seen through."""
    import torch

    channels = 4 if any(bool((frame[..., 3] < 255).any()) for frame in shades) else 3
    result = torch.empty(1, sum(repeats), *shades[0].shape[:2], channels)
    place = 0
    for frame, times in zip(shades, repeats, strict=True):
        result[0, place : place + times] = frame[..., :channels].float() / 255
        place += times
    return result
