"""Texts as a denoiser reads them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import OnDevice, Text, node
from nodes import families
from nodes.diffusion.family import Prompt
from nodes.diffusion.refusal import StepRefused
from nodes.values import Conditioning, F, TextEncoder


@node("text.encode")
def encode(
    encoder: OnDevice[TextEncoder[F]],
    text: Text = "",
    skip: Annotated[int, Field(ge=0, le=11)] = 0,
    other: Text = "",
) -> Conditioning[F]:
    """Encode a text with the model's text encoders. What goes beyond their length is cut off.

    CLIP reads 77 tokens; T5, in models that have it, 256 or 512.

    Args:
        encoder: The model's text encoders.
        text: What to draw, or what to stay away from.
        skip: Layers of CLIP left out at the end ("clip skip"), for models trained so.
        other: Another text for the second encoder, in models that have several, for T5 in Stable Diffusion 3;
            empty for the same text.

    Raises:
        StepRefused: The model takes no text.
    """
    family = families.named(encoder.handle.family)
    if family.encode is None:
        cure = "Leave its conditioning empty, or link what it takes in place of a text."
        raise StepRefused(f"expected a model that reads texts, got {family.title}. {cure}")
    cond = family.encode(encoder.model, Prompt(text, other, skip))
    return Conditioning([cond], encoder.handle.family)
