"""Pictures whose content is stirred, for a ControlNet that keeps colours and style alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Rng, Seed, node
from nodes.control.picture import seen
from nodes.values import Image


@node("control.shuffle")
def shuffle(image: Image, scale: Annotated[int, Field(ge=8, le=4096)] = 256, seed: Seed = 0) -> Image:
    """Stir pictures: each pixel is fetched from a place that smooth noise tells.

    Args:
        image: The pictures; what lies behind them is black. All of a batch are stirred alike.
        scale: Size of the swirls in pixels.
        seed: Equal seeds stir alike on every device.
    """
    import torch
    from torch.nn.functional import grid_sample, interpolate

    pixels = seen(image)
    count, height, width, _ = pixels.shape
    generator = Rng.seeded(seed).generator()
    coarse = torch.rand(1, 2, height // scale + 3, width // scale + 3, generator=generator)
    flow = interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    low, high = flow.amin((2, 3), keepdim=True), flow.amax((2, 3), keepdim=True)
    places = ((flow - low) / (high - low) * 2 - 1).permute(0, 2, 3, 1)
    stirred = grid_sample(
        pixels.permute(0, 3, 1, 2), places.to(pixels.device).expand(count, -1, -1, -1), align_corners=True
    )
    return Image(stirred.permute(0, 2, 3, 1).clamp(0, 1).contiguous())
