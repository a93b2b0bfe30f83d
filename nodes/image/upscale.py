"""Enlarging pictures with a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.image.channels import alpha_of, colour_of, luminance, with_channels
from nodes.image.tiles import Window, windows
from nodes.values import F, Image, Upscaler

if TYPE_CHECKING:
    import torch

Enlarge = Callable[["torch.Tensor"], "torch.Tensor"]
SHOWN = 512
"""Pixels of the longer side, at least, of what is shown of an unfinished picture that is larger."""


@node("image.upscale")
def upscale(
    image: Image,
    upscaler: OnDevice[Upscaler[F]],
    ctx: Context,
    tile: Annotated[int, Field(ge=32, le=8192, multiple_of=8)] = 512,
    overlap: Annotated[int, Field(ge=0, le=512, multiple_of=4)] = 32,
) -> Image:
    """Enlarge pictures by the model's own factor. Alpha is enlarged on its own.

    Args:
        image: The pictures.
        upscaler: The model, from ``load.upscaler``.
        ctx: Told of every tile, and shows the picture so far.
        tile: Side of the squares that are worked on one by one, in pixels of the picture. Smaller ones need
            less memory and more time.
        overlap: Pixels that a square sees of its neighbours. Enough of them hide the seams: 32 makes compact
            models exact; large transformers want 64 and more.
    """
    import torch

    descriptor = upscaler.model.descriptor
    passes = [_passes(picture, descriptor.input_channels) for picture in image.pixels]
    grid = _grid(image, descriptor, tile, overlap)
    total = len(grid) * sum(map(len, passes))
    done = iter(range(1, total + 1))

    def enlarge(tensor: torch.Tensor) -> torch.Tensor:
        ctx.tick()
        batch = tensor[None].to(upscaler.device, descriptor.dtype).contiguous()
        enlarged = descriptor(batch)[0].float().cpu()
        ctx.progress(next(done), total)
        return enlarged

    pictures = [
        _joined(
            [_tiled(part, grid, descriptor.scale, enlarge, ctx) for part in parts], image.pixels.shape[-1]
        )
        for parts in passes
    ]
    return replace(image, pixels=torch.stack(pictures))


def _grid(image: Image, descriptor: Any, tile: int, overlap: int) -> list[tuple[Window, Window]]:
    """Rows and columns of the tiles; one for a model that cuts the picture up by itself."""
    from spandrel import ModelTiling

    _, height, width, _ = image.pixels.shape
    if descriptor.tiling is ModelTiling.INTERNAL:
        tile = max(height, width)
    return list(product(windows(height, tile, overlap), windows(width, tile, overlap)))


def _passes(picture: torch.Tensor, channels: int) -> list[torch.Tensor]:
    """What to send through the model, [channels, H, W] each, for a picture [H, W, C]."""
    if channels == 1:
        return list(picture.permute(2, 0, 1).split(1))
    if channels != 3:
        raise ValueRefused("an upscaler of 1 or 3 channels", f"one of {channels}")
    passes = [with_channels(colour_of(picture), 3)]
    if not bool((alpha_of(picture) == 1).all()):
        passes.append(alpha_of(picture).expand(-1, -1, 3))
    return [part.permute(2, 0, 1) for part in passes]


def _joined(parts: list[torch.Tensor], channels: int) -> torch.Tensor:
    """The enlarged picture [H, W, channels] from what came out of the passes."""
    import torch

    planes = [part.permute(1, 2, 0) for part in parts]
    if planes[0].shape[-1] == 1:
        return torch.cat(planes, dim=-1)
    if channels == 1:
        return luminance(planes[0])
    if channels == 3:
        return planes[0]
    alpha = luminance(planes[1]) if len(planes) > 1 else torch.ones_like(planes[0][..., :1])
    return torch.cat([planes[0], alpha], dim=-1)


def _tiled(
    whole: torch.Tensor, grid: list[tuple[Window, Window]], scale: int, enlarge: Enlarge, ctx: Context
) -> torch.Tensor:
    """Enlarge [C, H, W] tile by tile."""
    import torch

    if len(grid) == 1:
        return enlarge(whole)
    _, height, width = whole.shape
    total = torch.zeros(whole.shape[0], height * scale, width * scale)
    weight = torch.zeros(height * scale, width * scale)
    for rows, columns in grid:
        share = rows.weights(scale)[:, None] * columns.weights(scale)
        place = (
            slice(rows.start * scale, rows.stop * scale),
            slice(columns.start * scale, columns.stop * scale),
        )
        total[:, *place] += share * enlarge(whole[:, rows.start : rows.stop, columns.start : columns.stop])
        weight[place] += share
        ctx.preview(partial(_so_far, total, weight))
    return total / weight


def _so_far(total: torch.Tensor, weight: torch.Tensor) -> Image:
    """What is done of a picture, with fewer pixels; black where nothing is yet."""
    every = max(1, max(weight.shape) // SHOWN)
    part = total[:, ::every, ::every] / weight[::every, ::every].clamp(min=1e-6)
    return Image(part.permute(1, 2, 0)[None])
