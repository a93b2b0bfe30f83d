"""Latents as rows of 2 × 2 patches, as FLUX's transformer takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def pack(samples: torch.Tensor) -> torch.Tensor:
    """Patches [B, H/2 · W/2, C · 4] of latents [B, C, H, W].

    Raises:
        StepRefused: A side is odd.
    """
    batch, channels, height, width = samples.shape
    if height % 2 or width % 2:
        cure = "Choose a width and height that are multiples of 16 pixels."
        raise StepRefused(f"expected an even number of cells, got {width} × {height}. {cure}")
    cut = samples.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return cut.reshape(batch, (height // 2) * (width // 2), channels * 4)


def unpack(patches: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Latents [B, C, H, W] of patches, at the size of the latents that they were cut from."""
    batch, _, height, width = like.shape
    cut = patches.view(batch, height // 2, width // 2, -1, 2, 2).permute(0, 3, 1, 4, 2, 5)
    return cut.reshape(batch, -1, height, width)


def places(samples: torch.Tensor, picture: int = 0) -> torch.Tensor:
    """Where each patch is: [H/2 · W/2, 3], number of the picture, row and column."""
    import torch

    height, width = samples.shape[-2] // 2, samples.shape[-1] // 2
    ids = torch.zeros(height, width, 3)
    ids[..., 0] = picture
    ids[..., 1] += torch.arange(height)[:, None]
    ids[..., 2] += torch.arange(width)[None, :]
    return ids.reshape(height * width, 3).to(samples)


def patchify(samples: torch.Tensor) -> torch.Tensor:
    """Latents [B, C · 4, H/2, W/2] whose cells are patches of 2 × 2 cells of others, [B, C, H, W]."""
    batch, channels, height, width = samples.shape
    cut = samples.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 1, 3, 5, 2, 4)
    return cut.reshape(batch, channels * 4, height // 2, width // 2)


def unpatchify(patches: torch.Tensor) -> torch.Tensor:
    """Latents [B, C, H · 2, W · 2] of such whose cells are patches, [B, C · 4, H, W]."""
    batch, channels, height, width = patches.shape
    cut = patches.reshape(batch, channels // 4, 2, 2, height, width).permute(0, 1, 4, 2, 5, 3)
    return cut.reshape(batch, channels // 4, height * 2, width * 2)
