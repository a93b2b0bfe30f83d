from dataclasses import replace

import pytest

from engine.errors import ValueRefused
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.gan.training import (
    GanRefused,
    discriminator_start,
    discriminator_step,
    generator_start,
    generator_step,
)
from nodes.train.recipe import recipe

DATA = batch(digits(size=16, count=8), 0, 8)


@pytest.mark.parametrize("told", ["generator", "discriminator"])
def test_networks_that_are_told_classes_refuse_samples_without(told: str) -> None:
    generator = generator_start(16, noise=4, width=4, classes=10 * (told == "generator"))
    discriminator = discriminator_start(16, width=4, classes=10 * (told == "discriminator"))
    bare = replace(DATA, labels=None)
    with pytest.raises(GanRefused, match="expected a batch with classes, got one without"):
        discriminator_step(discriminator, generator, bare, recipe())
    with pytest.raises(GanRefused, match="begin with 0 classes"):
        generator_step(generator, discriminator, bare, recipe())


def test_a_batch_that_is_normalised_as_a_whole_is_not_taken_apart() -> None:
    generator, discriminator = generator_start(16, noise=4, width=4), discriminator_start(16, width=4)
    with pytest.raises(ValueRefused, match=r"expected 1 shard, set by train\.recipe.*got 2"):
        discriminator_step(discriminator, generator, DATA, recipe(shards=2))
