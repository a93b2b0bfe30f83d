from dataclasses import replace

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from engine.declare.codec import decode, encode
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.gan.dcgan import DCGANDiscriminator, DCGANGenerator
from nodes.gan.pictures import samples
from nodes.gan.training import (
    GanRefused,
    discriminator_loss,
    discriminator_start,
    discriminator_step,
    generator_loss,
    generator_start,
    generator_step,
)
from nodes.train.recipe import recipe
from nodes.train.state import only_read
from nodes.train.values import TrainState

HOW = recipe(rate=0.002, warmup=1, schedule="constant", optimiser="adam", beta1=0.5, beta2=0.999)
DIGITS = digits(size=16, count=64)


def pair(classes: int = 10) -> tuple[TrainState, TrainState]:
    return (
        generator_start(16, noise=8, width=8, classes=classes, seed=1),
        discriminator_start(16, width=8, classes=classes, seed=2),
    )


def turns(generator: TrainState, discriminator: TrainState, count: int) -> tuple[TrainState, TrainState]:
    for index in range(discriminator.step, discriminator.step + count):
        data = batch(DIGITS, index, 16)
        discriminator = discriminator_step(discriminator, generator, data, HOW).state
        generator = generator_step(generator, discriminator, data, HOW).state
    return generator, discriminator


def test_a_generator_of_64_pixels_has_the_layers_of_the_paper() -> None:
    shapes = {name: tuple(weight.shape) for name, weight in DCGANGenerator(64, 3, 100, 64).named_parameters()}
    kernels = [shape for shape in shapes.values() if len(shape) == 4]
    assert kernels == [(100, 512, 4, 4), (512, 256, 4, 4), (256, 128, 4, 4), (128, 64, 4, 4), (64, 3, 4, 4)]
    assert [name for name, shape in shapes.items() if len(shape) == 4] == [
        f"main.{place}.weight" for place in (0, 3, 6, 9, 12)
    ]


def test_a_discriminator_of_64_pixels_has_the_layers_of_the_paper() -> None:
    kernels = [tuple(w.shape) for w in DCGANDiscriminator(64, 3, 64).parameters() if w.ndim == 4]
    assert kernels == [(64, 3, 4, 4), (128, 64, 4, 4), (256, 128, 4, 4), (512, 256, 4, 4), (1, 512, 4, 4)]


def test_sizes_that_do_not_double_are_refused() -> None:
    with pytest.raises(ValueError, match="got 48: choose a power of two"):
        DCGANGenerator(48, 1, 8, 8)


def test_classes_change_what_is_made_and_how_it_is_judged() -> None:
    generator, discriminator = pair()
    maker, judge = only_read(generator), only_read(discriminator)
    noise = torch.randn(1, 8, 1, 1, generator=torch.Generator().manual_seed(0)).expand(2, -1, -1, -1)
    made = maker["generator"](noise, torch.tensor([1, 2]))  # pyright: ignore[reportIndexIssue]
    assert not torch.equal(made[0], made[1])
    same = made[:1].expand(2, -1, -1, -1)
    scores = judge["discriminator"](same, torch.tensor([1, 2]))  # pyright: ignore[reportIndexIssue]
    assert scores[0] != scores[1]


def test_the_discriminator_s_loss_is_the_cross_entropy_of_real_and_made() -> None:
    real, made = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])
    given = iter([real, made])
    loss, accuracy, sure, fooled, *_ = discriminator_loss(
        lambda noise, labels: noise, 0.1, 0.0, {"discriminator": lambda *_: next(given)}, real, made
    ).tolist()
    wanted = torch.cat([torch.full((2,), 0.9), torch.zeros(2)])
    assert loss == pytest.approx(2 * float(binary_cross_entropy_with_logits(torch.cat([real, made]), wanted)))
    assert accuracy == 0.5
    assert sure == pytest.approx(float(real.sigmoid().mean()))
    assert fooled == pytest.approx(float(made.sigmoid().mean()))


