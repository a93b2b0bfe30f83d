"""Putting a handle's patches on a loaded model, in place of those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes import families
from nodes.checkpoints.options import OptionRefused, Storage
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.family import Family
from nodes.patches.layers import SECOND, wear
from nodes.patches.picture_attention import look
from nodes.patches.vectors import learn

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Model, Patch


def adapt(handle: Model[Any], model: Any, find: Find) -> None:
    """Give a loaded model the patches of a handle. See ``engine.declare.handle``.

    A LoRA stays in the model while its strength changes, and for a while when it is off, so that only one
    that is new is read.

    Args:
        handle: What the model shall be.
        model: Its module, with or without patches.
        find: Content digest → the file that has it now.

    Raises:
        CheckpointRefused: A file is of another kind, or made for another model or for a second denoiser that
            the model lacks.
        OptionRefused: The model's weights lie in 8 bits, which those of LoRAs would follow and be lost.
    """
    family = families.named(handle.family)
    loras = [patch for patch in handle.patches if patch.kind == "lora"]
    if loras and any(isinstance(option, Storage) for option in handle.options):
        cure = "Leave the weights as they are loaded, or the LoRAs out."
        raise OptionRefused("storage", "a model without LoRAs", f"{len(loras)}", cure)
    if handle.part != "text_encoder":
        _wear_by_expert(model, family, loras, find)
        look(model, [patch for patch in handle.patches if patch.kind == "ip-adapter"], find)
        return
    wear(dict(model.items()), family, loras, find)
    learn(model, [patch for patch in handle.patches if patch.kind == "embedding"], find)


def _wear_by_expert(model: Any, family: Family, loras: list[Patch], find: Find) -> None:
    """Wan 2.2's larger models have a second denoiser, for where little noise is left, with its own LoRAs."""
    second = getattr(model, SECOND, None)
    low = [patch for patch in loras if patch.expert]
    if second is None and (lost := [patch for patch in low if patch.expert != "both"]):
        cure = "Choose the first expert, or both."
        expected = "a model with an expert for low noise, as Wan 2.2's larger ones"
        raise CheckpointRefused(find(lost[0].digest).name, expected, family.title, cure)
    wear({family.denoiser: model}, family, [patch for patch in loras if patch.expert in ("", "both")], find)
    if second is not None:
        wear({family.denoiser: second}, family, low, find)
