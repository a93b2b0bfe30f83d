import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ValueRefused
from nodes.diffusion.walk import average, redraw, truncate, walk
from nodes.values import Latent


def noise(count: int, numbers: int = 400, seed: int = 0) -> Latent[str]:
    drawn = torch.randn(count, numbers, 1, 1, generator=torch.Generator().manual_seed(seed))
    return Latent(drawn, "gan", 1)


def of(*numbers: float) -> Latent[str]:
    return Latent(torch.tensor(numbers, dtype=torch.float32).view(-1, 1, 1, 1))


def test_the_average_of_latents_is_their_mean_and_still_of_their_family() -> None:
    mean = average(noise(3))
    assert torch.allclose(mean.samples, noise(3).samples.sum(0, keepdim=True) / 3)
    assert mean.family == "gan"


def test_an_open_walk_goes_in_equal_steps_from_the_first_to_the_last() -> None:
    assert walk(of(0, 1, 3), 5, False, "linear").samples.flatten().tolist() == [0, 0.5, 1, 2, 3]


def test_a_closed_walk_ends_one_step_before_its_beginning() -> None:
    assert walk(of(0, 2), 4, True, "linear").samples.flatten().tolist() == [0, 1, 2, 1]


@given(st.integers(1, 5), st.integers(1, 4), st.booleans())
def test_a_walk_passes_each_of_its_latents(keys: int, each: int, closed: bool) -> None:
    batch = noise(keys)
    count = keys * each if closed else (keys - 1) * each + 1
    way = walk(batch, count, closed)
    assert torch.allclose(way.samples[::each], batch.samples, atol=1e-6)


def test_noise_on_a_spherical_walk_keeps_its_deviation() -> None:
    assert walk(noise(4, 10_000), 20).samples.std((1, 2, 3)).sub(1).abs().max() < 0.03


@given(st.floats(0, 1))
def test_truncation_leaves_its_share_of_the_distance_from_the_middle(amount: float) -> None:
    batch, middle = noise(3), noise(1, seed=1)
    moved = truncate(batch, amount, middle).samples - middle.samples
    assert torch.allclose(moved, amount * (batch.samples - middle.samples), atol=1e-5)
    assert torch.equal(truncate(batch, amount).samples, batch.samples * amount)


def test_a_middle_of_several_latents_is_refused() -> None:
    with pytest.raises(ValueRefused, match="average a batch"):
        truncate(noise(3), 0.5, noise(2))


@given(st.floats(0.01, 3))
def test_numbers_within_the_limit_stay_and_others_are_drawn_anew(limit: float) -> None:
    before = noise(2).samples
    after = redraw(noise(2), limit, 5).samples
    kept = before.abs() <= limit
    assert torch.equal(after[kept], before[kept])
    assert bool((after.abs() <= limit).all())
    assert torch.equal(after, redraw(noise(2), limit, 5).samples)


def test_noise_drawn_anew_has_the_deviation_of_a_truncated_normal_distribution() -> None:
    # of the standard normal within ±1: sqrt(1 - 2 φ(1) / (2 Φ(1) - 1))
    assert float(redraw(noise(4, 50_000), 1.0).samples.std()) == pytest.approx(0.5396, abs=0.004)
