"""From a text to a mel spectrogram of somebody who speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Context, OnDevice, Rng, Seed, Text, node
from engine.errors import ValueRefused
from nodes.speech.draws import drawing_from
from nodes.speech.handles import Voice
from nodes.values import Embedding, Mel

if TYPE_CHECKING:
    import torch

Ratio = Annotated[float, Field(ge=0, le=100)]


class Spoken(NamedTuple):
    """A text that was spoken.

    Attributes:
        mel: The spectrogram; a vocoder makes sound of it.
        rng: The generator after the draws.
    """

    mel: Mel
    rng: Rng


@node("speech.speak")
def speak(
    model: OnDevice[Voice],
    speaker: Embedding,
    ctx: Context,
    text: Text = "",
    seed: Seed = 0,
    rng: Rng | None = None,
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5,
    shortest: Ratio = 0.0,
    longest: Ratio = 20.0,
) -> Spoken:
    """Speak a text with SpeechT5, letter by letter, until the model says that it is done.

    Some of what the model has said is hidden from it at random, so that it sounds alive: another seed speaks
    a little differently.

    Args:
        model: SpeechT5.
        speaker: Who speaks: an x-vector of the kind that the model was trained with.
        ctx: Tells when to stop.
        text: What to say, in English; numbers and abbreviations written out.
        seed: Equal seeds draw equally.
        rng: Generator to go on from, in place of the seed.
        threshold: How sure the model has to be that it is done.
        shortest: Steps of the spectrogram for each letter, at least.
        longest: Steps of the spectrogram for each letter, at most.

    Raises:
        ValueRefused: The text is empty or too long, or the speaker's embedding is another kind's.
    """
    import torch

    module, device, handle = model.model, model.device, model.handle
    tokens = module.tokenizer(text, return_tensors="pt").input_ids
    _check(text, tokens, speaker, module.config)
    steps = module.config.max_speech_positions * module.config.reduction_factor
    generator = (rng or Rng.seeded(seed)).generator()
    with torch.no_grad(), drawing_from(generator, ctx.tick):
        found = module.generate_speech(
            tokens.to(device),
            speaker.vectors.to(device, module.dtype),
            threshold=threshold,
            minlenratio=shortest,
            maxlenratio=min(longest, steps / tokens.shape[1]),
        )
    bands = found.float().cpu().T[None].contiguous()
    mel = Mel(bands, handle.rate, handle.n_fft, handle.hop, handle.fmin, handle.fmax)
    return Spoken(mel, Rng.of(generator))


def _check(text: str, tokens: torch.Tensor, speaker: Embedding, config: Any) -> None:
    if not text.strip():
        raise ValueRefused("a text", "none")
    if tokens.shape[1] > config.max_text_positions:
        raise ValueRefused(
            f"{config.max_text_positions} letters at most", f"{tokens.shape[1]}: split the text"
        )
    wanted = (1, config.speaker_embedding_dim)
    if speaker.vectors.shape != wanted:
        raise ValueRefused(f"a speaker of the form {wanted}", f"{tuple(speaker.vectors.shape)}")
