"""What a training run shows of itself: what the autoencoder gives back, what prompts give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Seed, node
from nodes.data.emoji import evaluation
from nodes.data.values import Dataset
from nodes.train.autoencoder import to_signal
from nodes.train.sampling import sampled
from nodes.train.state import bound
from nodes.train.values import TrainState, Vocabulary
from nodes.values import Image

if TYPE_CHECKING:
    import torch


def tiled(pictures: torch.Tensor, columns: int) -> Image:
    """Lay [B, C, H, W] pictures in 0..1 out in rows, on white where the last row ends early.

    Args:
        pictures: The pictures.
        columns: Pictures in a row.
    """
    import torch

    count, channels, height, width = pictures.shape
    rows = -(-count // columns)
    page = torch.ones(rows * columns, channels, height, width)
    page[:count] = pictures
    page = page.reshape(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    return Image(page.reshape(1, rows * height, columns * width, channels))


@node("train.reconstructions")
def reconstructions(
    state: TrainState, dataset: Dataset, count: Annotated[int, Field(ge=1, le=256)] = 32
) -> Image:
    """Lay out pictures, each beside what the autoencoder makes of it.

    Args:
        state: The autoencoder; its averaged weights are used.
        dataset: The pictures; some are taken, evenly spread.
        count: How many.
    """
    import torch

    vae: Any = bound(state.config, state.average)["vae"]  # pyright: ignore[reportIndexIssue]
    chosen = torch.arange(count) * len(dataset.pixels) // count
    wanted = to_signal(dataset.pixels[chosen])
    with torch.no_grad():
        made = vae.decode(vae.encode(wanted).latent_dist.mean).sample
    both = torch.stack([wanted, made], 1).flatten(0, 1)
    return tiled((both / 2 + 0.5).clamp(0, 1), 8)


@node("train.samples")
def samples(
    autoencoder: TrainState,
    state: TrainState,
    vocabulary: Vocabulary,
    steps: Annotated[int, Field(ge=1, le=1000)] = 25,
    guidance: Annotated[float, Field(ge=1, le=30)] = 3.0,
    seed: Seed = 0,
    prompts: list[str] | None = None,
) -> Image:
    """Lay out one picture for each prompt, unselected.

    Args:
        autoencoder: Turns latents into pixels.
        state: The text encoder and the U-Net; averaged weights are used.
        vocabulary: The tokenizer.
        steps: Steps of the sampler.
        guidance: Weight of the prompt against the empty prompt.
        seed: Seed of the noise.
        prompts: What to draw; without any, the 32 of the contact sheet.
    """
    wanted = prompts or evaluation()["readme"]
    return tiled(sampled(autoencoder, state, vocabulary, wanted, steps, guidance, seed), 8)
