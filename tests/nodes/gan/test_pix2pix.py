"""The training of pix2pix: what its losses are, what a step moves, and that it learns."""

from typing import Any

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as entropy

from engine.declare.codec import decode, encode
from nodes.data.digits import digits
from nodes.data.pairs import edges, paired_batch
from nodes.data.values import Batch
from nodes.gan.patch_discriminator import PatchDiscriminator
from nodes.gan.pix2pix import (
    PatchStep,
    TranslatorStep,
    discriminator_loss,
    generator_loss,
    pix2pix_discriminator_start,
    pix2pix_discriminator_step,
    pix2pix_generator_start,
    pix2pix_generator_step,
)
from nodes.gan.training import GanRefused, generator_start
from nodes.gan.translations import pix2pix_samples
from nodes.train.recipe import recipe
from nodes.train.values import TrainState

HOW = recipe(rate=0.002, warmup=1, schedule="constant", optimiser="adam", beta1=0.5, beta2=0.999)
WANTED = digits(size=32, count=24)
LINES = edges(WANTED)
Pair = tuple[TrainState, TrainState]


def pair(levels: int = 6) -> Pair:
    """A generator that has dropout with 6 levels, and a discriminator."""
    return (
        pix2pix_generator_start(1, 1, width=4, levels=levels, seed=1),
        pix2pix_discriminator_start(2, width=4, layers=1, seed=2),
    )


def data(index: int, size: int = 4) -> Batch:
    """Digits of 64 pixels, for dropout needs 6 levels."""
    some = paired_batch(LINES, WANTED, index, size)
    assert some.targets is not None
    samples, targets = (
        one.repeat_interleave(2, 2).repeat_interleave(2, 3) for one in (some.samples, some.targets)
    )
    return Batch(samples, targets=targets)


def turn(states: Pair, index: int) -> tuple[PatchStep, TranslatorStep]:
    told = pix2pix_discriminator_step(states[1], states[0], data(index), HOW)
    return told, pix2pix_generator_step(states[0], told.state, data(index), HOW)


def turns(states: Pair, count: int) -> Pair:
    for index in range(states[0].step, states[0].step + count):
        told, made = turn(states, index)
        states = made.state, told.state
    return states


def test_the_discriminator_s_loss_is_the_mean_cross_entropy_of_wanted_and_made() -> None:
    real, made = torch.tensor([[2.0, -1.0]]), torch.tensor([[0.5, -3.0]])
    shown: list[torch.Tensor] = []

    def judge(both: torch.Tensor) -> torch.Tensor:
        shown.append(both)
        return (real, made)[len(shown) - 1]

    samples, targets, drawn = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2), -torch.ones(1, 1, 2, 2)
    loss, accuracy, sure, fooled = discriminator_loss(
        lambda *_: drawn, {"patch_discriminator": judge}, samples, targets, torch.tensor([0])
    ).tolist()
    by_hand = (entropy(real, torch.ones(1, 2)) + entropy(made, torch.zeros(1, 2))) / 2
    assert loss == pytest.approx(float(by_hand))
    assert accuracy == 0.5
    assert (sure, fooled) == pytest.approx((float(real.sigmoid().mean()), float(made.sigmoid().mean())))
    assert torch.equal(shown[0], torch.cat([samples, targets], 1))
    assert torch.equal(shown[1], torch.cat([samples, drawn], 1))


def test_the_generator_s_loss_is_being_seen_through_and_a_hundred_times_the_distance() -> None:
    scores = torch.tensor([2.0, -1.0])
    made, targets = torch.full((1, 1, 1, 2), 0.5), torch.tensor([[[[1.0, 0.25]]]])
    loss, adversarial, distance = generator_loss(
        lambda _: scores, 100.0, {"translator": lambda *_: made}, made, targets, torch.tensor([0])
    ).tolist()
    assert distance == pytest.approx((0.5 + 0.25) / 2)
    assert adversarial == pytest.approx(float(entropy(scores, torch.ones(2))))
    assert loss == pytest.approx(adversarial + 100 * distance)


