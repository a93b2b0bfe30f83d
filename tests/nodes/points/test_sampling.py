import json

import pytest
import torch
from diffusers import schedulers

from engine.run.context import RunContext, Token
from nodes.diffusion.options import Name
from nodes.diffusion.scheduler import Run, scheduler, scheduler_step
from nodes.diffusion.scheduler import start as begin
from nodes.points.measure import straightness
from nodes.points.plane import Points, PointsRefused, to_plane
from nodes.points.sampling import even_levels, predict
from nodes.points.shapes import noise
from nodes.points.training import start
from nodes.train.objective import Objective, schedule
from nodes.train.state import bound
from nodes.train.values import TrainState
from nodes.values import Latent, Scheduler

UNWATCHED = RunContext("turns", "cpu", Token(), lambda event: None)
WIND = torch.tensor([0.5, -0.25])
SEED, STEPS = 3, 5


def run_of(objective: Objective, steps: int, name: Name = "from the model") -> tuple[Scheduler, Run]:
    run = scheduler(schedule(objective), name, steps)
    return even_levels(run.scheduler), run


def sampled(model: TrainState, settled: Scheduler, run: Run) -> list[Points]:
    """Where 16 points are before the first turn and after each."""
    latent, rng = noise(16, SEED)
    state, places = run.state, [begin(settled, latent)]
    for _ in range(run.turns):
        said = predict(model, settled, state, places[-1])
        latent, state, rng = scheduler_step(settled, state, said, places[-1], rng, UNWATCHED)
        places.append(latent)
    return places


@pytest.mark.parametrize(
    ("objective", "name"),
    [
        ("diffusion, velocity", "DDIMScheduler"),
        ("diffusion, noise", "DDPMScheduler"),
        ("flow matching", "FlowMatchEulerDiscreteScheduler"),
    ],
)
def test_every_turn_equals_diffusers_own(objective: Objective, name: Name) -> None:
    model = start(16, 1, seed=1)
    settled, run = run_of(objective, STEPS, name)
    places = sampled(model, settled, run)

    network = bound(model.config, model.average)["points"]  # pyright: ignore[reportIndexIssue] # a table of modules
    theirs = getattr(schedulers, name)(**json.loads(settled.config))
    levels = {"sigmas": [1, 0.8, 0.6, 0.4, 0.2]} if objective == "flow matching" else {}
    theirs.set_timesteps(**levels or {"num_inference_steps": STEPS})
    generator = torch.Generator().manual_seed(SEED)
    expected = torch.randn(16, 2, generator=generator)[..., None, None]
    more = {"generator": generator} if name == "DDPMScheduler" else {}
    for place, moment in zip(places, theirs.timesteps, strict=False):
        assert torch.equal(place.samples, expected)
        with torch.no_grad():
            said = network(expected, moment.expand(16))
            expected = theirs.step(said, moment, expected, **more).prev_sample
    assert torch.equal(places[-1].samples, expected)
    assert len(places) == STEPS + 1


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_same_velocity_everywhere_moves_all_points_straight_in_any_number_of_steps(steps: int) -> None:
    windy = start(8, 1)
    windy.average["points.out.weight"].zero_()
    windy.average["points.out.bias"].copy_(WIND)
    first, *turns = sampled(windy, *run_of("flow matching", steps))

    # Velocities point to the noise: from level 1 to level 0 they are walked backwards
    assert torch.allclose(to_plane(turns[-1]), to_plane(first) - WIND, atol=1e-6)
    assert straightness(first, turns) == pytest.approx(0, abs=1e-9)


def test_levels_are_spread_evenly_where_the_last_step_would_do_nothing() -> None:
    settled, run = run_of("flow matching", 4)

    assert run.timesteps == pytest.approx([1000, 667, 334, 1])
    assert settled.sigmas == (1.0, 0.75, 0.5, 0.25)


def test_levels_of_diffusion_stay_as_they_are() -> None:
    settled, run = run_of("diffusion, velocity", 4)

    assert settled == run.scheduler
    assert run.timesteps == [999, 749, 499, 249]


def test_a_picture_s_latent_is_refused() -> None:
    settled, run = run_of("flow matching", 1)
    with pytest.raises(PointsRefused, match="expected points"):
        predict(start(8, 1), settled, run.state, Latent(torch.zeros(1, 4, 8, 8)))
