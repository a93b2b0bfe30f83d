"""Decoding films by decoders that take off the last noise themselves."""

from __future__ import annotations

from typing import Annotated, Generic, NamedTuple

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.families.ltx import FAMILY
from nodes.latent_space import to_vae_space
from nodes.values import VAE, F, Latent, Video
from nodes.video.frames import Rate
from nodes.video.vae import as_video

Unit = Annotated[float, Field(ge=0, le=1)]


class Decoded(NamedTuple, Generic[F]):
    """A film.

    Attributes:
        video: The film.
        rng: The generator after the draw.
    """

    video: Video
    rng: Rng


@node("vae.decode_video_with_noise", licence=FAMILY.licence)
def decode_video_with_noise(
    vae: OnDevice[VAE[F]],
    latent: Latent[F],
    fps: Rate = 24.0,
    timestep: Unit = 0.05,
    noise: Unit = 0.025,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Decoded:
    """Decode latents into films with a decoder that takes off the last noise, as LTX-Video's from 0.9.1 on.

    Args:
        vae: The model's VAE.
        latent: Of the same family.
        fps: Frames a second.
        timestep: How noisy the decoder takes the latent to be.
        noise: Share of the latent that is made noise first.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed; as of the run that made the latent.

    Raises:
        ValueRefused: The VAE's decoder takes no noise off.
    """
    import torch

    if not vae.model.config.get("timestep_conditioning"):
        raise ValueRefused("a VAE whose decoder takes off noise", "another. Decode with vae.decode_video")
    generator = (rng or Rng.seeded(seed)).generator()
    with torch.no_grad():
        samples = to_vae_space(vae.model, latent.samples.to(vae.device, vae.model.dtype))
        drawn = torch.randn(samples.shape, generator=generator, dtype=samples.dtype).to(samples.device)
        share = torch.tensor(noise, dtype=samples.dtype, device=samples.device)
        levels = torch.full((len(samples),), timestep, dtype=samples.dtype, device=samples.device)
        film = vae.model.decode((1 - share) * samples + share * drawn, levels, return_dict=False)[0]
    return Decoded(as_video(film, fps), Rng.of(generator))
