"""Tiny folders of Stable Video Diffusion, as diffusers' own tests build them."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_image_encoder, save_index

EULER = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "interpolation_type": "linear",
    "prediction_type": "v_prediction",
    "sigma_max": 700.0,
    "sigma_min": 0.002,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "timestep_type": "continuous",
    "use_karras_sigmas": True,
}


def save(folder: Path) -> Path:
    """A folder of Stable Video Diffusion with random weights; CLIP's size of picture is the real one."""
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

    torch.manual_seed(0)
    UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=32,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=32,
        num_attention_heads=8,
        num_frames=3,
        projection_class_embeddings_input_dim=96,
        addition_time_embed_dim=32,
    ).save_pretrained(folder / "unet")
    widths: Any = {"block_out_channels": (32, 32), "down_block_types": ("DownEncoderBlock2D",) * 2}
    AutoencoderKLTemporalDecoder(**widths, latent_channels=4).save_pretrained(folder / "vae")
    save_image_encoder(folder / "image_encoder", processor="feature_extractor", image_size=224, patch_size=56)
    save_index(
        folder,
        "StableVideoDiffusionPipeline",
        EULER,
        unet="diffusers.UNetSpatioTemporalConditionModel",
        vae="diffusers.AutoencoderKLTemporalDecoder",
        image_encoder="transformers.CLIPVisionModelWithProjection",
        feature_extractor="transformers.CLIPImageProcessor",
    )
    return folder
