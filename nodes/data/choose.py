"""Parts of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.data.values import Dataset


class Split(NamedTuple):
    """A dataset in two.

    Attributes:
        training: To learn from.
        held_out: To see what was learned on pictures that were never shown.
    """

    training: Dataset
    held_out: Dataset


@node("data.split")
def split(dataset: Dataset, every: Annotated[int, Field(ge=2)] = 10) -> Split:
    """Hold pictures out of a dataset, evenly spread; all samples of a picture go the same way.

    Args:
        dataset: What to split.
        every: Of so many pictures one, the last of them, is held out.
    """
    first = dataset.first.tolist()
    training: list[int] = []
    held_out: list[int] = []
    for picture in range(len(first) - 1):
        part = training if (picture + 1) % every else held_out
        part += range(first[picture], first[picture + 1])
    return Split(chosen(dataset, training), chosen(dataset, held_out))


@node("data.captioned")
def captioned(dataset: Dataset, word: str = "blue") -> Dataset:
    """Keep the samples whose first caption has a word.

    Args:
        dataset: Where to choose from.
        word: A whole word, such as the name of a colour.

    Raises:
        ValueRefused: No caption has it.
    """
    kept = [place for place, captions in enumerate(dataset.captions) if word in captions[0].split()]
    if not kept:
        raise ValueRefused("a word that a caption has", repr(word))
    return chosen(dataset, kept)


def chosen(dataset: Dataset, places: Sequence[int]) -> Dataset:
    """Some samples of a dataset, with the pictures that they belong to.

    Args:
        dataset: Where they are.
        places: Ascending places of the samples.
    """
    import torch

    samples = torch.tensor(places, dtype=torch.int64)
    counts = torch.bincount(
        torch.bucketize(samples, dataset.first[1:], right=True), minlength=len(dataset.first) - 1
    )
    first = torch.cat([torch.zeros(1, dtype=torch.int64), counts[counts > 0].cumsum(0)])
    return replace(
        dataset,
        pixels=dataset.pixels[samples],
        first=first,
        captions=[dataset.captions[place] for place in places] if dataset.captions else [],
        tags=[dataset.tags[place] for place in places],
        names=[name for name, count in zip(dataset.names, counts.tolist(), strict=True) if count],
        labels=None if dataset.labels is None else dataset.labels[samples],
    )
