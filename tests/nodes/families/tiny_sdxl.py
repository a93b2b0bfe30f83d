"""Tiny folders of Stable Diffusion XL and its refiner."""

import json
from pathlib import Path

import torch

from tests.nodes.diffusion.tiny import unet_config
from tests.nodes.families.folders import save_clip, save_index, save_vae, write_json

REFINER = "StableDiffusionXLImg2ImgPipeline"
EULER = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def save(folder: Path, *, refiner: bool = False) -> Path:
    """A folder of Stable Diffusion XL with random weights, or of its refiner."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    torch.manual_seed(0)
    config = unet_config(
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=72 if refiner else 80,
        cross_attention_dim=32 if refiner else 64,
    )
    UNet2DConditionModel(**config).save_pretrained(folder / "unet")
    save_vae(folder / "vae")
    parts = {"unet": "diffusers.UNet2DConditionModel", "vae": "diffusers.AutoencoderKL"}
    if not refiner:
        save_clip(folder / "text_encoder")
        parts |= {"text_encoder": "transformers.CLIPTextModel", "tokenizer": "transformers.CLIPTokenizer"}
    save_clip(folder / "text_encoder_2", projected=True)
    parts |= {
        "text_encoder_2": "transformers.CLIPTextModelWithProjection",
        "tokenizer_2": "transformers.CLIPTokenizer",
    }
    save_index(folder, REFINER if refiner else "StableDiffusionXLPipeline", EULER, **parts)
    if refiner:
        index = json.loads((folder / "model_index.json").read_text())
        write_json(
            folder / "model_index.json",
            index
            | {"requires_aesthetics_score": True, "text_encoder": [None, None], "tokenizer": [None, None]},
        )
    return folder
