"""Latents of films: noise to start from, frames that are given, and channels that tell of pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes import families
from nodes.diffusion.family import EndPictures
from nodes.diffusion.latent import Batch, Noise, Pixels, SizeRefused
from nodes.diffusion.refusal import StepRefused
from nodes.vae import Encoded, signed
from nodes.values import VAE, F, Image, Latent

Frames = Annotated[int, Field(ge=1, le=4096)]


@node("latent.video_noise")
def video_noise(
    vae: VAE[F],
    width: Pixels = 832,
    height: Pixels = 480,
    frames: Frames = 81,
    batch: Batch = 1,
    seed: Seed = 0,
    rng: Rng | None = None,
    by_frame: bool = False,
) -> Noise:
    """Draw Gaussian noise for a film, on the CPU, so that equal seeds are equal on every device.

    Args:
        vae: The VAE that will decode the latent; it says how many channels, and which size in space and time.
        width: Width of the film in pixels.
        height: Height of the film in pixels.
        frames: Frames of the film: one more than a multiple of those that the VAE has to a cell.
        batch: Number of films.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.
        by_frame: Draw one frame after the other, as diffusers does where AnimateDiff starts from a film, and
            always for some models.

    Raises:
        SizeRefused: Size or frames are no whole cells.
    """
    import torch

    if width % vae.factor or height % vae.factor:
        cure = f"Choose multiples of {vae.factor}."
        raise SizeRefused(f"expected whole cells of {vae.factor} pixels, got {width} × {height}. {cure}")
    family = families.named(vae.family)
    by_frame = by_frame or family.frames_first
    cells = (cells_over_time(vae, frames), vae.channels)
    sides = (height // vae.factor, width // vae.factor)
    shape = (batch, *(cells if by_frame else cells[::-1]), *sides)
    generator = (rng or Rng.seeded(seed)).generator()
    dtype = torch.float32 if family.float32_latents else getattr(torch, vae.dtype)
    samples = torch.randn(shape, generator=generator, dtype=dtype)
    if by_frame:
        samples = samples.transpose(1, 2).contiguous()
    return Noise(Latent(samples, vae.family, vae.factor), Rng.of(generator))


def cells_over_time(vae: VAE[Any], frames: int) -> int:
    """Frames of the latent of a film.

    Raises:
        SizeRefused: They are no whole ones.
    """
    each = vae.frames or 1
    if (frames - 1) % each:
        nearest = (frames - 1) // each * each + 1
        cure = f"Choose {nearest} or {nearest + each}."
        raise SizeRefused(f"expected 1 frame more than a multiple of {each}, got {frames}. {cure}")
    return (frames - 1) // each + 1


@node("latent.picture_channels")
def picture_channels(
    vae: OnDevice[VAE[F]],
    first: Image,
    frames: Frames = 81,
    last: Image | None = None,
    noise: Annotated[float, Field(ge=0, le=10)] = 0.0,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Encoded:
    """The extra channels of a model that makes films of pictures, for the sampler's ``extra``.

    Args:
        vae: The model's VAE.
        first: The first frame, at the size of the film; without alpha.
        frames: Frames of the film.
        last: The last frame, for the models that are also told it.
        noise: Noise that is added to the picture before, so that more moves: 0.02 for Stable Video Diffusion.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.

    Raises:
        StepRefused: The model takes no pictures so.
        PictureRefused: A picture has alpha or doesn't fit the VAE's cells.
    """
    import torch

    family = families.named(vae.handle.family)
    if family.picture_channels is None:
        cure = "Load a model that makes films of pictures."
        raise StepRefused(
            f"expected a model that takes pictures as more channels, got {family.title}. {cure}"
        )
    generator = (rng or Rng.seeded(seed)).generator()
    begin, end = (one and signed(one, vae.handle.factor).to(vae.device) for one in (first, last))
    assert begin is not None
    cells = cells_over_time(vae.handle, frames)
    with torch.no_grad():
        found = family.picture_channels(vae.model, EndPictures(begin, end, frames, cells, noise, generator))
    return Encoded(Latent(found.contiguous(), vae.handle.family, vae.handle.factor), Rng.of(generator))


@node("latent.put_frames")
def put_frames(latent: Latent[F], frames: Latent[F], at: Annotated[int, Field(ge=0)] = 0) -> Latent[F]:
    """Put frames of one latent in the place of those of another.

    Args:
        latent: The latent of a film.
        frames: What to put in; a picture's latent is one frame. What goes beyond the end is refused.
        at: The first frame of the latent that is replaced.

    Raises:
        ValueRefused: They don't fit.
    """
    samples, given = latent.samples, frames.samples.to(latent.samples)
    if given.ndim == 4:
        given = given[:, :, None]
    fits = samples.ndim == 5 and (samples.shape[1], *samples.shape[3:]) == (given.shape[1], *given.shape[3:])
    if not fits or at + given.shape[2] > samples.shape[2]:
        got = f"{list(given.shape)} into {list(samples.shape)} at {at}"
        raise ValueRefused("frames with the channels and size of the film's, within it", got)
    result = samples.contiguous().clone()
    result[:, :, at : at + given.shape[2]] = given
    return replace(latent, samples=result)


@node("latent.frames")
def cut_frames(latent: Latent[F], start: Annotated[int, Field(ge=0)] = 0, count: Frames = 1) -> Latent[F]:
    """Take some frames of the latent of a film.

    Args:
        latent: The latent of a film.
        start: The first frame that is taken.
        count: How many, at most.

    Raises:
        ValueRefused: It is no film's, or ends before.
    """
    if latent.samples.ndim != 5 or start >= latent.samples.shape[2]:
        raise ValueRefused(
            f"the latent of a film of more than {start} frames", f"{list(latent.samples.shape)}"
        )
    return replace(latent, samples=latent.samples[:, :, start : start + count].contiguous())
