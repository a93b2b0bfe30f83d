"""An opened film, whatever reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import numpy as np

Size = tuple[int, int]
"""Width and height in pixels."""

LARGEST = 2**26
"""Pixels of a frame at most: twice as many as in 8K. A damaged file of a few bytes may claim more."""


@dataclass(frozen=True, slots=True)
class Film:
    """An opened file.

    Attributes:
        size: Of its frames, as they are shown.
        times: For how many milliseconds each frame is shown.
        frame: Place, and the size that it is brought to → uint8 [H, W, C], 0..255, sRGB; C is 3, or 4 with
            straight alpha. Places may not go back.
    """

    size: Size
    times: Sequence[float]
    frame: Callable[[int, Size], np.ndarray]


def check_size(size: Size) -> None:
    """Refuse frames that would fill the memory one by one.

    Raises:
        ValueRefused: A frame has more than ``LARGEST`` pixels.
    """
    width, height = size
    if width * height > LARGEST:
        raise ValueRefused(f"frames of at most {LARGEST:,} pixels", f"{width}×{height}")


def check_same(size: Size, first: Size, place: int) -> None:
    """Refuse a film whose frames differ in size.

    Raises:
        ValueRefused: One has another size than the first.
    """
    if size != first:
        raise ValueRefused("frames of one size", f"another one in frame {place}")
