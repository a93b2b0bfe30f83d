"""Training of a denoiser of pictures that is told their class: a U-Net on pixels."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from engine import Context, Owned, Seed, node
from engine.errors import ValueRefused
from nodes.data.values import Batch
from nodes.diffusion.stepping import scheduler_class
from nodes.train.objective import denoising_loss, draw_levels
from nodes.train.pictures import tiled
from nodes.train.sampling import denoised
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, TrainStep, advance, bound
from nodes.train.values import Recipe, TrainState
from nodes.train.widths import GROUPS, check_widths
from nodes.values import Image, SchedulerConfig

if TYPE_CHECKING:
    import torch

PART = "unet"
SHOWN_STEPS = 10
"""Steps of the pictures that are shown on the way: enough to see what they are of."""
Share = Annotated[float, Field(ge=0, le=1)]
Classes = Annotated[int, Field(ge=0, le=10_000)]
Steps = Annotated[int, Field(ge=1, le=1000)]
Guidance = Annotated[float, Field(ge=0, le=30)]


@node("train.denoiser_start")
def denoiser_start(
    widths: list[int],
    size: Annotated[int, Field(ge=8, le=512)] = 32,
    channels: Literal[1, 3] = 1,
    layers: Annotated[int, Field(ge=1, le=4)] = 1,
    classes: Classes = 10,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A denoiser of pictures ready to be trained, fresh or going on from a saved state: a U-Net on pixels.

    The U-Net is that of Ho et al. (arXiv 2006.11239), with attention at its lowest resolution.

    Args:
        widths: Channels at each resolution, from the pictures' own down; each halves their sides. Multiples
            of 8.
        size: Pixels along a side of the pictures.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        layers: Blocks at each resolution.
        classes: Classes that it is told; 0 = it is told nothing.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.

    Raises:
        ValueRefused: The widths are no multiples of 8, or halve the sides too often.
    """
    if file is None:
        check_widths(widths, size)
    return start_of({PART: architecture(widths, size, channels, layers, classes)}, seed, file)


def architecture(widths: list[int], size: int, channels: int, layers: int, classes: int) -> dict[str, Any]:
    """Write the config of the U-Net; beside the classes it has a number that stands for none."""
    return {
        "_class_name": "UNet2DModel", "sample_size": size, "in_channels": channels, "out_channels": channels,
        "block_out_channels": widths, "layers_per_block": layers,
        "down_block_types": ["DownBlock2D"] * len(widths), "up_block_types": ["UpBlock2D"] * len(widths),
        "norm_num_groups": GROUPS, "attention_head_dim": 8,
        "num_class_embeds": classes + 1 if classes else None,
    }  # fmt: skip


@node("train.denoiser_step")
def denoiser_step(
    state: Owned[TrainState],
    batch: Batch,
    schedule: SchedulerConfig,
    recipe: Recipe,
    ctx: Context,
    unlabelled: Share = 0.1,
    show: Annotated[int, Field(ge=0)] = 250,
) -> TrainStep:
    """Train the denoiser on one batch of pictures.

    Args:
        state: The weights and the optimiser; changed in place.
        batch: Pictures, with the class of each.
        schedule: How pictures and noise are mixed, and what is learned from that.
        recipe: How the weights are moved.
        ctx: Shows what the denoiser draws so far.
        unlabelled: Share of the pictures whose class isn't told, so that the denoiser also learns what all of
            them have in common. Guidance needs that (Ho and Salimans, arXiv 2207.12598).
        show: Steps after which whoever watches is shown what it draws by now; 0 = never.

    Raises:
        ValueRefused: The state is of another network, or the pictures have no classes.
    """
    config = sizes(state)
    draw = partial(noisy_batch, batch, schedule, config["num_class_embeds"], unlabelled)
    state, (loss,) = advance(state, draw, partial(pixel_loss, schedule), recipe)
    if show and state.step % show == 0:
        ctx.preview(denoiser_samples.function(state, schedule, steps=SHOWN_STEPS))
    return TrainStep(state, loss)


def sizes(state: TrainState) -> dict[str, Any]:
    """Read the config of a state's denoiser.

    Raises:
        ValueRefused: The state is of another network.
    """
    parts = json.loads(state.config)
    config = parts.get(PART, {})
    if config.get("_class_name") != "UNet2DModel":
        raise ValueRefused("a state that began with train.denoiser_start", f"one of {', '.join(parts)}")
    return config


def noisy_batch(
    batch: Batch,
    schedule: SchedulerConfig,
    embeddings: int | None,
    unlabelled: float,
    generator: torch.Generator,
) -> Tensors:
    """Draw noise and noise levels for pictures; some of them lose their class, whose place the last takes."""
    import torch

    clean = batch.samples
    noise = torch.randn(clean.shape, generator=generator)
    levels = draw_levels(schedule, len(clean), generator)
    if embeddings is None:
        return clean, noise, levels
    if batch.labels is None:
        raise ValueRefused("pictures with classes, or a denoiser of 0 classes", "pictures without")
    untold = torch.rand(len(clean), generator=generator) < unlabelled
    return clean, noise, levels, torch.where(untold, embeddings - 1, batch.labels)


def pixel_loss(
    schedule: SchedulerConfig,
    module: Any,
    clean: torch.Tensor,
    noise: torch.Tensor,
    levels: torch.Tensor,
    labels: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean squared error of the prediction."""
    import torch

    def ask(noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        # Convolutions with few channels are a third faster so, on a CPU.
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        return module[PART](noisy, timesteps, labels).sample

    return denoising_loss(schedule, ask, clean, noise, levels)


@node("train.denoiser_samples")
def denoiser_samples(
    state: TrainState,
    schedule: SchedulerConfig,
    count: Annotated[int, Field(ge=1, le=1024)] = 20,
    columns: Annotated[int, Field(ge=1, le=64)] = 10,
    steps: Steps = 20,
    guidance: Guidance = 2.0,
    seed: Seed = 0,
) -> Image:
    """Lay out pictures that a denoiser in training draws, of its classes in turn; equal seeds, equal noise.

    Args:
        state: The state of a denoiser; its averaged weights are used.
        schedule: What it was trained on.
        count: How many.
        columns: Pictures in a row.
        steps: Steps from noise to picture.
        guidance: How strongly the class is followed: 1 = as it was learned, 0 = not at all.
        seed: Seed of the noise.
    """
    import torch

    config = sizes(state)
    shape = (count, config["in_channels"], config["sample_size"], config["sample_size"])
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    unet: Any = bound(state.config, state.average)[PART]  # pyright: ignore[reportIndexIssue] # a table of modules
    scheduler = scheduler_class(schedule.name)(**json.loads(schedule.config))
    embeddings = config["num_class_embeds"]
    labels = None
    if embeddings is not None:
        told = torch.arange(count) % (embeddings - 1)
        labels = torch.cat([torch.full_like(told, embeddings - 1), told])

    def ask(both: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return unet(both, moment, labels).sample

    with torch.no_grad():
        drawn = denoised(ask, noise, steps, guidance, scheduler)
    return tiled((drawn / 2 + 0.5).clamp(0, 1), columns)
