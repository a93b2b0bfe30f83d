"""How far two pictures are apart: to look at, and in numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from engine import node
from nodes.image.blur import REACH, blurred
from nodes.image.channels import alike
from nodes.values import Image

if TYPE_CHECKING:
    import torch

EQUAL_PSNR = 100.0
"""Stands for the infinite PSNR of equal pictures, which no graph file can hold."""

_SIGMA = 1.5
_BORDER = int(REACH * _SIGMA + 0.5)
_C1, _C2 = 0.01**2, 0.03**2


class Comparison(NamedTuple):
    """What a comparison found; the numbers cover the whole batch, alpha included.

    Attributes:
        image: The two pictures in one view.
        psnr: Peak signal-to-noise ratio in decibels: 20 is poor, 40 hard to see, 100 equal.
        ssim: Structural similarity, 1 for equal pictures.
        mean: Mean absolute difference, 0..1.
        largest: Largest absolute difference, 0..1.
    """

    image: Image
    psnr: float
    ssim: float
    mean: float
    largest: float


@node("image.compare")
def compare(
    a: Image,
    b: Image,
    view: Literal["side by side", "split", "difference"] = "side by side",
    gain: Annotated[float, Field(ge=1, le=255)] = 1.0,
) -> Comparison:
    """Compare two pictures of one size.

    Args:
        a: One picture.
        b: The other.
        view: ``split`` shows the left half of ``a`` and the right half of ``b``.
        gain: Factor that makes small differences visible in the view ``difference``.
    """
    import torch

    first, second = alike(a.pixels, b.pixels)
    apart = (first - second).abs()
    half = first.shape[2] // 2
    views = {
        "side by side": lambda: torch.cat([first, second], dim=2),
        "split": lambda: torch.cat([first[:, :, :half], second[:, :, half:]], dim=2),
        "difference": lambda: (apart[..., :3] * gain).clamp(0, 1),
    }
    return Comparison(
        image=Image(views[view]()),
        psnr=psnr(first, second),
        ssim=ssim(first, second),
        mean=apart.double().mean().item(),
        largest=apart.max().item(),
    )


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in decibels of values 0..1; at most ``EQUAL_PSNR``."""
    error = (a.double() - b.double()).square().mean().item()
    return min(-10 * math.log10(error), EQUAL_PSNR) if error > 0 else EQUAL_PSNR


def ssim(a: torch.Tensor, b: torch.Tensor) -> float:
    """Structural similarity of [B, H, W, C] with values 0..1, mean over pixels, channels and pictures.

    As in Wang, Bovik, Sheikh and Simoncelli 2004: windows are Gaussian bells of 1.5 pixels, and only those
    within the picture count, unless it is smaller than one.
    """

    def mean(values: torch.Tensor) -> torch.Tensor:
        return blurred(values, _SIGMA)

    a, b = a.double(), b.double()
    mean_a, mean_b = mean(a), mean(b)
    variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    likeness = likeness / ((mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2))
    inside = likeness[:, _BORDER:-_BORDER, _BORDER:-_BORDER]
    return (inside if inside.numel() else likeness).mean().item()
