"""From speech to text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.audio.resample import mono
from nodes.library_lock import library_lock
from nodes.speech.handles import SpeechRecogniser
from nodes.speech.segments import Segment
from nodes.values import Audio

if TYPE_CHECKING:
    import torch

Task = Literal["transcribe", "translate"]


class Transcript(NamedTuple):
    """What was said.

    Attributes:
        text: All of it.
        segments: Piece by piece, with times; one piece for the whole without timestamps.
    """

    text: str
    segments: list[Segment]


@node("speech.transcribe")
def transcribe(
    model: OnDevice[SpeechRecogniser],
    audio: Audio,
    ctx: Context,
    language: str = "",
    task: Task = "transcribe",
    timestamps: bool = True,
    beams: Annotated[int, Field(ge=1, le=32)] = 5,
) -> Transcript:
    """Write down what is said.

    A sound longer than the model's window (30 seconds) is heard window by window, each from where the last
    complete segment ended (Radford et al., arXiv 2212.04356, section 3.8).

    Args:
        model: Whisper.
        audio: One sound; its channels are mixed, and its rate is brought to the model's.
        ctx: Shows how far it is.
        language: What is spoken, such as "en" or "german"; empty = found out from the first window.
        task: Write it down as it is, or in English.
        timestamps: Say when each segment begins and ends; always so for a long sound.
        beams: Beginnings of the text that are followed side by side; 1 takes the likeliest word each time.

    Raises:
        ValueRefused: There are several sounds, or the model doesn't know the language.
    """
    import torch

    module, device = model.model, model.device
    extractor, samples = module.feature_extractor, mono(audio, module.feature_extractor.sampling_rate)
    long = len(samples) > extractor.n_samples
    heard = extractor(
        samples.numpy(),
        sampling_rate=extractor.sampling_rate,
        return_tensors="pt",
        return_attention_mask=True,
        **({"truncation": False, "padding": "longest"} if long else {}),
    )
    with torch.no_grad():
        said = module.generate(
            heard.input_features.to(device, module.dtype),
            attention_mask=heard.attention_mask.to(device),
            return_timestamps=timestamps or long,
            return_segments=timestamps or long,
            num_beams=beams,
            stopping_criteria=_cancellable(ctx),
            monitor_progress=lambda frames: ctx.progress(*frames[0].tolist()),
            **_spoken(module.generation_config, language, task),
        )
    if timestamps or long:
        segments = [_segment(module.tokenizer, one) for one in said["segments"][0]]
        return Transcript(_text(module.tokenizer, said["sequences"][0]), segments)
    text = _text(module.tokenizer, said[0])
    return Transcript(text, [Segment(0.0, len(samples) / extractor.sampling_rate, text.strip())])


def _spoken(config: Any, language: str, task: Task) -> dict[str, str]:
    """How ``generate`` is told about language and task; an English-only model is told nothing."""
    with library_lock:
        from transformers.models.whisper.tokenization_whisper import TO_LANGUAGE_CODE

    if not getattr(config, "is_multilingual", True):
        if task == "translate":
            raise ValueRefused("transcribe: this model knows English only", task)
        if language.lower() not in ("", "en", "english"):
            raise ValueRefused("English, all that this model knows", language)
        return {}
    if not language:
        return {"task": task}
    code = TO_LANGUAGE_CODE.get(language.lower(), language.lower())
    known = [token.strip("<|>") for token in config.lang_to_id]
    if code not in known:
        raise ValueRefused(f"a language that this model knows ({', '.join(known)})", language)
    return {"task": task, "language": code}


def _cancellable(ctx: Context) -> Any:
    """Stops no sequence, but gives way to a cancelled run at every token."""
    import torch

    with library_lock:
        from transformers.generation.stopping_criteria import StoppingCriteriaList

    def stop(tokens: torch.Tensor, _scores: Any, **_: Any) -> torch.Tensor:
        ctx.tick()
        return torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)

    return StoppingCriteriaList([stop])


def _text(tokenizer: Any, tokens: torch.Tensor) -> str:
    return tokenizer.decode(tokens, skip_special_tokens=True)


def _segment(tokenizer: Any, found: dict[str, Any]) -> Segment:
    return Segment(float(found["start"]), float(found["end"]), _text(tokenizer, found["tokens"]).strip())
