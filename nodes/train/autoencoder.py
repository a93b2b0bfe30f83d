"""Training of the autoencoder: pictures of 64² to latents of 8² and back."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Owned, Seed, node
from nodes.data.emoji import draw
from nodes.data.values import Dataset
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, TrainStep, advance, bound, fresh
from nodes.train.values import Latents, Recipe, TrainState

if TYPE_CHECKING:
    import torch

EDGES, SQUARES, DIVERGENCE, OWN_COLOURS = 0.5, 1.0, 0.01, 0.3


def architecture(widths: list[int], channels: int) -> dict[str, object]:
    """Write the config of an AutoencoderKL: a level for each width, each but the last halving the size."""
    return {
        "_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3,
        "down_block_types": ["DownEncoderBlock2D"] * len(widths),
        "up_block_types": ["UpDecoderBlock2D"] * len(widths),
        "block_out_channels": widths, "layers_per_block": 1, "act_fn": "silu", "latent_channels": channels,
        "norm_num_groups": 8, "sample_size": 64, "scaling_factor": 1.0, "mid_block_add_attention": False,
    }  # fmt: skip


@node("train.autoencoder_start")
def autoencoder_start(
    widths: list[int],
    channels: Annotated[int, Field(ge=1, le=64)] = 12,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """An autoencoder ready to be trained: with fresh weights, or going on from a saved state.

    Args:
        widths: Channels at each resolution, from the pixels down; multiples of 8.
        channels: Channels of the latent.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own
            widths and channels.
    """
    return start_of({"vae": architecture(widths, channels)}, seed, file)


def to_signal(pixels: torch.Tensor) -> torch.Tensor:
    """Turn uint8 pixels into -1..1, channels last in memory."""
    import torch

    return (pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def reconstruction_loss(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Differences of the values, of the colours, and of the edges at three scales.

    Absolute differences give clean edges, but alone they settle on grey, the median of all hues: so colours
    (red less green, blue less green) also count by their squares.
    """
    import torch.nn.functional as F

    error = made - wanted
    colour = error[:, 0::2] - error[:, 1:2]
    loss = error.abs().mean() + SQUARES * (error.square().mean() + colour.square().mean())
    for _ in range(3):
        across, down = error[..., 1:] - error[..., :-1], error[..., 1:, :] - error[..., :-1, :]
        loss = loss + EDGES * (across.abs().mean() + down.abs().mean())
        error = F.avg_pool2d(error, 2)
    return loss


