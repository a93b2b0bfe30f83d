"""Channels of pictures: grey, colour, straight alpha, and pictures brought to a common form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness (ITU-R BT.601), as Pillow and torchvision have them."""


def colour_of(pixels: torch.Tensor) -> torch.Tensor:
    """The channels without alpha: [..., 1] or [..., 3]."""
    return pixels[..., :3]


def alpha_of(pixels: torch.Tensor) -> torch.Tensor:
    """Opacity, [..., 1]; 1 everywhere for pictures without alpha."""
    import torch

    return pixels[..., 3:] if pixels.shape[-1] == 4 else torch.ones_like(pixels[..., :1])


def luminance(pixels: torch.Tensor) -> torch.Tensor:
    """Brightness, [..., 1]."""
    if pixels.shape[-1] == 1:
        return pixels
    return (colour_of(pixels) * pixels.new_tensor(LUMA)).sum(-1, keepdim=True)


def with_channels(pixels: torch.Tensor, channels: int) -> torch.Tensor:
    """Bring pictures to a number of channels, adding colour or opaque alpha; nothing is dropped.

    Args:
        pixels: [..., C].
        channels: 1, 3 or 4, not less than C.
    """
    import torch

    if pixels.shape[-1] == channels:
        return pixels
    colour = colour_of(pixels).expand(*pixels.shape[:-1], 3)
    return colour if channels == 3 else torch.cat([colour, alpha_of(pixels)], dim=-1)


def alike(*pictures: torch.Tensor) -> list[torch.Tensor]:
    """Bring pictures of one size to one number of channels and one number of pictures.

    Args:
        pictures: [B, H, W, C] each; B is 1 or that of the others.

    Raises:
        ValueRefused: Their heights and widths differ, or their numbers do.
    """
    sizes = {f"{p.shape[2]}×{p.shape[1]}" for p in pictures}
    if len(sizes) > 1:
        raise ValueRefused("pictures of one size (resize one of them)", " and ".join(sorted(sizes)))
    counts = {p.shape[0] for p in pictures} - {1}
    if len(counts) > 1:
        numbers = " and ".join(map(str, sorted(counts)))
        raise ValueRefused("batches of one number of pictures, or of a single one", numbers)
    count = max(counts, default=1)
    channels = max(p.shape[-1] for p in pictures)
    device = pictures[0].device
    return [with_channels(p, channels).expand(count, -1, -1, -1).to(device) for p in pictures]


def premultiplied(pixels: torch.Tensor) -> torch.Tensor:
    """Colours times alpha, so that averaging neighbours does not bleed the colour of what can't be seen."""
    import torch

    if pixels.shape[-1] != 4:
        return pixels
    return torch.cat([colour_of(pixels) * pixels[..., 3:], pixels[..., 3:]], dim=-1)


def straight(pixels: torch.Tensor) -> torch.Tensor:
    """Undo ``premultiplied``; where nothing can be seen, the colour is black."""
    import torch

    if pixels.shape[-1] != 4:
        return pixels
    alpha = pixels[..., 3:]
    return torch.cat([colour_of(pixels) / torch.where(alpha > 0, alpha, 1.0), alpha], dim=-1)
