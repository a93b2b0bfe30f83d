"""Pictures that IP-Adapters tell a model beside its text (Ye et al., arXiv 2308.06721)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from engine import OnDevice, node
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.diffusion.picture_tokens import OR_BLACK, STATES, VECTOR, telling
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
            adapters, ``sdxl_models/image_encoder`` for those of Stable Diffusion XL that aren't of a "vit-h",
            and OpenAI's CLIP ViT-L for those of FLUX.1.
        image: The pictures: all of them together tell one adapter. CLIP looks at their middle squares.
        negative: What to stay away from.

    Raises:
        ValueRefused: The pictures have alpha.
    """
    import torch

    with torch.no_grad():
        pixels = cropped(encoder, image).to(encoder.device, encoder.model.dtype)
        told = _seen(encoder, pixels)
        if negative is None:
            return Prompted(_with(positive, told), None)
        untold = _seen(encoder, torch.zeros_like(pixels))
        if VECTOR in untold:
            black = _seen(encoder, cropped(encoder, Image(torch.zeros(1, 8, 8, 3))).to(pixels))[VECTOR]
            nothing = torch.zeros_like(told[VECTOR])
            untold |= {VECTOR: nothing, OR_BLACK: nothing + black}
    return Prompted(_with(positive, told), _with(negative, untold))


def _seen(encoder: OnDevice[ImageEncoder[Any]], pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    """The states of pictures, and their vectors from an encoder that has a projection."""
    seen = encoder.model(pixels, output_hidden_states=True)
    told = {STATES: seen.hidden_states[-2][None].contiguous()}
    if "image_embeds" in seen:
        told |= dict.fromkeys((VECTOR, OR_BLACK), seen.image_embeds[None].contiguous())
    return told


def _with(conditioning: Conditioning[F], told: dict[str, torch.Tensor]) -> Conditioning[F]:
    return replace(conditioning, items=[telling(cond, told) for cond in conditioning.items])
