"""A tiny folder of unCLIP: prior, decoder, and two U-Nets that draw larger."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_clip, write_json
from tests.nodes.families.tiny_kandinsky import UNCLIP, WIDTH, save_prior_transformer

SMALL, LARGE = 32, 64
EPSILON: dict[str, Any] = {
    "_class_name": "UnCLIPScheduler",
    "prediction_type": "epsilon",
    "clip_sample": True,
}
SCHEDULES = {
    "prior_scheduler": UNCLIP,
    "decoder_scheduler": EPSILON | {"variance_type": "learned_range"},
    "super_res_scheduler": EPSILON | {"variance_type": "fixed_small_log"},
}
INDEX: dict[str, Any] = {
    "_class_name": "UnCLIPPipeline",
    "prior": ["diffusers", "PriorTransformer"],
    "decoder": ["diffusers", "UNet2DConditionModel"],
    "text_proj": ["unclip", "UnCLIPTextProjModel"],
    "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "super_res_first": ["diffusers", "UNet2DModel"],
    "super_res_last": ["diffusers", "UNet2DModel"],
    **{name: ["diffusers", "UnCLIPScheduler"] for name in SCHEDULES},
}


def save(folder: Path) -> Path:
    save_prior_transformer(folder / "prior")
    save_clip(folder / "text_encoder", projected=True)
    save_decoder(folder)
    for seed, name in enumerate(("super_res_first", "super_res_last")):
        save_enlarger(folder / name, seed)
    for name, schedule in SCHEDULES.items():
        write_json(folder / name / "scheduler_config.json", schedule)
    write_json(folder / "model_index.json", INDEX)
    return folder


def save_decoder(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from diffusers.pipelines.deprecated.unclip.text_proj import UnCLIPTextProjModel

    torch.manual_seed(0)
    projection = UnCLIPTextProjModel(
        clip_embeddings_dim=WIDTH, time_embed_dim=4 * WIDTH, cross_attention_dim=WIDTH
    )
    # Zeros would not show whether it is used
    torch.nn.init.normal_(projection.learned_classifier_free_guidance_embeddings)
    projection.save_pretrained(folder / "text_proj")
    UNet2DConditionModel(
        sample_size=SMALL,
        in_channels=3,
        out_channels=6,
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        block_out_channels=(32, 64),
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        resnet_time_scale_shift="scale_shift",
        class_embed_type="identity",
    ).save_pretrained(folder / "decoder")


def save_enlarger(folder: Path, seed: int) -> None:
    from diffusers.models.unets.unet_2d import UNet2DModel

    torch.manual_seed(seed)
    UNet2DModel(
        sample_size=LARGE,
        in_channels=6,
        out_channels=3,
        layers_per_block=1,
        down_block_types=("ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D"),
        up_block_types=("ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"),
        block_out_channels=(32, 64),
    ).save_pretrained(folder)
