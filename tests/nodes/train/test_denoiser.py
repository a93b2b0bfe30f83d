import json
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.ddpm.pipeline_ddpm import DDPMPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from engine.run.context import RunContext, Token
from engine.run.events import Lossy, Preview
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.data.values import Batch
from nodes.diffusion.label import labels
from nodes.diffusion.latent import noise
from nodes.train.denoiser import denoiser_samples, denoiser_start, denoiser_step, noisy_batch, pixel_loss
from nodes.train.export import denoiser_folder
from nodes.train.objective import Objective, schedule
from nodes.train.recipe import recipe
from nodes.train.values import TrainState
from nodes.vae import decode as decode_latent
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import parity
from tests.nodes.train.folders import written

OBJECTIVES: list[Objective] = ["diffusion, velocity", "diffusion, noise", "flow matching"]
HOW = recipe(rate=0.01, adam_rate=0.01, warmup=1, steps=40, decay=0.9)
DIGITS = digits(size=16, count=64)
UNWATCHED = RunContext("step", "cpu", Token(), lambda event: None)


def begun(classes: int = 10) -> TrainState:
    return denoiser_start([8, 16], size=16, classes=classes, seed=1)


def turns(state: TrainState, count: int, objective: Objective = "flow matching") -> list[float]:
    """Losses of some steps; the state's tensors are changed in place."""
    losses: list[float] = []
    for index in range(count):
        told = denoiser_step(state, batch(DIGITS, index, 32), schedule(objective), HOW, UNWATCHED)
        state = told.state
        losses.append(told.loss)
    return losses


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_loss_falls(objective: Objective) -> None:
    losses = turns(begun(), 40, objective)

    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])


def test_the_loss_is_the_mean_squared_error_of_what_the_schedule_wants() -> None:
    drawn = noisy_batch(batch(DIGITS, 0, 4), schedule(), None, 0.0, torch.Generator().manual_seed(0))
    clean, noises, levels = drawn

    class Says:
        sample = torch.zeros_like(clean)

    loss = pixel_loss(schedule(), {"unet": lambda *_: Says}, clean, noises, levels)
    assert float(loss) == pytest.approx(float((noises - clean).square().mean()))


def test_a_share_of_the_draws_is_told_no_class() -> None:
    data = Batch(torch.zeros(4000, 1, 8, 8), torch.arange(4000) % 10)
    *_, told = noisy_batch(data, schedule(), 11, 0.1, torch.Generator().manual_seed(0))
    untold = told == 10

    assert float(untold.float().mean()) == pytest.approx(0.1, abs=0.02)
    assert torch.equal(told[~untold], data.labels[~untold])  # pyright: ignore[reportOptionalSubscript]


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    def step(state: TrainState, index: int) -> TrainState:
        return denoiser_step(state, batch(DIGITS, index, 8), schedule(), HOW, UNWATCHED).state

    stored = encode(step(begun(), 0))
    assert encode(step(decode(stored), 1)) == encode(step(step(begun(), 0), 1))


def test_whoever_watches_is_shown_what_it_draws_by_now() -> None:
    shown: list[Lossy] = []
    context = RunContext("step", "cpu", Token(), shown.append)
    state = begun()
    for index in range(3):
        state = denoiser_step(state, batch(DIGITS, index, 8), schedule(), HOW, context, show=2).state

    [preview] = shown
    assert isinstance(preview, Preview)
    assert preview.value.pixels.shape == (1, 2 * 16, 10 * 16, 1)


def test_showing_changes_nothing_of_the_training() -> None:
    states = [
        denoiser_step(begun(), batch(DIGITS, 0, 8), schedule(), HOW, UNWATCHED, show=show).state
        for show in (0, 1)
    ]
    assert encode(states[0]) == encode(states[1])


def test_a_denoiser_without_classes_learns_and_draws() -> None:
    state = begun(classes=0)
    losses = turns(state, 10)

    assert losses[-1] < losses[0]
    assert denoiser_samples(state, schedule(), 4, 2, steps=2).pixels.shape == (1, 32, 32, 1)


@pytest.mark.parametrize("objective", ["diffusion, velocity", "flow matching"])
def test_the_folder_draws_with_the_graphs_nodes_what_training_showed(
    objective: Objective, tmp_path: Path
) -> None:
    state = begun()
    turns(state, 2)
    for weight in state.average.values():
        weight.copy_(weight.half())
    loaded = loaded_from(written(denoiser_folder(state, schedule(objective)), tmp_path))
    start = noise(loaded.vae.handle, 16, 16, batch=10, seed=5)
    drawn = parity.sample(
        loaded, labels(list(range(10))), labels([-1]), scale=2.0, size=(16, 16), begin=start.latent
    )
    shown = denoiser_samples(state, schedule(objective), 10, 10, parity.STEPS, 2.0, seed=5)

    pixels = decode_latent(loaded.vae, drawn[-1].latent).pixels
    assert torch.allclose(torch.cat([*pixels], 1)[None], shown.pixels, atol=1e-5)


@pytest.mark.parametrize(
    ("objective", "scheduler"),
    [("diffusion, noise", DDIMScheduler), ("flow matching", FlowMatchEulerDiscreteScheduler)],
)
def test_diffusers_loads_the_folder(objective: Objective, scheduler: type[Any], tmp_path: Path) -> None:
    state = begun()
    pipeline = DDPMPipeline.from_pretrained(written(denoiser_folder(state, schedule(objective)), tmp_path))

    assert type(pipeline.scheduler) is scheduler
    for name, weight in pipeline.unet.named_parameters():
        assert torch.equal(weight, state.average[f"unet.{name}"].half().float())


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"widths": [8, 20]}, "expected widths that are multiples of 8, got 8, 20"),
        ({"widths": []}, "expected widths that are multiples of 8, got none"),
        ({"widths": [8, 8, 8, 8, 8, 8, 8]}, "expected a size that can be halved 6 times, got 32"),
    ],
)
def test_sizes_that_make_no_network_are_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueRefused, match=problem):
        denoiser_start(**arguments)


def test_states_of_other_networks_and_pictures_without_classes_are_refused() -> None:
    other = TrainState(json.dumps({"vae": {}}), {}, {}, {}, {}, {}, 0, begun().rng)
    with pytest.raises(ValueRefused, match=r"expected a state that began with train\.denoiser_start"):
        denoiser_step(other, batch(DIGITS, 0, 4), schedule(), HOW, UNWATCHED)
    with pytest.raises(ValueRefused, match="expected pictures with classes"):
        denoiser_step(begun(), Batch(torch.zeros(2, 1, 16, 16)), schedule(), HOW, UNWATCHED)
