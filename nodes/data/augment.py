"""Batches with their samples changed a little at random, so that few pictures teach as many do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Seed, node
from engine.errors import ValueRefused
from nodes.data.batches import generator_of
from nodes.data.values import Batch

if TYPE_CHECKING:
    import torch


@node("data.augment")
def augment(
    batch: Batch,
    index: Annotated[int, Field(ge=0)] = 0,
    shift: Annotated[int, Field(ge=0, le=256)] = 2,
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0,
    mirror: bool = False,
    seed: Seed = 0,
) -> Batch:
    """Move, turn and mirror each sample at random, and its target alike; what comes in continues the edges.

    The draws depend on the seed and the index alone, so a run that goes on later sees the same samples.

    Args:
        batch: Pictures.
        index: Which batch, from 0 on: the index of a loop.
        shift: Pixels by which each is moved at most, in whole pixels along each side.
        rotation: Degrees by which each is turned at most, either way.
        mirror: Whether half of them are mirrored, left to right.
        seed: Seed of the draws.

    Raises:
        ValueRefused: The samples are no pictures.
    """
    import math

    import torch

    samples = batch.samples
    if samples.ndim != 4:
        raise ValueRefused("a batch of pictures, [B, C, H, W]", str(list(samples.shape)))
    rng = generator_of(seed, index, 1)
    count = len(samples)
    angle = (torch.rand(count, generator=rng) * 2 - 1) * math.radians(rotation)
    moved = torch.randint(-shift, shift + 1, (count, 2), generator=rng)
    flipped = 1 - 2 * (torch.rand(count, generator=rng) < 0.5 * mirror).float()
    targets = batch.targets
    if targets is not None:
        targets = transformed(targets, angle, moved, flipped)
    return replace(batch, samples=transformed(samples, angle, moved, flipped), targets=targets)


def transformed(
    samples: torch.Tensor, angle: torch.Tensor, moved: torch.Tensor, flipped: torch.Tensor
) -> torch.Tensor:
    """Turn pictures about their middle, and mirror and move them.

    Args:
        samples: [B, C, H, W], -1..1.
        angle: [B], in radians; positive = anticlockwise.
        moved: [B, 2], pixels to the right and down.
        flipped: [B], -1 = mirrored, 1 = not.
    """
    import torch
    from torch.nn.functional import affine_grid, grid_sample

    height, width = samples.shape[2:]
    cos, sin = angle.cos(), angle.sin()
    across, down = -2 * moved[:, 0] / width, -2 * moved[:, 1] / height
    # From a place in the result to the one in the sample: moved back, then turned back, then mirrored. Places
    # run from -1 to 1 along each side.
    row_x = torch.stack([cos, -sin * height / width], 1) * flipped[:, None]
    row_y = torch.stack([sin * width / height, cos], 1)
    matrix = torch.stack([row_x, row_y], 1)
    offset = matrix @ torch.stack([across, down], 1)[:, :, None]
    grid = affine_grid(torch.cat([matrix, offset], 2), list(samples.shape), align_corners=False)
    taken = grid_sample(samples, grid, mode="bicubic", padding_mode="border", align_corners=False)
    return taken.clamp(-1, 1)
