"""A tiny folder of Stable Audio with random weights, as diffusers' own tests build them."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_index, save_t5

COSINE: dict[str, Any] = {
    "_class_name": "CosineDPMSolverMultistepScheduler",
    "sigma_min": 0.3,
    "sigma_max": 500,
    "sigma_data": 1.0,
    "sigma_schedule": "exponential",
    "solver_order": 2,
    "prediction_type": "v_prediction",
}
WIDTH, CELLS, HOP, RATE = 32, 64, 8, 1000
LONGEST = CELLS * HOP / RATE
"""Seconds."""


def save(folder: Path) -> Path:
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel

    torch.manual_seed(0)
    save_transformer(folder / "transformer")
    save_vae(folder / "vae")
    StableAudioProjectionModel(
        text_encoder_dim=WIDTH, conditioning_dim=WIDTH, min_value=0, max_value=32
    ).save_pretrained(folder / "projection_model")
    save_t5(folder / "text_encoder", d_model=WIDTH)
    save_index(
        folder,
        "StableAudioPipeline",
        COSINE,
        transformer="diffusers.StableAudioDiTModel",
        vae="diffusers.AutoencoderOobleck",
        text_encoder="transformers.T5EncoderModel",
        tokenizer="transformers.T5Tokenizer",
        projection_model="stable_audio.StableAudioProjectionModel",
    )
    return folder


def save_transformer(folder: Path) -> None:
    from diffusers.models.transformers.stable_audio_transformer import StableAudioDiTModel

    StableAudioDiTModel(
        sample_size=CELLS,
        in_channels=4,
        out_channels=4,
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=4,
        num_key_value_attention_heads=2,
        cross_attention_dim=WIDTH,
        cross_attention_input_dim=WIDTH,
        global_states_input_dim=2 * WIDTH,
        time_proj_dim=8,
    ).save_pretrained(folder)


def save_vae(folder: Path) -> None:
    from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck

    AutoencoderOobleck(
        encoder_hidden_size=8,
        downsampling_ratios=[2, 4],
        decoder_channels=4,
        decoder_input_channels=4,
        audio_channels=2,
        channel_multiples=[2, 4],
        sampling_rate=RATE,
    ).save_pretrained(folder)
