"""What Stable Diffusion XL is told of the sizes of a picture beside its text."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from nodes.diffusion.extra import SIZES
from nodes.families.sdxl import BEAUTY
from nodes.values import Cond, Conditioning, F

Side = Annotated[int, Field(ge=1, le=16384)]
Offset = Annotated[int, Field(ge=0, le=16384)]


@node("conditioning.sizes")
def sizes(
    conditioning: Conditioning[F],
    width: Side = 1024,
    height: Side = 1024,
    left: Offset = 0,
    top: Offset = 0,
    target_width: Side = 1024,
    target_height: Side = 1024,
    beauty: Annotated[float, Field(ge=0, le=10)] = BEAUTY,
) -> Conditioning[F]:
    """Tell Stable Diffusion XL what size of picture to think of (arXiv 2307.01952, section 2.2).

    Without this it thinks of the size that is drawn, uncropped.

    Args:
        conditioning: A text's; what the positive one is told, the negative one is told unless it has its own.
        width: Width of the picture to think of: a small one looks blurred.
        height: Its height.
        left: Pixels that were cut off at its left.
        top: Pixels that were cut off at its top.
        target_width: Width that it was brought to.
        target_height: Height that it was brought to.
        beauty: Aesthetic score, for the refiner: 6 for what is wanted, 2.5 for what is not.
    """
    import torch

    said = [height, width, top, left, target_height, target_width, beauty]

    def told(cond: Cond) -> Cond:
        row = torch.tensor([said], dtype=cond.text().dtype).repeat(len(cond.text()), 1)
        return replace(cond, extra={**cond.extra, SIZES: row})

    return replace(conditioning, items=[told(cond) for cond in conditioning.items])
