"""Texts of several lengths, side by side in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def same_length(texts: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Repeat texts until they are of one length.

    Attention to tokens that are all there equally often is attention to them once, so that a U-Net sees what
    it saw.

    Args:
        texts: [B, T, D] each; only T is looked at.
    """
    length = lcm(*(text.shape[1] for text in texts))
    return [text.repeat(1, length // text.shape[1], 1) if text.shape[1] < length else text for text in texts]
