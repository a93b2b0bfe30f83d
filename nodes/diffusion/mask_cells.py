"""Masks of pictures at the size of a latent: for each cell a share, or yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch


def soft_cells(mask: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The mean of each cell's pixels, [B, 1, H, W], or [B, 1, 1, H, W] for films.

    Args:
        mask: [B, H, W] at the size of the picture.
        like: The latent.

    Raises:
        ValueRefused: There is neither one mask, nor one for each latent.
    """
    return _cells(mask, like, "area")


def hard_cells(mask: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The top left pixel of each cell as 0 or 1, 0.5 and more counting as 1; shaped as ``soft_cells``.

    Args:
        mask: [B, H, W] at the size of the picture.
        like: The latent.

    Raises:
        ValueRefused: There is neither one mask, nor one for each latent.
    """
    return _cells(mask >= 0.5, like, "nearest")


def _cells(mask: torch.Tensor, like: torch.Tensor, mode: str) -> torch.Tensor:
    import torch

    if len(mask) not in (1, len(like)):
        raise ValueRefused(f"one mask, or {len(like)}: one for each latent", str(len(mask)))
    size = (like.shape[-2], like.shape[-1])
    cells = torch.nn.functional.interpolate(mask[:, None].to(like), size=size, mode=mode)
    return cells[:, :, None] if like.ndim == 5 else cells
