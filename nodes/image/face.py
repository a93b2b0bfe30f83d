"""Restoring faces with a model that was trained on nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.checkpoints.restoration import FaceRestorer
from nodes.image.channels import colour_of, luminance, with_channels
from nodes.image.inpaint import check_mask
from nodes.image.planes import resized
from nodes.image.same_noise import same_noise
from nodes.values import F, Image, Mask

if TYPE_CHECKING:
    import torch

SIDE = 512
"""Pixels of the squares that these models are trained on (the FFHQ data set, aligned)."""


@node("image.restore_face")
def restore_face(
    image: Image,
    restorer: OnDevice[FaceRestorer[F]],
    ctx: Context,
    mask: Mask | None = None,
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0,
) -> Image:
    """Restore one upright face in each picture; the rest and alpha stay as they are.

    Args:
        image: The pictures.
        restorer: The model, from ``load.face_restorer``.
        ctx: Told of every picture.
        mask: Where the face is, with hair and chin; soft edges fade into the picture. One mask, or one for
            each picture. Without one the pictures are square and show a face with some room around it.
        strength: How much of the result is the model's: 0 leaves the pictures as they are.

    Raises:
        ValueRefused: The mask has another size than the pictures or is empty, or the square around what it
            marks, or around the face where there is none, is not within the picture.
    """
    import torch

    count, height, width, _ = image.pixels.shape
    if mask is None:
        mask = Mask(torch.ones(1, height, width))
    check_mask(image, mask)
    result = image.pixels.clone()
    for number, (picture, marked) in enumerate(
        zip(result, mask.pixels.expand(count, -1, -1), strict=True), 1
    ):
        ctx.tick()
        rows, columns = square_around(marked)
        colour = colour_of(picture)[rows, columns]
        colour.lerp_(_restored(colour, restorer), marked[rows, columns, None] * strength)
        ctx.progress(number, count)
    return replace(image, pixels=result)


def square_around(mask: torch.Tensor) -> tuple[slice, slice]:
    """The rows and columns of the smallest square around what a mask [H, W] marks, shifted into the picture.

    Raises:
        ValueRefused: It marks nothing, or the square is larger than the picture.
    """
    height, width = mask.shape
    ends = [marked.nonzero().flatten()[[0, -1]].tolist() for marked in _marked(mask)]
    side = max(last + 1 - first for first, last in ends)
    if side > min(height, width):
        raise ValueRefused(
            f"a face within a square of the picture's {width}×{height}", f"one of {side} pixels a side"
        )
    starts = [
        min(max((first + last + 1 - side) // 2, 0), length - side)
        for (first, last), length in zip(ends, (height, width), strict=True)
    ]
    return slice(starts[0], starts[0] + side), slice(starts[1], starts[1] + side)


def _marked(mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Which rows and which columns hold something."""
    if not bool((mask > 0).any()):
        raise ValueRefused("a mask that marks a face", "an empty one")
    return (mask > 0).any(1), (mask > 0).any(0)


def _restored(colour: torch.Tensor, restorer: OnDevice[FaceRestorer[F]]) -> torch.Tensor:
    """A square [H, W, C] through the model, C is 1 or 3."""
    descriptor = restorer.model.descriptor
    face = resized(with_channels(colour, 3)[None], SIDE, SIDE, "lanczos").permute(0, 3, 1, 2)
    batch = face.to(restorer.device, descriptor.dtype, copy=True).contiguous()
    with same_noise():
        found = descriptor(batch).float().cpu().permute(0, 2, 3, 1)
    fitted = resized(found, colour.shape[1], colour.shape[0], "lanczos")[0]
    return luminance(fitted) if colour.shape[-1] == 1 else fitted
