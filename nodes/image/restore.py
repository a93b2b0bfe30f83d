"""Denoising, deblurring, brightening with a model that leaves the size as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.image.enlarge import Overlap, Tile, enlarged
from nodes.values import F, Image, Upscaler


@node("image.restore")
def restore(
    image: Image,
    restorer: OnDevice[Upscaler[F]],
    ctx: Context,
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0,
    tile: Tile = 512,
    overlap: Overlap = 64,
) -> Image:
    """Restore pictures with a model: against noise, blur, haze, darkness or JPEG's blocks, as it was trained.

    Args:
        image: The pictures.
        restorer: A model of factor 1 from ``load.upscaler``, such as NAFNet, SCUNet, DRUNet or FBCNN.
        ctx: Told of every tile, and shows the picture so far.
        strength: How much of the result is the model's: 0 leaves the pictures as they are.
        tile: Side of the squares that are worked on one by one, in pixels. Models that brighten or dehaze
            judge the whole picture: give them a tile that holds it.
        overlap: Pixels that a square sees of its neighbours.

    Raises:
        ValueRefused: The model enlarges.
    """
    import torch

    scale = restorer.model.descriptor.scale
    if scale != 1:
        raise ValueRefused(
            "a model that leaves the size (image.upscale takes others)", f"one that enlarges ×{scale}"
        )
    restored = enlarged(image.pixels, restorer, ctx, tile, overlap)
    return replace(image, pixels=torch.lerp(image.pixels, restored, strength))
