"""Training of a denoiser of points, by diffusion or by flow matching: all that differs is the schedule."""

from __future__ import annotations

import json
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from engine import Owned, Seed, node
from engine.errors import ValueRefused
from nodes.checkpoints.folder import canonical
from nodes.diffusion.stepping import scheduler_class
from nodes.points.plane import Points, PointsRefused, to_plane
from nodes.train.state import Tensors, TrainStep, advance, begin, fresh
from nodes.train.values import Recipe, TrainState
from nodes.values import SchedulerConfig

if TYPE_CHECKING:
    import torch

Objective = Literal["flow matching", "diffusion, velocity", "diffusion, noise"]
NoiseGrowth = Literal["linear", "squaredcos_cap_v2"]
TRAIN_STEPS = 1000
FLOW = "FlowMatchEulerDiscreteScheduler"
PREDICTIONS = {"diffusion, velocity": "v_prediction", "diffusion, noise": "epsilon"}


@node("points.schedule")
def schedule(objective: Objective = "flow matching", betas: NoiseGrowth = "linear") -> SchedulerConfig:
    """Settle how noise comes over the points, and so what the denoiser learns and how it is sampled.

    Args:
        objective: Flow matching mixes point and noise along a straight line and learns its direction (Lipman
            et al., arXiv 2210.02747; Liu et al., arXiv 2209.03003). Diffusion keeps the variance and learns
            the noise (Ho et al., arXiv 2006.11239) or the velocity on the arc from point to noise (Salimans
            and Ho, arXiv 2202.00512).
        betas: How noise grows in diffusion: as in Ho et al., or as a squared cosine (arXiv 2102.09672).
    """
    if objective == "flow matching":
        return SchedulerConfig(FLOW, canonical({"num_train_timesteps": TRAIN_STEPS}))
    config = {
        "num_train_timesteps": TRAIN_STEPS, "beta_schedule": betas, "beta_start": 1e-4, "beta_end": 0.02,
        "prediction_type": PREDICTIONS[objective], "timestep_spacing": "trailing", "clip_sample": False,
    }  # fmt: skip
    return SchedulerConfig("DDIMScheduler", canonical(config))


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
    levels = _trained_on(schedule).config.num_train_timesteps
    draw = partial(point_batch, clean, pairs, batch, levels)
    state, (loss,) = advance(state, draw, partial(denoising_loss, schedule), recipe)
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
    clean: torch.Tensor, pairs: torch.Tensor | None, batch: int, count: int, generator: torch.Generator
) -> Tensors:
    """Draw points, noise for them, and places in a schedule of so many noise levels, all equally likely."""
    import torch

    chosen = torch.randint(len(clean), (batch,), generator=generator)
    noise = torch.randn(batch, 2, generator=generator) if pairs is None else pairs[chosen]
    levels = torch.randint(count, (batch,), generator=generator)
    return clean[chosen, :, None, None], noise[:, :, None, None], levels


def denoising_loss(
    schedule: SchedulerConfig, module: Any, clean: torch.Tensor, noise: torch.Tensor, levels: torch.Tensor
) -> torch.Tensor:
    """Mean squared error of the prediction."""
    noisy, timesteps, wanted = targets(schedule, clean, noise, levels)
    return (module["points"](noisy, timesteps).float() - wanted).square().mean()


def targets(
    schedule: SchedulerConfig, clean: torch.Tensor, noise: torch.Tensor, levels: torch.Tensor
) -> Tensors:
    """Mix points with noise, and say what the denoiser should make of the mixture.

    Args:
        schedule: How they are mixed.
        clean: [B, ...], the data.
        noise: [B, ...], Gaussian.
        levels: int64 [B], places in the schedule's timesteps.

    Returns:
        The mixtures [B, ...], the timesteps [B] that the denoiser is told, the predictions wanted [B, ...].

    Raises:
        ValueRefused: The schedule has an objective that is not taught here.
    """
    used = _trained_on(schedule)
    if schedule.name == FLOW:
        sigma = used.sigmas[levels].reshape(-1, *[1] * (clean.ndim - 1))
        return (1 - sigma) * clean + sigma * noise, used.timesteps[levels], noise - clean
    kind = used.config.get("prediction_type", schedule.name)
    if kind not in PREDICTIONS.values():
        raise ValueRefused(f"a schedule of {' or '.join(PREDICTIONS.values())}, or of {FLOW}", kind)
    wanted = noise if kind == "epsilon" else used.get_velocity(clean, noise, levels)
    return used.add_noise(clean, noise, levels), levels, wanted


@lru_cache(maxsize=8)
def _trained_on(schedule: SchedulerConfig) -> Any:
    """The schedule's object with all its training timesteps; read, never stepped."""
    return scheduler_class(schedule.name)(**json.loads(schedule.config))
