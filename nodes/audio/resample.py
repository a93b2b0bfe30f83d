"""Sounds at another rate."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.values import Audio

if TYPE_CHECKING:
    import torch

Rate = Annotated[int, Field(ge=1000, le=384000)]


@node("audio.resample")
def resample(audio: Audio, rate: Rate = 16000) -> Audio:
    """Change how many samples a second has, without aliases; it lasts as long as before.

    Args:
        audio: The sounds.
        rate: Samples a second.
    """
    return replace(audio, samples=resampled(audio.samples, audio.rate, rate), rate=rate)


def mono(audio: Audio, rate: int) -> torch.Tensor:
    """The samples [T] of a single sound at a rate, its channels mixed, on the CPU.

    Raises:
        ValueRefused: There are several sounds.
    """
    if len(audio.samples) != 1:
        raise ValueRefused("one sound", f"{len(audio.samples)}")
    return resampled(audio.samples[0].mean(0).cpu(), audio.rate, rate)


def resampled(samples: torch.Tensor, rate: int, wanted: int) -> torch.Tensor:
    """Samples [..., T] at another rate, by a polyphase filter (scipy's, with a Kaiser window)."""
    import torch
    from scipy.signal import resample_poly

    if rate == wanted:
        return samples
    common = gcd(rate, wanted)
    found = resample_poly(samples.double().cpu().numpy(), wanted // common, rate // common, axis=-1)
    return torch.from_numpy(found).float().contiguous()
