"""Tiny folders of FLUX.1 and of its control networks."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from tests.nodes.checkpoints.quantised import quantised
from tests.nodes.families.folders import randomise, save_clip, save_index, save_t5, save_vae

SCHEDULER = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "num_train_timesteps": 1000,
    "shift": 3.0,
    "use_dynamic_shifting": True,
    "base_shift": 0.5,
    "max_shift": 1.15,
    "base_image_seq_len": 256,
    "max_image_seq_len": 4096,
}

TRANSFORMER: dict[str, Any] = {
    "patch_size": 1,
    "attention_head_dim": 16,
    "num_attention_heads": 2,
    "joint_attention_dim": 32,
    "pooled_projection_dim": 32,
    "axes_dims_rope": (4, 4, 8),
    "guidance_embeds": True,
}


def save(folder: Path, *, distilled: bool = True, channels: int = 16, levels: int = 2) -> Path:
    """A folder of FLUX.1 with random weights."""
    from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "in_channels": channels,
        "out_channels": 16,
        "num_layers": 2,
        "num_single_layers": 2,
    }
    config: dict[str, Any] = TRANSFORMER | sizes | {"guidance_embeds": distilled}
    FluxTransformer2DModel(**config).save_pretrained(folder / "transformer")
    save_vae(
        folder / "vae",
        block_out_channels=(4, 8, 8, 8)[:levels],
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        shift_factor=0.0609,
        scaling_factor=1.5035,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    save_clip(folder / "text_encoder")
    save_t5(folder / "text_encoder_2")
    save_index(
        folder,
        "FluxPipeline",
        SCHEDULER,
        transformer="diffusers.FluxTransformer2DModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModel",
        text_encoder_2="transformers.T5EncoderModel",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.T5TokenizerFast",
    )
    return folder


def save_network(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """A control network for the tiny model."""
    from diffusers.models.controlnets.controlnet_flux import FluxControlNetModel

    torch.manual_seed(seed)
    given: dict[str, Any] = (
        TRANSFORMER | {"num_layers": 1, "num_single_layers": 1, "in_channels": 16} | changes
    )
    randomise(FluxControlNetModel(**given)).save_pretrained(folder)
    return folder


def save_transformer(path: Path) -> None:
    """A transformer alone, as GGUF; the width of its heads is FLUX.1's, which no tensor tells."""
    from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"in_channels": 64, "num_layers": 1, "num_single_layers": 1}
    heads: dict[str, Any] = {
        "attention_head_dim": 128,
        "num_attention_heads": 1,
        "axes_dims_rope": (16, 56, 56),
    }
    model: Any = FluxTransformer2DModel(**TRANSFORMER | sizes | heads)
    quantised(path, model.state_dict(), "flux")


def save_autoencoder(path: Path) -> None:
    """An autoencoder alone, of 16 channels and two pixels to a cell."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    torch.manual_seed(0)
    config: dict[str, Any] = {
        "block_out_channels": (32, 64),
        "down_block_types": ("DownEncoderBlock2D",) * 2,
        "up_block_types": ("UpDecoderBlock2D",) * 2,
        "layers_per_block": 1,
        "latent_channels": 16,
        "use_quant_conv": False,
        "use_post_quant_conv": False,
    }
    model: Any = AutoencoderKL(**config)
    save_file(model.state_dict(), path)
