"""What a training run shows of itself: its loss, what the autoencoder gives back, what prompts give."""

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


@node("train.loss_curve")
def loss_curve(
    losses: list[float],
    smoothing: Annotated[int, Field(ge=1)] = 50,
    width: Annotated[int, Field(ge=64, le=4096)] = 640,
    height: Annotated[int, Field(ge=64, le=4096)] = 320,
) -> Image:
    """Draw the losses of a run on a logarithmic scale: each step in grey, their running mean in blue.

    Args:
        losses: One for each step.
        smoothing: Steps of the running mean.
        width: Width in pixels.
        height: Height in pixels.
    """
    import numpy as np
    import torch
    from PIL import Image as Pictures
    from PIL import ImageDraw

    if not losses:
        raise ValueError(
            "expected at least one loss, got none: collect the loss of a loop with at least one turn"
        )
    values = np.log10(np.maximum(np.asarray(losses), 1e-12))
    window = min(smoothing, len(values))
    mean = np.convolve(values, np.ones(window) / window, "valid")
    low, high = float(values.min()), max(float(values.max()), float(values.min()) + 1e-6)
    left, top, right, bottom = 56, 10, width - 10, height - 24
    page = Pictures.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)

    def points(series: Any, offset: int) -> list[tuple[float, float]]:
        across = left + (np.arange(len(series)) + offset) / max(len(values) - 1, 1) * (right - left)
        down = bottom - (series - low) / (high - low) * (bottom - top)
        return list(zip(across.tolist(), down.tolist(), strict=True))

    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = bottom - share * (bottom - top)
        pen.line([(left, y), (right, y)], fill=(225, 225, 225))
        pen.text((4, y - 6), f"{10 ** (low + share * (high - low)):.4g}", fill=(90, 90, 90))
    pen.text((left, bottom + 6), f"{len(losses)} steps", fill=(90, 90, 90))
    pen.line(points(values, 0), fill=(190, 190, 190))
    pen.line(points(mean, window // 2), fill=(30, 90, 200), width=2)
    return Image(torch.from_numpy(np.array(page)).float()[None] / 255)


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
