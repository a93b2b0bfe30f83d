"""Training of the text encoder and the U-Net together: latents out of noise, led by captions.

The objective is v-prediction (Salimans and Ho 2022, https://arxiv.org/abs/2202.00512) on DDPM's linear betas,
whose last step is all but pure noise. Steps are drawn as in Stable Diffusion 3
(https://arxiv.org/abs/2403.03206): the logit of the noise level is Gaussian; one draw in eight is uniform, so
that the ends are learned too.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Owned, Seed, node
from nodes.data.emoji import draw_samples
from nodes.data.values import Dataset
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, TrainStep, advance
from nodes.train.values import Latents, Recipe, TokenTable, TrainState, Vocabulary
from nodes.train.vocabulary import draw_captions, tokenizer

if TYPE_CHECKING:
    import torch

TRAIN_STEPS, BETA_START, BETA_END = 1000, 1e-4, 0.02
UNIFORM = 0.125
Share = Annotated[float, Field(ge=0, le=1)]


def scheduler_config() -> dict[str, object]:
    """Write the scheduler config that samples what was trained here."""
    return {
        "_class_name": "DDIMScheduler", "num_train_timesteps": TRAIN_STEPS, "beta_start": BETA_START,
        "beta_end": BETA_END, "beta_schedule": "linear", "prediction_type": "v_prediction",
        "timestep_spacing": "trailing", "steps_offset": 1, "set_alpha_to_one": True, "clip_sample": False,
    }  # fmt: skip


@cache
def signal_shares() -> torch.Tensor:
    """Cumulative products of 1 - beta, float32 [1000]: the signal's share of the variance."""
    import torch

    return torch.cumprod(1 - torch.linspace(BETA_START, BETA_END, TRAIN_STEPS), 0)


def text_architecture(words: Vocabulary, width: int, layers: int) -> dict[str, object]:
    """Write the config of a CLIP text encoder."""
    tokens = tokenizer(words)
    return {
        "_class_name": "CLIPTextModel", "vocab_size": len(tokens), "hidden_size": width,
        "intermediate_size": 4 * width, "projection_dim": width,
        "num_hidden_layers": layers, "num_attention_heads": max(width // 32, 1), "hidden_act": "quick_gelu",
        "max_position_embeddings": words.length, "attention_dropout": 0.0,
        "bos_token_id": tokens.bos_token_id,
        "eos_token_id": tokens.eos_token_id, "pad_token_id": tokens.pad_token_id,
    }  # fmt: skip


def unet_architecture(
    channels: int, size: int, widths: list[int], text: int, layers: int
) -> dict[str, object]:
    """Write the config of a U-Net that attends to the caption at every resolution."""
    return {
        "_class_name": "UNet2DConditionModel", "sample_size": size, "in_channels": channels,
        "out_channels": channels, "block_out_channels": widths, "layers_per_block": layers,
        "down_block_types": ["CrossAttnDownBlock2D"] * len(widths),
        "up_block_types": ["CrossAttnUpBlock2D"] * len(widths), "cross_attention_dim": text,
        "attention_head_dim": 4, "norm_num_groups": 16, "act_fn": "silu",
    }  # fmt: skip


@node("train.text_to_image_start")
def text_to_image_start(
    vocabulary: Vocabulary,
    latents: Latents,
    widths: list[int],
    layers: Annotated[int, Field(ge=1, le=4)] = 2,
    text_width: Annotated[int, Field(ge=32, multiple_of=32)] = 192,
    text_layers: Annotated[int, Field(ge=1, le=12)] = 3,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A text encoder and a U-Net ready to be trained together: fresh, or going on from a saved state.

    Args:
        vocabulary: The tokenizer.
        latents: What the U-Net will make.
        widths: Channels at each resolution, from the latent's down; multiples of 16.
        layers: Layers at each resolution.
        text_width: Width of the text encoder.
        text_layers: Layers of the text encoder.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own
            widths and layers.
    """
    channels, size = latents.samples.shape[2], latents.samples.shape[3]
    parts: dict[str, dict[str, Any]] = {
        "text_encoder": text_architecture(vocabulary, text_width, text_layers),
        "unet": unet_architecture(channels, size, widths, text_width, layers),
    }
    return start_of(parts, seed, file)


def draw_steps(count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw int64 [count] steps out of 0..999."""
    import torch

    logit = torch.randn(count, generator=generator)
    ratio = logit.exp() ** 2
    shares = signal_shares()
    near = torch.searchsorted((1 - shares) / shares, ratio).clamp_max(TRAIN_STEPS - 1)
    even = torch.randint(TRAIN_STEPS, (count,), generator=generator)
    return torch.where(torch.rand(count, generator=generator) < UNIFORM, even, near)


def velocity_loss(
    module: Any, clean: torch.Tensor, noise: torch.Tensor, steps: torch.Tensor, tokens: torch.Tensor
) -> torch.Tensor:
    """Mean squared error of the predicted velocity."""
    import torch

    share = signal_shares()[steps][:, None, None, None]
    noisy = share.sqrt() * clean + (1 - share).sqrt() * noise
    wanted = share.sqrt() * noise - (1 - share).sqrt() * clean
    hidden = module["text_encoder"](tokens).last_hidden_state
    noisy = noisy.contiguous(memory_format=torch.channels_last)
    found = module["unet"](noisy, steps, hidden).sample
    return (found.float() - wanted).square().mean()


def caption_batch(
    dataset: Dataset, latents: Latents, tokens: TokenTable, batch: int, own: float, empty: float,
    mirrored: float, generator: torch.Generator,
) -> Tensors:  # fmt: skip
    """Draw latents, noise, steps and captions."""
    import torch

    samples = draw_samples(dataset.first, batch, own, generator)
    side = (torch.rand(batch, generator=generator) < mirrored).long()
    clean = latents.samples[samples, side].float()
    noise = torch.randn(clean.shape, generator=generator)
    return clean, noise, draw_steps(batch, generator), draw_captions(tokens, samples, empty, generator)


@node("train.text_to_image_step")
def text_to_image_step(
    state: Owned[TrainState],
    dataset: Dataset,
    latents: Latents,
    tokens: TokenTable,
    recipe: Recipe,
    batch: Annotated[int, Field(ge=1)] = 64,
    own: Share = 0.4,
    empty: Share = 0.1,
    mirrored: Share = 0.0,
) -> TrainStep:
    """Train the text encoder and the U-Net on one batch of captioned latents.

    Args:
        state: The weights and the optimiser; changed in place.
        dataset: Which samples belong to which picture.
        latents: The samples, encoded.
        tokens: Their captions.
        recipe: How the weights are moved.
        batch: Samples in the batch.
        own: Share of the draws that keep a picture's own colours.
        empty: Share of the draws without a caption, which guidance needs.
        mirrored: Share of the draws that are mirrored. That makes more of few pictures, but leaves the
            denoiser to settle which of the two it draws.
    """
    batch_of = partial(caption_batch, dataset, latents, tokens, batch, own, empty, mirrored)
    state, (loss,) = advance(state, batch_of, velocity_loss, recipe)
    return TrainStep(state, loss)
