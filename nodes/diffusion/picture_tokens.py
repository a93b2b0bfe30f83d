"""What conditionings tell a model's IP-Adapters, by the order of the adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_PROMPT
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

VECTOR, STATES, OR_BLACK = "vector", "states", "vector_or_black"


def telling(cond: Cond, told: Mapping[str, torch.Tensor]) -> Cond:
    """A conditioning that tells the next adapter of pictures, too.

    Args:
        cond: What tells the adapters before it.
        told: ``states`` [1, P, T, D] of P pictures; where the encoder has them, ``vector`` [1, P, D], and
            ``vector_or_black``, which is that of black pictures where there are none to tell of.
    """
    head = f"{PICTURE_PROMPT}.{_count(cond)}"
    return replace(cond, extra=cond.extra | {f"{head}.{name}": value for name, value in told.items()})


def _count(cond: Cond) -> int:
    return sum(name.startswith(f"{PICTURE_PROMPT}.") and name.endswith(STATES) for name in cond.extra)


def pictures_for(
    model: Any, cond: Cond, like: torch.Tensor, *, black: bool = False
) -> list[torch.Tensor] | None:
    """What each of a model's IP-Adapters is told, [N, P, D] or [N, P, T, D] of P pictures; None without any.

    Args:
        model: The U-Net or transformer.
        cond: Of N rows.
        like: Of the type that the model computes in.
        black: Whether a black picture stands for none.

    Raises:
        StepRefused: There are more pictures than adapters or fewer, or the encoder is another one's.
    """
    layers: Any = getattr(getattr(model, "encoder_hid_proj", None), "image_projection_layers", ())
    count = _count(cond)
    if len(layers) != count:
        cure = "Link conditioning.picture_prompt to both conditionings, once for each ip_adapter.apply."
        raise StepRefused(f"expected picture prompts for {len(layers)} IP-Adapters, got {count}. {cure}")
    return [_for(layer, cond, at, black).to(like) for at, layer in enumerate(layers)] or None


def _for(layer: Any, cond: Cond, at: int, black: bool) -> torch.Tensor:
    """Plain adapters take a vector, all others hidden states."""
    from torch import nn

    head = f"{PICTURE_PROMPT}.{at}"
    vector = OR_BLACK if black else VECTOR
    told = cond.extra.get(f"{head}.{vector if hasattr(layer, 'image_embeds') else STATES}")
    width = next(part.in_features for part in layer.modules() if isinstance(part, nn.Linear))
    if told is None or told.shape[-1] != width:
        got = "none" if told is None else str(told.shape[-1])
        cure = "Link the picture encoder that the IP-Adapter was trained with."
        raise StepRefused(f"expected pictures encoded {width} wide, got {got}. {cure}")
    return told
