"""The LoRA inside an IP-Adapter for faces' vectors ("FaceID"), which numbers the layers that attend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nodes.checkpoints.refusal import CheckpointRefused

if TYPE_CHECKING:
    import torch

NUMBERED = re.compile(r"ip_adapter\.(\d{1,4})\.(to_\w+_lora\..+)")
UNET = "unet."


def holds_lora(names: Mapping[str, object]) -> bool:
    """Whether tensors of these names are an IP-Adapter's with a LoRA."""
    return any(map(NUMBERED.fullmatch, names))


def by_layers(
    file: str, tensors: dict[str, torch.Tensor], attending: Sequence[str]
) -> dict[str, torch.Tensor]:
    """The LoRA's tensors as diffusers names them; those of any other file as they are.

    Args:
        file: Its name.
        tensors: By the names in it.
        attending: Names of the U-Net's attention processors, in order.

    Raises:
        CheckpointRefused: It is for a U-Net of more layers.
    """
    layers = [name for name in attending if ".motion_modules." not in name]
    found: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        parts = NUMBERED.fullmatch(name)
        if parts is None:
            continue
        if int(parts[1]) >= len(layers):
            cure = "It is for another model: choose an IP-Adapter for this one."
            raise CheckpointRefused(file, f"at most {len(layers)} layers that attend", parts[1], cure)
        found[f"{UNET}{layers[int(parts[1])]}.{parts[2]}"] = tensor
    return found or tensors
