"""Colours through a curve that is drawn by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.colour import recoloured
from nodes.values import Image

if TYPE_CHECKING:
    import torch

Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Curve = Annotated[list[Point], Field(min_length=2, json_schema_extra={"widget": "curve"})]
CLOSEST = 1e-6
"""Distance of two points along the curve at least: float32 can't tell closer ones apart."""


@node("image.curve")
def curve(image: Image, points: Curve | None = None) -> Image:
    """Change every colour as a curve says: from left to right what it is, from bottom to top what it becomes.

    Args:
        image: The pictures.
        points: What the curve goes through, from 0 to 1; none for a straight line, which changes nothing.
    """
    if points is None:
        return image
    ordered = sorted((x, y) for x, y in points)
    if any(right - left < CLOSEST for (left, _), (right, _) in pairwise(ordered)):
        raise ValueRefused("points beside each other", f"two of {points!r} one above the other")
    return recoloured(image, lambda colour: monotone(colour, ordered))


def monotone(values: torch.Tensor, points: list[tuple[float, float]]) -> torch.Tensor:
    """The monotone cubic through points sorted by x, as the editor draws it; level outside of them.

    Between two points it never leaves their range (Fritsch and Carlson, 1980).
    """
    import torch

    x, y = torch.tensor(points, dtype=values.dtype, device=values.device).T.contiguous()
    width = x.diff()
    slope = _tangents(y.diff() / width)
    at = (torch.searchsorted(x, values.contiguous(), right=True) - 1).clamp(0, len(points) - 2)
    part = ((values - x[at]) / width[at]).clamp(0, 1)
    rest = 1 - part
    level = y[at] * rest**2 * (1 + 2 * part) + y[at + 1] * part**2 * (3 - 2 * part)
    return level + width[at] * part * rest * (slope[at] * rest - slope[at + 1] * part)


def _tangents(secant: torch.Tensor) -> torch.Tensor:
    """Slopes at the points: harmonic means of those beside them, and none at a turning point."""
    import torch

    left, right = secant[:-1], secant[1:]
    product = left * right
    inner = torch.where(product > 0, 2 * product / (left + right), 0.0)
    return torch.cat([secant[:1], inner, secant[-1:]])
