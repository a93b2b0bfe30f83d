"""Tiny motion adapters and control networks of films, for the tiny Stable Diffusion."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.diffusion import tiny
from tests.nodes.families.folders import randomise


def save(folder: Path, **changes: Any) -> Path:
    """A motion adapter with random weights."""
    from diffusers.models.unets.unet_motion_model import MotionAdapter

    given: dict[str, Any] = {"block_out_channels": (4, 8), "motion_layers_per_block": 1}
    given |= {"motion_norm_num_groups": 2, "motion_num_attention_heads": 2, "motion_max_seq_length": 8}
    torch.manual_seed(0)
    randomise(MotionAdapter(**given | changes)).save_pretrained(folder)
    return folder


def save_sparse(folder: Path, *, simple: bool = True) -> Path:
    """A SparseCtrl network, of latents (``simple``) or of pictures."""
    from diffusers.models.controlnets.controlnet_sparsectrl import SparseControlNetModel

    names = ("block_out_channels", "layers_per_block", "in_channels", "cross_attention_dim")
    names = (*names, "attention_head_dim", "norm_num_groups")
    given: dict[str, Any] = {name: tiny.unet_config()[name] for name in names}
    kinds = [name.replace("2D", "Motion") for name in tiny.unet_config()["down_block_types"]]
    given |= {"down_block_types": tuple(kinds), "motion_max_seq_length": 8, "motion_num_attention_heads": 2}
    given |= {"conditioning_channels": 4 if simple else 3, "use_simplified_condition_embedding": simple}
    torch.manual_seed(2)
    model = SparseControlNetModel(**given, conditioning_embedding_out_channels=(4, 8))
    randomise(model).save_pretrained(folder)
    return folder
