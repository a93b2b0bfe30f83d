"""Pillow's filters on float pictures: each channel is a picture of 32-bit floats, so nothing is rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from PIL import Image as Pillow

Filter = Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]


def each_plane(pixels: torch.Tensor, change: Callable[[Pillow.Image, int], Pillow.Image]) -> torch.Tensor:
    """Apply a Pillow operation to every channel of every picture.

    Args:
        pixels: float32 [B, H, W, C].
        change: Takes a picture of mode ``F`` and the number of its channel.

    Returns:
        float32 [B, H', W', C] on the device of ``pixels``.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow

    def changed(plane: torch.Tensor, channel: int) -> torch.Tensor:
        picture = Pillow.fromarray(plane.contiguous().numpy())
        return torch.from_numpy(np.array(change(picture, channel)))

    pictures = [
        torch.stack([changed(plane, channel) for channel, plane in enumerate(picture.unbind(-1))], dim=-1)
        for picture in pixels.cpu()
    ]
    return torch.stack(pictures).to(pixels.device)


def resized(pixels: torch.Tensor, width: int, height: int, filter: Filter) -> torch.Tensor:
    """Resize with Pillow's antialiased filters; overshoot is cut off at 0 and 1.

    Args:
        pixels: float32 [B, H, W, C], alpha already multiplied into the colours.
        width: New width in pixels.
        height: New height in pixels.
        filter: Which neighbours count, and how much.
    """
    from PIL import Image as Pillow

    if pixels.shape[1:3] == (height, width):
        return pixels
    resampling = Pillow.Resampling[filter.upper()]
    return each_plane(pixels, lambda plane, _: plane.resize((width, height), resampling)).clamp(0, 1)
