"""Pictures out of networks in training, by DDIM (https://arxiv.org/abs/2010.02502) without noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.train.autoencoder import latent_shape
from nodes.train.diffusion import scheduler_config
from nodes.train.state import bound
from nodes.train.values import TrainState, Vocabulary
from nodes.train.vocabulary import tokens_of

if TYPE_CHECKING:
    import torch


def sampled(
    autoencoder: TrainState, state: TrainState, vocabulary: Vocabulary, prompts: list[str], steps: int,
    guidance: float, seed: int,
) -> torch.Tensor:  # fmt: skip
    """Draw one picture for each prompt, with the averaged weights of both states.

    Returns:
        float32 [prompts, 3, H, W] in 0..1.
    """
    import torch
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    parts: Any = bound(state.config, state.average)
    noise = torch.randn(
        len(prompts), *latent_shape(autoencoder.config), generator=torch.Generator().manual_seed(seed)
    )
    scheduler = DDIMScheduler.from_config(scheduler_config())
    with torch.no_grad():
        hidden = parts["text_encoder"](tokens_of(vocabulary, [""] * len(prompts) + prompts)).last_hidden_state
        latents = denoised(parts["unet"], hidden, noise, steps, guidance, scheduler)
        vae: Any = bound(autoencoder.config, autoencoder.average)["vae"]  # pyright: ignore[reportIndexIssue]
        return (vae.decode(latents).sample / 2 + 0.5).clamp(0, 1)


def denoised(
    unet: Any, hidden: torch.Tensor, noise: torch.Tensor, steps: int, guidance: float, scheduler: Any
) -> torch.Tensor:
    """Turn noise into latents.

    Args:
        unet: The denoiser.
        hidden: [2B, T, D]: the empty prompt B times, then the prompts.
        noise: [B, C, H, W].
        steps: Steps of the sampler.
        guidance: Weight of the prompt against the empty prompt.
        scheduler: A fresh scheduler of diffusers.
    """
    import torch

    scheduler.set_timesteps(steps)
    latents = noise * scheduler.init_noise_sigma
    for moment in scheduler.timesteps:
        both = scheduler.scale_model_input(torch.cat([latents, latents]), moment)
        without, led = unet(both, moment, hidden).sample.chunk(2)
        latents = scheduler.step(without + guidance * (led - without), moment, latents).prev_sample
    return latents
