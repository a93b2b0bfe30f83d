"""Modules of diffusers from weights in the names of their releases.

Diffusers' own ``from_single_file`` turns all weights into half precision in the end, also those that its
``from_pretrained`` keeps in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock

COMPUTED = (".pe",)
"""How names end of what a class computes itself, and a file need not have: sinusoidal positions."""


def from_released(
    cls: Any, weights: Mapping[str, Any], config: Mapping[str, Any], dtype: Any, place: str
) -> Any:
    """Build a module on the CPU, in eval mode.

    Args:
        cls: Its class.
        weights: In the names of its release or of diffusers; they become the module's.
        config: Arguments of the class.
        dtype: torch dtype of its weights.
        place: How errors name the file.

    Raises:
        CheckpointRefused: Some are missing.
        RuntimeError: Some are of other sizes than the config says.
    """
    with library_lock:
        from accelerate import init_empty_weights

    with init_empty_weights():
        model = cls.from_config(config)
    found = _named(cls, weights, model.state_dict().keys(), config)
    kept = _kept_in_float32(cls, dtype)
    turned = {
        name: value.to(kept.get(_part_of(name, kept), dtype)) if value.is_floating_point() else value
        for name, value in found.items()
    }
    absent, _ = model.load_state_dict(turned, strict=False, assign=True)
    if missing := [name for name in absent if not name.endswith(COMPUTED)]:
        got = f"a file that lacks {missing[0]} and {len(missing) - 1} more"
        cure = "Download it again, or load the folder of its model in diffusers' layout with load.diffusers."
        raise CheckpointRefused(place, f"all weights of a {cls.__name__}", got, cure)
    for name in absent:
        owner, _, own = name.rpartition(".")
        model.get_submodule(owner).register_buffer(own, model.get_buffer(name).to(dtype))
    return model.eval()


def _named(cls: Any, weights: Mapping[str, Any], names: Any, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Weights in the names of diffusers, by its own conversion where they are in others."""
    if weights.keys() == names:
        return weights
    with library_lock:
        from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

    return SINGLE_FILE_LOADABLE_CLASSES[cls.__name__]["checkpoint_mapping_fn"](
        checkpoint=dict(weights), config=config
    )


def _kept_in_float32(cls: Any, dtype: Any) -> dict[str, Any]:
    """Modules that lose too much in half precision, as the class names them; empty for float32."""
    import torch

    names = getattr(cls, "_keep_in_fp32_modules", None) or ()
    return dict.fromkeys(names, torch.float32) if dtype != torch.float32 else {}


def _part_of(name: str, kept: Mapping[str, Any]) -> str:
    return next((one for one in name.split(".") if one in kept), "")
