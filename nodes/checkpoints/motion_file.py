"""Motion modules of AnimateDiff from a file in the names of its authors or of diffusers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.released import from_released
from nodes.checkpoints.sizes import Shapes, count
from nodes.checkpoints.tensors import read_tensors
from nodes.library_lock import library_lock
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.matching import Match, match

HEADS, GROUPS = 8, 32
"""Attention heads and groups of a norm, which tensors don't tell and all published modules share."""
LENGTH = 32
"""Frames at most, where a file has no positions."""


def read(path: Path) -> tuple[Contents, Match]:
    """What a file's tensors are, and that they are a motion module's for Stable Diffusion 1.

    Raises:
        CheckpointRefused: It is no such file.
    """
    contents = read_contents(path, path.name)
    found = match(contents.entries)
    if found is None or found.kind != "motion-module":
        got = found.kind if found else "something else"
        cure = "Choose the file of a motion module, such as mm_sd_v15_v2.ckpt."
        raise CheckpointRefused(path.name, "a motion module", got, cure)
    if found.variant == "sdxl":
        cure = "Choose one for Stable Diffusion 1."
        raise CheckpointRefused(path.name, "a motion module for Stable Diffusion 1", "one for XL", cure)
    return contents, found


def build(path: Path, dtype: Any) -> Any:
    """Build the motion module of a file.

    Args:
        path: ``.safetensors``, or a pickled file, of which nothing is run.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: See ``read``; or weights are missing.
    """
    contents, found = read(path)
    start = len(found.prefix)
    shapes = {name[start:]: entry.shape for name, entry in contents.entries.items()}
    weights = {name[start:]: value for name, value in read_tensors(path, (found.prefix,), dtype).items()}
    with library_lock:
        from diffusers.models.unets.unet_motion_model import MotionAdapter

    try:
        sizes = _sizes(shapes, "temporal_transformer." if found.layout == "original" else "")
        return from_released(MotionAdapter, weights, sizes, dtype, path.name)
    except (KeyError, RuntimeError) as error:
        cure = "Download it again."
        raise CheckpointRefused(path.name, "a whole motion module", str(error), cure) from error


def _sizes(shapes: Shapes, inside: str) -> dict[str, Any]:
    """Arguments of ``MotionAdapter`` that fit the tensors of a file."""
    blocks = count(shapes, r"down_blocks\.(\d+)\.")
    positions = next((shape for name, shape in shapes.items() if name.endswith(".pe")), (1, LENGTH))
    return {
        "block_out_channels": tuple(
            shapes[f"down_blocks.{at}.motion_modules.0.{inside}norm.weight"][0] for at in range(blocks)
        ),
        "motion_layers_per_block": count(shapes, r"down_blocks\.0\.motion_modules\.(\d+)\."),
        "motion_num_attention_heads": HEADS,
        "motion_norm_num_groups": GROUPS,
        "motion_max_seq_length": positions[1],
        "use_motion_mid_block": any(name.startswith("mid_block.") for name in shapes),
    }