def test_a_step_moves_one_of_the_two_and_leaves_the_other() -> None:
    generator, discriminator = pair()
    before = encode(generator)
    first = {name: weight.clone() for name, weight in discriminator.params.items()}
    told = pix2pix_discriminator_step(discriminator, generator, data(0), HOW)
    assert encode(generator) == before
    assert all(not torch.equal(told.state.params[name], weight) for name, weight in first.items())
    before = encode(told.state)
    first = {name: weight.clone() for name, weight in generator.params.items()}
    made = pix2pix_generator_step(generator, told.state, data(0), HOW)
    assert encode(told.state) == before
    assert all(not torch.equal(made.state.params[name], weight) for name, weight in first.items())


def test_each_step_drops_other_numbers_and_equal_states_the_same() -> None:
    losses = [pix2pix_generator_step(*pair(), data(0), HOW).loss for _ in range(2)]
    assert losses[0] == losses[1]
    generator, discriminator = pair()
    still = recipe(rate=1e-12, warmup=1, schedule="constant", optimiser="adam")
    moved = pix2pix_generator_step(generator, discriminator, data(0), still)
    assert pix2pix_generator_step(moved.state, discriminator, data(0), still).loss != moved.loss


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    generator, discriminator = (decode(encode(state)) for state in turns(pair(), 2))
    once, twice = turns((generator, discriminator), 2), turns(pair(), 4)
    assert [encode(state) for state in once] == [encode(state) for state in twice]


def test_the_distance_falls_within_seconds() -> None:
    states = pair()
    _, first = turn(states, 0)
    states = turns(pair(), 40)
    _, last = turn(states, 0)
    assert last.distance < 0.5 * first.distance


def test_samples_show_what_was_taken_made_and_wanted() -> None:
    page = pix2pix_samples(pair(5)[0], LINES, WANTED, 8).pixels
    assert page.shape == (1, 2 * 32, 12 * 32, 1)
    cells = page.reshape(2, 32, 12, 32).transpose(1, 2).flatten(0, 1)
    places = torch.arange(8) * 24 // 8
    torch.testing.assert_close(cells[0::3], LINES.pixels[places, 0] / 255)
    torch.testing.assert_close(cells[2::3], WANTED.pixels[places, 0] / 255)


def test_other_networks_and_batches_without_targets_are_refused() -> None:
    generator, discriminator = pair()
    with pytest.raises(GanRefused, match=r"Link what began with gan\.pix2pix_generator_start"):
        pix2pix_generator_step(generator_start(8, width=2), discriminator, data(0), HOW)
    with pytest.raises(GanRefused, match="expected the state of a patch discriminator, got translator"):
        pix2pix_discriminator_step(generator, generator, data(0), HOW)
    with pytest.raises(GanRefused, match=r"got one without\. Link data\.paired_batch"):
        pix2pix_generator_step(generator, discriminator, Batch(data(0).samples), HOW)


@pytest.mark.parametrize(
    ("generator", "discriminator", "told"),
    [
        ({"inputs": 3}, {}, "expected pictures of 3 channels, got 1"),
        ({"outputs": 3}, {}, "expected pictures of 3 channels, got 1"),
        ({"levels": 7}, {}, r"expected sides divisible by 128, got \[64, 64\]"),
        ({}, {"channels": 3}, "expected a discriminator of 2 channels, got one of 3"),
        ({}, {"layers": 5}, r"expected sides of at least 96 for 5 layers, got \[64, 64\]"),
    ],
)
def test_networks_of_other_sizes_are_refused(
    generator: dict[str, Any], discriminator: dict[str, Any], told: str
) -> None:
    taking: dict[str, Any] = {"inputs": 1, "outputs": 1, "width": 1, "levels": 5} | generator
    judging: dict[str, Any] = {"channels": 2, "width": 1, "layers": 1} | discriminator
    translator, judge = pix2pix_generator_start(**taking), pix2pix_discriminator_start(**judging)
    with pytest.raises(GanRefused, match=told):
        pix2pix_generator_step(translator, judge, data(0), HOW)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_smallest_pictures_that_are_not_refused_are_judged(layers: int) -> None:
    """A side of 3 is left after the halvings: 3 - 1 - 1 makes one patch."""
    side = 3 << layers
    assert PatchDiscriminator(1, 1, layers)(torch.zeros(2, 1, side, side)).shape == (2, 1, 1, 1)
