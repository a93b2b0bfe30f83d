"""Batches of a dataset: which samples, in which order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Seed, node
from engine.errors import ValueRefused
from nodes.data.values import Batch, Dataset

if TYPE_CHECKING:
    import torch


@node("data.batch")
def batch(
    dataset: Dataset,
    index: Annotated[int, Field(ge=0)] = 0,
    size: Annotated[int, Field(ge=1)] = 64,
    seed: Seed = 0,
) -> Batch:
    """Take one batch: every sample once in each round through the dataset, each round in an order of its own.

    The order depends on the seed alone, so a run that goes on later takes the same batches.

    Args:
        dataset: What to take from.
        index: Which batch, from 0 on: the index of a loop.
        size: Samples in it.
        seed: Seed of the orders.

    Raises:
        ValueRefused: The dataset is empty.
    """
    taken = chosen(len(dataset.pixels), index, size, seed)
    samples = dataset.pixels[taken].float() / 127.5 - 1
    labels = None if dataset.labels is None else dataset.labels[taken]
    captions = [dataset.captions[place][0] for place in taken.tolist()] if dataset.captions else []
    return Batch(samples, labels, captions)


def chosen(count: int, index: int, size: int, seed: int) -> torch.Tensor:
    """Which of so many samples a batch takes, int64 [size]; see ``data.batch``.

    Raises:
        ValueRefused: There are no samples.
    """
    import torch

    if not count:
        raise ValueRefused("a dataset with samples", "an empty one")
    places = torch.arange(index * size, (index + 1) * size)
    rounds = places // count
    return torch.cat(
        [
            order(count, seed, number)[places[rounds == number] % count]
            for number in range(int(rounds[0]), int(rounds[-1]) + 1)
        ]
    )


@lru_cache(maxsize=8)
def order(count: int, seed: int, number: int) -> torch.Tensor:
    """The order of a round through so many samples, int64 [count]."""
    import torch

    return torch.randperm(count, generator=generator_of(seed, number))


def generator_of(*numbers: int) -> torch.Generator:
    """A generator that is seeded by several numbers, such as a seed and which of its draws this is."""
    import numpy as np
    import torch

    own = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 11)
    return torch.Generator().manual_seed(own)
