"""IP-Adapter files: their tensors by the names that diffusers gives them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.pickled import load_pickled

if TYPE_CHECKING:
    import torch

Adapter = dict[str, dict[str, "torch.Tensor"]]
"""``image_proj``: what makes tokens of a picture. ``ip_adapter``: keys and values, layer by layer."""
PARTS = {
    "image_proj": ("image_proj.", "ip_adapter_proj_model."),
    "ip_adapter": ("ip_adapter.", "double_blocks."),
}
"""Part → how the names of its tensors begin, the second in XLabs' files for FLUX.1."""
XLABS = {
    "processor.ip_adapter_double_stream_k_proj": "to_k_ip",
    "processor.ip_adapter_double_stream_v_proj": "to_v_ip",
}


def read(path: Path) -> Adapter:
    """Read an IP-Adapter.

    Args:
        path: A ``.safetensors`` file, or a pickled one, of which nothing is run.

    Raises:
        CheckpointRefused: It can't be read.
    """
    found: Adapter = {part: {} for part in PARTS}
    for name, tensor in _flat(path).items():
        for part, heads in PARTS.items():
            if name.startswith(heads):
                found[part][_renamed(name.partition(".")[2])] = tensor
    return found


def _renamed(name: str) -> str:
    for theirs, own in XLABS.items():
        name = name.replace(theirs, own)
    return name


def _flat(path: Path) -> dict[str, torch.Tensor]:
    """Tensors by name; a pickled file has a dict for each part."""
    import torch

    if path.suffix.lower() == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    tree: Any = load_pickled(path)
    parts = (
        {part: some for part, some in tree.items() if isinstance(some, dict)}
        if isinstance(tree, dict)
        else {}
    )
    return {
        f"{part}.{name}": value
        for part, some in parts.items()
        for name, value in some.items()
        if isinstance(value, torch.Tensor)
    }
