"""Tiny folders of Wan, as diffusers' own tests build them."""

import json
from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_image_encoder, save_index, save_t5, write_json

UNIPC = {
    "_class_name": "UniPCMultistepScheduler",
    "flow_shift": 3.0,
    "num_train_timesteps": 1000,
    "prediction_type": "flow_prediction",
    "use_flow_sigmas": True,
}
TRANSFORMER: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 12,
    "text_dim": 32,
    "freq_dim": 64,
    "ffn_dim": 32,
    "num_layers": 2,
    "rope_max_seq_len": 32,
}


def save(folder: Path, *, image: bool = False, experts: bool = False, last: bool = False) -> Path:
    """A folder of Wan 2.1 with random weights.

    Args:
        folder: Where to.
        image: For films of pictures.
        experts: As Wan 2.2: with a second transformer below timestep 700, without CLIP.
        last: For films of a first and a last picture.
    """
    clip = image and not experts
    more: dict[str, Any] = {"in_channels": 36} if image else {}
    if clip:
        more |= {"image_dim": 32, "added_kv_proj_dim": 24}
    if last:
        more |= {"pos_embed_seq_len": 2 * 17}
    _save_transformers(folder, 2 if experts else 1, more)
    _save_vae(folder / "vae", z_dim=16)
    parts = {"transformer_2": "diffusers.WanTransformer3DModel"} if experts else {}
    if clip:
        save_image_encoder(folder / "image_encoder", projected=False)
        parts |= {
            "image_encoder": "transformers.CLIPVisionModel",
            "image_processor": "transformers.CLIPImageProcessor",
        }
    pipeline = "WanImageToVideoPipeline" if image else "WanPipeline"
    return _finish(folder, pipeline, parts, boundary_ratio=0.7 if experts else None)


def save_dense(folder: Path, pipeline: str = "WanPipeline") -> Path:
    """A folder of Wan 2.2's model of 5 billion parameters, with random weights."""
    _save_transformers(folder, 1, {"in_channels": 48, "out_channels": 48})
    statistics = {"latents_mean": [0.1] * 48, "latents_std": [1.5] * 48}
    sizes = {"in_channels": 12, "out_channels": 12, "patch_size": 2, "scale_factor_spatial": 16}
    _save_vae(folder / "vae", z_dim=48, is_residual=True, **statistics, **sizes)
    return _finish(folder, pipeline, {}, expand_timesteps=True)


def _save_transformers(folder: Path, count: int, more: dict[str, Any]) -> None:
    from diffusers.models.transformers.transformer_wan import WanTransformer3DModel

    torch.manual_seed(0)
    for name in ("transformer", "transformer_2")[:count]:
        WanTransformer3DModel(**TRANSFORMER | more).save_pretrained(folder / name)


def _save_vae(folder: Path, **changes: Any) -> None:
    from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan

    given: dict[str, Any] = {"base_dim": 3, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}
    torch.manual_seed(0)
    given |= {"temperal_downsample": [False, True, True]} | changes
    AutoencoderKLWan(**given).save_pretrained(folder)


def _finish(folder: Path, pipeline: str, parts: dict[str, str], **said: Any) -> Path:
    _save_umt5(folder / "text_encoder")
    every = {
        "transformer": "diffusers.WanTransformer3DModel",
        "vae": "diffusers.AutoencoderKLWan",
        "text_encoder": "transformers.UMT5EncoderModel",
        "tokenizer": "transformers.T5TokenizerFast",
    }
    save_index(folder, pipeline, UNIPC, **every | parts)
    index = json.loads((folder / "model_index.json").read_text())
    write_json(folder / "model_index.json", index | said)
    return folder


def _save_umt5(folder: Path) -> None:
    from transformers import UMT5Config, UMT5EncoderModel

    save_t5(folder)
    sizes: dict[str, Any] = {"vocab_size": 128, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_heads": 4}
    torch.manual_seed(0)
    UMT5EncoderModel(UMT5Config(**sizes, num_layers=2)).eval().save_pretrained(folder)
