"""Batches of points, for the training steps of networks that learn from whatever a batch holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Seed, node
from nodes.data.batches import chosen
from nodes.data.values import Batch
from nodes.points.plane import Points, PointsRefused, samples_of


@node("points.batch")
def batch(
    points: Points,
    index: Annotated[int, Field(ge=0)] = 0,
    size: Annotated[int, Field(ge=1, le=65536)] = 128,
    seed: Seed = 0,
    labels: list[int] | None = None,
) -> Batch:
    """Take one batch: every point once in each round through them, each round in an order of its own.

    The order depends on the seed alone, so a run that goes on later takes the same batches.

    Args:
        points: What to take from.
        index: Which batch, from 0 on: the index of a loop.
        size: Points in it.
        seed: Seed of the orders.
        labels: The class of each point, where they have classes.

    Raises:
        PointsRefused: There are not as many labels as points.
    """
    import torch

    samples = samples_of(points)
    if labels is not None and len(labels) != len(samples):
        cure = "Link both from one card."
        raise PointsRefused(f"expected a class for each of {len(samples)} points, got {len(labels)}. {cure}")
    taken = chosen(len(samples), index, size, seed)
    return Batch(samples[taken], None if labels is None else torch.tensor(labels)[taken])
