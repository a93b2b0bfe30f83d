"""Texts as a denoiser reads them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import OnDevice, Text, node
from nodes.values import Cond, Conditioning, F, TextEncoder


@node("text.encode")
def encode(
    encoder: OnDevice[TextEncoder[F]], text: Text = "", skip: Annotated[int, Field(ge=0, le=11)] = 0
) -> Conditioning[F]:
    """Encode a text with CLIP. What goes beyond the encoder's length (77 tokens) is cut off.

    Args:
        encoder: The model's text encoder.
        text: What to draw, or what to stay away from.
        skip: Layers left out at the end ("clip skip"), for models trained so.
    """
    import torch

    tokenizer, model = encoder.model.tokenizer, encoder.model
    tokens = tokenizer(
        [text],
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )
    mask = (
        tokens.attention_mask.to(encoder.device)
        if getattr(model.config, "use_attention_mask", False)
        else None
    )
    with torch.no_grad():
        states = model(
            tokens.input_ids.to(encoder.device), attention_mask=mask, output_hidden_states=skip > 0
        )
        embeds = states[0] if skip == 0 else model.final_layer_norm(states.hidden_states[-1 - skip])
    return Conditioning([Cond(embeds)], encoder.handle.family)
