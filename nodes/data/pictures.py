"""The samples of a dataset as pictures."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.data.values import Dataset
from nodes.values import Image


class Taken(NamedTuple):
    """Samples of a dataset.

    Attributes:
        image: A picture of each, as a batch.
        labels: The class of each; empty where there are no classes.
        classes: The name of each class.
    """

    image: Image
    labels: list[int]
    classes: list[str]


@node("data.pictures")
def pictures(
    dataset: Dataset,
    first: Annotated[int, Field(ge=0)] = 0,
    count: Annotated[int, Field(ge=0)] = 0,
) -> Taken:
    """Take samples of a dataset as pictures, in their order.

    Args:
        dataset: What to take from.
        first: The first that is taken, from 0 on.
        count: How many; 0 = all that follow.

    Raises:
        ValueRefused: The dataset has not so many.
    """
    after = first + count if count else len(dataset.pixels)
    if not first < after <= len(dataset.pixels):
        raise ValueRefused(f"samples out of 0 to {len(dataset.pixels) - 1}", f"{first} to {after - 1}")
    pixels = dataset.pixels[first:after].permute(0, 2, 3, 1).float() / 255
    labels = [] if dataset.labels is None else dataset.labels[first:after].tolist()
    return Taken(Image(pixels.contiguous()), labels, list(dataset.classes))
