"""Pictures as CLIP sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.library_lock import library_lock
from nodes.values import Cond, Conditioning, Embedding, F, Image

if TYPE_CHECKING:
    import torch


class Seen(NamedTuple, Generic[F]):
    """What CLIP sees in pictures.

    Attributes:
        vector: One vector for each picture: projected to where texts are, if the encoder has a projection.
        states: Hidden states before the last layer, [B, T, D]: one for the whole and one for each patch.
    """

    vector: Embedding
    states: Conditioning[F]


@node("image.encode_clip")
def encode_clip(
    encoder: OnDevice[ImageEncoder[F]], image: Image, fit: Literal["crop", "stretch"] = "crop"
) -> Seen:
    """Encode pictures with CLIP.

    Args:
        encoder: The picture encoder.
        image: Pictures without alpha.
        fit: ``crop`` looks at the middle square; ``stretch`` squeezes the whole picture into it, blurred
            first, as Stable Video Diffusion was trained.

    Raises:
        ValueRefused: The pictures have alpha.
    """
    import torch

    with torch.no_grad():
        prepared = cropped(encoder, image) if fit == "crop" else _stretched(encoder, image)
        seen = encoder.model(prepared.to(encoder.device, encoder.model.dtype), output_hidden_states=True)
        vector = seen.get("image_embeds", seen.get("pooler_output"))
        states = seen.hidden_states[-2].contiguous()
        return Seen(Embedding(vector.contiguous()), Conditioning([Cond(states)], encoder.handle.family))


def cropped(encoder: OnDevice[ImageEncoder[Any]], image: Image) -> torch.Tensor:
    """The middle squares of pictures as the encoder takes them, [B, 3, H, W].

    Raises:
        ValueRefused: The pictures have alpha.
    """
    import torch
    from PIL import Image as Pillow

    pixels = (_opaque(image) * 255).round().to(torch.uint8).cpu().contiguous().numpy()
    pictures = [Pillow.fromarray(one) for one in pixels]
    return encoder.model.processor(pictures, return_tensors="pt").pixel_values


def _stretched(encoder: OnDevice[ImageEncoder[Any]], image: Image) -> torch.Tensor:
    with library_lock:
        from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import (
            _resize_with_antialiasing,
        )

    side = encoder.model.config.image_size
    signed = _opaque(image).permute(0, 3, 1, 2).contiguous() * 2.0 - 1.0
    whole = (_resize_with_antialiasing(signed, (side, side)) + 1.0) / 2.0
    kept = {"do_center_crop": False, "do_resize": False, "do_rescale": False}
    return encoder.model.processor(images=whole, do_normalize=True, return_tensors="pt", **kept).pixel_values


def _opaque(image: Image) -> torch.Tensor:
    """Pixels [B, H, W, 3] of pictures without alpha."""
    if image.pixels.shape[-1] == 4:
        raise ValueRefused("pictures without alpha (image.flatten takes it away)", "some with it")
    return image.pixels.expand(-1, -1, -1, 3).clamp(0, 1)
