"""Tiny folders of Kandinsky 2.2: its prior, and its decoders, which draw what the prior's vector tells."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_clip, save_image_encoder, save_index

UNCLIP: dict[str, Any] = {
    "_class_name": "UnCLIPScheduler",
    "variance_type": "fixed_small_log",
    "prediction_type": "sample",
    "num_train_timesteps": 1000,
    "clip_sample": True,
    "clip_sample_range": 5.0,
}
DDPM: dict[str, Any] = {
    "_class_name": "DDPMScheduler",
    "num_train_timesteps": 1000,
    "beta_schedule": "linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "clip_sample": False,
    "prediction_type": "epsilon",
    "variance_type": "learned_range",
}
WIDTH = 32
"""Of CLIP's vectors."""


def save_prior(folder: Path, pipeline: str = "KandinskyV22PriorPipeline") -> Path:
    """A prior with random weights, and the text and picture encoders that it was trained with."""
    save_prior_transformer(folder / "prior")
    save_clip(folder / "text_encoder", projected=True)
    save_image_encoder(folder / "image_encoder")
    save_index(
        folder,
        pipeline,
        UNCLIP,
        prior="diffusers.PriorTransformer",
        text_encoder="transformers.CLIPTextModelWithProjection",
        tokenizer="transformers.CLIPTokenizer",
        image_encoder="transformers.CLIPVisionModelWithProjection",
        image_processor="transformers.CLIPImageProcessor",
    )
    return folder


def save_prior_transformer(folder: Path) -> None:
    from diffusers.models.transformers.prior_transformer import PriorTransformer

    torch.manual_seed(0)
    prior = PriorTransformer(
        num_attention_heads=2,
        attention_head_dim=12,
        embedding_dim=WIDTH,
        num_layers=1,
        num_embeddings=77,
        additional_embeddings=4,
    )
    # Zeros would make every vector the same
    prior.clip_mean = torch.nn.Parameter(torch.randn(1, WIDTH) * 0.1)
    prior.clip_std = torch.nn.Parameter(torch.rand(1, WIDTH) + 0.5)
    prior.save_pretrained(folder)


def save_decoder(folder: Path, *, inpainting: bool = False) -> Path:
    """A U-Net that draws what a vector tells, and its ``VQModel``, with random weights."""
    from diffusers.models.autoencoders.vq_model import VQModel
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    torch.manual_seed(0)
    UNet2DConditionModel(
        in_channels=9 if inpainting else 4,
        out_channels=8,
        addition_embed_type="image",
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        block_out_channels=(32, 64),
        layers_per_block=1,
        encoder_hid_dim=WIDTH,
        encoder_hid_dim_type="image_proj",
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        resnet_time_scale_shift="scale_shift",
        class_embed_type=None,
    ).save_pretrained(folder / "unet")
    torch.manual_seed(0)
    VQModel(
        block_out_channels=(32, 64),
        down_block_types=("DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
        up_block_types=("AttnUpDecoderBlock2D", "UpDecoderBlock2D"),
        layers_per_block=1,
        latent_channels=4,
        num_vq_embeddings=12,
        vq_embed_dim=4,
        norm_type="spatial",
    ).save_pretrained(folder / "movq")
    save_index(
        folder,
        "KandinskyV22InpaintPipeline" if inpainting else "KandinskyV22Pipeline",
        DDPM,
        unet="diffusers.UNet2DConditionModel",
        movq="diffusers.VQModel",
    )
    return folder
