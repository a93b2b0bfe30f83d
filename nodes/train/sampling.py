"""Pictures out of networks in training, by DDIM (https://arxiv.org/abs/2010.02502) without noise."""

from __future__ import annotations

from collections.abc import Callable
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

    def ask(both: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return parts["unet"](both, moment, hidden).sample

    with torch.no_grad():
        hidden = parts["text_encoder"](tokens_of(vocabulary, [""] * len(prompts) + prompts)).last_hidden_state
        latents = denoised(ask, noise, steps, guidance, scheduler)
        vae: Any = bound(autoencoder.config, autoencoder.average)["vae"]  # pyright: ignore[reportIndexIssue]
        return (vae.decode(latents).sample / 2 + 0.5).clamp(0, 1)


def denoised(
    ask: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    noise: torch.Tensor,
    steps: int,
    guidance: float,
    scheduler: Any,
) -> torch.Tensor:
    """Turn noise into clean samples.

    Args:
        ask: Calls the denoiser with [2B, C, H, W] and a timestep: of each sample untold, then of each told.
        noise: [B, C, H, W].
        steps: Steps of the sampler.
        guidance: Weight of what is told against nothing told.
        scheduler: A fresh scheduler of diffusers.
    """
    import torch

    scheduler.set_timesteps(steps)
    latents = noise * getattr(scheduler, "init_noise_sigma", 1.0)
    scaled = getattr(scheduler, "scale_model_input", lambda both, moment: both)
    for moment in scheduler.timesteps:
        without, led = ask(scaled(torch.cat([latents, latents]), moment), moment).chunk(2)
        latents = scheduler.step(without + guidance * (led - without), moment, latents).prev_sample
    return latents
