from math import pi

import pytest
import torch

from nodes.audio.resample import resample
from nodes.values import Audio


def tone(hertz: float, rate: int, seconds: float = 0.5) -> torch.Tensor:
    return torch.sin(2 * pi * hertz * torch.arange(int(rate * seconds)) / rate)[None, None]


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_a_tone_is_the_same_tone_at_another_rate(rate: int) -> None:
    found = resample(Audio(tone(440, rate), rate), 16000)

    assert found.rate == 16000
    assert found.samples.shape == (1, 1, 8000)
    # Away from the ends, where the filter looks at silence
    assert (found.samples - tone(440, 16000))[..., 200:-200].abs().max() < 2e-3


def test_what_the_lower_rate_can_t_hold_is_taken_away() -> None:
    found = resample(Audio(tone(11000, 48000), 48000), 16000)

    assert found.samples[..., 200:-200].abs().max() < 1e-2


def test_at_its_own_rate_a_sound_stays_as_it_is() -> None:
    audio = Audio(tone(440, 16000), 16000)

    assert torch.equal(resample(audio, 16000).samples, audio.samples)
