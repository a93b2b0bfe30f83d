"""Walks through the plane of two numbers of a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.autoencoder.values import FAMILY, Codes
from nodes.values import Latent

Place = Annotated[int, Field(ge=1, le=1024)]


@node("autoencoder.plane")
def plane(
    columns: Annotated[int, Field(ge=1, le=64)] = 16,
    numbers: Annotated[int, Field(ge=2, le=1024)] = 2,
    across: Place = 1,
    up: Place = 2,
    around: Codes | None = None,
) -> Codes:
    """Codes on a square grid of the plane, row by row from the top left.

    The grid is even in the unit Gaussian's quantiles, as in figure 4 of Kingma and Welling 2013 (arXiv
    1312.6114): so each code stands for an equal share of what the autoencoder would draw.

    Args:
        columns: Codes in a row, and rows.
        numbers: Numbers of a code.
        across: Which of them grows to the right, from 1 on.
        up: Which of them grows upwards.
        around: A code that gives the other numbers; without it they are 0.

    Raises:
        ValueRefused: There are no such numbers, or ``around`` is not one code of so many.
    """
    import torch

    if across == up or max(across, up) > numbers:
        raise ValueRefused(f"two different numbers out of 1 to {numbers}", f"{across} and {up}")
    middle = Latent(torch.zeros(1, numbers, 1, 1), FAMILY, 1) if around is None else around
    if middle.samples.shape != (1, numbers, 1, 1):
        raise ValueRefused(f"one code, [1, {numbers}, 1, 1]", str(list(middle.samples.shape)))
    quantiles = torch.special.ndtri((torch.arange(columns, dtype=torch.float64) + 0.5) / columns).float()
    samples = middle.samples.repeat(columns**2, 1, 1, 1)
    samples[:, across - 1, 0, 0] = quantiles.repeat(columns)
    samples[:, up - 1, 0, 0] = quantiles.flip(0).repeat_interleave(columns)
    return replace(middle, samples=samples)
