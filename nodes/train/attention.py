"""Attention by its definition, in the thread that trains alone.

On few tokens the fused attention's gradient takes several times as long on a CPU. PyTorch's own switch is one
of the whole process: a picture that another thread draws meanwhile would come out in other bytes, and two
trainings that end in another order than they began would leave it thrown.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode


class PlainAttention(TorchFunctionMode):
    """In a block, and in its thread, attention is computed by its definition, not by a fused kernel."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function of PyTorch, or what stands for it."""
        given = kwargs or {}
        if func is scaled_dot_product_attention:
            return _by_definition(*args, **given)
        return func(*args, **given)


def _by_definition(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    *args: Any,
    **kwargs: Any,
) -> torch.Tensor:
    if attn_mask is not None and attn_mask.dtype == torch.bool:  # as the public function does
        kept = attn_mask
        attn_mask = torch.zeros_like(kept, dtype=query.dtype).masked_fill(~kept, -torch.inf)
    compute = torch.ops.aten._scaled_dot_product_attention_math
    return compute(query, key, value, attn_mask, *args, **kwargs)[0]


def attends(module: torch.nn.Module) -> bool:
    """Whether a network has layers of attention, of diffusers or transformers."""
    return any("Attention" in type(layer).__name__ for layer in module.modules())
