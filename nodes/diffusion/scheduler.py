"""Schedulers: how many turns a run has, where it starts, and how each turn changes the latent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple

from pydantic import Field

from engine import Context, Rng, Text, node
from nodes import families
from nodes.diffusion.family import Family, Timetable
from nodes.diffusion.options import FROM_MODEL, Betas, Kind, Name, OptionRefused, Spacing, Spread, settle
from nodes.diffusion.share import part
from nodes.diffusion.stepping import (
    add_noise_to,
    clean_sample,
    resume,
    state_of,
    step_arguments,
    timestep,
    turns_left,
    untouched,
)
from nodes.values import F, Latent, Prediction, Scheduler, SchedulerConfig, SchedulerState

if TYPE_CHECKING:
    import torch

Unit = Annotated[float, Field(ge=0, le=1)]


class Run(NamedTuple):
    """A run that can begin.

    Attributes:
        scheduler: What each turn steps with.
        state: Its state before the first turn.
        turns: Model evaluations of the run; some schedulers take two for a step.
        timesteps: The model's noise level at each turn, from 1000 or less down to 0.
    """

    scheduler: Scheduler
    state: SchedulerState
    turns: int
    timesteps: list[float]


@node("diffusion.scheduler")
def scheduler(
    model: SchedulerConfig | None = None,
    name: Name = FROM_MODEL,
    steps: Annotated[int, Field(ge=1, le=1000)] = 25,
    strength: Unit | None = None,
    prediction: Kind = FROM_MODEL,
    betas: Betas = FROM_MODEL,
    spacing: Spacing = FROM_MODEL,
    sigmas: Spread = FROM_MODEL,
    eta: Unit = 0.0,
    options: Text = "",
    latent: Latent[F] | None = None,
    begin: Unit = 0.0,
    end: Unit = 1.0,
) -> Run:
    """Choose a scheduler of diffusers by its name, and how many steps it takes.

    Args:
        model: The schedule that the model was trained with, from its loader.
        name: Class name in diffusers.
        steps: More steps take longer and follow the model more closely.
        strength: How much of the run is done, for a run that starts from a picture: 0 keeps the picture, 1
            does the whole run. Empty for a run from pure noise.
        prediction: What the model predicts.
        betas: How noise grows over the training timesteps.
        spacing: How the steps are spread over the timesteps.
        sigmas: How the steps are spread over the noise levels.
        eta: Share of fresh noise in each step, for the schedulers that take one (DDIM, TCD).
        options: More arguments of the class as JSON, such as {"solver_order": 3}.
        latent: What the run begins with; models such as FLUX.1 spread their steps by its size.
        begin: Part of the noise at which it takes over a latent that another model's run left noisy.
        end: Part of the noise at which it stops, leaving the rest to another model's run.

    Raises:
        OptionRefused: The class has no such option, or not with that value.
    """
    chosen = {
        "prediction_type": prediction,
        "beta_schedule": betas,
        "timestep_spacing": spacing,
        "sigmas": sigmas,
    }
    family = families.named(latent.family if latent else "")
    kind, config = settle(model, name, chosen, options)
    table = _timetable(family, config, steps, latent)
    made = Scheduler(kind, config, steps, eta=eta, sigmas=table.sigmas, shift=table.shift)
    ready = _ready(made)
    if strength is not None:
        made = replace(made, start=family.left_out(steps, strength) * getattr(ready, "order", 1))
    made = part(made, ready, begin, end)
    turns = turns_left(made, SchedulerState())
    if turns < 1:
        cure = "Raise the strength or the steps, or lay begin and end further apart."
        got = f"{steps} × {1 if strength is None else strength:g}, from {begin:g} to {end:g}"
        raise OptionRefused("strength", "at least one step", got, cure)
    first = made.start or 0
    levels = ready.timesteps[first : first + turns]
    return Run(made, SchedulerState(), turns, [float(level) for level in levels])


def _ready(made: Scheduler) -> Any:
    """Its object before the first step."""
    try:
        return untouched(made, "cpu")
    except (ValueError, NotImplementedError, ImportError, TypeError, ArithmeticError) as error:
        got = f"{made.config} with {made.steps} steps ({error})"
        raise OptionRefused("options", f"options that {made.name} accepts", got, "Change them.") from error


def _timetable(family: Family, config: str, steps: int, latent: Latent[Any] | None) -> Timetable:
    return family.timetable(json.loads(config), steps, tuple(latent.samples.shape)) if latent else Timetable()


@node("diffusion.start")
def start(
    scheduler: Scheduler,
    noise: Latent[F],
    picture: Latent[F] | None = None,
    forget: bool = False,
) -> Latent[F]:
    """The latent at which a run starts.

    Args:
        scheduler: The run's scheduler.
        noise: Gaussian noise.
        picture: Clean latent to start from; without one the run starts from the noise alone.
        forget: Start from the noise alone at strength 1, as diffusers does for inpainting; otherwise a trace
            of the picture stays.
    """
    import torch

    if picture is not None and scheduler.begun:
        return picture
    if picture is not None and not (forget and scheduler.start == 0):
        return add_noise.function(scheduler, SchedulerState(), picture, noise)
    first = getattr(untouched(scheduler, str(noise.samples.device)), "init_noise_sigma", 1.0)
    with torch.no_grad():
        return replace(noise, samples=noise.samples * first)


@node("diffusion.add_noise")
def add_noise(scheduler: Scheduler, state: SchedulerState, latent: Latent[F], noise: Latent[F]) -> Latent[F]:
    """Bring a clean latent to the noise level at which the run now is; after the last turn it stays clean.

    Args:
        scheduler: The run's scheduler.
        state: Its state now.
        latent: The clean latent.
        noise: Gaussian noise.
    """
    return replace(latent, samples=add_noise_to(latent.samples, noise.samples, scheduler, state))


class Step(NamedTuple, Generic[F]):
    """What a turn leaves to the next one.

    Attributes:
        latent: The less noisy latent.
        state: The scheduler's state after the turn.
        rng: The generator after the turn's draws.
    """

    latent: Latent[F]
    state: SchedulerState
    rng: Rng


@node("diffusion.scheduler_step")
def scheduler_step(
    scheduler: Scheduler,
    state: SchedulerState,
    prediction: Prediction[F],
    latent: Latent[F],
    rng: Rng,
    ctx: Context,
) -> Step:
    """Take the step that the model's prediction calls for.

    Whoever watches is shown what the clean latent will be, as far as the scheduler can tell by now.

    Args:
        scheduler: The run's scheduler.
        state: Its state before this turn.
        prediction: What the model predicted, after guidance.
        latent: The latent that it was predicted for.
        rng: Generator of the fresh noise that some schedulers add.
        ctx: Shows the clean latent.
    """
    import torch

    device = str(prediction.samples.device)
    used, generator = resume(scheduler, state, device), rng.generator()
    said = prediction.samples
    if prediction.variance is not None and str(used.config.get("variance_type")).startswith("learned"):
        said = torch.cat([said, prediction.variance], dim=1)
    frames_first = families.named(latent.family).frames_first
    with torch.no_grad():
        taken = used.step(
            _turned(said, frames_first),
            timestep(scheduler, state, device),
            _turned(latent.samples.to(device), frames_first),
            **step_arguments(used, scheduler, state, generator),
        )
    after = replace(state_of(used, scheduler, state.turn + 1, device), memory=prediction.memory)
    less = _turned(taken.prev_sample, frames_first)
    # Where frames come first, pipelines bring the latent back to its precision after a step in float32
    stepped = replace(latent, samples=less.to(latent.samples.dtype) if frames_first else less)
    clean = clean_sample(taken)
    ctx.preview(stepped if clean is None else replace(latent, samples=_turned(clean, frames_first)))
    return Step(stepped, after, Rng.of(generator))


def _turned(samples: torch.Tensor, frames_first: bool) -> torch.Tensor:
    """Films as their pipeline holds them, and back: the scheduler draws its noise in that order."""
    return samples.transpose(1, 2).contiguous() if frames_first else samples
