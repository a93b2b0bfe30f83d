"""Several predictions as one: each where its mask is, weighed by its strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.diffusion.mask_cells import soft_cells
from nodes.values import Cond

if TYPE_CHECKING:
    import torch


def blended(predicted: list[torch.Tensor], conds: list[Cond]) -> torch.Tensor:
    """Mean of the predictions, weighed; a plain mean where no mask is.

    Args:
        predicted: [B, C, ..., H, W] each.
        conds: The conditionings that they are about.
    """
    import torch

    if len(conds) == 1:
        return predicted[0]
    weights = torch.stack([cond.strength * _mask(cond, like=predicted[0]) for cond in conds])
    weights = torch.where(weights.sum(0) > 0, weights, 1)
    return (weights / weights.sum(0) * torch.stack(predicted)).sum(0)


def _mask(cond: Cond, like: torch.Tensor) -> torch.Tensor:
    """Where a conditioning applies, [B, 1, ..., H, W] at the latent's size."""
    import torch

    if cond.mask is None:
        return torch.ones_like(like[:, :1])
    return soft_cells(cond.mask, like).expand_as(like[:, :1])
