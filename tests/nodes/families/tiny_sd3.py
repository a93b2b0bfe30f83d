"""Tiny folders of Stable Diffusion 3.5 and of its control networks."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import randomise, save_clip, save_index, save_t5, save_vae

SCHEDULER = {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0}
TRANSFORMER: dict[str, Any] = {
    "sample_size": 32,
    "patch_size": 2,
    "in_channels": 16,
    "num_layers": 2,
    "attention_head_dim": 8,
    "num_attention_heads": 4,
    "joint_attention_dim": 32,
    "caption_projection_dim": 32,
    "pooled_projection_dim": 64,
    "out_channels": 16,
}


def transformer() -> Any:
    """Its transformer."""
    from diffusers.models.transformers.transformer_sd3 import SD3Transformer2DModel

    torch.manual_seed(0)
    return SD3Transformer2DModel(**TRANSFORMER, dual_attention_layers=(0,), qk_norm="rms_norm")


def save(folder: Path, *, t5: bool = True, **scheduler: Any) -> Path:
    """A folder of Stable Diffusion 3.5 with random weights."""
    transformer().save_pretrained(folder / "transformer")
    save_vae(
        folder / "vae",
        latent_channels=16,
        shift_factor=0.0609,
        scaling_factor=1.5305,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    sizes = {"hidden_size": 8, "num_attention_heads": 2}
    save_clip(folder / "text_encoder", projected=True, **sizes)
    save_clip(folder / "text_encoder_2", projected=True, **sizes)
    third = {}
    if t5:
        save_t5(folder / "text_encoder_3")
        third = {
            "text_encoder_3": "transformers.T5EncoderModel",
            "tokenizer_3": "transformers.T5TokenizerFast",
        }
    save_index(
        folder,
        "StableDiffusion3Pipeline",
        SCHEDULER | scheduler,
        transformer="diffusers.SD3Transformer2DModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModelWithProjection",
        text_encoder_2="transformers.CLIPTextModelWithProjection",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.CLIPTokenizer",
        **third,
    )
    return folder


def save_network(folder: Path, **changes: Any) -> Path:
    """A control network for the tiny model."""
    from diffusers.models.controlnets.controlnet_sd3 import SD3ControlNetModel

    torch.manual_seed(1)
    given = TRANSFORMER | {"num_layers": 1, "force_zeros_for_pooled_projection": False} | changes
    randomise(SD3ControlNetModel(**given)).save_pretrained(folder)
    return folder
