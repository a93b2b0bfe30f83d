"""Tiny folders of CogVideoX, as diffusers' own tests build them."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_index, save_t5

DDIM = {
    "_class_name": "CogVideoXDDIMScheduler",
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "snr_shift_scale": 3.0,
    "set_alpha_to_one": True,
    "timestep_spacing": "trailing",
}


def save(folder: Path, *, image: bool = False, large: bool = False, **changes: Any) -> Path:
    """A folder of CogVideoX with random weights.

    Args:
        folder: Where to.
        image: For films of pictures.
        large: As the models of 5 billion parameters: places in rotary embeddings, stepped by DPM-Solver++.
        changes: Of the transformer.
    """
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel

    sizes: dict[str, Any] = {"num_attention_heads": 2, "attention_head_dim": 16, "num_layers": 1}
    sizes |= {"in_channels": 8 if image else 4, "out_channels": 4, "time_embed_dim": 2, "text_embed_dim": 32}
    sizes |= {"sample_width": 4, "sample_height": 4, "sample_frames": 9}
    sizes |= {"use_rotary_positional_embeddings": large} | changes
    torch.manual_seed(0)
    CogVideoXTransformer3DModel(**sizes).save_pretrained(folder / "transformer")
    vae: dict[str, Any] = {"block_out_channels": (8, 8, 8, 8), "latent_channels": 4, "layers_per_block": 1}
    AutoencoderKLCogVideoX(**vae, norm_num_groups=2, invert_scale_latents=large).save_pretrained(
        folder / "vae"
    )
    save_t5(folder / "text_encoder")
    save_index(
        folder,
        "CogVideoXImageToVideoPipeline" if image else "CogVideoXPipeline",
        DDIM | ({"_class_name": "CogVideoXDPMScheduler"} if large else {}),
        transformer="diffusers.CogVideoXTransformer3DModel",
        vae="diffusers.AutoencoderKLCogVideoX",
        text_encoder="transformers.T5EncoderModel",
        tokenizer="transformers.T5TokenizerFast",
    )
    return folder
