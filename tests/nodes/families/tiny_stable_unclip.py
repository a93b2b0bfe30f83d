"""A tiny folder of Stable unCLIP with random weights."""

from pathlib import Path

import torch

from tests.nodes.diffusion.tiny import SCHEDULER, TEXT_WIDTH, unet_config
from tests.nodes.families.folders import save_clip, save_image_encoder, save_index, save_vae, write_json
from tests.nodes.families.tiny_cascades import NOISING

WIDTH = 32
"""Of CLIP's vectors."""


def save(folder: Path) -> Path:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import (
        StableUnCLIPImageNormalizer,
    )

    torch.manual_seed(0)
    UNet2DConditionModel(
        **unet_config(class_embed_type="projection", projection_class_embeddings_input_dim=2 * WIDTH)
    ).save_pretrained(folder / "unet")
    normaliser = StableUnCLIPImageNormalizer(embedding_dim=WIDTH)
    normaliser.mean = torch.nn.Parameter(torch.randn(1, WIDTH))
    normaliser.std = torch.nn.Parameter(torch.rand(1, WIDTH) + 0.5)
    normaliser.save_pretrained(folder / "image_normalizer")
    save_vae(folder / "vae")
    save_clip(folder / "text_encoder", hidden_size=TEXT_WIDTH)
    save_image_encoder(folder / "image_encoder", processor="feature_extractor")
    write_json(folder / "image_noising_scheduler" / "scheduler_config.json", NOISING)
    save_index(
        folder,
        "StableUnCLIPImg2ImgPipeline",
        SCHEDULER,
        unet="diffusers.UNet2DConditionModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModel",
        tokenizer="transformers.CLIPTokenizer",
        image_encoder="transformers.CLIPVisionModelWithProjection",
        feature_extractor="transformers.CLIPImageProcessor",
        image_normalizer="stable_diffusion.StableUnCLIPImageNormalizer",
        image_noising_scheduler="diffusers.DDPMScheduler",
    )
    return folder
