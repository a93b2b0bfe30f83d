"""Masks: from pictures and into them, drawn, combined, with hard or soft edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.blur import Sigma, blurred
from nodes.image.channels import alpha_of, colour_of, luminance, with_channels
from nodes.image.patterns import Side
from nodes.image.planes import Filter, resized
from nodes.values import Image, Mask

if TYPE_CHECKING:
    import torch

Channel = Literal["brightness", "alpha", "red", "green", "blue"]
Fraction = Annotated[float, Field(ge=0, le=1)]


@node("mask.from_image")
def from_image(image: Image, channel: Channel = "brightness") -> Mask:
    """Read a mask out of pictures.

    Args:
        image: The pictures.
        channel: What becomes the mask: 1 is white, opaque, or full of that colour.
    """
    pixels = image.pixels
    if channel == "alpha":
        return Mask(alpha_of(pixels)[..., 0])
    if channel == "brightness":
        return Mask(luminance(pixels)[..., 0])
    return Mask(with_channels(colour_of(pixels), 3)[..., ("red", "green", "blue").index(channel)])


@node("mask.to_image")
def to_image(mask: Mask) -> Image:
    """Show a mask as a grey picture.

    Args:
        mask: The mask; 1 becomes white.
    """
    return Image(mask.pixels[..., None])


@node("mask.to_alpha")
def to_alpha(image: Image, mask: Mask) -> Image:
    """Give pictures a mask as their alpha, in place of what they had.

    Args:
        image: The pictures.
        mask: 1 becomes opaque; one mask, or one for each picture.
    """
    import torch

    _check_size(image.pixels.shape[1:3], mask)
    colour = with_channels(colour_of(image.pixels), 3)
    alpha = mask.pixels[..., None].to(colour).expand(len(colour), -1, -1, -1)
    return replace(image, pixels=torch.cat([colour, alpha], dim=-1))


@node("mask.invert")
def invert(mask: Mask) -> Mask:
    """Swap what is edited and what is kept.

    Args:
        mask: The mask.
    """
    return Mask(1 - mask.pixels)


@node("mask.threshold")
def threshold(mask: Mask, level: Fraction = 0.5) -> Mask:
    """Make every pixel 0 or 1.

    Args:
        mask: The mask.
        level: Least value that becomes 1.
    """
    return Mask((mask.pixels >= level).to(mask.pixels))


@node("mask.grow")
def grow(mask: Mask, pixels: Annotated[int, Field(ge=-512, le=512)] = 8) -> Mask:
    """Make a mask larger on every side, by squares.

    Args:
        mask: The mask.
        pixels: How far; negative numbers make it smaller.
    """
    from torch.nn.functional import max_pool2d

    reach, sign = abs(pixels), 1 if pixels >= 0 else -1
    values = mask.pixels[:, None] * sign
    # a square is a line along each axis, at a fraction of the work
    for kernel in ((2 * reach + 1, 1), (1, 2 * reach + 1)):
        values = max_pool2d(values, kernel, stride=1, padding=(kernel[0] // 2, kernel[1] // 2))
    return Mask(values[:, 0] * sign)


@node("mask.feather")
def feather(mask: Mask, sigma: Sigma = 4.0) -> Mask:
    """Make the edges of a mask soft.

    Args:
        mask: The mask.
        sigma: Standard deviation of the blur in pixels.
    """
    return Mask(blurred(mask.pixels[..., None], sigma)[..., 0])


@node("mask.resize")
def resize(mask: Mask, width: Side = 512, height: Side = 512, filter: Filter = "bilinear") -> Mask:
    """Change the size of a mask.

    Args:
        mask: The mask.
        width: New width in pixels.
        height: New height in pixels.
        filter: ``nearest`` keeps hard edges hard.
    """
    return Mask(resized(mask.pixels[..., None], width, height, filter)[..., 0])


@node("mask.combine")
def combine(
    a: Mask, b: Mask, how: Literal["union", "intersection", "difference", "exclusion"] = "union"
) -> Mask:
    """Join two masks of one size.

    Args:
        a: One mask.
        b: The other.
        how: In one of them, in both, in ``a`` but not ``b``, or in just one.
    """
    _check_size(a.pixels.shape[1:], b)
    x, y = a.pixels, b.pixels.to(a.pixels)
    joined = {
        "union": x.maximum(y),
        "intersection": x.minimum(y),
        "difference": x.minimum(1 - y),
        "exclusion": (x - y).abs(),
    }
    return Mask(joined[how])


@node("mask.shape")
def shape(
    width: Side = 512,
    height: Side = 512,
    form: Literal["rectangle", "ellipse"] = "rectangle",
    left: Fraction = 0.25,
    top: Fraction = 0.25,
    right: Fraction = 0.75,
    bottom: Fraction = 0.75,
) -> Mask:
    """Draw a mask whose inside is 1. Sides are given as fractions, so the mask fits pictures of every size.

    Args:
        width: Width of the mask in pixels.
        height: Height of the mask in pixels.
        form: The shape that the four sides enclose.
        left: Left side, 0 at the left of the mask and 1 at its right.
        top: Upper side, 0 at the top of the mask and 1 at its bottom.
        right: Right side, beyond ``left``.
        bottom: Lower side, beyond ``top``.
    """
    import torch

    if left >= right or top >= bottom:
        got = f"left {left:g}, right {right:g}, top {top:g}, bottom {bottom:g}"
        raise ValueRefused("left before right and top before bottom", got)
    across = (torch.arange(width) + 0.5) / width
    down = (torch.arange(height) + 0.5)[:, None] / height
    if form == "rectangle":
        inside = (across >= left) & (across < right) & (down >= top) & (down < bottom)
    else:
        x = (across - (left + right) / 2) / (right - left)
        y = (down - (top + bottom) / 2) / (bottom - top)
        inside = x**2 + y**2 <= 0.25
    return Mask(inside[None].float())


def _check_size(expected: torch.Size, mask: Mask) -> None:
    height, width = mask.pixels.shape[1:]
    if (height, width) != tuple(expected):
        raise ValueRefused(f"a mask of {expected[1]}×{expected[0]} (resize it)", f"one of {width}×{height}")
