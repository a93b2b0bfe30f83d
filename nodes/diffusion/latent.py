"""Latents that no picture was encoded for, and joining two of them by a mask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import KnotworkError
from nodes import families
from nodes.diffusion.mask_cells import hard_cells
from nodes.values import VAE, F, Latent, Mask

if TYPE_CHECKING:
    import torch

Pixels = Annotated[int, Field(ge=8, le=16384, multiple_of=8)]
Batch = Annotated[int, Field(ge=1, le=4096)]


class SizeRefused(KnotworkError):
    """A picture's or mask's size does not fit the latent's cells."""


class Noise(NamedTuple, Generic[F]):
    """Noise to start from.

    Attributes:
        latent: Gaussian noise of mean 0 and deviation 1.
        rng: The generator after the draw.
    """

    latent: Latent[F]
    rng: Rng


@node("latent.noise")
def noise(
    vae: VAE[F] | None = None,
    width: Pixels = 512,
    height: Pixels = 512,
    batch: Batch = 1,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Noise:
    """Draw Gaussian noise, on the CPU, so that equal seeds are equal on every device.

    Args:
        vae: The VAE that will decode the latent; it says how many channels and which size. Without one they
            are Stable Diffusion's: 4 channels, 8 pixels to a cell.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.
        batch: Number of pictures.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.
    """
    import torch

    shape, dtype = _shape(vae, width, height, batch)
    generator = (rng or Rng.seeded(seed)).generator()
    samples = torch.randn(shape, generator=generator, dtype=getattr(torch, dtype))
    return Noise(_latent(samples, vae), Rng.of(generator))


@node("latent.empty")
def empty(
    vae: VAE[F] | None = None, width: Pixels = 512, height: Pixels = 512, batch: Batch = 1
) -> Latent[F]:
    """A latent of zeros.

    Args:
        vae: The VAE that will decode the latent; without one the latent is Stable Diffusion's.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.
        batch: Number of pictures.
    """
    import torch

    shape, dtype = _shape(vae, width, height, batch)
    return _latent(torch.zeros(shape, dtype=getattr(torch, dtype)), vae)


@node("latent.composite")
def composite(outside: Latent[F], inside: Latent[F], mask: Mask) -> Latent[F]:
    """Put one latent inside a mask and another outside of it.

    Args:
        outside: What stays where the mask is 0.
        inside: What comes where the mask is 1.
        mask: At the size of the picture; each cell takes its top left pixel, 0.5 and more counting as 1.
    """
    samples = inside.samples
    cells = hard_cells(mask.pixels, samples)
    return replace(inside, samples=(1 - cells) * outside.samples.to(samples.device) + cells * samples)


@node("latent.inpainting_channels")
def inpainting_channels(masked: Latent[F], mask: Mask) -> Latent[F]:
    """The extra channels of a model made for inpainting: the mask, and the picture without what it covers.

    Args:
        masked: Latent of the picture whose masked part was hidden, as ``vae.encode`` does with a mask.
        mask: At the size of the picture; 0.5 and more counts as 1.
    """
    pixels = (mask.pixels >= 0.5).to(masked.samples)
    channels = families.named(masked.family).inpainting(masked.samples, pixels, masked.factor)
    return replace(masked, samples=channels.contiguous())


def _shape(
    vae: VAE[Any] | None, width: int, height: int, batch: int
) -> tuple[tuple[int, int, int, int], str]:
    source = vae or VAE("")
    if width % source.factor or height % source.factor:
        cure = f"Choose multiples of {source.factor}."
        raise SizeRefused(f"expected whole cells of {source.factor} pixels, got {width} × {height}. {cure}")
    return (batch, source.channels, height // source.factor, width // source.factor), source.dtype


def _latent(samples: torch.Tensor, vae: VAE[Any] | None) -> Latent[Any]:
    source = vae or VAE("")
    return Latent(samples, source.family, source.factor)
