"""Between sounds and latents: rows of cells, [B, C, 1, T]."""

from __future__ import annotations

from typing import Any

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.audio.resample import resampled
from nodes.diffusion.seconds import Seconds
from nodes.latent_space import to_vae_space
from nodes.vae import Draw, Encoded, drawn
from nodes.values import VAE, Audio, F, Latent


@node("vae.decode_audio")
def decode_audio(
    vae: OnDevice[VAE[F]], latent: Latent[F], start: Seconds = 0.0, end: Seconds | None = None
) -> Audio:
    """Decode latents into sounds.

    Args:
        vae: The model's VAE.
        latent: Of the same family.
        start: Seconds that are cut off at the beginning.
        end: Seconds after which the sound is cut off; empty to keep all that the model made.

    Raises:
        ValueRefused: The VAE is one of pictures, or there are fewer seconds than that.
    """
    import torch

    model, rate = vae.model, _rate(vae.model)
    longest = latent.samples.shape[-1] * vae.handle.factor / rate
    last = longest if end is None else end
    if not start < last <= longest:
        raise ValueRefused(f"a start and then an end within {longest:.2f} s", f"{start:g} and {last:g}")
    with torch.no_grad():
        samples = to_vae_space(model, latent.samples.to(vae.device, model.dtype)).squeeze(2)
        sound = model.decode(samples, return_dict=False)[0][:, :, int(start * rate) : int(last * rate)]
    return Audio(sound.float().cpu().contiguous(), rate)


@node("vae.encode_audio")
def encode_audio(
    vae: OnDevice[VAE[F]],
    audio: Audio,
    draw: Draw = "sample",
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Encoded:
    """Encode sounds, brought to the model's rate, channels and length: with silence behind, or cut off.

    Args:
        vae: The model's VAE.
        audio: The sounds.
        draw: The VAE gives a distribution; take a sample of it, or its middle.
        seed: Equal seeds draw equal samples.
        rng: Generator to go on from, in place of the seed.

    Raises:
        ValueRefused: The VAE is one of pictures, or the sounds have channels that it hasn't.
    """
    import torch

    model, handle = vae.model, vae.handle
    sound = _with_channels(resampled(audio.samples, audio.rate, _rate(model)), model.config.audio_channels)
    length = handle.length * handle.factor
    sound = torch.nn.functional.pad(sound[..., :length], (0, max(length - sound.shape[-1], 0)))
    generator = (rng or Rng.seeded(seed)).generator()
    with torch.no_grad():
        samples = drawn(vae, sound, draw, generator).unsqueeze(2)
    return Encoded(Latent(samples.contiguous(), handle.family, handle.factor), Rng.of(generator))


def _with_channels(sound: Any, channels: int) -> Any:
    """Samples [B, channels, T] of as many channels, or of one."""
    if sound.shape[1] not in (1, channels) and channels != 1:
        raise ValueRefused(f"sounds of 1 or {channels} channels", f"{sound.shape[1]}")
    return sound.mean(1, keepdim=True) if channels == 1 else sound.expand(-1, channels, -1)


def _rate(model: Any) -> int:
    """Samples a second of the sounds that a VAE makes."""
    rate: int | None = getattr(model.config, "sampling_rate", None)
    if rate is None:
        raise ValueRefused("a VAE of sounds", type(model).__name__)
    return rate
