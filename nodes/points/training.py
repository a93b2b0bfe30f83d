"""Training of a denoiser of points, by diffusion or by flow matching: all that differs is the schedule."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Owned, Seed, node
from nodes.points.plane import Points, PointsRefused, to_plane
from nodes.train.objective import denoising_loss, draw_levels
from nodes.train.state import Tensors, TrainStep, advance, begin, fresh
from nodes.train.values import Recipe, TrainState
from nodes.values import SchedulerConfig

if TYPE_CHECKING:
    import torch


@node("points.start")
def start(
    width: Annotated[int, Field(ge=8, le=1024)] = 128,
    layers: Annotated[int, Field(ge=1, le=16)] = 3,
    seed: Seed = 0,
) -> TrainState:
    """A denoiser of points ready to be trained.

    Args:
        width: Numbers that stand for a point inside of the network.
        layers: Residual layers.
        seed: Seed of the weights and of the training.
    """
    return begin({"points": {"_class_name": "PointDenoiser", "width": width, "layers": layers}}, seed)


@node("points.again")
def again(state: TrainState, seed: Seed = 1) -> TrainState:
    """A trained denoiser ready for more training: its averaged weights, with an optimiser that begins anew.

    Args:
        state: What was trained.
        seed: Seed of the training.
    """
    weights = {name: weight.clone() for name, weight in state.average.items()}
    return fresh(state.config, weights, seed)


@node("points.train_step")
def train_step(
    state: Owned[TrainState],
    data: Points,
    schedule: SchedulerConfig,
    recipe: Recipe,
    noise: Points | None = None,
    batch: Annotated[int, Field(ge=1, le=65536)] = 512,
) -> TrainStep:
    """Train the denoiser on one batch of points.

    Args:
        state: The weights and the optimiser; changed in place.
        data: What to draw the batch from.
        schedule: How points and noise are mixed, and what is learned from that.
        recipe: How the weights are moved.
        noise: For each point of the data the noise that belongs to it, for reflow (Liu et al., section 2.2).
            Without it every draw gets fresh noise.
        batch: Points in the batch.

    Raises:
        PointsRefused: Noise and data are not equally many, or the state is of another network.
    """
    check_denoiser(state)
    clean = to_plane(data)
    pairs = None if noise is None else to_plane(noise)
    if pairs is not None and len(pairs) != len(clean):
        cure = "Link the noise that these points were made from."
        raise PointsRefused(f"expected noise for each of {len(clean)} points, got {len(pairs)}. {cure}")
    draw = partial(point_batch, clean, pairs, batch, schedule)
    state, (loss,) = advance(state, draw, partial(point_loss, schedule), recipe)
    return TrainStep(state, loss)


def check_denoiser(state: TrainState) -> None:
    """Tell whether a state is of a denoiser of points.

    Raises:
        PointsRefused: It is of something else.
    """
    parts = json.loads(state.config)
    if "points" not in parts:
        cure = "Link what began with points.start."
        raise PointsRefused(f"expected the state of a denoiser of points, got {', '.join(parts)}. {cure}")


def point_batch(
    clean: torch.Tensor,
    pairs: torch.Tensor | None,
    batch: int,
    schedule: SchedulerConfig,
    generator: torch.Generator,
) -> Tensors:
    """Draw points, noise for them, and noise levels of a schedule."""
    import torch

    chosen = torch.randint(len(clean), (batch,), generator=generator)
    noise = torch.randn(batch, 2, generator=generator) if pairs is None else pairs[chosen]
    levels = draw_levels(schedule, batch, generator)
    return clean[chosen, :, None, None], noise[:, :, None, None], levels


def point_loss(
    schedule: SchedulerConfig, module: Any, clean: torch.Tensor, noise: torch.Tensor, levels: torch.Tensor
) -> torch.Tensor:
    """Mean squared error of the prediction."""
    return denoising_loss(schedule, module["points"], clean, noise, levels)
