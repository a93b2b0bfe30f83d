"""Pictures that IP-Adapters tell a model beside its text (Ye et al., arXiv 2308.06721)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from engine import OnDevice, node
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.diffusion.picture_tokens import STATES, STATES_OR_ZEROS, VECTOR, VECTOR_OR_BLACK, telling
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
            OpenAI's CLIP ViT-L for those of FLUX.1, and SigLIP for that of Stable Diffusion 3.5.
        image: The pictures: all of them together tell one adapter; that of Stable Diffusion 3.5 takes one.
            CLIP looks at their middle squares, SigLIP at the whole, squeezed.
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
        untold = _unseen(encoder, pixels, told)
    return Prompted(_with(positive, told), _with(negative, untold))


def _seen(encoder: OnDevice[ImageEncoder[Any]], pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    """The states of pictures, and their vectors from an encoder that has a projection."""
    seen = encoder.model(pixels, output_hidden_states=True)
    states = seen.hidden_states[-2][None].contiguous()
    told: dict[str, torch.Tensor] = {STATES: states, STATES_OR_ZEROS: states}
    if "image_embeds" in seen:
        vector = seen.image_embeds[None].contiguous()
        told |= {VECTOR: vector, VECTOR_OR_BLACK: vector}
    return told


def _unseen(
    encoder: OnDevice[ImageEncoder[Any]], pixels: torch.Tensor, told: dict[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """What stands for no pictures beside what is told of some."""
    import torch

    untold = _seen(encoder, torch.zeros_like(pixels))
    untold[STATES_OR_ZEROS] = torch.zeros_like(told[STATES])
    if VECTOR in told:
        black = _seen(encoder, cropped(encoder, Image(torch.zeros(1, 8, 8, 3))).to(pixels))[VECTOR]
        nothing = torch.zeros_like(told[VECTOR])
        untold |= {VECTOR: nothing, VECTOR_OR_BLACK: nothing + black}
    return untold


def _with(conditioning: Conditioning[F], told: dict[str, torch.Tensor]) -> Conditioning[F]:
    return replace(conditioning, items=[telling(cond, told) for cond in conditioning.items])
