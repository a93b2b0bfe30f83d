"""Mel spectrograms as pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.values import Image, Mel


@node("mel.draw")
def draw(mel: Mel, scale: Annotated[int, Field(ge=1, le=16)] = 4) -> Image:
    """Draw spectrograms: time from left to right, low tones at the bottom, the loudest white.

    Args:
        mel: The spectrograms.
        scale: Pixels of a side for each band and step.
    """
    low = mel.bands.amin((1, 2), keepdim=True)
    spread = (mel.bands.amax((1, 2), keepdim=True) - low).clamp(min=1e-6)
    cells = ((mel.bands - low) / spread).flip(1)
    return Image(cells.repeat_interleave(scale, 1).repeat_interleave(scale, 2)[..., None].contiguous())
