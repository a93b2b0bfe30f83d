"""One evaluation of a denoiser of points, and the noise levels at which it is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from engine import node
from nodes.diffusion.flow import straight_sigmas
from nodes.diffusion.stepping import resume, timestep
from nodes.points.plane import FAMILY, Points, samples_of
from nodes.points.training import check_denoiser
from nodes.train.objective import FLOW
from nodes.train.state import bound
from nodes.train.values import TrainState
from nodes.values import Prediction, Scheduler, SchedulerState


@node("points.predict")
def predict(
    model: TrainState, scheduler: Scheduler, state: SchedulerState, latent: Points
) -> Prediction[Literal["points"]]:
    """Ask a trained denoiser where noisy points come from.

    Args:
        model: A denoiser of points; its averaged weights are used.
        scheduler: The run's scheduler.
        state: Its state before this turn.
        latent: The noisy points.

    Raises:
        PointsRefused: The latent holds pictures, or the model is no denoiser of points.
    """
    import torch

    check_denoiser(model)
    samples = samples_of(latent)
    moment = timestep(scheduler, state, "cpu")
    used = resume(scheduler, state, "cpu")
    network: Any = bound(model.config, model.average)
    with torch.no_grad():
        if hasattr(used, "scale_model_input"):
            samples = used.scale_model_input(samples, moment)
        return Prediction(network["points"](samples, moment.expand(len(samples))), family=FAMILY)


@node("points.even_levels")
def even_levels(scheduler: Scheduler) -> Scheduler:
    """Spread the levels of flow matching evenly from 1 down, as the pipelines of FLUX do.

    By itself diffusers' class ends at the lowest level of the training, all but clean, so that the last of
    the steps does nothing. Other schedulers stay as they are.

    Args:
        scheduler: A run's scheduler.
    """
    if scheduler.name != FLOW:
        return scheduler
    return replace(scheduler, sigmas=straight_sigmas(scheduler.steps))
