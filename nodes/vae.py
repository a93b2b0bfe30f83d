"""Between pictures and latents.

A convolution's last bits depend on how its input lies in memory, and a value that comes out of the store is
contiguous. So what goes in and out here is made contiguous, or a cached run would differ from a fresh one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple

from engine import OnDevice, Rng, Seed, node
from engine.errors import KnotworkError
from nodes import families
from nodes.latent_space import to_model_space, to_vae_space
from nodes.library_lock import library_lock
from nodes.values import VAE, F, Image, Latent, Mask

if TYPE_CHECKING:
    import torch


Draw = Literal["sample", "mode"]


class PictureRefused(KnotworkError):
    """A VAE can't take a picture."""


class Encoded(NamedTuple, Generic[F]):
    """A picture as a latent.

    Attributes:
        latent: The latent.
        rng: The generator after the draw.
    """

    latent: Latent[F]
    rng: Rng


@node("vae.encode")
def encode(
    vae: OnDevice[VAE[F]],
    image: Image,
    hide: Mask | None = None,
    draw: Draw = "sample",
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Encoded:
    """Encode pictures.

    Args:
        vae: The model's VAE.
        image: Without alpha; its sides are multiples of the VAE's factor. To VAEs of films it is one frame.
        hide: What to hide from the VAE behind grey, for models made for inpainting; 0.5 and more counts as 1.
        draw: The VAE gives a distribution; take a sample of it, or its middle.
        seed: Equal seeds draw equal samples.
        rng: Generator to go on from, in place of the seed.

    Raises:
        PictureRefused: The picture has alpha or doesn't fit the VAE's cells, or the VAE is one of sounds.
    """
    import torch

    _check_kind(vae.handle)
    pixels = signed(image, vae.handle.factor)
    generator = (rng or Rng.seeded(seed)).generator()
    if hide is not None:
        pixels = pixels * (hide.pixels < 0.5)[:, None].to(pixels)
    if vae.handle.frames:
        pixels = pixels[:, :, None]
    with torch.no_grad():
        samples = drawn(vae, pixels, draw, generator)
    return Encoded(Latent(samples.contiguous(), vae.handle.family, vae.handle.factor), Rng.of(generator))


def drawn(
    vae: OnDevice[VAE[Any]], values: torch.Tensor, draw: Draw, generator: torch.Generator
) -> torch.Tensor:
    """Latents in model space of what a VAE encodes.

    Args:
        vae: The VAE.
        values: Pictures, films or sounds as it takes them.
        draw: Whether a sample of what it thinks likely, or its middle.
        generator: Draws the sample.
    """
    import torch

    found = _distribution(vae.model.encode(values.to(vae.device, vae.model.dtype)))
    samples = found.sample(generator) if draw == "sample" else found.mode()
    return to_model_space(vae.model, samples.to(getattr(torch, vae.handle.dtype)))


def _distribution(encoded: Any) -> Any:
    """What latents an encoder thinks likely; a ``VQModel``'s knows but one."""
    if hasattr(encoded, "latent_dist"):
        return encoded.latent_dist
    with library_lock:
        from diffusers.models.autoencoders.vae import IdentityDistribution
    return IdentityDistribution(encoded.latents)


@node("vae.decode")
def decode(vae: OnDevice[VAE[F]], latent: Latent[F]) -> Image:
    """Decode latents into pictures.

    Args:
        vae: The model's VAE.
        latent: Of the same family.

    Raises:
        PictureRefused: The VAE is one of sounds, or the latent is a film's.
    """
    import torch

    _check_kind(vae.handle)
    if latent.samples.ndim != 4:
        raise PictureRefused("expected a latent of pictures, got a film's. Take vae.decode_video.")
    with torch.no_grad():
        samples = to_vae_space(vae.model, latent.samples.to(vae.device, vae.model.dtype))
        decoding = families.named(vae.handle.family).decoding
        pixels = vae.model.decode(samples, return_dict=False, **decoding)[0]
        return Image((pixels * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).float().cpu().contiguous())


def _check_kind(vae: VAE[Any]) -> None:
    if vae.length:
        cure = "Take vae.encode_audio and vae.decode_audio."
        raise PictureRefused(f"expected a VAE of pictures, got one of sounds. {cure}")


def signed(image: Image, factor: int) -> torch.Tensor:
    """Pictures as VAEs take them, [B, 3, H, W], -1..1.

    Args:
        image: Without alpha.
        factor: What its sides have to be multiples of.

    Raises:
        PictureRefused: The picture has alpha or doesn't fit the VAE's cells.
    """
    _check(image.pixels, factor)
    return image.pixels.expand(-1, -1, -1, 3).permute(0, 3, 1, 2).contiguous() * 2.0 - 1.0


def _check(pixels: torch.Tensor, factor: int) -> None:
    _, height, width, channels = pixels.shape
    if channels == 4:
        raise PictureRefused("expected pictures without alpha, got some with it. Put image.flatten in front.")
    if height % factor or width % factor:
        cure = "Put image.resize or image.pad in front."
        raise PictureRefused(f"expected sides that are multiples of {factor}, got {width} × {height}. {cure}")
