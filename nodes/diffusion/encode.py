"""Texts as a denoiser reads them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine import OnDevice, Text, node
from nodes import families
from nodes.diffusion.family import Prompt
from nodes.diffusion.reading import Reading, Weighting
from nodes.diffusion.refusal import StepRefused
from nodes.values import Conditioning, F, TextEncoder


@node("text.encode")
def encode(
    encoder: OnDevice[TextEncoder[F]],
    text: Text = "",
    skip: Annotated[int, Field(ge=0, le=11)] = 0,
    other: Text = "",
    weighting: Weighting = "plain",
) -> Conditioning[F]:
    r"""Encode a text with the model's text encoders. What goes beyond their length is cut off.

    CLIP reads 77 tokens; T5, in models that have it, 256 or 512. Where weights are read, ``(word)`` counts
    1.1 times as much, ``[word]`` 1 / 1.1 times, ``(word:1.3)`` 1.3 times; nested brackets multiply, ``\(``
    and ``\)`` are ordinary brackets. CLIP's hidden states are then read of a long text, too, in windows of
    75 tokens; the word BREAK begins a new one.

    Args:
        encoder: The model's text encoders.
        text: What to draw, or what to stay away from.
        skip: Layers of CLIP left out at the end ("clip skip"), for models trained so.
        other: Another text for the second encoder, in models that have several, for T5 in Stable Diffusion 3;
            empty for the same text.
        weighting: What weights do. ``plain`` reads the text as it stands, brackets and all. ``comfy`` leads
            each word's states away from those of an empty text, as ComfyUI does; ``a1111`` multiplies them,
            then restores the mean, as A1111 does, for encoders whose mean isn't about 0, such as Stable
            Diffusion 1's; ``even`` reads the same, and weighs all alike.

    Raises:
        StepRefused: The model takes no text, or reads it in a way that knows no weights.
        ValueRefused: A weight beyond ±100.
    """
    family = families.named(encoder.handle.family)
    if family.encode is None:
        cure = "Leave its conditioning empty, or link what it takes in place of a text."
        raise StepRefused(f"expected a model that reads texts, got {family.title}. {cure}")
    if weighting != "plain" and not family.weighs:
        cure = 'Set weighting to "plain".'
        raise StepRefused(f"expected CLIP or T5, which can weigh words, got {family.title}. {cure}")
    cond = family.encode(Reading(encoder.model, weighting), Prompt(text, other, skip))
    return Conditioning([cond], encoder.handle.family)


@encode.replaces("text.encode_weighted")
def _(params: dict[str, Any]) -> dict[str, Any]:
    """It weighed as ComfyUI unless it was told otherwise, and said off where all are weighed alike."""
    weighting = params.get("weighting", "comfy")
    return {**params, "weighting": "even" if weighting == "off" else weighting}
