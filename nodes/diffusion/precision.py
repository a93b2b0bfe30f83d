"""What models of different precision tell each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from nodes.values import Cond

if TYPE_CHECKING:
    import torch

T = TypeVar("T", "torch.Tensor", "torch.Tensor | None")


def cast(tensor: T, dtype: torch.dtype) -> T:
    """A tensor in the precision of a model; whole numbers, flags and doubles stay as they are."""
    import torch

    narrow = (torch.float32, torch.float16, torch.bfloat16)
    return tensor if tensor is None or tensor.dtype not in narrow else tensor.to(dtype)


def cast_all(tensors: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """The same for tensors by name, of which some may be missing."""
    return {name: cast(tensor, dtype) for name, tensor in tensors.items()}


def cast_cond(cond: Cond, dtype: torch.dtype) -> Cond:
    """The same for what a conditioning tells a denoiser."""
    embeds, pooled = cast(cond.embeds, dtype), cast(cond.pooled, dtype)
    return replace(cond, embeds=embeds, pooled=pooled, extra=cast_all(cond.extra, dtype))
