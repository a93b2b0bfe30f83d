"""How bright, colourful and contrasting pictures are. Alpha stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.channels import alpha_of, colour_of, luminance
from nodes.values import Image

if TYPE_CHECKING:
    import torch

Amount = Annotated[float, Field(ge=0, le=10)]
Level = Annotated[float, Field(ge=0, le=1)]
Gamma = Annotated[float, Field(ge=0.05, le=20)]


@node("image.adjust")
def adjust(
    image: Image,
    brightness: Amount = 1.0,
    contrast: Amount = 1.0,
    saturation: Amount = 1.0,
    hue: Annotated[float, Field(ge=-180, le=180)] = 0.0,
    gamma: Gamma = 1.0,
) -> Image:
    """Change brightness, contrast, saturation, hue and gamma, in this order; 1 (and hue 0) change nothing.

    Args:
        image: The pictures.
        brightness: Factor on every colour; 0 is black.
        contrast: Distance of every colour from the picture's mean brightness; 0 is an even grey.
        saturation: Distance of every colour from its grey; 0 is a grey picture.
        hue: Degrees around the colour circle; 120 turns red into green.
        gamma: Exponent of every colour; above 1 darkens the middle, below 1 lightens it.
    """
    from torchvision.transforms.v2 import functional

    def change(planes: torch.Tensor) -> torch.Tensor:
        planes = functional.adjust_brightness(planes, brightness)
        planes = functional.adjust_contrast(planes, contrast)
        planes = functional.adjust_saturation(planes, saturation)
        planes = functional.adjust_hue(planes, hue / 360) if hue else planes
        return functional.adjust_gamma(planes, gamma) if gamma != 1 else planes

    return recoloured(image, lambda colour: change(colour.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))


@node("image.levels")
def levels(
    image: Image,
    black: Level = 0.0,
    white: Level = 1.0,
    gamma: Gamma = 1.0,
    out_black: Level = 0.0,
    out_white: Level = 1.0,
) -> Image:
    """Stretch the range between two levels over the range between two others.

    Args:
        image: The pictures.
        black: What becomes ``out_black``, with everything darker.
        white: What becomes ``out_white``, with everything lighter; above ``black``.
        gamma: Above 1 lightens the middle, below 1 darkens it.
        out_black: Darkest result.
        out_white: Lightest result; below ``out_black`` it inverts.
    """
    if black >= white:
        raise ValueRefused("black below white", f"black {black:g}, white {white:g}")

    def stretch(colour: torch.Tensor) -> torch.Tensor:
        inside = ((colour - black) / (white - black)).clamp(0, 1) ** (1 / gamma)
        return out_black + inside * (out_white - out_black)

    return recoloured(image, stretch)


@node("image.invert")
def invert(image: Image) -> Image:
    """Turn colours into their opposites.

    Args:
        image: The pictures.
    """
    return recoloured(image, lambda colour: 1 - colour)


@node("image.grey")
def grey(image: Image, channels: Literal[1, 3] = 1) -> Image:
    """Take the colour away and keep the brightness.

    Args:
        image: The pictures.
        channels: 1 for a grey picture (alpha is dropped), 3 for a colour picture that looks grey.
    """
    brightness = luminance(colour_of(image.pixels))
    if channels == 1:
        return replace(image, pixels=brightness)
    return recoloured(image, lambda _: brightness.expand(-1, -1, -1, 3))


def recoloured(image: Image, change: Callable[[torch.Tensor], torch.Tensor]) -> Image:
    """Change the colours of [B, H, W, 1 or 3] and keep the alpha."""
    import torch

    colour = change(colour_of(image.pixels)).clamp(0, 1)
    if image.pixels.shape[-1] == 4:
        colour = torch.cat([colour, alpha_of(image.pixels)], dim=-1)
    return replace(image, pixels=colour.contiguous())
