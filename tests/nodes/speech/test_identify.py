from typing import Any

import numpy as np
import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from nodes.speech.identify import speaker
from nodes.values import Audio


def recording(seconds: float, rate: int = 16000) -> Audio:
    samples = np.random.default_rng(0).normal(scale=0.2, size=int(seconds * rate)).astype("f4")
    return Audio(torch.from_numpy(samples)[None, None], rate)


def test_a_speaker_is_the_x_vector_of_transformers(speaker_encoder: OnDevice[Any]) -> None:
    model, audio = speaker_encoder.model, recording(1)
    heard = model.processor(audio.samples[0, 0].numpy(), sampling_rate=16000, return_tensors="pt")
    with torch.no_grad():
        expected = model(**heard).embeddings

    found = speaker(speaker_encoder, audio).vectors
    assert found.shape == (1, 16)
    assert torch.equal(found, expected)


def test_channels_are_mixed(speaker_encoder: OnDevice[Any]) -> None:
    audio = recording(1)
    two = Audio(torch.cat([audio.samples * 0.5, audio.samples * 1.5], 1), 16000)

    assert torch.equal(speaker(speaker_encoder, two).vectors, speaker(speaker_encoder, audio).vectors)


def test_a_recording_that_is_too_short_is_refused(speaker_encoder: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match=r"0.5 seconds of speech at least, got 0.40"):
        speaker(speaker_encoder, recording(0.4, 8000))
