"""A U-Net with a LoRA (Hu et al., arXiv 2106.09685) of which nothing but the LoRA's matrices is its own.

Imported only where a network is built: the class itself needs torch.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import torch
from accelerate.big_modeling import init_empty_weights
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from peft import LoraConfig
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from nodes.library_lock import library_lock

ATTENTION = ("to_k", "to_q", "to_v", "to_out.0")
"""The layers that are changed, as in diffusers' own training of LoRAs."""
MARK = ".lora_"
DRAWS = (torch.ops.aten.uniform_.default, torch.ops.aten.normal_.default)


class DrawnAside(TorchDispatchMode):
    """Draws what weights on no device would have drawn, and drops it: so the next draws stay the same."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Draw into memory that is let go at once."""
        if func in DRAWS and args[0].is_meta:
            func(torch.empty(args[0].shape), *args[1:], **(kwargs or {}))
            return args[0]
        return func(*args, **(kwargs or {}))


def without_memory(unet: dict[str, Any]) -> Any:
    """A U-Net to which weights will be lent: its own have the right shapes, but each is one 0 in memory.

    They are on the CPU rather than on no device, for peft puts a LoRA's matrices where a layer's weights are.
    """
    with library_lock, init_empty_weights(include_buffers=False), DrawnAside():
        model: Any = UNet2DConditionModel.from_config(unet)
    for layer in model.modules():
        for name, weight in layer._parameters.items():
            if weight is not None:
                layer._parameters[name] = nn.Parameter(torch.zeros(()).expand(weight.shape), False)
    return model


class UNetLora(nn.Module):
    """The matrices of a LoRA on the attention of a U-Net, whose weights are lent to it for each call.

    Args:
        unet: Config of the U-Net.
        rank: Inner dimension of the matrices; they count in full, for alpha is the same.
    """

    worn: Any
    lent: Any

    def __init__(self, unet: dict[str, Any], rank: int) -> None:
        super().__init__()
        model = without_memory(unet)
        model.add_adapter(
            LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(ATTENTION))
        )
        model.eval()
        for name, weight in model.named_parameters():
            if MARK in name:
                self.register_parameter(name.replace(".", "/"), weight)
        # Beside the registered parts, so that the base's weights are none of this network's
        self.__dict__["worn"] = model
        self.__dict__["lent"] = lambda: None

    def lend(self, base: nn.Module) -> None:
        """Point the layers at the weights of a loaded U-Net; on a CPU, in float32, nothing is copied."""
        if self.lent() is base:
            return
        for name, weight in self.worn.named_parameters():
            if MARK not in name:
                weight.data = base.get_parameter(name.replace(".base_layer.", ".")).data.cpu().float()
        self.__dict__["lent"] = ref(base)

    def forward(self, samples: torch.Tensor, timesteps: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Ask the U-Net with the LoRA; ``lend`` comes first."""
        return self.worn(samples, timesteps, hidden).sample
