"""What a drawn picture shows: the concept of the nearest training picture, and the main hue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.data.recolour import HUES, dominant_hue

if TYPE_CHECKING:
    import torch

CELLS = 32
CHUNK = 64


def colour_blind(pictures: torch.Tensor) -> torch.Tensor:
    """Describe pictures without their hues: by the largest and the smallest channel, which no hue changes.

    Args:
        pictures: float32 [B, 3, H, W] in 0..1.

    Returns:
        [B, 2 · 32 · 32].
    """
    import torch
    import torch.nn.functional as F

    ends = torch.stack([pictures.amax(1), pictures.amin(1)], 1)
    return F.adaptive_avg_pool2d(ends, CELLS).flatten(1)


def nearest(pictures: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Find the known picture, or its mirror image, that is nearest by the colour-blind distance.

    Args:
        pictures: float32 [B, 3, H, W] in 0..1.
        known: float32 [N, 3, H, W] in 0..1.

    Returns:
        int64 [B]: indices into `known`.
    """
    import torch

    table = torch.cat([colour_blind(side) for side in (known, known.flip(3))])
    found = [torch.cdist(colour_blind(some), table).argmin(1) for some in pictures.split(CHUNK)]
    return torch.cat(found) % len(known)


def main_colour(picture: torch.Tensor) -> str:
    """Name the colour whose hue is nearest to the dominant hue of a [3, H, W] picture."""
    hue = dominant_hue(picture.permute(1, 2, 0))
    return min(HUES, key=lambda name: abs((hue - HUES[name] + 180) % 360 - 180))
