from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import OnDevice
from engine.declare.codec import decode, encode
from engine.declare.handle import Find
from engine.run.residency import Pool
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.gan.generate import discriminator, generate, generator, noise, noise_of_seeds
from nodes.gan.training import GanRefused, discriminator_start, generator_start, generator_step
from nodes.gan.values import Generator
from nodes.train.recipe import recipe
from nodes.train.state import only_read
from nodes.train.trained import HEADER
from nodes.train.values import TrainState


def state() -> TrainState:
    """A generator that took one step, so that its statistics are not those at the start."""
    begun = generator_start(16, noise=8, width=8, classes=10, seed=1)
    judge = discriminator_start(16, width=8, classes=10, seed=2)
    how = recipe(rate=0.01, warmup=1, optimiser="adam")
    return generator_step(begun, judge, batch(digits(16, 16), 0, 16), how).state


def nowhere(digest: str) -> Path:
    raise AssertionError(digest)


def pictures(handle: Generator[Any], find: Find = nowhere) -> torch.Tensor:
    with Pool(find, {}).acquire(handle, "cpu") as loaded:
        return generate(OnDevice(handle, loaded.model), noise(4, 8, seed=3).noise, [4, 3, 2, 1]).pixels


def test_a_trained_generator_makes_what_its_averaged_weights_make() -> None:
    trained = state()
    network = only_read(trained, average=True)
    with torch.no_grad():
        made = network["generator"](noise(4, 8, seed=3).noise.samples, torch.tensor([4, 3, 2, 1]))  # pyright: ignore[reportIndexIssue]
    assert torch.equal(pictures(generator(trained)), (made / 2 + 0.5).permute(0, 2, 3, 1))


def test_what_was_taken_out_stays_when_training_goes_on() -> None:
    trained = state()
    taken = generator(trained)
    before = pictures(taken)
    for weight in trained.average.values():
        weight.zero_()
    assert torch.equal(pictures(taken), before)


def test_a_stored_generator_makes_the_same() -> None:
    taken = generator(state())
    assert torch.equal(pictures(decode(encode(taken))), pictures(taken))


def test_an_exported_generator_makes_the_same(tmp_path: Path) -> None:
    taken = generator(state())
    path = tmp_path / "generator.safetensors"
    path.write_bytes(taken.encode({})[0])
    assert torch.equal(pictures(Generator("digest"), lambda _: path), pictures(taken))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('{"_class_name": "DCGANGenerator", "size": 16', "can't be built"),
        ('["DCGANGenerator"]', "can't be built"),
        ('{"_class_name": "DCGANGenerator", "size": 16, "depth": 3}', "can't be built .*'depth'"),
        ('{"_class_name": "Popen", "args": "true"}', "can't be built .*Popen"),
        (
            '{"_class_name": "DCGANGenerator", "size": 16, "channels": 1, "noise": 8, "width": 4000000}',
            r"main.0.weight of shape \[8, 8000000, 4, 4\], got \[8, 16, 4, 4\]",
        ),
    ],
)
def test_a_file_whose_architecture_is_not_that_of_its_weights_is_refused_before_memory_is_taken_for_it(
    tmp_path: Path, config: str, said: str
) -> None:
    path = tmp_path / "generator.safetensors"
    save_file({"main.0.weight": torch.zeros(8, 16, 4, 4)}, path, {HEADER: config})
    with pytest.raises(CheckpointRefused, match=said):
        pictures(Generator("digest"), lambda _: path)


def test_a_handle_of_a_file_is_not_exported_again() -> None:
    with pytest.raises(CheckpointRefused, match="Copy the file itself"):
        Generator("digest").encode({})


def test_two_trainings_are_two_models_in_the_pool() -> None:
    pool = Pool(nowhere, {})
    one, two = generator(state()), generator(generator_start(16, noise=8, width=8, classes=10, seed=9))
    for handle in (one, two, one):
        with pool.acquire(handle, "cpu"):
            pass
    assert len(pool.residents) == 2


def test_a_generator_is_no_discriminator() -> None:
    with pytest.raises(GanRefused, match="expected the state of a discriminator, got generator"):
        discriminator(state())


def test_the_noise_of_seeds_is_what_each_draws_alone() -> None:
    drawn = noise_of_seeds([5, 2], 8).samples
    assert torch.equal(drawn, torch.cat([noise(1, 8, seed=seed).noise.samples for seed in (5, 2)]))


def test_one_label_is_that_of_all_pictures() -> None:
    taken = generator(state())
    with Pool(nowhere, {}).acquire(taken, "cpu") as loaded:
        network = OnDevice(taken, loaded.model)
        one = generate(network, noise(3, 8).noise, [4])
        assert torch.equal(one.pixels, generate(network, noise(3, 8).noise, [4, 4, 4]).pixels)


def test_noise_of_other_numbers_is_refused() -> None:
    taken = generator(state())
    with (
        Pool(nowhere, {}).acquire(taken, "cpu") as loaded,
        pytest.raises(GanRefused, match="expected noise of 8 numbers, got 9×1×1"),
    ):
        generate(OnDevice(taken, loaded.model), noise(3, 9).noise)
