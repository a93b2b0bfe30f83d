"""What control networks add to the blocks of FLUX.1's transformer."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from nodes.diffusion.packing import pack
from nodes.diffusion.precision import cast_all
from nodes.values import Control

if TYPE_CHECKING:
    import torch

Residuals = list["torch.Tensor"] | None


def residuals(
    model: Any, controls: Sequence[tuple[Control, Any]], guidance: torch.Tensor | None, **asked: Any
) -> tuple[Residuals, Residuals]:
    """What the networks add, summed: one tensor for each double block, and one for each single block.

    Args:
        model: The transformer.
        controls: The control networks that apply, with their modules.
        guidance: [N] what a network that was distilled with guidance is told.
        asked: What the networks are asked as the transformer is.

    Returns:
        In the precision of what is asked, whatever that of the networks is.
    """
    samples: torch.Tensor = asked["hidden_states"]
    double: Residuals = None
    single: Residuals = None
    for control, network in controls:
        repeats = network.input_hint_block is not None
        hint = control.hint.to(samples.device, network.dtype)
        found = network(
            controlnet_cond=hint if repeats else pack(hint),
            controlnet_mode=_kind(control, len(hint), hint.device),
            conditioning_scale=control.strength,
            guidance=guidance if network.config.guidance_embeds else None,
            return_dict=False,
            **cast_all(asked, network.dtype),
        )
        added, added_single = (None if one is None else [part.to(samples) for part in one] for one in found)
        double = _sum(double, _spread(added, len(model.transformer_blocks), repeats=repeats))
        single = _sum(single, _spread(added_single, len(model.single_transformer_blocks)))
    return double, single


def _kind(control: Control, rows: int, device: Any) -> torch.Tensor | None:
    import torch

    return None if control.kind is None else torch.full([rows, 1], control.kind, device=device)


def _spread(added: Residuals, blocks: int, *, repeats: bool = False) -> Residuals:
    """One for each of the transformer's blocks: neighbours share one, or all are repeated in turn."""
    if added is None:
        return None
    share = ceil(blocks / len(added))
    return [added[at % len(added) if repeats else at // share] for at in range(blocks)]


def _sum(total: Residuals, added: Residuals) -> Residuals:
    if total is None or added is None:
        return added if total is None else total
    return [one + other for one, other in zip(total, added, strict=True)]
