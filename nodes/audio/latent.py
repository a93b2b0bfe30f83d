"""Latents of sounds."""

from __future__ import annotations

from engine import Rng, Seed, node
from nodes.diffusion.latent import Batch, Noise, SizeRefused
from nodes.values import VAE, F, Latent


@node("latent.audio_noise")
def audio_noise(vae: VAE[F], batch: Batch = 1, seed: Seed = 0, rng: Rng | None = None) -> Noise:
    """Draw Gaussian noise for sounds, as long as the model makes them, on the CPU.

    Args:
        vae: The VAE that will decode the latent; it says how many channels and how long.
        batch: Number of sounds.
        seed: Equal seeds draw equal noise on every device.
        rng: Generator to go on from, in place of the seed.

    Raises:
        SizeRefused: The VAE is one of pictures.
    """
    import torch

    if not vae.length:
        cure = "Link the VAE of a model that makes sounds."
        raise SizeRefused(f"expected a VAE of sounds, got one of pictures. {cure}")
    generator = (rng or Rng.seeded(seed)).generator()
    shape = (batch, vae.channels, 1, vae.length)
    samples = torch.randn(shape, generator=generator, dtype=getattr(torch, vae.dtype))
    return Noise(Latent(samples, vae.family, vae.factor), Rng.of(generator))
