"""Each scheduler by name, turn by turn, against one diffusers object that keeps its state in itself."""

import inspect
import json
from typing import Any, get_args

import pytest
import torch

from engine import Rng
from engine.declare import codec
from nodes.diffusion import options, stepping
from nodes.diffusion.scheduler import Run, scheduler, scheduler_step
from nodes.values import Latent, Prediction, SchedulerState
from tests.nodes.diffusion.sampling import WATCHED

NAMES = [name for name in get_args(options.Name) if name != options.FROM_MODEL]
SEED, STEPS = 5, 6
# Why a scheduler of diffusers has no name here
NEEDS_MORE = {
    "DDPMWuerstchenScheduler": "times between 0 and 1, one for each picture",
    "FlowMapEulerDiscreteScheduler": "the time that a step leads to",
    "HeliosDMDScheduler": "the stage of a pyramid",
    "HeliosScheduler": "the stage of a pyramid",
    "KarrasVeScheduler": "the sample before its churn",
    "PiflowScheduler": "several predictions for each channel",
    "RePaintScheduler": "the picture and its mask",
    "RFD4ProteinaScheduler": "a mask of residues",
    "SCMScheduler": "a model in trigonometric time",
    "ScoreSdeVeScheduler": "a predictor and a corrector",
}
OF_TOKENS = {
    "AmusedScheduler",
    "BlockRefinementScheduler",
    "DiscreteDDIMScheduler",
    "EntropyBoundScheduler",
    "VQDiffusionScheduler",
}


def predictions(count: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn((1, 4, 8, 8), generator=generator) for _ in range(count)]


def with_one_object(run: Run, first: torch.Tensor) -> list[torch.Tensor]:
    """The samples that diffusers' own object gives, which changes from step to step."""
    made: Any = stepping.scheduler_class(run.scheduler.name)(**json.loads(run.scheduler.config))
    if hasattr(made, "noise_sampler_seed"):
        made.noise_sampler_seed = SEED
    made.set_timesteps(STEPS)
    generator, takes = torch.Generator().manual_seed(SEED), inspect.signature(made.step).parameters
    samples = [first]
    for index, (time, predicted) in enumerate(zip(made.timesteps, predictions(run.turns), strict=True)):
        following = made.timesteps[index + 1] if index + 1 < len(made.timesteps) else None
        offered = {"generator": generator, "eta": 0.0, "prev_timestep": following}
        extra = {name: offered[name] for name in takes if name in offered}
        if hasattr(made, "scale_model_input"):
            made.scale_model_input(samples[-1], time)
        samples.append(made.step(predicted, time, samples[-1], return_dict=False, **extra)[0])
    return samples[1:]


def stored(value: Any) -> Any:
    """A value as it comes back from the store."""
    return codec.decode(codec.encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_stored_and_read_after_each_turn_equals_one_object(name: Any) -> None:
    run = scheduler(name=name, steps=STEPS)
    first = predictions(1)[0]
    latent, state, rng = Latent(first), run.state, Rng.seeded(SEED)
    samples: list[torch.Tensor] = []
    for predicted in predictions(run.turns):
        latent, state, rng = map(
            stored, scheduler_step(run.scheduler, state, Prediction(predicted), latent, rng, WATCHED)
        )
        samples.append(latent.samples)

    assert all(map(torch.equal, samples, with_one_object(run, first)))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_leaves_the_object_that_runs_share_untouched(name: Any) -> None:
    run = scheduler(name=name, steps=STEPS)
    again: list[torch.Tensor] = []
    for _ in range(2):
        latent, state, rng = Latent(predictions(1)[0]), run.state, Rng.seeded(SEED)
        for predicted in predictions(run.turns):
            predicted = Prediction(predicted)
            latent, state, rng = scheduler_step(run.scheduler, state, predicted, latent, rng, WATCHED)
        again.append(latent.samples)

    assert torch.equal(*again)


def test_every_scheduler_of_diffusers_is_offered_or_needs_more_than_a_prediction() -> None:
    import diffusers
    from diffusers.schedulers.scheduling_utils import SchedulerMixin

    found = {name: getattr(diffusers, name) for name in dir(diffusers) if name.endswith("Scheduler")}
    continuous = {
        name
        for name, cls in found.items()
        if inspect.isclass(cls) and issubclass(cls, SchedulerMixin) and name not in OF_TOKENS
    }

    assert continuous == {*NAMES, *NEEDS_MORE}


def test_a_state_holds_only_what_changed() -> None:
    run = scheduler(name="EulerDiscreteScheduler", steps=STEPS)
    stepped = scheduler_step(
        run.scheduler,
        run.state,
        Prediction(predictions(1)[0]),
        Latent(predictions(1)[0]),
        Rng.seeded(0),
        WATCHED,
    )

    assert stepped.state == SchedulerState({"_step_index": 1}, turn=1)
