"""Short sounds, written with FFmpeg as other programs write them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

RATE = 48000
LENGTH = 9600
"""Samples a second, and of a sound."""


def tones() -> np.ndarray:
    """Float32 [2, T]: 440 Hz left and, half as loud, 880 Hz right."""
    time = np.arange(LENGTH) / RATE
    return np.stack([np.sin(2 * np.pi * 440 * time) / 2, np.sin(2 * np.pi * 880 * time) / 4]).astype(
        np.float32
    )


def write(path: Path, codec: str, form: str | None = None) -> Path:
    """Write the tones to a file whose ending or form says the format."""
    with av.open(str(path), "w", form) as file:
        stream: AudioStream = file.add_stream(codec, RATE, {"strict": "-2"})  # pyright: ignore[reportAssignmentType] # a codec of sound
        stream.layout = "stereo"
        frame = AudioFrame.from_ndarray(tones(), "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path
