from dataclasses import replace

import pytest
import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

from engine.declare.codec import decode, encode
from nodes.points.network import PointDenoiser
from nodes.points.plane import PointsRefused, to_points
from nodes.points.shapes import noise, shape
from nodes.points.training import again, point_batch, start, train_step
from nodes.train.objective import Objective, schedule
from nodes.train.recipe import recipe
from nodes.train.state import bound
from nodes.train.values import TrainState

MEAN, DEVIATION = 1.5, 0.5
"""Of the Gaussian whose best predictions are known."""


def trained(objective: Objective, steps: int = 250) -> TrainState:
    gaussian = to_points(MEAN + DEVIATION * torch.randn(4096, 2, generator=torch.Generator().manual_seed(1)))
    state, how = start(32, 1, seed=2), recipe(rate=0.005, adam_rate=0.005, warmup=10, steps=steps, decay=0.97)
    for _ in range(steps):
        state, _ = train_step(state, gaussian, schedule(objective), how, batch=256)
    return state


def said(state: TrainState, samples: torch.Tensor, timestep: float) -> torch.Tensor:
    network: PointDenoiser = bound(state.config, state.average)["points"]  # pyright: ignore[reportIndexIssue] # a table of modules
    with torch.no_grad():
        return network(samples, torch.tensor([timestep]).expand(len(samples)))


@pytest.mark.parametrize("level", [250, 500, 750])
def test_the_velocity_learned_of_a_gaussian_is_the_one_that_is_best(
    level: int, flow_of_a_gaussian: TrainState
) -> None:
    sigma = level / 1000
    centre, variance = (1 - sigma) * MEAN, ((1 - sigma) * DEVIATION) ** 2 + sigma**2
    places = centre + variance**0.5 * torch.tensor([[-1.0, 1.0], [0.0, 0.0], [1.0, -0.5]])[..., None, None]
    # E[noise - clean | mixture] of two Gaussians: a straight line through their means
    slope = (sigma - (1 - sigma) * DEVIATION**2) / variance
    best = -MEAN + slope * (places - centre)

    assert (said(flow_of_a_gaussian, places, level) - best).abs().max() < 0.2


@pytest.fixture(scope="module")
def flow_of_a_gaussian() -> TrainState:
    return trained("flow matching")


def test_the_noise_learned_of_a_gaussian_is_the_one_that_is_best() -> None:
    state, level = trained("diffusion, noise"), 300
    share = DDPMScheduler().alphas_cumprod[level]
    centre, variance = share.sqrt() * MEAN, share * DEVIATION**2 + 1 - share
    places = centre + variance.sqrt() * torch.tensor([[-1.0, 1.0], [0.0, 0.0], [1.0, -0.5]])[..., None, None]
    best = (1 - share).sqrt() / variance * (places - centre)

    assert (said(state, places, level) - best).abs().max() < 0.2


def test_fresh_noise_is_drawn_for_points_without_pairs() -> None:
    clean = torch.arange(10.0)[:, None].expand(10, 2)
    first, other = (
        point_batch(clean, None, 2000, schedule(), torch.Generator().manual_seed(seed)) for seed in (0, 1)
    )

    assert not torch.equal(first[1], other[1])
    assert float(first[1].std()) == pytest.approx(1, abs=0.05)
    assert first[0].unique().tolist() == list(range(10))
    assert (int(first[2].min()), int(first[2].max())) == pytest.approx((0, 999), abs=5)


def test_a_point_of_a_pair_is_drawn_with_its_noise() -> None:
    clean = torch.arange(10.0)[:, None].expand(10, 2)
    points, noises, _ = point_batch(clean, -clean, 50, schedule(), torch.Generator().manual_seed(0))

    assert torch.equal(noises, -points)
    assert noises.shape == (50, 2, 1, 1)


def test_noise_for_another_number_of_points_is_refused() -> None:
    state, data = start(8, 1), shape("ring", 4)
    with pytest.raises(PointsRefused, match="expected noise for each of 4 points, got 3"):
        train_step(state, data, schedule(), recipe(), noise(3).points)


def test_the_state_of_another_network_is_refused() -> None:
    other = replace(start(8, 1), config='{"vae":{}}')
    with pytest.raises(PointsRefused, match="expected the state of a denoiser of points, got vae"):
        train_step(other, shape("ring", 4), schedule(), recipe())


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    data, how = shape("ring", 64), recipe(warmup=2, steps=4)

    def step(state: TrainState) -> TrainState:
        return train_step(state, data, schedule(), how, batch=16).state

    stored = encode(step(start(8, 1)))
    assert encode(step(decode(stored))) == encode(step(step(start(8, 1))))


def test_again_begins_anew_with_the_averaged_weights() -> None:
    data, how = shape("ring", 64), recipe(warmup=1, steps=4)
    state = train_step(start(8, 1), data, schedule(), how, batch=16).state
    anew = again(state, seed=5)

    assert all(torch.equal(anew.params[name], state.average[name]) for name in state.params)
    assert anew.step == 0
    assert not anew.momentum
    train_step(anew, data, schedule(), how, batch=16)
    assert not torch.equal(anew.params["points.out.bias"], state.average["points.out.bias"])