def test_the_penalty_is_half_the_mean_square_of_the_slope_at_real_samples() -> None:
    real, made = torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.zeros(2, 2)

    def loss(penalty: float) -> float:
        def judge(samples: torch.Tensor, labels: None) -> torch.Tensor:
            return samples[:, 0].square() + 3 * samples[:, 1]

        told = discriminator_loss(lambda *_: made, 0, penalty, {"discriminator": judge}, real, made)
        return told.tolist()[0]

    # the slopes are (2 x, 3): (2, 3) and (6, 3)
    assert loss(4.0) - loss(0.0) == pytest.approx(4 / 2 * (13 + 45) / 2)


def test_the_generator_s_loss_is_the_cross_entropy_of_being_taken_for_real() -> None:
    scores = torch.tensor([2.0, -1.0])
    loss = generator_loss(lambda *_: scores, {"generator": lambda *_: scores}, scores)
    assert float(loss) == pytest.approx(float(binary_cross_entropy_with_logits(scores, torch.ones(2))))


def test_each_shard_of_a_batch_is_told_the_classes_of_its_own_samples() -> None:
    data = batch(digits(size=16, count=8), 0, 8)
    data = replace(data, samples=data.samples[:, :, ::2, ::2].contiguous())
    generator = generator_start(8, noise=4, width=4, classes=10, seed=1)

    def real(shards: int) -> float:
        begun = discriminator_start(8, width=4, classes=10, seed=2)  # so small that nothing is normalised
        return discriminator_step(begun, generator, data, recipe(shards=shards)).real

    assert real(shards=2) == pytest.approx(real(shards=1), rel=1e-6)


def test_a_step_moves_one_of_the_two_and_leaves_the_other() -> None:
    generator, discriminator = pair()
    before = encode(generator)
    told = discriminator_step(discriminator, generator, batch(DIGITS, 0, 16), HOW)
    assert encode(generator) == before
    assert told.state.step == 1
    before = encode(told.state)
    moved = generator_step(generator, told.state, batch(DIGITS, 0, 16), HOW)
    assert encode(told.state) == before
    assert moved.state.step == 1


def test_statistics_of_normalisation_are_part_of_the_state() -> None:
    generator, discriminator = pair()
    mean = "generator.main.1.running_mean"
    assert torch.equal(generator.buffers[mean], torch.zeros(16))
    moved, _ = turns(generator, discriminator, 1)
    assert not torch.equal(moved.buffers[mean], torch.zeros(16))


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    generator, discriminator = (decode(encode(state)) for state in turns(*pair(), 2))
    once, twice = turns(generator, discriminator, 2), turns(*pair(), 4)
    assert [encode(state) for state in once] == [encode(state) for state in twice]


def test_the_discriminator_learns_to_tell_digits_from_noise() -> None:
    generator, discriminator = pair(classes=0)
    told = discriminator_step(discriminator, generator, batch(DIGITS, 0, 32), HOW)
    for index in range(1, 30):
        told = discriminator_step(told.state, generator, batch(DIGITS, index, 32), HOW)
    assert told.accuracy > 0.95
    assert told.real > 0.7 > 0.3 > told.made


def test_the_generator_learns_to_be_taken_for_real() -> None:
    generator, discriminator = pair(classes=0)
    for index in range(10):
        discriminator = discriminator_step(discriminator, generator, batch(DIGITS, index, 32), HOW).state
    first = generator_step(generator, discriminator, batch(DIGITS, 0, 32), HOW)
    moved = first
    for index in range(20):
        moved = generator_step(moved.state, discriminator, batch(DIGITS, index, 32), HOW)
    assert moved.loss < 0.5 * first.loss


def test_states_of_other_networks_are_refused() -> None:
    generator, discriminator = pair()
    with pytest.raises(GanRefused, match="expected the state of a discriminator, got generator"):
        discriminator_step(generator, generator, batch(DIGITS, 0, 4), HOW)
    with pytest.raises(GanRefused, match=r"Link what began with gan\.generator_start"):
        samples(discriminator)


def test_samples_are_of_the_classes_in_turn_and_follow_the_seed() -> None:
    generator, _ = pair()
    page = samples(generator, 20, 10, seed=3)
    assert page.pixels.shape == (1, 32, 160, 1)
    assert torch.equal(page.pixels, samples(generator, 20, 10, seed=3).pixels)
    assert not torch.equal(page.pixels, samples(generator, 20, 10, seed=4).pixels)
