"""Pictures as annotators see them, and control pictures: three channels, opaque."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.image.channels import colour_of, luminance, premultiplied, with_channels
from nodes.values import Image

if TYPE_CHECKING:
    import torch
    from PIL import Image as Pillow


def seen(image: Image) -> torch.Tensor:
    """What can be seen of pictures in front of black, float32 [B, H, W, 3]."""
    return with_channels(colour_of(premultiplied(image.pixels)), 3)


def brightness(image: Image) -> torch.Tensor:
    """Brightness of what can be seen in front of black, float32 [B, H, W], 0..1."""
    return luminance(seen(image))[..., 0]


def control_picture(planes: torch.Tensor) -> Image:
    """A control picture in shades of grey.

    Args:
        planes: float32 [B, H, W], 0..1.
    """
    return Image(planes[..., None].expand(-1, -1, -1, 3).contiguous())


def pillow(picture: torch.Tensor) -> Pillow.Image:
    """A picture as image processors take it: 8 bits, RGB.

    Args:
        picture: float32 [H, W, 3], 0..1.
    """
    from PIL import Image as Pillow

    return Pillow.fromarray((picture * 255).round().byte().cpu().numpy())
