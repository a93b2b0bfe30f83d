"""What is written down is what transformers' own pipeline writes, for sounds of any length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from engine.run.context import Cancelled, RunContext, Token
from engine.run.events import Lossy, Progress
from nodes.speech.transcribe import transcribe
from nodes.values import Audio

CONTEXT = RunContext("hear", "cpu", Token(), lambda _: None)
SHORT, LONG = 12000, 40000
"""Samples within the tiny model's window of one second, and beyond it."""


def sound(samples: int, rate: int = 16000) -> Audio:
    random = np.random.default_rng(0).normal(size=samples)
    return Audio(
        torch.from_numpy((np.sin(np.arange(samples) / 7) * random * 0.3).astype("f4"))[None, None], rate
    )


@pytest.fixture(scope="module")
def pipeline(whisper: OnDevice[Any]) -> Any:
    """The oracle."""
    from transformers import pipeline

    model = whisper.model
    return pipeline(
        "automatic-speech-recognition",
        model=model,
        tokenizer=model.tokenizer,
        feature_extractor=model.feature_extractor,
    )


def expected(pipeline: Any, audio: Audio, timestamps: bool, **spoken: str) -> Any:
    return pipeline(audio.samples[0, 0].numpy(), return_timestamps=timestamps, generate_kwargs=spoken)


@pytest.mark.parametrize(("samples", "timestamps"), [(SHORT, False), (SHORT, True), (LONG, True)])
@pytest.mark.parametrize("language", ["", "de"])
def test_the_text_is_that_of_the_pipeline(
    samples: int, timestamps: bool, language: str, whisper: OnDevice[Any], pipeline: Any
) -> None:
    audio, spoken = sound(samples), {"language": language} if language else {}
    wanted = expected(pipeline, audio, timestamps, task="transcribe", **spoken)

    found = transcribe(whisper, audio, CONTEXT, language, timestamps=timestamps)
    assert found.text == wanted["text"]
    assert len(found.text) > 5


def test_the_tokens_are_those_that_generate_gives(whisper: OnDevice[Any]) -> None:
    model, audio = whisper.model, sound(SHORT)
    heard = model.feature_extractor(audio.samples[0, 0].numpy(), sampling_rate=16000, return_tensors="pt")
    with torch.no_grad():
        tokens = model.generate(heard.input_features, language="en", task="translate")

    found = transcribe(whisper, audio, CONTEXT, "english", "translate", timestamps=False, beams=1)
    assert found.text == model.tokenizer.decode(tokens[0], skip_special_tokens=True)


def test_the_language_and_the_task_change_what_is_written(whisper: OnDevice[Any]) -> None:
    texts = {
        transcribe(whisper, sound(SHORT), CONTEXT, language, task, False).text
        for language in ("en", "de")
        for task in ("transcribe", "translate")
    }
    assert len(texts) == 4


def test_segments_follow_each_other_and_hold_the_text(whisper: OnDevice[Any]) -> None:
    found = transcribe(whisper, sound(LONG), CONTEXT, "en")

    assert len(found.segments) > 1
    starts = [segment.start for segment in found.segments]
    assert starts == sorted(starts)
    assert all(segment.start <= segment.end <= LONG / 16000 + 1 for segment in found.segments)
    assert "".join(s.text for s in found.segments).split() == "".join(found.text.split()).split()


def test_without_timestamps_there_is_one_segment_of_the_whole(whisper: OnDevice[Any]) -> None:
    found = transcribe(whisper, sound(SHORT), CONTEXT, "en", timestamps=False)

    assert [(one.start, one.end) for one in found.segments] == [(0.0, 0.75)]


def test_channels_are_mixed_and_the_rate_is_brought_to_the_model_s(whisper: OnDevice[Any]) -> None:
    mono = sound(SHORT)
    two = Audio(torch.cat([mono.samples * 0.5, mono.samples * 1.5], 1), 16000)
    fast = Audio(torch.from_numpy(np.repeat(mono.samples.numpy(), 3, 2)), 48000)

    heard = transcribe(whisper, mono, CONTEXT, "en").text
    assert transcribe(whisper, two, CONTEXT, "en").text == heard
    assert transcribe(whisper, fast, CONTEXT, "en").segments[-1].end <= 1


def test_a_model_that_knows_english_only_is_asked_for_nothing_else(english_whisper: OnDevice[Any]) -> None:
    heard = transcribe(english_whisper, sound(SHORT), CONTEXT)

    assert transcribe(english_whisper, sound(SHORT), CONTEXT, "en") == heard
    with pytest.raises(ValueRefused, match="English, all that this model knows, got de"):
        transcribe(english_whisper, sound(SHORT), CONTEXT, "de")
    with pytest.raises(ValueRefused, match="this model knows English only, got translate"):
        transcribe(english_whisper, sound(SHORT), CONTEXT, "en", "translate")


@pytest.mark.parametrize("language", ["fr", "klingon"])
def test_a_language_that_the_model_doesn_t_know_is_refused(language: str, whisper: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match=rf"\(de, en\), got {language}"):
        transcribe(whisper, sound(SHORT), CONTEXT, language)


def test_several_sounds_are_refused(whisper: OnDevice[Any]) -> None:
    with pytest.raises(ValueRefused, match="one sound"):
        transcribe(whisper, Audio(torch.zeros(2, 1, 100), 16000), CONTEXT)


def test_a_long_sound_tells_how_far_it_is(whisper: OnDevice[Any]) -> None:
    told: list[Lossy] = []
    transcribe(whisper, sound(LONG), RunContext("hear", "cpu", Token(), told.append), "en")

    done = [event.done / event.total for event in told if isinstance(event, Progress)]
    assert done == sorted(done)
    assert done[-1] > 0.3


def test_a_cancelled_run_stops_between_two_words(whisper: OnDevice[Any]) -> None:
    token = Token()
    token.set()

    with pytest.raises(Cancelled):
        transcribe(
            whisper, sound(SHORT), RunContext("hear", "cpu", token, lambda _: None), "en", timestamps=False
        )
