"""Texts and pictures as the prior reads them."""

from __future__ import annotations

from math import sqrt

from engine import OnDevice, Text, node
from engine.errors import ValueRefused
from nodes.mesh.shap_e.handles import ShapEImageEncoder, ShapETextEncoder
from nodes.values import Cond, Conditioning, F, Image


@node("shap_e.encode_text")
def encode_text(encoder: OnDevice[ShapETextEncoder[F]], text: Text = "") -> Conditioning[F]:
    """Encode a text with CLIP: one vector [1, 1, D]. What goes beyond 77 tokens is cut off.

    Args:
        encoder: The model's text encoder.
        text: What to make, such as "a green chair".
    """
    import torch

    tokenizer, model = encoder.model.tokenizer, encoder.model
    tokens = tokenizer(
        text,
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )
    with torch.no_grad():
        embeds = model(tokens.input_ids.to(encoder.device)).text_embeds
        # Each component has about unit variance, as those of the noise do
        embeds = sqrt(embeds.shape[1]) * (embeds / torch.linalg.norm(embeds, dim=-1, keepdim=True))
    return Conditioning([Cond(embeds[:, None])], encoder.handle.family)


@node("shap_e.encode_image")
def encode_image(encoder: OnDevice[ShapEImageEncoder[F]], image: Image) -> Conditioning[F]:
    """Encode a picture with CLIP: one vector for each patch, [1, T, D].

    Args:
        encoder: The model's picture encoder.
        image: One picture without alpha, of one thing before a plain ground; its middle square is looked at.

    Raises:
        ValueRefused: There are several pictures, or it has alpha.
    """
    import torch
    from PIL import Image as Pillow

    count, _, _, channels = image.pixels.shape
    if count != 1 or channels == 4:
        got = f"{count} with {channels} channels"
        raise ValueRefused("one picture without alpha (image.flatten takes it away)", got)
    pixels = image.pixels[0].expand(-1, -1, 3).clamp(0, 1)
    picture = Pillow.fromarray((pixels * 255).round().to(torch.uint8).cpu().contiguous().numpy())
    model = encoder.model
    prepared = model.processor(picture, return_tensors="pt").pixel_values.to(encoder.device, model.dtype)
    with torch.no_grad():
        states = model(prepared).last_hidden_state
        return Conditioning([Cond(states[:, 1:].contiguous())], encoder.handle.family)
