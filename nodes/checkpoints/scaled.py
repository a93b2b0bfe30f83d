"""Weights in float8 with a scale for each tensor, as ComfyUI's users share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.checkpoints.refusal import CheckpointRefused

if TYPE_CHECKING:
    import torch

SCALES = (".scale_weight", ".weight_scale")
"""How the name of a weight's scale ends; the weight's own ends in ``.weight``."""
BESIDE = (".scale_input", ".input_scale", ".comfy_quant", "scaled_fp8")
"""What lies beside them for computing in float8, which is not done here, and the mark of such a file."""
CURE = "Choose the file in bfloat16, float16 or plain or scaled float8, or as GGUF."


def is_scaled(names: Any) -> bool:
    """Whether some of a file's tensors are scales."""
    return any(name.endswith(SCALES) for name in names)


def unscaled(
    weights: dict[str, torch.Tensor], place: str, dtype: torch.dtype | None
) -> dict[str, torch.Tensor]:
    """Multiply weights by their scales, in float32.

    Args:
        weights: The file's tensors as they are.
        place: How errors name the file.
        dtype: What floats are turned into; None = scaled ones into float32, others stay as they are.

    Raises:
        CheckpointRefused: A scale is not that of a whole tensor.
    """
    scales = {
        name.removesuffix(end) + ".weight": value.float()
        for end in SCALES
        for name, value in weights.items()
        if name.endswith(end)
    }
    found: dict[str, torch.Tensor] = {}
    for name, value in weights.items():
        if name.endswith((*SCALES, *BESIDE)):
            continue
        scale = scales.get(name)
        if scale is not None and (scale.numel() != 1 or value.element_size() != 1):
            got = f"{name[:80]} with a scale of another kind"
            raise CheckpointRefused(place, "one scale for each tensor in float8", got, CURE)
        if scale is not None:
            value = value.float() * scale.reshape(())
        found[name] = value.to(dtype) if dtype and value.is_floating_point() else value
    return found
