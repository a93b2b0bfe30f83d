"""Between films and latents."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.latent_space import to_vae_space
from nodes.vae import Draw, Encoded, drawn, signed
from nodes.values import VAE, F, Image, Latent, Video
from nodes.video.frames import Rate
from nodes.video.latent import cells_over_time

if TYPE_CHECKING:
    import torch


Chunk = Annotated[int, Field(ge=1, le=4096)]


@node("vae.encode_video")
def encode_video(
    vae: OnDevice[VAE[F]],
    video: Video,
    draw: Draw = "sample",
    seed: Seed = 0,
    rng: Rng | None = None,
    chunk: Chunk = 16,
) -> Encoded:
    """Encode films.

    Args:
        vae: The model's VAE.
        video: Without alpha; its sides and frames are whole cells of the VAE.
        draw: The VAE gives a distribution; take a sample of it, or its middle.
        seed: Equal seeds draw equal samples.
        rng: Generator to go on from, in place of the seed.
        chunk: Frames encoded at once, by VAEs that take pictures one by one; others decide themselves.

    Raises:
        PictureRefused: The film has alpha, or its sides don't fit the VAE's cells.
        SizeRefused: Its frames don't fit them.
    """
    import torch

    count, frames = video.frames.shape[:2]
    cells_over_time(vae.handle, frames)
    pixels = signed(Image(video.frames.flatten(0, 1)), vae.handle.factor)
    generator = (rng or Rng.seeded(seed)).generator()
    if vae.handle.frames:
        parts = (pixels.unflatten(0, (count, frames)).transpose(1, 2).contiguous(),)
    else:
        parts = pixels.split(chunk)
    with torch.no_grad():
        samples = torch.cat([drawn(vae, part, draw, generator) for part in parts])
    if not vae.handle.frames:
        samples = samples.unflatten(0, (count, frames)).transpose(1, 2)
    return Encoded(Latent(samples.contiguous(), vae.handle.family, vae.handle.factor), Rng.of(generator))


@node("vae.decode_video")
def decode_video(
    vae: OnDevice[VAE[F]],
    latent: Latent[F],
    fps: Rate = 16.0,
    chunk: Chunk = 16,
) -> Video:
    """Decode latents into films.

    Args:
        vae: The model's VAE.
        latent: Of the same family.
        fps: Frames a second that the model draws: 16 for Wan, 8 for CogVideoX and AnimateDiff.
        chunk: Frames decoded at once, by VAEs that take pictures one by one; others decide themselves. Stable
            Video Diffusion's smooths over the frames of a chunk.

    Raises:
        ValueRefused: The VAE's decoder wants noise.
    """
    import torch

    if vae.model.config.get("timestep_conditioning"):
        cure = "Decode with vae.decode_video_with_noise"
        raise ValueRefused("a VAE whose decoder wants no noise", f"one that does. {cure}")
    with torch.no_grad():
        samples = latent.samples.to(vae.device, vae.model.dtype)
        if vae.handle.frames:
            film = vae.model.decode(to_vae_space(vae.model, samples), return_dict=False)[0]
        else:
            film = _one_by_one(vae.model, samples, chunk)
    return as_video(film, fps)


def as_video(film: torch.Tensor, fps: float) -> Video:
    """The video of a VAE's film [B, 3, F, H, W], -1..1."""
    return Video((film * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 4, 1).float().cpu().contiguous(), fps)


def _one_by_one(model: Any, samples: torch.Tensor, chunk: int) -> torch.Tensor:
    """Films [B, 3, F, H, W] of latents whose frames are pictures, some at once."""
    import torch

    count, frames = len(samples), samples.shape[2]
    # Pipelines of films multiply by the reciprocal, those of pictures divide
    pictures = (1 / model.config.scaling_factor * samples).transpose(1, 2).flatten(0, 1)
    several = "num_frames" in inspect.signature(model.decode).parameters
    decoded = [
        model.decode(part, return_dict=False, **({"num_frames": len(part)} if several else {}))[0]
        for part in pictures.split(chunk)
    ]
    return torch.cat(decoded).unflatten(0, (count, frames)).transpose(1, 2)
