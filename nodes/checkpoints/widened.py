"""Models whose folder holds half precision, in single precision: turned as they are read.

Diffusers maps the whole file, then makes single precision of it: half as much memory again as it takes in
the end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nodes.checkpoints.header import read_header
from nodes.checkpoints.tensors import read_tensors
from nodes.library_lock import library_lock

HALF = frozenset({"F16", "BF16"})


def widened(cls: Any, place: Path, dtype: Any) -> Any | None:
    """Build a module of a folder's weights in half precision, in single precision.

    Args:
        cls: A class of diffusers or transformers.
        place: Folder with its config and weights.
        dtype: What is asked for.

    Returns:
        The module; None where the library's own way is as good, or has something to say of the weights.
    """
    import torch

    with library_lock:
        from accelerate import init_empty_weights
        from diffusers.models.modeling_utils import ModelMixin

    if dtype != torch.float32 or not issubclass(cls, ModelMixin):
        return None
    files = sorted(place.glob("*.safetensors"))
    entries = {name: entry for file in files for name, entry in read_header(file, file.name).items()}
    if len(files) != 1 or not {entry.dtype for entry in entries.values()} <= HALF:
        return None
    with library_lock, init_empty_weights():
        maker: Any = cls  # narrowed to a class whose stub has no such method
        model: Any = maker.from_config(json.loads((place / "config.json").read_text()))
    shapes = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    if shapes != {name: entry.shape for name, entry in entries.items()}:
        return None
    model.load_state_dict(read_tensors(files[0], dtype=dtype), assign=True)
    return model.eval()
