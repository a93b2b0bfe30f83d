"""Enlarging pictures with a model."""

from __future__ import annotations

from dataclasses import replace

from engine import Context, OnDevice, node
from nodes.image.enlarge import Factor, Overlap, Tile, enlarged
from nodes.values import F, Image, Upscaler


@node("image.upscale")
def upscale(
    image: Image,
    upscaler: OnDevice[Upscaler[F]],
    ctx: Context,
    factor: Factor | None = None,
    tile: Tile = 512,
    overlap: Overlap = 32,
) -> Image:
    """Enlarge pictures with a model. Alpha is enlarged on its own; 16-bit pictures keep their bits.

    Args:
        image: The pictures.
        upscaler: The model, from ``load.upscaler``.
        ctx: Told of every tile, and shows the picture so far.
        factor: How many times larger the result is; nothing = by the model's own factor. Another one is
            reached from there with a Lanczos filter.
        tile: Side of the squares that are worked on one by one, in pixels of the picture. Smaller ones need
            less memory and more time; when memory runs out, it is halved.
        overlap: Pixels that a square sees of its neighbours. Enough of them hide the seams: 32 makes compact
            models exact; large transformers want 64 and more.
    """
    return replace(image, pixels=enlarged(image.pixels, upscaler, ctx, tile, overlap, factor))
