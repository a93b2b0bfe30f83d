"""The training of CycleGAN: what its losses are, what a step moves, and that it learns."""

from typing import Any

import pytest
import torch

from engine.declare.codec import decode, encode
from nodes.data.digits import digits
from nodes.data.values import Batch
from nodes.gan.cyclegan import (
    CycleDiscriminatorStep,
    CycleGeneratorStep,
    cycle_discriminator_step,
    cycle_discriminators_start,
    cycle_generator_step,
    cycle_generators_start,
    discriminator_loss,
    generator_loss,
)
from nodes.gan.pool import PicturePool, pool
from nodes.gan.training import GanRefused, generator_start
from nodes.gan.translations import cycle_samples
from nodes.train.recipe import recipe
from nodes.train.state import only_read
from nodes.train.values import TrainState

HOW = recipe(rate=0.002, warmup=1, schedule="constant", optimiser="adam", beta1=0.5, beta2=0.999)
Run = tuple[TrainState, TrainState, PicturePool]


def begun() -> Run:
    return (
        cycle_generators_start(1, width=4, blocks=1, seed=1),
        cycle_discriminators_start(1, width=4, layers=1, seed=2),
        pool(3, seed=3),
    )


def data(kind: int, index: int) -> Batch:
    """Dark pictures with bright squares, or bright ones with dark squares; none has a partner."""
    rng = torch.Generator().manual_seed(2 * index + kind)
    pictures = torch.full((2, 1, 16, 16), -0.8)
    for picture in pictures:
        row, column = torch.randint(0, 10, (2,), generator=rng).tolist()
        picture[:, row : row + 6, column : column + 6] = 0.8
    return Batch(pictures if kind == 0 else -pictures)


def turn(run: Run, index: int) -> tuple[CycleDiscriminatorStep, CycleGeneratorStep]:
    a, b = data(0, index), data(1, index)
    told = cycle_discriminator_step(run[1], run[0], a, b, run[2], HOW)
    return told, cycle_generator_step(run[0], told.state, a, b, HOW)


def turns(run: Run, count: int) -> Run:
    for index in range(run[0].step, run[0].step + count):
        told, made = turn(run, index)
        run = made.state, told.state, told.pool
    return run


def changed(state: TrainState, before: dict[str, torch.Tensor]) -> set[str]:
    """The networks of a state of which any weight moved."""
    return {name.split(".")[0] for name, one in state.params.items() if not torch.equal(one, before[name])}


def scores(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers)


def test_the_discriminators_loss_is_the_squared_distance_from_one_and_from_zero() -> None:
    module = {"judge_of_a": lambda x: x, "judge_of_b": lambda x: x}
    loss, accuracy, real, made = discriminator_loss(
        module, scores(1.0, 0.5), scores(0.0), scores(0.5), scores(1.0, 0.0)
    ).tolist()
    assert loss == pytest.approx(((0 + 0.25) / 2 + 1 + 0.25 + (1 + 0) / 2) / 2)
    assert accuracy == pytest.approx((0.5 + 0 + 1 + 0.5) / 4)
    assert real == pytest.approx((0.75 + 0) / 2)
    assert made == pytest.approx((0.5 + 0.5) / 2)


def test_the_generators_loss_has_an_adversarial_part_a_cycle_and_the_identity() -> None:
    """One generator adds 2, the other halves; each discriminator scores by the mean."""
    module: dict[str, Any] = {"a_to_b": lambda x: x + 2, "b_to_a": lambda x: x / 2}
    judge: dict[str, Any] = {"judge_of_a": lambda x: x, "judge_of_b": lambda x: x}
    a, b = scores(1.0), scores(4.0)
    loss, adversarial, cycle, identity = generator_loss(judge, 10.0, 0.5, module, a, b).tolist()
    assert adversarial == (3 - 1) ** 2 + (2 - 1) ** 2
    assert cycle == abs(3 / 2 - 1) + abs(2 + 2 - 4)
    assert identity == abs(6 - 4) + abs(0.5 - 1)
    assert loss == adversarial + 10 * cycle + 5 * identity


def test_without_a_weight_the_identity_is_not_computed() -> None:
    asked: list[torch.Tensor] = []

    def translate(x: torch.Tensor) -> torch.Tensor:
        asked.append(x)
        return x

    module: dict[str, Any] = {"a_to_b": translate, "b_to_a": translate}
    judge: dict[str, Any] = {"judge_of_a": lambda x: x, "judge_of_b": lambda x: x}
    assert generator_loss(judge, 10.0, 0.0, module, scores(1.0), scores(1.0))[3] == 0
    assert len(asked) == 4


def test_a_step_moves_both_networks_of_a_state_and_leaves_the_other_state() -> None:
    generators, discriminators, kept = begun()
    before = encode(generators)
    first = {name: weight.clone() for name, weight in discriminators.params.items()}
    told = cycle_discriminator_step(discriminators, generators, data(0, 0), data(1, 0), kept, HOW)
    assert encode(generators) == before
    moved = {
        name.split(".")[0] for name, one in told.state.params.items() if not torch.equal(one, first[name])
    }
    assert moved == {"judge_of_a", "judge_of_b"}
    before = encode(told.state)
    first = {name: weight.clone() for name, weight in generators.params.items()}
    made = cycle_generator_step(generators, told.state, data(0, 0), data(1, 0), HOW)
    assert encode(told.state) == before
    moved = {
        name.split(".")[0] for name, one in made.state.params.items() if not torch.equal(one, first[name])
    }
    assert moved == {"a_to_b", "b_to_a"}


def test_the_pool_keeps_what_each_generator_made() -> None:
    generators, discriminators, kept = begun()
    network: Any = only_read(generators)
    told = cycle_discriminator_step(discriminators, generators, data(0, 0), data(1, 0), kept, HOW)
    assert told.pool.a is not None
    assert told.pool.b is not None
    with torch.no_grad():
        assert torch.equal(told.pool.a, network["b_to_a"](data(1, 0).samples))
        assert torch.equal(told.pool.b, network["a_to_b"](data(0, 0).samples))


def test_a_stored_run_goes_on_to_the_same_bytes() -> None:
    generators, discriminators, kept = (decode(encode(one)) for one in turns(begun(), 3))
    once, twice = turns((generators, discriminators, kept), 2), turns(begun(), 5)
    assert [encode(one) for one in once] == [encode(one) for one in twice]


def test_pictures_come_back_ever_closer() -> None:
    _, first = turn(begun(), 0)
    _, last = turn(turns(begun(), 40), 40)
    assert last.cycle < 0.5 * first.cycle
    assert last.identity < 0.5 * first.identity


def test_samples_show_both_ways_there_and_back() -> None:
    dataset = digits(size=16, count=8)
    page = cycle_samples(begun()[0], dataset, dataset, 8).pixels
    assert page.shape == (1, 2 * 16, 12 * 16, 1)
    for corner in (page[:, :16, :16, 0], page[:, 16:, :16, 0]):
        torch.testing.assert_close(corner, dataset.pixels[0] / 255)


def test_other_networks_and_batches_of_two_sizes_are_refused() -> None:
    generators, discriminators, kept = begun()
    with pytest.raises(GanRefused, match=r"Link what began with gan\.cycle_generators_start"):
        cycle_generator_step(generator_start(8, width=2), discriminators, data(0, 0), data(1, 0), HOW)
    fewer = Batch(data(1, 0).samples[:1])
    with pytest.raises(GanRefused, match="Set one size on both"):
        cycle_discriminator_step(discriminators, generators, data(0, 0), fewer, kept, HOW)
