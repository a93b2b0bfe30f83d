"""T5's encoder, as several families use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def t5_states(t5: Any, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Hidden states [B, T, D] of tokens.

    Args:
        t5: The encoder.
        ids: int64 [B, T], from ``nodes.diffusion.clip.tokens``.
        mask: [B, T], 1 where the text is, for the families that hide from T5 what it was filled up with.
    """
    import torch

    seen = None if mask is None else mask.to(t5.device)
    with torch.no_grad():
        return t5(ids.to(t5.device), attention_mask=seen)[0].to(t5.dtype)
