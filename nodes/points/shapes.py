"""Sets of points drawn by a rule, and noise. All have their centre near 0 and reach about 2 from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import ValueRefused
from nodes.points.plane import Points, to_points

if TYPE_CHECKING:
    import torch

Shape = Literal["two moons", "spirals", "checkerboard", "ring", "glyph"]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
REACH = 2.0
GLYPH_SIZE = 160
"""Size in pixels at which a glyph is drawn to draw points from it."""


class Noise(NamedTuple):
    """Noise to start from.

    Attributes:
        points: Gaussian noise of mean 0 and deviation 1 in both coordinates.
        rng: The generator after the draw.
    """

    points: Points
    rng: Rng


@node("points.shape")
def shape(
    shape: Shape = "two moons",
    count: Count = 8192,
    spread: Annotated[float, Field(ge=0, le=1)] = 0.06,
    glyph: Annotated[str, Field(min_length=1, max_length=8)] = "&",
    seed: Seed = 0,
) -> Points:
    """Draw points that lie in a shape.

    Args:
        shape: The rule: two half circles; two spirals of a turn and a half; the dark squares of a board of
            four by four; eight Gaussians on a circle; the ink of a glyph.
        count: How many points.
        spread: Deviation of Gaussian noise on each point.
        glyph: One letter or sign, or a few, for the shape of that name.
        seed: Equal seeds draw equal points; another one draws others from the same shape.
    """
    import torch

    generator = Rng.seeded(seed).generator()
    exact = _glyph(count, glyph, generator) if shape == "glyph" else RULES[shape](count, generator)
    return to_points(exact + spread * torch.randn(count, 2, generator=generator))


@node("points.noise")
def noise(count: Count = 2048, seed: Seed = 0) -> Noise:
    """Draw Gaussian noise.

    Args:
        count: How many points.
        seed: Equal seeds draw equal noise.
    """
    import torch

    generator = Rng.seeded(seed).generator()
    drawn = torch.randn(count, 2, generator=generator)
    return Noise(to_points(drawn), Rng.of(generator))


def two_moons(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Half circles of radius 4/3; the lower one begins under the middle of the upper one, and is class 1."""
    import torch

    angle = math.pi * torch.rand(count, generator=generator)
    lower = torch.rand(count, generator=generator) < 0.5
    x = torch.where(lower, 1 - angle.cos(), angle.cos()) - 0.5
    y = torch.where(lower, 0.5 - angle.sin(), angle.sin()) - 0.25
    return torch.stack([x, y], 1) * (REACH / 1.5), lower.long()


def spirals(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Two Archimedean arms, each as dense outside as inside, and the arm of each point."""
    import torch

    way = torch.rand(count, generator=generator).sqrt()
    turned = torch.rand(count, generator=generator) < 0.5
    angle = 3 * math.pi * way + math.pi * turned
    return torch.stack([angle.cos(), angle.sin()], 1) * (REACH * way)[:, None], turned.long()


def _checkerboard(count: int, generator: torch.Generator) -> torch.Tensor:
    """Squares with sides of 1."""
    import torch

    column = torch.randint(4, (count,), generator=generator)
    row = 2 * torch.randint(2, (count,), generator=generator) + column % 2
    corner = torch.stack([column, row], 1) - REACH
    return corner + torch.rand(count, 2, generator=generator)


def _ring(count: int, generator: torch.Generator) -> torch.Tensor:
    """Corners of an octagon."""
    import torch

    angle = math.pi / 4 * torch.randint(8, (count,), generator=generator)
    return torch.stack([angle.cos(), angle.sin()], 1) * (0.9 * REACH)


RULES: dict[str, Callable[[int, torch.Generator], torch.Tensor]] = {
    "two moons": lambda count, generator: two_moons(count, generator)[0],
    "spirals": lambda count, generator: spirals(count, generator)[0],
    "checkerboard": _checkerboard,
    "ring": _ring,
}


def _glyph(count: int, text: str, generator: torch.Generator) -> torch.Tensor:
    """Places in the ink of a text, drawn anywhere inside of its pixels."""
    import numpy as np
    import torch
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(GLYPH_SIZE)
    left, top, right, bottom = map(round, font.getbbox(text))
    if right <= left or bottom <= top:
        raise ValueRefused("a glyph with ink, to draw points from", repr(text))
    page = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(page).text((-left, -top), text, fill=255, font=font)
    ink = torch.from_numpy(np.array(page)).float()
    place = torch.multinomial(ink.flatten(), count, replacement=True, generator=generator)
    pixel = torch.stack([place % ink.shape[1], place // ink.shape[1]], 1)
    within = pixel + torch.rand(count, 2, generator=generator)
    middle = torch.tensor([ink.shape[1], ink.shape[0]]) / 2
    return (within - middle) * torch.tensor([1.0, -1.0]) * (REACH / float(middle.max()))
