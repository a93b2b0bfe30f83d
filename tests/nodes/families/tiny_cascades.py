"""Tiny folders of models that draw small, and of models that draw a small picture larger."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.diffusion.tiny import unet_config
from tests.nodes.families.folders import save_clip, save_index, save_t5, save_vae, write_json

LEARNED: dict[str, Any] = {
    "_class_name": "DDPMScheduler",
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "thresholding": True,
    "dynamic_thresholding_ratio": 0.95,
    "sample_max_value": 1.0,
    "prediction_type": "epsilon",
    "variance_type": "learned_range",
}
NOISING: dict[str, Any] = {
    "_class_name": "DDPMScheduler",
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
}
DDIM: dict[str, Any] = {
    "_class_name": "DDIMScheduler",
    "beta_start": 0.0001,
    "beta_end": 0.02,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "prediction_type": "v_prediction",
}


def save_if(folder: Path, *, larger: bool = False) -> Path:
    """A folder of DeepFloyd IF with random weights, of its first stage or of one that draws larger."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    torch.manual_seed(0)
    config = unet_config(
        block_out_channels=(32, 64),
        norm_num_groups=32,
        sample_size=32,
        in_channels=6 if larger else 3,
        out_channels=6,
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        only_cross_attention=True,
        cross_attention_dim=32,
        encoder_hid_dim=32,
        attention_head_dim=8,
        addition_embed_type="text",
        addition_embed_type_num_heads=2,
        cross_attention_norm="group_norm",
        resnet_time_scale_shift="scale_shift",
        act_fn="gelu",
        class_embed_type="timestep" if larger else None,
        mid_block_scale_factor=1.414 if larger else 1,
        time_embedding_act_fn="gelu" if larger else None,
    )
    UNet2DConditionModel(**config).save_pretrained(folder / "unet")
    save_t5(folder / "text_encoder")
    parts = {
        "unet": "diffusers.UNet2DConditionModel",
        "text_encoder": "transformers.T5EncoderModel",
        "tokenizer": "transformers.T5Tokenizer",
    }
    if larger:
        write_json(folder / "image_noising_scheduler" / "scheduler_config.json", NOISING)
        parts |= {"image_noising_scheduler": "diffusers.DDPMScheduler"}
    save_index(folder, "IFSuperResolutionPipeline" if larger else "IFPipeline", LEARNED, **parts)
    return folder


def save_x4(folder: Path) -> Path:
    """A folder of Stable Diffusion's ×4 upscaler with random weights."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    torch.manual_seed(0)
    config = unet_config(in_channels=7, num_class_embeds=350)
    UNet2DConditionModel(**config).save_pretrained(folder / "unet")
    save_vae(
        folder / "vae",
        scaling_factor=0.08333,
        block_out_channels=(4, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
    )
    save_clip(folder / "text_encoder")
    write_json(folder / "low_res_scheduler" / "scheduler_config.json", NOISING)
    save_index(
        folder,
        "StableDiffusionUpscalePipeline",
        DDIM,
        unet="diffusers.UNet2DConditionModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModel",
        tokenizer="transformers.CLIPTokenizer",
        low_res_scheduler="diffusers.DDPMScheduler",
    )
    return folder


def save_ldm(folder: Path) -> Path:
    """A folder of latent diffusion's super-resolution with random weights."""
    from diffusers.models.autoencoders.vq_model import VQModel
    from diffusers.models.unets.unet_2d import UNet2DModel

    torch.manual_seed(0)
    UNet2DModel(
        block_out_channels=(4, 8),
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=32,
        in_channels=6,
        out_channels=3,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    ).save_pretrained(folder / "unet")
    VQModel(
        block_out_channels=(4, 8),
        norm_num_groups=2,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=3,
    ).save_pretrained(folder / "vqvae")
    save_index(
        folder, "LDMSuperResolutionPipeline", DDIM | {"prediction_type": "epsilon"},
        unet="diffusers.UNet2DModel", vqvae="diffusers.VQModel",
    )  # fmt: skip
    return folder
