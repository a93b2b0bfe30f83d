"""Which frame of a film to show when, so that all last equally long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from engine.errors import ValueRefused

LONGEST = 2**20
"""Frames of a film at most, twelve hours at 24 a second."""
UNTIMED = 100.0
"""Milliseconds of a frame that says none, as browsers have it."""


def schedule(times: Sequence[float], fps: float | None) -> tuple[list[int], float]:
    """Which frame of a file to show when, so that all last equally long.

    Args:
        times: Milliseconds of each frame; those of 0 last ``UNTIMED``.
        fps: Frames a second; None = as many as show the shortest frame once.

    Returns:
        The place of each frame; the frames a second that keep the whole as long as it was.

    Raises:
        ValueRefused: There are more than ``LONGEST``.
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


def _check_length(length: int) -> None:
    if length > LONGEST:
        raise ValueRefused(f"a film of at most {LONGEST:,} frames (set fps to take fewer)", f"{length:,}")
