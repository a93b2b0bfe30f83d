"""A tiny control network."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.diffusion import tiny
from tests.nodes.families.folders import randomise


def save_network(folder: Path, seed: int = 0, hints: tuple[int, ...] = (4, 8)) -> Path:
    """A control network for the tiny Stable Diffusion, with the channels of the layers that read a hint."""
    from diffusers.models.controlnets.controlnet import ControlNetModel

    names = ("block_out_channels", "layers_per_block", "in_channels", "down_block_types")
    more = ("cross_attention_dim", "attention_head_dim", "norm_num_groups")
    config: dict[str, Any] = {name: tiny.unet_config()[name] for name in (*names, *more)}
    torch.manual_seed(seed)
    model = ControlNetModel(**config, conditioning_embedding_out_channels=hints)
    randomise(model).save_pretrained(folder)
    return folder
