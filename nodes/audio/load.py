"""Sounds from files. Writing them is the runner's act."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from engine import File, Within, node
from engine.errors import KnotworkError
from nodes.values import Audio

if TYPE_CHECKING:
    import numpy as np

SUFFIXES = (".wav", ".wave")
STREAMED = 2**32 - 8
"""Bytes that a file says it has when its writer could not know, at least."""


class SoundRefused(KnotworkError):
    """A file holds no sound that can be read."""

    def __init__(self, path: Path, expected: str, got: str) -> None:
        super().__init__(f"{path.name}: expected {expected}, got {got}. Save it as WAV with another program.")


@node("audio.load")
def load(file: Annotated[File, Within("files", SUFFIXES)]) -> Audio:
    """Read a sound from a WAV file of 8, 16, 24 or 32 bits, or of floats, with all its channels.

    Args:
        file: The file; other formats can be converted with ffmpeg or any sound editor.

    Raises:
        SoundRefused: It is no WAV file, is cut short or empty, or holds something that is not a number.
    """
    import numpy as np
    import torch
    from scipy.io import wavfile

    path = file.path
    _check_whole(path)
    # It tells of each chunk that is not about sound, such as the artist's name
    warnings.simplefilter("ignore", wavfile.WavFileWarning)
    try:
        rate, samples = wavfile.read(path)
    except (ValueError, EOFError, OSError, ArithmeticError) as error:
        raise SoundRefused(path, "a WAV file", str(error) or type(error).__name__) from error
    if not samples.size:
        raise SoundRefused(path, "samples", "none")
    frames = _floats(samples.reshape(len(samples), -1))
    if not np.isfinite(frames).all():
        raise SoundRefused(path, "finite samples", "NaN or infinity")
    return Audio(torch.from_numpy(frames.T.copy())[None], int(rate))


def _check_whole(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    told, size = int.from_bytes(head[4:], "little"), path.stat().st_size
    if head[:4] == b"RIFF" and told < STREAMED and size < told + 8:
        raise SoundRefused(path, f"{told + 8} bytes", f"{size} of them: the file is cut short")


def _floats(samples: np.ndarray) -> np.ndarray:
    """[T, C] of any kind as float32 in -1..1; 24 bits come as the upper ones of 32."""
    import numpy as np

    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    zero = 128 if samples.dtype.kind == "u" else 0
    return ((samples.astype(np.float64) - zero) / 2 ** (8 * samples.dtype.itemsize - 1)).astype(np.float32)
