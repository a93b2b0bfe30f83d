"""Files of moving pictures to float frames: what Pillow reads, and WebM whose frames stand by themselves."""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, groupby
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
LONGEST = 2**16
"""Frames of a film at most, three quarters of an hour at 24 a second."""
MEMORY = 2**34
"""Bytes of the frames that are read, at most."""
UNTIMED = 100.0
"""Milliseconds of a frame that says none, as browsers have it."""


@dataclass(frozen=True, slots=True)
class Film:
    """An opened file.

    Attributes:
        size: Width and height of its first frame.
        times: For how many milliseconds each frame is shown.
        frame: Place → the frame.
    """

    size: tuple[int, int]
    times: Sequence[float]
    frame: Callable[[int], Pillow.Image]


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken of a film, counted in its frames once these last equally long.

    Attributes:
        first: Place of the first frame.
        count: How many at most; None = to the end.
        step: Every which one.
        fps: Frames a second that it is brought to before; None = its own.
        side: Pixels of the longer side at most, from which on frames are made smaller; None = as they are.
    """

    first: int = 0
    count: int | None = None
    step: int = 1
    fps: float | None = None
    side: int | None = None


def read(path: Path, ctx: Context, part: Part) -> Video:
    """Read a moving picture. See ``nodes.video.files.load``.

    Raises:
        ValueRefused: It is none, is cut off, holds what only a video library could read, or is too large.
    """
    from PIL import Image as Pillow

    # of files that are cut off, Pillow's plugins raise all of these
    broken = (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error)
    try:
        with _opened(path, ctx) as film:
            places, rate = schedule(film.times, part.fps)
            wanted = places[part.first :: part.step][: part.count]
            if not wanted:
                raise ValueRefused(f"a first frame below {len(places)}", f"{part.first}")
            _check_memory(film.size, len(wanted), part.side)
            frames = _frames(film, wanted, ctx, part.side)
    except (*broken, Pillow.DecompressionBombError) as error:
        raise ValueRefused("a whole moving picture (WebP, GIF, PNG, WebM)", f"{path.name}: {error}") from None
    return Video(frames, rate / part.step)


def schedule(times: Sequence[float], fps: float | None) -> tuple[list[int], float]:
    """Which frame of a file to show when, so that all last equally long.

    Args:
        times: Milliseconds of each frame; those of 0 last ``UNTIMED``.
        fps: Frames a second; None = as many as show the shortest frame once.

    Returns:
        The place of each frame; the frames a second that keep the whole as long as it was.
    """
    if fps is None:
        repeats, rate = timing(times)
        _check_length(sum(repeats))
        return [place for place, often in enumerate(repeats) for _ in range(often)], rate
    ends = [end / 1000 for end in accumulate(time if time > 0 else UNTIMED for time in times)]
    length = max(1, round(ends[-1] * fps))
    _check_length(length)
    # asked for the middle of each, so that the roundings of a file's times don't tell
    shown = (bisect_right(ends, (place + 0.5) / fps) for place in range(length))
    return [min(place, len(ends) - 1) for place in shown], fps


def _check_length(length: int) -> None:
    if length > LONGEST:
        raise ValueRefused(f"a film of at most {LONGEST:,} frames (set fps to take fewer)", f"{length:,}")


def _check_memory(size: tuple[int, int], frames: int, side: int | None) -> None:
    width, height = _within(size, side)
    taken = 16 * width * height * frames  # four channels of four bytes
    if taken > MEMORY:
        expected = f"frames of at most {MEMORY >> 30} GiB (set count, step, fps or side to take less)"
        raise ValueRefused(expected, f"{frames} of {width}×{height}: {taken / 2**30:.1f} GiB")


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
def _opened(path: Path, ctx: Context) -> Iterator[Film]:
    from PIL import Image as Pillow

    if path.suffix.lower() == ".webm":
        yield _webm(path)
        return
    with Pillow.open(path) as picture:
        _check_size(picture)
        length = getattr(picture, "n_frames", 1)
        if length == 1:
            raise ValueRefused("a moving picture (image.load reads others)", f"{path.name}, a single picture")

        def frame(place: int) -> Pillow.Image:
            ctx.tick()
            picture.seek(place)
            picture.load()  # WebP tells only then how long a frame lasts
            return picture

        times = [float(frame(place).info.get("duration", 0)) for place in range(length)]
        yield Film(picture.size, times, frame)


def _check_size(picture: Pillow.Image) -> None:
    width, height = picture.size
    if width * height > LARGEST:
        raise ValueRefused(f"frames of at most {LARGEST:,} pixels", f"{width}×{height}")


def _webm(path: Path) -> Film:
    from PIL import Image as Pillow

    track = matroska.video_track(path.read_bytes(), path.name)

    def frame(place: int) -> Pillow.Image:
        body = track.frames[place]
        chunk = b"WEBPVP8 " + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        picture = Pillow.open(io.BytesIO(b"RIFF" + struct.pack("<I", len(chunk)) + chunk))
        _check_size(picture)
        return picture

    return Film(frame(0).size, track.times, frame)


def _frames(film: Film, wanted: Sequence[int], ctx: Context, side: int | None) -> torch.Tensor:
    """Frames [1, F, H, W, C] in 0..1; each is decoded once, however often it is shown in a row."""
    import numpy as np
    import torch

    runs = [(place, len([*same])) for place, same in groupby(wanted)]
    shades = list[torch.Tensor]()
    for done, (place, _) in enumerate(runs, 1):
        picture = film.frame(place)
        if picture.size != film.size:
            raise ValueRefused("frames of one size", f"another one in frame {place}")
        shades.append(torch.from_numpy(np.array(_fitted(picture.convert("RGBA"), side))))
        ctx.progress(done, len(runs))
    return _floats(shades, [often for _, often in runs])


def _fitted(picture: Pillow.Image, side: int | None) -> Pillow.Image:
    from PIL import Image as Pillow

    size = _within(picture.size, side)
    return picture if size == picture.size else picture.resize(size, Pillow.Resampling.LANCZOS)


def _within(size: tuple[int, int], side: int | None) -> tuple[int, int]:
    """Width and height, made smaller where the longer one is more than a side."""
    if side is None or max(size) <= side:
        return size
    width, height = (max(1, round(one * side / max(size))) for one in size)
    return width, height


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