def autoencoder_loss(module: Any, pixels: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Reconstruction from a sample of the posterior, with a small divergence from the unit Gaussian."""
    wanted = to_signal(pixels)
    posterior = module["vae"].encode(wanted).latent_dist
    made = module["vae"].decode(posterior.mean + posterior.std * noise).sample
    return reconstruction_loss(made.float(), wanted) + DIVERGENCE * posterior.kl().mean() / wanted[0].numel()


def picture_batch(
    dataset: Dataset, batch: int, latent: tuple[int, ...], generator: torch.Generator
) -> Tensors:
    """Draw pictures, half of them mirrored, and noise for their latents."""
    import torch

    pixels = dataset.pixels[draw(dataset, batch, OWN_COLOURS, generator)]
    mirrored = torch.rand(batch, generator=generator) < 0.5
    pixels = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
    return pixels, torch.randn(batch, *latent, generator=generator)


@node("train.autoencoder_step")
def autoencoder_step(
    state: Owned[TrainState],
    dataset: Dataset,
    recipe: Recipe,
    batch: Annotated[int, Field(ge=1)] = 16,
) -> TrainStep:
    """Train the autoencoder on one batch of pictures.

    Args:
        state: The weights and the optimiser; changed in place.
        dataset: What to draw the batch from.
        recipe: How the weights are moved.
        batch: Pictures in the batch.
    """
    latent = latent_shape(state.config)
    draw_batch = partial(picture_batch, dataset, batch, latent)
    state, (loss,) = advance(state, draw_batch, autoencoder_loss, recipe)
    return TrainStep(state, loss)


def latent_shape(config: str) -> tuple[int, int, int]:
    """Read channels, height and width of the latent out of a state's config."""
    vae = json.loads(config)["vae"]
    side = vae["sample_size"] >> (len(vae["block_out_channels"]) - 1)
    return vae["latent_channels"], side, side


@node("train.standardise")
def standardise(state: TrainState, dataset: Dataset) -> TrainState:
    """Bring every channel of the latent to mean 0 and deviation 1, folded into the 1 × 1 convolutions.

    What the autoencoder gives back stays the same; a denoiser finds all channels equally large. The optimiser
    begins anew.

    Args:
        state: A trained autoencoder; its averaged weights are kept.
        dataset: Pictures, for the statistics.
    """
    samples = encode(state, dataset).samples.float()
    mean, deviation = samples.mean((0, 1, 3, 4)), samples.std((0, 1, 3, 4))
    weights = {name: weight.clone() for name, weight in state.average.items()}
    channels = len(mean)
    into, bias = weights["vae.quant_conv.weight"], weights["vae.quant_conv.bias"]
    into[:channels] /= deviation[:, None, None, None]
    bias[:channels] = (bias[:channels] - mean) / deviation
    bias[channels:] -= 2 * deviation.log()
    back, bias = weights["vae.post_quant_conv.weight"], weights["vae.post_quant_conv.bias"]
    bias += back[:, :, 0, 0] @ mean
    back *= deviation[None, :, None, None]
    return fresh(state.config, weights, state.step)


@node("train.encode")
def encode(state: TrainState, dataset: Dataset) -> Latents:
    """Encode every sample once, as it is and mirrored, with the averaged weights.

    Args:
        state: A trained autoencoder.
        dataset: The pictures.
    """
    import torch

    vae: Any = bound(state.config, state.average)["vae"]  # pyright: ignore[reportIndexIssue]
    parts: list[torch.Tensor] = []
    with torch.no_grad():
        for pixels in dataset.pixels.split(64):
            both = [vae.encode(to_signal(side)).latent_dist.mean for side in (pixels, pixels.flip(3))]
            parts.append(torch.stack(both, 1))
    return Latents(torch.cat(parts).half())


def decoder_loss(module: Any, pixels: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """Reconstruction from given latents."""
    made = module["vae"].decode(latents).sample
    return reconstruction_loss(made.float(), to_signal(pixels))


def decoder_batch(
    dataset: Dataset, latents: Latents, batch: int, noise: float, generator: torch.Generator
) -> Tensors:
    """Draw pictures, half of them mirrored, and their latents with a little noise."""
    import torch

    samples = draw(dataset, batch, OWN_COLOURS, generator)
    side = torch.randint(2, (batch,), generator=generator)
    pixels = dataset.pixels[samples]
    pixels = torch.where(side[:, None, None, None] == 1, pixels.flip(3), pixels)
    clean = latents.samples[samples, side].float()
    return pixels, clean + noise * torch.randn(clean.shape, generator=generator)


@node("train.decoder_step")
def decoder_step(
    state: Owned[TrainState],
    dataset: Dataset,
    latents: Latents,
    recipe: Recipe,
    batch: Annotated[int, Field(ge=1)] = 16,
    noise: Annotated[float, Field(ge=0, le=1)] = 0.05,
) -> TrainStep:
    """Train the decoder alone; the encoder stays, so a denoiser can be trained on its latents meanwhile.

    Args:
        state: The weights and the optimiser; changed in place.
        dataset: What to draw the batch from.
        latents: Its pictures, encoded.
        recipe: How the weights are moved.
        batch: Pictures in the batch.
        noise: Deviation of noise on the latents, so that what a denoiser makes decodes well too.
    """
    draw_batch = partial(decoder_batch, dataset, latents, batch, noise)
    frozen = ("vae.encoder.", "vae.quant_conv.")
    state, (loss,) = advance(state, draw_batch, decoder_loss, recipe, frozen)
    return TrainStep(state, loss)
