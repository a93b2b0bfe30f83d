"""Texts and pictures as the prior reads them."""

from __future__ import annotations

from math import sqrt

from engine import OnDevice, Text, node
from engine.errors import ValueRefused
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.image.clip import cropped
from nodes.mesh.shap_e.handles import ShapETextEncoder
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
def encode_image(encoder: OnDevice[ImageEncoder[F]], image: Image) -> Conditioning[F]:
    """Encode a picture with CLIP: one vector for each patch, [1, T, D].

    Args:
        encoder: The model's picture encoder.
        image: One picture without alpha, of one thing before a plain ground; its middle square is looked at.

    Raises:
        ValueRefused: There are several pictures, or it has alpha.
    """
    import torch

    count, _, _, channels = image.pixels.shape
    if count != 1 or channels == 4:
        got = f"{count} with {channels} channels"
        raise ValueRefused("one picture without alpha (image.flatten takes it away)", got)
    model = encoder.model
    with torch.no_grad():
        states = model(cropped(encoder, image).to(encoder.device, model.dtype)).last_hidden_state
        return Conditioning([Cond(states[:, 1:].contiguous())], encoder.handle.family)
