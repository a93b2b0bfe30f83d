"""Models of speech as handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nodes.values import F, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find


class _Whole(Model[F]):
    def load(self, find: Find) -> Any:
        """Build the module. See ``nodes.speech.folders``."""
        from nodes.library_lock import library_lock
        from nodes.speech.folders import build

        with library_lock:
            return build(self, find)


@dataclass(frozen=True, slots=True)
class Voice(_Whole[F]):
    """Speaks a text as a mel spectrogram.

    Attributes:
        speaker: Width of the embedding that says who speaks.
        rate: Samples a second of the sound that a spectrogram stands for.
        n_fft: Samples of a window.
        hop: Samples from one window to the next.
        fmin: Lowest frequency, in Hz.
        fmax: Highest frequency, in Hz.
    """

    speaker: int = 512
    rate: int = 16000
    n_fft: int = 1024
    hop: int = 256
    fmin: float = 80.0
    fmax: float = 7600.0


@dataclass(frozen=True, slots=True)
class Vocoder(_Whole[F]):
    """Turns mel spectrograms into sound.

    Attributes:
        bands: Mel bands of a spectrogram.
        rate: Samples a second.
        hop: Samples of each of a spectrogram's steps.
    """

    bands: int = 80
    rate: int = 16000
    hop: int = 256


class SpeechRecogniser(_Whole[F]):
    """Writes down what is said, with its feature extractor and tokenizer."""


class SpeakerEncoder(_Whole[F]):
    """Says who speaks, with its feature extractor."""
