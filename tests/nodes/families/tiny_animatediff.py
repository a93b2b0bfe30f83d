"""Tiny motion adapters, as diffusers' own tests build them, for the tiny Stable Diffusion."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import randomise


def save(folder: Path, **changes: Any) -> Path:
    """A motion adapter with random weights."""
    from diffusers.models.unets.unet_motion_model import MotionAdapter

    given: dict[str, Any] = {"block_out_channels": (4, 8), "motion_layers_per_block": 1}
    given |= {"motion_norm_num_groups": 2, "motion_num_attention_heads": 2, "motion_max_seq_length": 8}
    torch.manual_seed(0)
    randomise(MotionAdapter(**given | changes)).save_pretrained(folder)
    return folder
