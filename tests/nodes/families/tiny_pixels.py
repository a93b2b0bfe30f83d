"""Tiny folders of models without texts."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_index, save_vae

DDPM = {"_class_name": "DDPMScheduler", "num_train_timesteps": 1000, "beta_schedule": "linear"}
DDIM = {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "linear"}


FLOW = {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000}


def save_ddpm(folder: Path, scheduler: dict[str, Any] = DDPM, **changes: Any) -> Path:
    """A folder of a model on pixels with random weights, unconditional unless it is told otherwise."""
    from diffusers.models.unets.unet_2d import UNet2DModel

    torch.manual_seed(0)
    config: dict[str, Any] = {
        "block_out_channels": (4, 8),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "sample_size": 32,
        "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
        "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
    }
    UNet2DModel(**config | changes).save_pretrained(folder / "unet")
    save_index(folder, "DDPMPipeline", scheduler, unet="diffusers.UNet2DModel")
    return folder


def save_dit(folder: Path) -> Path:
    """A folder of a class-conditional transformer with random weights."""
    from diffusers.models.transformers.dit_transformer_2d import DiTTransformer2DModel

    torch.manual_seed(0)
    DiTTransformer2DModel(
        sample_size=8,
        num_layers=2,
        patch_size=4,
        attention_head_dim=8,
        num_attention_heads=2,
        in_channels=4,
        out_channels=8,
        attention_bias=True,
        activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000,
        norm_type="ada_norm_zero",
        norm_elementwise_affine=False,
    ).save_pretrained(folder / "transformer")
    save_vae(folder / "vae")
    save_index(
        folder,
        "DiTPipeline",
        DDIM,
        transformer="diffusers.DiTTransformer2DModel",
        vae="diffusers.AutoencoderKL",
    )
    return folder
