"""Perturbed-attention guidance (PAG): away from what can't see how things hang together."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.diffusion.guidance import led, rescaled
from nodes.diffusion.stepping import timestep
from nodes.values import F, Prediction, Scheduler, SchedulerState

TIMESTEPS = 1000


@node("diffusion.perturbed_guidance")
def perturbed_guidance(
    prediction: Prediction[F],
    scheduler: Scheduler,
    state: SchedulerState,
    scale: float = 7.5,
    perturbed_scale: Annotated[float, Field(ge=0)] = 3.0,
    adaptive: Annotated[float, Field(ge=0)] = 0.0,
    rescale: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> Prediction[F]:
    """Guide away from perturbed attention, and from the negative conditioning (Ahn et al., arXiv 2403.17377).

    Shapes become whole, also where nothing tells what to draw. ``diffusion.predict`` must be told which
    layers to perturb.

    Args:
        prediction: What the model predicted, with the negative conditioning or without it, and perturbed.
        scheduler: The run's scheduler.
        state: Its state before this turn.
        scale: Of the guidance away from the negative conditioning, as in ``diffusion.guidance``.
        perturbed_scale: How strongly away from perturbed attention; 0 = not at all.
        adaptive: How much of it each timestep that the run has gone down takes away.
        rescale: Share of the guided prediction whose contrast is brought back, as in ``diffusion.guidance``.

    Raises:
        ValueRefused: The model was not asked with perturbed attention.
    """
    import torch

    positive = prediction.samples
    if prediction.perturbed is None:
        cure = "name layers for diffusion.predict to perturb"
        raise ValueRefused(f"a prediction with perturbed attention ({cure})", "one without it")
    strength: float | torch.Tensor = perturbed_scale
    if adaptive > 0:
        moment = timestep(scheduler, state, "cpu")
        strength = (strength - adaptive * (TIMESTEPS - moment)).clamp(min=0)
    with torch.no_grad():
        guided = led(prediction, scale) + strength * (positive - prediction.perturbed)
        if prediction.negative is not None and rescale > 0:
            guided = rescaled(guided, positive, rescale)
    return replace(prediction, samples=guided, negative=None, perturbed=None)
