"""How near points came to a shape, and by how straight a way."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.points.plane import Points, to_plane


@node("points.distance")
def distance(points: Points, data: Points, directions: Annotated[int, Field(ge=1, le=4096)] = 64) -> float:
    """Sliced Wasserstein distance: how far points must move to lie as the data do, seen from all sides.

    From each of several directions, spread evenly over the half circle, both sets are seen as points on a
    line, and one is moved onto the other by the shortest ways; what comes out is the mean way (Bonneel et al.
    2015, https://doi.org/10.1007/s10851-014-0506-3). 0 = they lie alike; two draws from one shape are not
    quite at 0.

    Args:
        points: What was made.
        data: What it should be like, best points that no training saw.
        directions: How many directions.
    """
    import torch
    from scipy.stats import wasserstein_distance

    angles = torch.arange(directions) * (math.pi / directions)
    sides = torch.stack([angles.cos(), angles.sin()])
    made, wanted = (to_plane(points) @ sides).T.numpy(), (to_plane(data) @ sides).T.numpy()
    return sum(float(wasserstein_distance(a, b)) for a, b in zip(made, wanted, strict=True)) / directions


@node("points.straightness")
def straightness(start: Points, turns: list[Points]) -> float:
    """How far the ways of points are from straight ones that are walked at an even pace; 0 = not at all.

    The mean square by which each turn's pace differs from the whole way's (Liu et al., arXiv 2209.03003,
    section 2.1), as a share of the mean square of the whole way. At 0 a single step does as well as many.

    Args:
        start: Where the points began.
        turns: Where they were after each turn.
    """
    import torch

    if not turns:
        raise ValueRefused("at least one turn", "none")
    places = torch.stack([to_plane(points) for points in (start, *turns)])
    whole = places[-1] - places[0]
    off = places.diff(dim=0) * len(turns) - whole
    return float(off.square().sum(-1).mean() / whole.square().sum(-1).mean().clamp_min(1e-12))
