"""A tiny folder of PixArt-Σ."""

from pathlib import Path

import torch

from tests.nodes.families.folders import save_index, save_t5, save_vae

SCHEDULER = {
    "_class_name": "DPMSolverMultistepScheduler",
    "num_train_timesteps": 1000,
    "beta_schedule": "linear",
    "algorithm_type": "dpmsolver++",
    "solver_order": 2,
}


def save(folder: Path) -> Path:
    """A folder of PixArt-Σ with random weights."""
    from diffusers.models.transformers.pixart_transformer_2d import PixArtTransformer2DModel

    torch.manual_seed(0)
    PixArtTransformer2DModel(
        sample_size=32,
        num_layers=2,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=3,
        caption_channels=32,
        in_channels=4,
        cross_attention_dim=24,
        out_channels=8,
        attention_bias=True,
        norm_type="ada_norm_single",
        norm_elementwise_affine=False,
        norm_eps=1e-6,
        use_additional_conditions=False,
    ).save_pretrained(folder / "transformer")
    save_vae(folder / "vae")
    save_t5(folder / "text_encoder")
    save_index(
        folder,
        "PixArtSigmaPipeline",
        SCHEDULER,
        transformer="diffusers.PixArtTransformer2DModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.T5EncoderModel",
        tokenizer="transformers.T5Tokenizer",
    )
    return folder
