"""Restoring faces with a model that was trained on nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.checkpoints.restoration import FaceRestorer
from nodes.image.channels import alpha_of, colour_of, luminance, with_channels
from nodes.image.planes import resized
from nodes.values import F, Image

SIDE = 512
"""Pixels of the squares that these models are trained on (the FFHQ data set, aligned)."""


@node("image.restore_face")
def restore_face(
    image: Image,
    restorer: OnDevice[FaceRestorer[F]],
    ctx: Context,
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0,
) -> Image:
    """Restore pictures of faces: each shows one face, upright, cut out square with some room around it.

    Args:
        image: The pictures; of whole scenes cut the face out first, and lay it back afterwards.
        restorer: The model, from ``load.face_restorer``.
        ctx: Told of every picture.
        strength: How much of the result is the model's: 0 leaves the pictures as they are.

    Raises:
        ValueRefused: The pictures are not square.
    """
    import torch

    _, height, width, channels = image.pixels.shape
    if height != width:
        raise ValueRefused("square pictures of a face (crop them)", f"{width}×{height}")
    descriptor = restorer.model.descriptor
    faces = resized(with_channels(colour_of(image.pixels), 3), SIDE, SIDE, "lanczos")
    restored = torch.empty_like(faces)
    for number, face in enumerate(faces):
        ctx.tick()
        batch = face.permute(2, 0, 1)[None].to(restorer.device, descriptor.dtype, copy=True).contiguous()
        restored[number] = descriptor(batch)[0].float().cpu().permute(1, 2, 0)
        ctx.progress(number + 1, len(faces))
    fitted = resized(restored, width, height, "lanczos")
    colour = luminance(fitted) if channels == 1 else fitted
    mixed = torch.lerp(colour_of(image.pixels), colour, strength)
    pixels = torch.cat([mixed, alpha_of(image.pixels)], dim=-1) if channels == 4 else mixed
    return replace(image, pixels=pixels)
