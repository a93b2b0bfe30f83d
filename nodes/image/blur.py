"""Gaussian blur, and sharpening by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import node
from nodes.image.channels import premultiplied, straight
from nodes.values import Image

if TYPE_CHECKING:
    import torch

REACH = 3.5
"""Standard deviations at which the bell is cut off."""

Sigma = Annotated[float, Field(ge=0, le=128)]


@node("image.blur")
def blur(image: Image, sigma: Sigma = 2.0) -> Image:
    """Blur pictures with a Gaussian bell; at the sides the outermost pixels are repeated.

    Args:
        image: The pictures; what can't be seen lends no colour to its neighbours.
        sigma: Standard deviation of the bell in pixels; 0 changes nothing.
    """
    return replace(image, pixels=straight(blurred(premultiplied(image.pixels), sigma)))


@node("image.sharpen")
def sharpen(image: Image, sigma: Sigma = 1.0, amount: Annotated[float, Field(ge=0, le=10)] = 0.5) -> Image:
    """Sharpen pictures by an unsharp mask: add what a blur takes away.

    Args:
        image: The pictures.
        sigma: Size of the details in pixels.
        amount: How much is added; 0 changes nothing.
    """
    flat = premultiplied(image.pixels)
    sharp = (flat + amount * (flat - blurred(flat, sigma))).clamp(0, 1)
    if flat.shape[-1] == 4:
        sharp[..., 3:] = flat[..., 3:]
        sharp[..., :3] = sharp[..., :3].minimum(sharp[..., 3:])
    return replace(image, pixels=straight(sharp))


def blurred(pixels: torch.Tensor, sigma: float) -> torch.Tensor:
    """Convolve [B, H, W, C] with a Gaussian bell of a standard deviation in pixels."""
    from torch.nn.functional import pad
    from torchvision.transforms.v2.functional import gaussian_blur

    reach = int(REACH * sigma + 0.5)
    if reach == 0:
        return pixels
    planes = pad(pixels.permute(0, 3, 1, 2), (reach, reach, reach, reach), mode="replicate")
    # one axis after the other: the same sum for a fraction of the work
    for kernel in ([2 * reach + 1, 1], [1, 2 * reach + 1]):
        planes = gaussian_blur(planes, kernel, [sigma, sigma])
    return planes[..., reach:-reach, reach:-reach].permute(0, 2, 3, 1).contiguous()
