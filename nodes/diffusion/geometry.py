"""Where a latent's cells are: cut out, put in, turned, enlarged.

Places and sizes are in pixels, as everywhere; they have to be whole cells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.diffusion.latent import SizeRefused
from nodes.values import F, Latent

if TYPE_CHECKING:
    import torch

Place = Annotated[int, Field(ge=0, le=16384)]
Offset = Annotated[int, Field(ge=-16384, le=16384)]
Side = Annotated[int, Field(ge=1, le=16384)]
Method = Literal["nearest", "bilinear", "bicubic", "area"]


@node("latent.crop")
def crop(latent: Latent[F], x: Place = 0, y: Place = 0, width: Side = 512, height: Side = 512) -> Latent[F]:
    """Cut a rectangle out.

    Args:
        latent: The latent.
        x: Left side of the rectangle in pixels of the picture; like the others, a multiple of a cell.
        y: Top of the rectangle in pixels.
        width: Width of the rectangle in pixels; it must lie within the picture.
        height: Height of the rectangle in pixels.
    """
    left, top, wide, tall = _cells(latent, x=x, y=y, width=width, height=height)
    rows, columns = latent.samples.shape[-2:]
    if left + wide > columns or top + tall > rows:
        size = f"{columns * latent.factor}×{rows * latent.factor}"
        raise ValueRefused(f"a rectangle within the picture's {size}", f"{width}×{height} at ({x}, {y})")
    return replace(latent, samples=latent.samples[..., top : top + tall, left : left + wide].contiguous())


@node("latent.paste")
def paste(base: Latent[F], layer: Latent[F], x: Offset = 0, y: Offset = 0, feather: Place = 0) -> Latent[F]:
    """Put a smaller latent into a larger one. What juts out is cut off.

    Args:
        base: The latent below; the result has its size.
        layer: The latent above, one for each of ``base`` or one for all.
        x: Left side of the layer in pixels of the picture; like the others, a multiple of a cell.
        y: Top of the layer in pixels.
        feather: Width in pixels over which the layer's edges fade in, but for those on the picture's border.
    """
    import torch

    left, top, soft = _cells(base, x=x, y=y, feather=feather)
    samples, above = base.samples, layer.samples.to(base.samples)
    if samples.shape[1:-2] != above.shape[1:-2] or len(above) not in (1, len(samples)):
        got = f"{list(above.shape)} into {list(samples.shape)}"
        raise ValueRefused("a layer with the base's channels, frames and batch, or one for all", got)
    rows, row_fade = _span(top, above.shape[-2], samples.shape[-2], soft)
    columns, column_fade = _span(left, above.shape[-1], samples.shape[-1], soft)
    shown = above[..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    fade = (row_fade[:, None] * column_fade).to(samples)
    result = samples.contiguous().clone()
    result[..., rows, columns] = torch.lerp(samples[..., rows, columns], shown, fade)
    return replace(base, samples=result)


def _span(start: int, length: int, total: int, soft: int) -> tuple[slice, torch.Tensor]:
    """The part of a side on which a layer lies, and how much of the layer shows in each of its cells."""
    import torch

    begin = max(start, 0)
    end = max(begin, min(start + length, total))
    places = torch.arange(begin, end)
    fade = torch.ones(end - begin)
    if soft and start > 0:
        fade *= ((places - start + 1) / soft).clamp(max=1)
    if soft and start + length < total:
        fade *= ((start + length - places) / soft).clamp(max=1)
    return slice(begin, end), fade


@node("latent.flip")
def flip(latent: Latent[F], direction: Literal["horizontal", "vertical", "both"] = "horizontal") -> Latent[F]:
    """Mirror latents.

    Args:
        latent: The latents.
        direction: ``horizontal`` swaps left and right, ``vertical`` top and bottom.
    """
    axes = {"horizontal": [-1], "vertical": [-2], "both": [-2, -1]}[direction]
    return replace(latent, samples=latent.samples.flip(axes).contiguous())


@node("latent.rotate")
def rotate(latent: Latent[F], quarters: Annotated[int, Field(ge=0, le=3)] = 1) -> Latent[F]:
    """Turn latents clockwise.

    Args:
        latent: The latents.
        quarters: How many quarters of a turn.
    """
    import torch

    return replace(latent, samples=torch.rot90(latent.samples, -quarters, (-2, -1)).contiguous())


@node("latent.resize")
def resize(latent: Latent[F], width: Side = 512, height: Side = 512, method: Method = "bicubic") -> Latent[F]:
    """Change the size of latents, and with it that of the pictures.

    Args:
        latent: The latents.
        width: New width of the picture in pixels; like the height, a multiple of a cell.
        height: New height of the picture in pixels.
        method: ``nearest`` keeps hard cells; ``area`` averages, which is best for making them smaller.
    """
    wide, tall = _cells(latent, width=width, height=height)
    return _resized(latent, wide, tall, method)


@node("latent.upscale")
def upscale(
    latent: Latent[F], factor: Annotated[float, Field(ge=0.01, le=16)] = 2.0, method: Method = "bicubic"
) -> Latent[F]:
    """Enlarge latents, for a second run at a strength below 1 that draws the detail in ("hires fix").

    Args:
        latent: The latents.
        factor: New size divided by the old one; rounded to whole cells.
        method: ``nearest`` keeps hard cells; ``area`` averages, which is best for making them smaller.
    """
    rows, columns = latent.samples.shape[-2:]
    return _resized(latent, max(1, round(columns * factor)), max(1, round(rows * factor)), method)


def _resized(latent: Latent[F], wide: int, tall: int, method: Method) -> Latent[F]:
    import torch

    samples = latent.samples
    mode = "nearest-exact" if method == "nearest" else method
    planes = samples.reshape(-1, 1, *samples.shape[-2:])
    made = torch.nn.functional.interpolate(planes, size=(tall, wide), mode=mode)
    return replace(latent, samples=made.reshape(*samples.shape[:-2], tall, wide).contiguous())


def _cells(latent: Latent[Any], **pixels: int) -> list[int]:
    """Pixels of the picture as cells of a latent."""
    for name, value in pixels.items():
        if value % latent.factor:
            cure = f"Choose a multiple of {latent.factor}."
            raise SizeRefused(f"{name}: expected whole cells of {latent.factor} pixels, got {value}. {cure}")
    return [value // latent.factor for value in pixels.values()]
