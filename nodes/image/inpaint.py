"""Filling what a mask marks from what is around it, with a model that needs no prompt."""

from __future__ import annotations

from dataclasses import replace

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.checkpoints.restoration import Inpainter
from nodes.image.channels import colour_of, luminance, with_channels
from nodes.values import F, Image, Mask


@node("image.inpaint")
def inpaint(image: Image, mask: Mask, inpainter: OnDevice[Inpainter[F]], ctx: Context) -> Image:
    """Fill what a mask marks, to remove things from pictures; the rest and alpha stay as they are.

    The model sees the whole picture at once: very large ones need as much memory.

    Args:
        image: The pictures.
        mask: What is filled: where it is not 0; between 0 and 1 the filling fades into the picture. One mask,
            or one for each picture.
        inpainter: The model, from ``load.inpainter``.
        ctx: Told of every picture.

    Raises:
        ValueRefused: The mask has another size than the pictures, or there are other numbers of them.
    """
    import torch

    check_mask(image, mask)
    descriptor = inpainter.model.descriptor
    place = (inpainter.device, descriptor.dtype)
    masks = mask.pixels.expand(len(image.pixels), -1, -1)[..., None]
    result = image.pixels.clone()
    for number, (picture, share) in enumerate(zip(result, masks, strict=True), 1):
        ctx.tick()
        colour = colour_of(picture)
        batch = with_channels(colour, 3).permute(2, 0, 1)[None].to(*place, copy=True).contiguous()
        hole = (share > 0).permute(2, 0, 1)[None].to(*place)
        with torch.inference_mode():
            filled = descriptor(batch, hole)[0].permute(1, 2, 0).float().cpu()
        colour.lerp_(luminance(filled) if colour.shape[-1] == 1 else filled, share)
        ctx.progress(number, len(result))
    return replace(image, pixels=result)


def check_mask(image: Image, mask: Mask) -> None:
    """Raise ``ValueRefused`` for a mask of another size than pictures, or for another number of them."""
    count, height, width, _ = image.pixels.shape
    masks, tall, wide = mask.pixels.shape
    if (tall, wide) != (height, width):
        raise ValueRefused(f"a mask of the picture's size, {width}×{height}", f"one of {wide}×{tall}")
    if masks not in (1, count):
        raise ValueRefused(f"one mask, or {count}", f"{masks}")
