"""What a denoiser learns, by diffusion or by flow matching: all that differs is the schedule."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from engine import node
from engine.errors import ValueRefused
from nodes.checkpoints.folder import canonical
from nodes.diffusion.stepping import scheduler_class
from nodes.values import SchedulerConfig

if TYPE_CHECKING:
    import torch

Objective = Literal["flow matching", "diffusion, velocity", "diffusion, noise"]
NoiseGrowth = Literal["linear", "squaredcos_cap_v2"]
TRAIN_STEPS = 1000
FLOW = "FlowMatchEulerDiscreteScheduler"
PREDICTIONS = {"diffusion, velocity": "v_prediction", "diffusion, noise": "epsilon"}


@node("train.schedule")
def schedule(objective: Objective = "flow matching", betas: NoiseGrowth = "linear") -> SchedulerConfig:
    """Settle how noise comes over the data, and so what a denoiser learns and how it is sampled.

    Args:
        objective: Flow matching mixes data and noise along a straight line and learns its direction (Lipman
            et al., arXiv 2210.02747; Liu et al., arXiv 2209.03003). Diffusion keeps the variance and learns
            the noise (Ho et al., arXiv 2006.11239) or the velocity on the arc from data to noise (Salimans
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


@schedule.replaces("points.schedule")
def _(params: dict[str, Any]) -> dict[str, Any]:
    """It was of points alone."""
    return params


def draw_levels(schedule: SchedulerConfig, count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw int64 [count] places in a schedule's timesteps, all equally likely."""
    import torch

    return torch.randint(trained_on(schedule).config.num_train_timesteps, (count,), generator=generator)


def denoising_loss(
    schedule: SchedulerConfig,
    ask: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    clean: torch.Tensor,
    noise: torch.Tensor,
    levels: torch.Tensor,
) -> torch.Tensor:
    """Mean squared error of the prediction.

    Args:
        schedule: How clean samples and noise are mixed.
        ask: Calls the denoiser with mixtures [B, ...] and timesteps [B].
        clean: [B, ...], the data.
        noise: [B, ...], Gaussian.
        levels: int64 [B], places in the schedule's timesteps.
    """
    noisy, timesteps, wanted = targets(schedule, clean, noise, levels)
    return (ask(noisy, timesteps).float() - wanted).square().mean()


def targets(
    schedule: SchedulerConfig, clean: torch.Tensor, noise: torch.Tensor, levels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mix samples with noise, and say what the denoiser should make of the mixture.

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
    used = trained_on(schedule)
    if schedule.name == FLOW:
        sigma = used.sigmas[levels].reshape(-1, *[1] * (clean.ndim - 1))
        return (1 - sigma) * clean + sigma * noise, used.timesteps[levels], noise - clean
    kind = used.config.get("prediction_type", schedule.name)
    if kind not in PREDICTIONS.values():
        raise ValueRefused(f"a schedule of {' or '.join(PREDICTIONS.values())}, or of {FLOW}", kind)
    wanted = noise if kind == "epsilon" else used.get_velocity(clean, noise, levels)
    return used.add_noise(clean, noise, levels), levels, wanted


@lru_cache(maxsize=8)
def trained_on(schedule: SchedulerConfig) -> Any:
    """The schedule's object with all its training timesteps; read, never stepped."""
    return scheduler_class(schedule.name)(**json.loads(schedule.config))
