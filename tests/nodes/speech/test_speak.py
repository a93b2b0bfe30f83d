"""What is spoken is what transformers' generate_speech gives with the same draws."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from engine import OnDevice, Rng
from engine.errors import ValueRefused
from engine.run.context import Cancelled, RunContext, Token
from nodes.speech.speak import speak
from nodes.speech.vocoder import decode
from nodes.values import Embedding, Mel

CONTEXT = RunContext("speak", "cpu", Token(), lambda _: None)
TEXT, SEED = "Hello, world.", 3
LENGTH: dict[str, Any] = {"shortest": 1.0, "longest": 1.5}
SPEAKER = Embedding(torch.randn(1, 16, generator=torch.Generator().manual_seed(1)))


def spoken(voice: OnDevice[Any], **changes: Any) -> torch.Tensor:
    values: dict[str, Any] = {**LENGTH, "seed": SEED, **changes}
    return speak(voice, SPEAKER, CONTEXT, TEXT, **values).mel.bands


def oracle(voice: OnDevice[Any], vocoder: Any = None) -> torch.Tensor:
    tokens = voice.model.tokenizer(TEXT, return_tensors="pt").input_ids
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return voice.model.generate_speech(
            tokens, SPEAKER.vectors, minlenratio=1.0, maxlenratio=1.5, vocoder=vocoder
        ).detach()


def test_the_spectrogram_is_that_of_transformers(voice: OnDevice[Any]) -> None:
    expected = oracle(voice)

    assert len(expected) > 10
    assert torch.equal(spoken(voice)[0].T, expected)


def test_the_sound_is_that_of_transformers(voice: OnDevice[Any], vocoder: OnDevice[Any]) -> None:
    audio = decode(vocoder, speak(voice, SPEAKER, CONTEXT, TEXT, SEED, **LENGTH).mel)

    assert audio.rate == 16000
    assert torch.equal(audio.samples[0, 0], oracle(voice, vocoder.model))


def test_a_spectrogram_says_what_its_steps_and_bands_are(voice: OnDevice[Any]) -> None:
    mel = speak(voice, SPEAKER, CONTEXT, TEXT, **LENGTH).mel

    assert mel.bands.shape[:2] == (1, 20)
    assert (mel.rate, mel.n_fft, mel.hop, mel.fmin, mel.fmax, mel.log_base) == (
        16000,
        1024,
        256,
        80,
        7600,
        10,
    )


def test_another_seed_speaks_a_little_differently(voice: OnDevice[Any]) -> None:
    assert torch.equal(spoken(voice), spoken(voice))
    assert not torch.equal(spoken(voice), spoken(voice, seed=4))


def test_the_generator_goes_on_after_the_draws(voice: OnDevice[Any]) -> None:
    first = speak(voice, SPEAKER, CONTEXT, TEXT, SEED, **LENGTH)

    assert not torch.equal(first.rng.state, Rng.seeded(SEED).state)
    assert torch.equal(spoken(voice, rng=Rng.seeded(SEED)), first.mel.bands)
    assert not torch.equal(spoken(voice, rng=first.rng), first.mel.bands)


def test_the_process_s_generator_is_left_alone(voice: OnDevice[Any]) -> None:
    before = torch.get_rng_state()
    spoken(voice)

    assert torch.equal(torch.get_rng_state(), before)


def test_two_that_speak_at_once_don_t_draw_from_each_other(voice: OnDevice[Any]) -> None:
    alone = [spoken(voice, seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: spoken(voice, seed=seed), range(4)))

    assert all(map(torch.equal, alone, together))


def test_it_stops_at_the_latest_where_the_model_has_no_more_positions(voice: OnDevice[Any]) -> None:
    positions, letters = voice.model.config.max_speech_positions, 15
    longest = speak(voice, SPEAKER, CONTEXT, TEXT, threshold=1.0, longest=100.0).mel.bands.shape[2]

    assert longest <= 2 * positions < 100 * letters


@pytest.mark.parametrize("text", ["", "  \n"])
def test_no_text_is_refused(text: str, voice: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match="expected a text, got none"):
        speak(voice, SPEAKER, CONTEXT, text)


def test_a_text_of_more_letters_than_the_model_has_positions_is_refused(voice: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match="100 letters at most"):
        speak(voice, SPEAKER, CONTEXT, "la " * 60)


def test_a_speaker_of_another_model_is_refused(voice: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match=r"a speaker of the form \(1, 16\), got \(1, 512\)"):
        speak(voice, Embedding(torch.zeros(1, 512)), CONTEXT, TEXT)


def test_a_spectrogram_of_another_kind_is_refused_by_the_vocoder(vocoder: OnDevice[Any]) -> None:
    mel = Mel(torch.zeros(1, 80, 4), 22050, 1024, 256, 0.0, 8000.0)

    with pytest.raises(ValueRefused, match=r"20 bands at a rate of 16000 .* got 80 bands at a rate of 22050"):
        decode(vocoder, mel)


def test_a_cancelled_run_stops_between_two_steps(voice: OnDevice[Any]) -> None:
    token = Token()
    token.set()

    with pytest.raises(Cancelled):
        speak(voice, SPEAKER, RunContext("speak", "cpu", token, lambda _: None), TEXT)
