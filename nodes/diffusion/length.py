"""Texts of several lengths, side by side in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.diffusion.extra import TEXT_MASK

if TYPE_CHECKING:
    import torch

    from nodes.values import Cond


def together(tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """All on the first one's device: what comes out of a store is on the CPU."""
    return [tensor.to(tensors[0]) for tensor in tensors]


def same_length(texts: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Repeat texts until they are of one length.

    Attention to tokens that are all there equally often is attention to them once, so that a U-Net sees what
    it saw.

    Args:
        texts: [B, T, D] each; only T is looked at.
    """
    length = lcm(*(text.shape[1] for text in texts))
    return [text.repeat(1, length // text.shape[1], 1) if text.shape[1] < length else text for text in texts]


def check_one_length(texts: Sequence[torch.Tensor]) -> None:
    """Refuse texts of several lengths, for models to which a repeated text is another one.

    Raises:
        ValueRefused: Lengths differ.
    """
    lengths = dict.fromkeys(text.shape[1] for text in texts)
    if len(lengths) > 1:
        cure = "shorten the longer one, or lengthen the shorter one by the word BREAK"
        raise ValueRefused(f"texts of equally many tokens ({cure})", " and ".join(map(str, lengths)))


def masks_of(conds: Sequence[Cond]) -> list[torch.Tensor]:
    """Where each text is, bool [B, T]: everywhere where it says nothing of it; empty if none does."""
    import torch

    if not any(TEXT_MASK in cond.extra for cond in conds):
        return []
    everywhere = [torch.ones(cond.text().shape[:2], dtype=torch.bool) for cond in conds]
    return together([cond.extra.get(TEXT_MASK, all_) for cond, all_ in zip(conds, everywhere, strict=True)])


def filled_up(
    texts: Sequence[torch.Tensor], masks: Sequence[torch.Tensor]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Fill texts up with zeros until they are of one length, and put zeros where they are not.

    A model that is told where a text is doesn't see what lies elsewhere.

    Args:
        texts: [B, T, D] each.
        masks: bool [B, T] each.

    Returns:
        The texts, and where they are.
    """
    import torch

    length = max(text.shape[1] for text in texts)
    pairs = zip(texts, masks, strict=True)
    zeroed = [torch.where(mask[..., None].to(text.device), text, 0) for text, mask in pairs]
    longer = [torch.nn.functional.pad(text, (0, 0, 0, length - text.shape[1])) for text in zeroed]
    return longer, [torch.nn.functional.pad(mask, (0, length - mask.shape[1])) for mask in masks]
