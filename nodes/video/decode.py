"""Files of moving pictures to float frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.values import Video
from nodes.video import animation, stream
from nodes.video.film import Film, Size
from nodes.video.timing import schedule

if TYPE_CHECKING:
    import numpy as np
    import torch

    from engine import Context

SUFFIXES = (*animation.SUFFIXES, *stream.SUFFIXES)
"""Endings of the files that are read."""
MEMORY = 2**34
"""Bytes of the frames that are read, at most."""


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
        ValueRefused: It is none, is cut off, damaged or encrypted, or is too large.
    """
    opened = animation.opened if path.suffix.lower() in animation.SUFFIXES else stream.opened
    with opened(path, ctx) as film:
        places, rate = schedule(film.times, part.fps)
        wanted = places[part.first :: part.step][: part.count]
        if not wanted:
            raise ValueRefused(f"a first frame below {len(places)}", f"{part.first}")
        size = _within(film.size, part.side)
        _check_memory(size, len(wanted))
        frames = _frames(film, wanted, size, ctx)
    return Video(frames, rate / part.step)


def _check_memory(size: Size, frames: int) -> None:
    width, height = size
    taken = 16 * width * height * frames  # four channels of four bytes
    if taken > MEMORY:
        expected = f"frames of at most {MEMORY >> 30} GiB (set count, step, fps or side to take less)"
        raise ValueRefused(expected, f"{frames} of {width}×{height}: {taken / 2**30:.1f} GiB")


def _within(size: Size, side: int | None) -> Size:
    """Width and height, made smaller where the longer one is more than a side."""
    if side is None or max(size) <= side:
        return size
    width, height = (max(1, round(one * side / max(size))) for one in size)
    return width, height


def _frames(film: Film, wanted: Sequence[int], size: Size, ctx: Context) -> torch.Tensor:
    """Frames [1, F, H, W, C] in 0..1; each is decoded once, however often it is shown in a row."""
    runs = [(place, len([*same])) for place, same in groupby(wanted)]
    shades: list[np.ndarray] = []
    for done, (place, _) in enumerate(runs, 1):
        ctx.tick()
        shades.append(film.frame(place, size))
        ctx.progress(done, len(runs))
    return _floats(shades, [often for _, often in runs])


def _floats(shades: Sequence[np.ndarray], repeats: Sequence[int]) -> torch.Tensor:
    """[1, F, H, W, C] in 0..1; with alpha only if something can be seen through."""
    import numpy as np
    import torch

    channels = 4 if any(frame.shape[-1] == 4 and (frame[..., 3] < 255).any() for frame in shades) else 3
    result = torch.empty(1, sum(repeats), *shades[0].shape[:2], channels)
    place = 0
    for frame, times in zip(shades, repeats, strict=True):
        colours = torch.from_numpy(np.ascontiguousarray(frame[..., :channels]))
        result[0, place : place + times] = colours.float() / 255
        place += times
    return result
