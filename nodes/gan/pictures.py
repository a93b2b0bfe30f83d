"""What a generator in training makes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine import Context, Seed, node
from nodes.gan.training import GENERATOR, noise_for, part
from nodes.train.pictures import tiled
from nodes.train.state import only_read
from nodes.train.values import TrainState
from nodes.values import Image


@node("gan.samples")
def samples(
    generator: TrainState,
    count: Annotated[int, Field(ge=1, le=1024)] = 64,
    columns: Annotated[int, Field(ge=1, le=64)] = 8,
    average: bool = True,
    seed: Seed = 0,
) -> Image:
    """Lay out pictures that a generator in training makes; equal seeds show it on equal noise.

    Args:
        generator: The state of a generator; one that is told classes makes them in turn.
        count: How many.
        columns: Pictures in a row.
        average: Take the averaged weights rather than the last.
        seed: Seed of the noise.
    """
    import torch

    sizes = part(generator, GENERATOR)
    noise = noise_for(sizes, count, torch.Generator().manual_seed(seed))
    labels = torch.arange(count) % sizes["classes"] if sizes["classes"] else None
    network: Any = only_read(generator, average=average)
    with torch.no_grad():
        drawn = network[GENERATOR](noise, labels)
    return tiled((drawn / 2 + 0.5).clamp(0, 1), columns)


@node("gan.show_samples")
def show_samples(
    generator: TrainState,
    ctx: Context,
    every: Annotated[int, Field(ge=1)] = 250,
    count: Annotated[int, Field(ge=1, le=1024)] = 80,
    columns: Annotated[int, Field(ge=1, le=64)] = 10,
    average: bool = True,
    seed: Seed = 0,
) -> TrainState:
    """Show whoever watches what a generator in training makes by now, and pass it on as it is.

    Args:
        generator: The state of a generator, after a step.
        ctx: Shows the pictures.
        every: Steps of its training between two pictures.
        count: How many samples.
        columns: Samples in a row.
        average: Take the averaged weights rather than the last.
        seed: Seed of the noise: with equal noise the same samples are seen growing better.
    """
    if generator.step % every == 0:
        ctx.preview(samples.function(generator, count, columns, average, seed))
    return generator
