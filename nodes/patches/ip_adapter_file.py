"""IP-Adapter files: their tensors by the names that diffusers gives them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nodes.checkpoints.tensors import read_tensors

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
    for name, tensor in read_tensors(path).items():
        for part, heads in PARTS.items():
            if name.startswith(heads):
                found[part][_renamed(name.partition(".")[2])] = tensor
    return found


def _renamed(name: str) -> str:
    for theirs, own in XLABS.items():
        name = name.replace(theirs, own)
    return name
