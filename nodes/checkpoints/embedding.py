"""Embeddings from files: vectors that say who speaks, or whatever else a model made of something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from engine import File, Within, node
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.values import Embedding

if TYPE_CHECKING:
    import torch

EmbeddingFile = Annotated[File, Within("models", (".safetensors", ".npy"), ("vector",))]
CURE = "Save the vector alone, as float32."


@node("load.embedding")
def from_file(file: EmbeddingFile) -> Embedding:
    """Load vectors from a file, such as a speaker's x-vector.

    Args:
        file: NumPy's ``.npy`` without pickled objects, or a ``.safetensors`` file of a single tensor; [D] or
            [B, D].

    Raises:
        CheckpointRefused: It holds anything else.
    """
    path = file.path
    try:
        found = _safetensors(path) if path.suffix.lower() == ".safetensors" else _numpy(path)
    except CheckpointRefused:
        raise
    except Exception as error:  # both readers fail in many ways on damaged files
        raise CheckpointRefused(path.name, "a file of numbers", str(error), CURE) from error
    if found.ndim not in (1, 2) or not found.is_floating_point() or not found.numel():
        got = f"{found.dtype} {tuple(found.shape)}".removeprefix("torch.")
        raise CheckpointRefused(path.name, "floats [D] or [B, D]", got, CURE)
    if not bool(found.isfinite().all()):
        raise CheckpointRefused(path.name, "finite numbers", "NaN or infinity", CURE)
    return Embedding(found.float().reshape(-1, found.shape[-1]).contiguous())


def _numpy(path: Path) -> torch.Tensor:
    import numpy as np
    import torch

    loaded: Any = np.load(path, allow_pickle=False)
    return torch.from_numpy(loaded.copy())


def _safetensors(path: Path) -> torch.Tensor:
    tensors = read_tensors(path)
    if len(tensors) != 1:
        raise CheckpointRefused(path.name, "a single tensor", f"{len(tensors)}", CURE)
    return next(iter(tensors.values()))
