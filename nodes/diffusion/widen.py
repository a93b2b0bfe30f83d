"""Masks that reach into the neighbouring cells of a latent."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from nodes.values import Mask

NEIGHBOURS = [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
"""Which cells one in the middle takes with it: Kandinsky 2.2 was trained without two of the corners."""


@node("mask.widen_by_cells")
def widen_by_cells(mask: Mask, factor: Annotated[int, Field(ge=1, le=128)] = 8) -> Mask:
    """Widen a mask by one cell of the latent, as Kandinsky 2.2's inpainting model knows masks.

    Args:
        mask: At the size of the picture; 0.5 and more counts as 1.
        factor: Pixels per cell along a side.
    """
    import torch

    marked = (mask.pixels >= 0.5).to(torch.float32)[:, None]
    kernel = torch.tensor(NEIGHBOURS, device=marked.device)[None, None]
    reached = torch.nn.functional.conv2d(marked, kernel, padding=factor, dilation=factor)
    return replace(mask, pixels=(reached[:, 0] > 0).to(torch.float32))
