"""Working on a picture in tiles whose borders don't show.

Along each axis the picture is cut into cores of about equal length. A window is a core with ``overlap`` more
pixels on either side, as far as the picture goes:

    picture  |----------------------------------------|
    cores    |      a      |      b     |      c      |
    windows  |----------------|
                       |------------------|
                                    |-----------------|

What a model makes of the outer three quarters of an overlap is thrown away, since it did not see what lies
beyond; over the inner quarter, on both sides of a core's border, one window fades into the next. The result
is exact where the overlap reaches 4/3 of the model's field of view; where it does not, no seam shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one axis, in pixels.

    Attributes:
        start: First pixel that is worked on.
        stop: End of what is worked on.
        core: First pixel that is its own.
        end: End of what is its own.
        fade: Half the length over which it fades into its neighbours.
    """

    start: int
    stop: int
    core: int
    end: int
    fade: int

    def weights(self, scale: int) -> torch.Tensor:
        """How much each enlarged pixel of the window counts, float32 [(stop - start) × scale].

        Those of all windows add up to 1 but for the last bit.
        """
        import torch

        # positions are told from either end of the core: with 24 bits for them, the sum would drift from 1
        steps = (torch.arange((self.stop - self.start) * scale, dtype=torch.float64) + 0.5) / scale
        weights = torch.ones_like(steps)
        if self.start < self.core:
            weights *= self._rise(steps + (self.start - self.core))
        if self.end < self.stop:
            weights *= self._rise((self.end - self.start) - steps)
        return weights.float()

    def _rise(self, inside: torch.Tensor) -> torch.Tensor:
        """From 0 to 1 across a border of the core, at some pixels inside of it."""
        if self.fade == 0:
            return (inside > 0).double()
        return ((inside + self.fade) / (2 * self.fade)).clamp(0, 1)


def windows(length: int, tile: int, overlap: int, step: int = 1) -> list[Window]:
    """Cut an axis into windows.

    Args:
        length: Pixels of the axis.
        tile: Largest core.
        overlap: Pixels that a window sees beyond its core, at least.
        step: Windows begin at multiples of it and end at such or with the axis, so that a model which cuts a
            picture up by itself cuts each where it would cut the whole.
    """
    count = -(-length // tile)
    inner = {round(length * place / count / step) * step for place in range(1, count)}
    borders = [0, *sorted(border for border in inner if 0 < border < length), length]
    fade = min(overlap // 4, min(b - a for a, b in pairwise(borders)) // 2)
    return [
        Window(
            max((core - overlap) // step * step, 0),
            min(-(-(end + overlap) // step) * step, length),
            core,
            end,
            fade,
        )
        for core, end in pairwise(borders)
    ]
