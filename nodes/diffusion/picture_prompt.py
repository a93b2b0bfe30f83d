"""Pictures that IP-Adapters tell a model beside its text (Ye et al., arXiv 2308.06721)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from engine import OnDevice, node
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.diffusion.picture_tokens import STATES, VECTOR, telling
from nodes.image.clip import cropped
from nodes.values import Conditioning, F, Image

if TYPE_CHECKING:
    import torch


class Prompted(NamedTuple, Generic[F]):
    """Conditionings that tell of a picture.

    Attributes:
        positive: What to draw.
        negative: What to stay away from, which tells of no picture; empty when none was given.
    """

    positive: Conditioning[F]
    negative: Conditioning[F] | None


@node("conditioning.picture_prompt")
def picture_prompt(
    positive: Conditioning[F],
    encoder: OnDevice[ImageEncoder[Any]],
    image: Image,
    negative: Conditioning[F] | None = None,
) -> Prompted:
    """Tell a model that has an IP-Adapter by pictures what to draw.

    For a model with several adapters put several of these in a row: the first is for the first adapter. To
    tell of a picture in a part of the picture or of the run only, use ``conditioning.limit`` after it.

    Args:
        positive: What to draw beside it; its text may be empty.
        encoder: The picture encoder that the adapter was trained with: ``models/image_encoder`` beside most
            adapters, ``sdxl_models/image_encoder`` for those of Stable Diffusion XL that aren't of a "vit-h".
        image: The pictures: all of them together tell one adapter. CLIP looks at their middle squares.
        negative: What to stay away from.

    Raises:
        ValueRefused: The pictures have alpha.
    """
    import torch

    with torch.no_grad():
        pixels = cropped(encoder, image).to(encoder.device, encoder.model.dtype)
        seen, nothing = (
            encoder.model(shown, output_hidden_states=True) for shown in (pixels, torch.zeros_like(pixels))
        )
    told, untold = ({STATES: one.hidden_states[-2][None].contiguous()} for one in (seen, nothing))
    if "image_embeds" in seen:
        vector = seen.image_embeds[None].contiguous()
        told, untold = told | {VECTOR: vector}, untold | {VECTOR: torch.zeros_like(vector)}
    return Prompted(_with(positive, told), None if negative is None else _with(negative, untold))


def _with(conditioning: Conditioning[F], told: dict[str, torch.Tensor]) -> Conditioning[F]:
    return replace(conditioning, items=[telling(cond, told) for cond in conditioning.items])
