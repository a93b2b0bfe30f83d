import json
from typing import Any

import pytest
import torch

from engine.errors import KnotworkError
from nodes.diffusion.options import OptionRefused
from nodes.diffusion.scheduler import add_noise, scheduler, start
from nodes.values import Latent, SchedulerConfig, SchedulerState

MODEL = SchedulerConfig("DDIMScheduler", '{"beta_schedule":"scaled_linear","steps_offset":1}')
NOISE, PICTURE = Latent(torch.full((1, 4, 2, 2), 3.0)), Latent(torch.full((1, 4, 2, 2), 5.0))


def config(**ports: Any) -> dict[str, Any]:
    return json.loads(scheduler(MODEL, **ports).scheduler.config)


def test_without_a_choice_the_models_schedule_is_used() -> None:
    made = scheduler(MODEL, steps=4).scheduler

    assert (made.name, made.steps, made.start) == ("DDIMScheduler", 4, None)
    assert json.loads(made.config) == json.loads(MODEL.config)


def test_another_class_keeps_what_it_understands_of_the_models_schedule() -> None:
    assert config(name="EulerAncestralDiscreteScheduler") == {
        "beta_schedule": "scaled_linear",
        "steps_offset": 1,
    }
    assert config(name="IPNDMScheduler") == {}


def test_choices_change_the_models_schedule() -> None:
    assert config(betas="linear", prediction="v_prediction", spacing="trailing") == {
        "beta_schedule": "linear",
        "prediction_type": "v_prediction",
        "timestep_spacing": "trailing",
        "steps_offset": 1,
    }


def test_one_spread_of_sigmas_excludes_the_others() -> None:
    spread = config(name="EulerDiscreteScheduler", sigmas="karras")

    assert {key: value for key, value in spread.items() if key.endswith("_sigmas")} == {
        "use_karras_sigmas": True,
        "use_exponential_sigmas": False,
        "use_beta_sigmas": False,
    }


def test_more_options_come_as_json() -> None:
    assert config(name="DPMSolverMultistepScheduler", options='{"solver_order": 3}')["solver_order"] == 3


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ({"options": '{"solver_oder": 3}'}, r'"solver_oder": expected an option of DDIM'),
        ({"options": '{"beta_schedul": "linear"}'}, r'Did you mean "beta_schedule"'),
        ({"options": "[3]"}, r'"options": expected a JSON object'),
        ({"options": "{"}, r'"options": expected a JSON object'),
        ({"sigmas": "karras"}, r'"use_karras_sigmas": expected an option of DDIMScheduler'),
        (
            {"options": '{"beta_schedule": "steep"}'},
            r"expected options that DDIMScheduler accepts",
        ),
        (
            {"name": "UnCLIPScheduler", "steps": 1},
            r"options that UnCLIPScheduler accepts, got .* with 1 steps",
        ),
        ({"name": "LCMScheduler", "steps": 51}, r"options that LCMScheduler accepts, got .* with 51 steps"),
    ],
)
def test_options_that_the_class_does_not_have_are_refused(ports: Any, message: str) -> None:
    with pytest.raises(OptionRefused, match=message):
        scheduler(MODEL, **ports)


def test_a_scheduler_must_come_from_somewhere() -> None:
    with pytest.raises(OptionRefused, match=r"no model to take it from\. Link the loader's scheduler"):
        scheduler()


def test_a_model_whose_scheduler_needs_more_than_a_prediction_is_refused() -> None:
    with pytest.raises(OptionRefused, match="got RePaintScheduler"):
        scheduler(SchedulerConfig("RePaintScheduler", "{}"))


@pytest.mark.parametrize(
    ("name", "turns"), [("DDIMScheduler", 6), ("HeunDiscreteScheduler", 11), ("PNDMScheduler", 15)]
)
def test_a_turn_is_one_evaluation_of_the_model(name: Any, turns: int) -> None:
    run = scheduler(name=name, steps=6)

    assert (run.turns, len(run.timesteps)) == (turns, turns)


def test_strength_is_the_part_of_the_run_that_is_done() -> None:
    whole, half = scheduler(MODEL, steps=10), scheduler(MODEL, steps=10, strength=0.5)

    assert (half.turns, half.scheduler.start) == (5, 5)
    assert half.timesteps == whole.timesteps[5:]


def test_a_strength_that_leaves_no_step_is_refused() -> None:
    with pytest.raises(OptionRefused, match=r'"strength": expected at least one step, got 4 × 0\.2'):
        scheduler(MODEL, steps=4, strength=0.2)


def test_a_run_from_noise_starts_at_the_schedulers_own_scale() -> None:
    """Euler's latents are as large as their noise level, DDIM's are not."""
    largest = scheduler(MODEL, "EulerDiscreteScheduler", 4)

    assert torch.equal(start(scheduler(MODEL).scheduler, NOISE).samples, NOISE.samples)
    assert (start(largest.scheduler, NOISE).samples > 10 * NOISE.samples).all()


def test_a_run_from_a_picture_starts_from_both() -> None:
    """At timestep 1 hardly any noise is mixed in: the sum of squared shares is one."""
    run = scheduler(SchedulerConfig("DDIMScheduler", "{}"), steps=1000, strength=0.001)

    mixed = start(run.scheduler, NOISE, PICTURE).samples
    kept = (1 - 0.0001) ** 0.5
    assert torch.allclose(mixed, kept * PICTURE.samples + 0.01 * NOISE.samples, atol=1e-4)


@pytest.mark.parametrize(("forget", "same"), [(True, True), (False, False)])
def test_at_full_strength_the_picture_may_be_forgotten(forget: bool, same: bool) -> None:
    run = scheduler(MODEL, strength=1.0)

    assert torch.equal(start(run.scheduler, NOISE, PICTURE, forget).samples, NOISE.samples) is same


def test_after_the_last_turn_no_noise_is_added() -> None:
    run = scheduler(MODEL, steps=4)

    assert add_noise(run.scheduler, SchedulerState(turn=4), PICTURE, NOISE).samples is PICTURE.samples
    assert not torch.equal(
        add_noise(run.scheduler, SchedulerState(turn=3), PICTURE, NOISE).samples, PICTURE.samples
    )


def test_a_scheduler_that_cannot_add_noise_says_so() -> None:
    run = scheduler(name="IPNDMScheduler", steps=4, strength=0.5)

    with pytest.raises(KnotworkError, match="adds noise to a picture, got IPNDMScheduler"):
        start(run.scheduler, NOISE, PICTURE)
