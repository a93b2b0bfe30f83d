"""Where a model's layers lie while it computes, for models that the device has no room for: exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import nn


def take_turns(model: nn.Module, device: str, unit: Literal["group", "leaf"]) -> None:
    """Let the layers of a model that lies in RAM be on a device while they compute.

    Args:
        model: The module.
        device: Where they compute.
        unit: What goes there at once: a block, as far as possible, or a layer.
    """
    from diffusers.hooks.group_offloading import apply_group_offloading
    from torch import device as torch_device

    by_block = unit == "group" and _has_blocks(model)
    apply_group_offloading(
        model,
        onload_device=torch_device(device),
        offload_device=torch_device("cpu"),
        offload_type="block_level" if by_block else "leaf_level",
        num_blocks_per_group=1 if by_block else None,
    )


def _has_blocks(model: Any) -> bool:
    """Whether a model's blocks can go one by one: not where it holds a model that is called by itself."""
    from diffusers.models.modeling_utils import ModelMixin

    whole = isinstance(model, ModelMixin) and not any(isinstance(one, ModelMixin) for one in model.children())
    return whole and bool(getattr(model, "_supports_group_offloading", False))


def stay(model: nn.Module) -> None:
    """Let the layers of a model lie in RAM again, as before ``take_turns``."""
    from diffusers.hooks.hooks import HookRegistry

    HookRegistry.check_if_exists_or_initialize(model).remove_hook("group_offloading", recurse=True)
