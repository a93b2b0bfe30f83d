"""Sounds to WAV files of 16 bits (RIFF; Multimedia Programming Interface and Data Specifications 1.0)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    from nodes.values import Audio

PCM, BITS = 1, 16
LONGEST = 2**32 - 44
"""Bytes of samples that the format can count."""


def encode(audio: Audio) -> list[bytes]:
    """One WAV file for each sound; what is louder than 1 is cut off.

    Args:
        audio: The sounds.

    Raises:
        ValueRefused: The samples hold something that is not a number, or are too many for a file.
    """
    import torch

    samples = audio.samples.detach().cpu()
    if not bool(torch.isfinite(samples).all()):
        raise ValueRefused("finite samples", "NaN or infinity")
    whole = (samples.float().clamp(-1, 1) * 32767).round().to(torch.int16)
    frames = whole.transpose(1, 2).contiguous().numpy().astype("<i2")  # [B, T, C]
    return [_file(one.tobytes(), one.shape[1], audio.rate) for one in frames]


def _file(samples: bytes, channels: int, rate: int) -> bytes:
    if len(samples) > LONGEST:
        raise ValueRefused(
            f"{LONGEST:,} bytes of samples at most, as many as a WAV file can hold", f"{len(samples):,}"
        )
    frame = channels * BITS // 8
    format_ = struct.pack("<HHIIHH", PCM, channels, rate, rate * frame, frame, BITS)
    body = b"WAVE" + _chunk(b"fmt ", format_) + _chunk(b"data", samples)
    return _chunk(b"RIFF", body)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body
