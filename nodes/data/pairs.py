"""Pictures with what is to be made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import Seed, node
from engine.errors import ValueRefused
from nodes.control.edges import canny
from nodes.data.batches import batch
from nodes.data.values import Batch, Dataset
from nodes.values import Image


@node("data.paired_batch")
def paired_batch(
    inputs: Dataset,
    targets: Dataset,
    index: Annotated[int, Field(ge=0)] = 0,
    size: Annotated[int, Field(ge=1)] = 16,
    seed: Seed = 0,
) -> Batch:
    """Take one batch of pictures, with what is to be made of each; the order is that of data.batch.

    Args:
        inputs: Pictures to take.
        targets: What is to be made of them, in the same order.
        index: Which batch, from 0 on: the index of a loop.
        size: Samples in it.
        seed: Seed of the orders.

    Raises:
        ValueRefused: The datasets differ in how many samples they have.
    """
    if len(inputs.pixels) != len(targets.pixels):
        raise ValueRefused(f"{len(inputs.pixels)} targets, one for each input", str(len(targets.pixels)))
    return replace(batch(inputs, index, size, seed), targets=batch(targets, index, size, seed).samples)


@node("data.edges")
def edges(
    dataset: Dataset,
    low: Annotated[float, Field(ge=0, le=1)] = 0.1,
    high: Annotated[float, Field(ge=0, le=1)] = 0.3,
    sigma: Annotated[float, Field(ge=0, le=32)] = 1.0,
) -> Dataset:
    """Draw the edges of each sample by Canny's method, white on black; captions and classes stay.

    Args:
        dataset: The samples.
        low: Steepness from which a line goes on; see control.canny.
        high: Steepness that a line must reach somewhere.
        sigma: Standard deviation in pixels of the blur before; larger ones leave out small things.
    """
    pictures = Image(dataset.pixels.permute(0, 2, 3, 1).float() / 255)
    lines = canny(pictures, low, high, sigma).pixels
    return replace(dataset, pixels=(lines[..., 0] * 255).byte()[:, None])
