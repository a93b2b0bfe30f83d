"""Putting a handle's patches on a loaded model, in place of those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes import families
from nodes.checkpoints.options import OptionRefused, Storage
from nodes.patches.layers import wear
from nodes.patches.picture_attention import look
from nodes.patches.vectors import learn

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Model


def adapt(handle: Model[Any], model: Any, find: Find) -> None:
    """Give a loaded model the patches of a handle. See ``engine.declare.handle``.

    A LoRA stays in the model while its strength changes, and for a while when it is off, so that only one
    that is new is read.

    Args:
        handle: What the model shall be.
        model: Its module, with or without patches.
        find: Content digest → the file that has it now.

    Raises:
        CheckpointRefused: A file is of another kind, or made for another model.
        OptionRefused: The model's weights lie in 8 bits, which those of LoRAs would follow and be lost.
    """
    family = families.named(handle.family)
    loras = [patch for patch in handle.patches if patch.kind == "lora"]
    if loras and any(isinstance(option, Storage) for option in handle.options):
        cure = "Leave the weights as they are loaded, or the LoRAs out."
        raise OptionRefused("storage", "a model without LoRAs", f"{len(loras)}", cure)
    if handle.part != "text_encoder":
        wear({family.denoiser: model}, family, loras, find)
        look(model, [patch for patch in handle.patches if patch.kind == "ip-adapter"], find)
        return
    wear(dict(model.items()), family, loras, find)
    learn(model, [patch for patch in handle.patches if patch.kind == "embedding"], find)
