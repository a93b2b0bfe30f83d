"""What generators that translate pictures make of a dataset, as grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Context, node
from nodes.data.values import Dataset
from nodes.gan.cyclegan import A_TO_B, B_TO_A
from nodes.gan.cyclegan import STARTS as CYCLE_STARTS
from nodes.gan.pix2pix import STARTS, TRANSLATOR
from nodes.gan.training import part
from nodes.train.pictures import tiled
from nodes.train.state import only_read
from nodes.train.values import TrainState
from nodes.values import Image

if TYPE_CHECKING:
    import torch

Count = Annotated[int, Field(ge=1, le=256)]
Every = Annotated[int, Field(ge=1)]
AT_ONCE = 16


@node("gan.pix2pix_samples")
def pix2pix_samples(
    generator: TrainState,
    inputs: Dataset,
    targets: Dataset,
    count: Count = 24,
    average: bool = True,
) -> Image:
    """Lay out pictures in threes: what was taken, what was made of it, and what is wanted.

    Args:
        generator: The state of a generator of pix2pix.
        inputs: Pictures to take; some are taken, evenly spread.
        targets: What is wanted of them, in the same order.
        count: How many.
        average: Use the averaged weights rather than the last.

    Raises:
        GanRefused: The state is of another network.
    """
    part(generator, TRANSLATOR, STARTS[TRANSLATOR])
    network: Any = only_read(generator, average=average).eval()
    taken, wanted = _spread(inputs, count), _spread(targets, count)
    return _threes(taken, _translated(network[TRANSLATOR], taken), wanted)


@node("gan.cycle_samples")
def cycle_samples(
    generators: TrainState, a: Dataset, b: Dataset, count: Count = 24, average: bool = True
) -> Image:
    """Lay out pictures in threes: one of a kind, its translation, and what leads back from there.

    Args:
        generators: The state of both generators of CycleGAN.
        a: Pictures of the one kind; some are taken, evenly spread.
        b: Pictures of the other.
        count: How many, of both kinds together.
        average: Use the averaged weights rather than the last.

    Raises:
        GanRefused: The state is of other networks.
    """
    import torch

    part(generators, A_TO_B, CYCLE_STARTS[A_TO_B])
    network: Any = only_read(generators, average=average).eval()
    parts: list[tuple[torch.Tensor, ...]] = []
    for dataset, there, back in ((a, A_TO_B, B_TO_A), (b, B_TO_A, A_TO_B)):
        taken = _spread(dataset, -(-count // 2))
        made = _translated(network[there], taken)
        parts.append((taken, made, _translated(network[back], made)))
    return _threes(*(torch.cat(both) for both in zip(*parts, strict=True)))


@node("gan.show_pix2pix_samples")
def show_pix2pix_samples(
    generator: TrainState,
    inputs: Dataset,
    targets: Dataset,
    ctx: Context,
    every: Every = 100,
    count: Count = 24,
    average: bool = True,
) -> TrainState:
    """Show whoever watches what a generator of pix2pix makes by now, and pass it on as it is.

    Args:
        generator: The state of a generator of pix2pix, after a step.
        inputs: Pictures to take; some are taken, evenly spread.
        targets: What is wanted of them, in the same order.
        ctx: Shows the pictures.
        every: Steps of its training between two grids.
        count: How many.
        average: Use the averaged weights rather than the last.
    """
    if generator.step % every == 0:
        ctx.preview(pix2pix_samples.function(generator, inputs, targets, count, average))
    return generator


@node("gan.show_cycle_samples")
def show_cycle_samples(
    generators: TrainState,
    a: Dataset,
    b: Dataset,
    ctx: Context,
    every: Every = 100,
    count: Count = 24,
    average: bool = True,
) -> TrainState:
    """Show whoever watches what both generators of CycleGAN make by now, and pass them on as they are.

    Args:
        generators: The state of both, after a step.
        a: Pictures of the one kind; some are taken, evenly spread.
        b: Pictures of the other.
        ctx: Shows the pictures.
        every: Steps of their training between two grids.
        count: How many, of both kinds together.
        average: Use the averaged weights rather than the last.
    """
    if generators.step % every == 0:
        ctx.preview(cycle_samples.function(generators, a, b, count, average))
    return generators


def _spread(dataset: Dataset, count: int) -> torch.Tensor:
    import torch

    places = torch.arange(count) * len(dataset.pixels) // count
    return dataset.pixels[places].float() / 127.5 - 1


def _translated(translator: Any, pictures: torch.Tensor) -> torch.Tensor:
    import torch

    with torch.no_grad():
        return torch.cat([translator(some) for some in pictures.split(AT_ONCE)])


def _threes(*columns: torch.Tensor) -> Image:
    import torch

    channels = max(column.shape[1] for column in columns)
    alike = [column.expand(-1, channels, -1, -1) for column in columns]
    pictures = torch.stack(alike, 1).flatten(0, 1)
    return tiled((pictures / 2 + 0.5).clamp(0, 1), 12)
