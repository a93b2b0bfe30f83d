"""Tiny folders of LTX-Video, as diffusers' own tests build them, with the real sizes of cells."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.diffusion.sampling import Turn
from tests.nodes.families.folders import save_index, save_t5

FLOW = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "base_image_seq_len": 1024,
    "base_shift": 0.95,
    "max_image_seq_len": 4096,
    "max_shift": 2.05,
    "num_train_timesteps": 1000,
    "shift_terminal": 0.1,
    "use_dynamic_shifting": True,
}


STRAIGHT = {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 1.0}


SIZE, FRAMES = 64, 17
FILM: dict[str, Any] = {"size": SIZE, "frames": FRAMES}
PIXELS: dict[str, Any] = {"height": SIZE, "width": SIZE, "num_frames": FRAMES}


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    """As the pipelines hold latents: cell after cell."""
    ours = [turn.latent.samples.flatten(2).transpose(1, 2) for turn in turns]
    assert [torch.equal(*pair) for pair in zip(ours, latents, strict=True)] == [True] * len(turns)


def save(folder: Path, *, noisy: bool = False, late: bool = False) -> Path:
    """A folder of LTX-Video with random weights.

    Args:
        folder: Where.
        noisy: Whether its decoder takes off noise.
        late: Whether it is of a version from 0.9.5 on.
    """
    from diffusers.models.autoencoders.autoencoder_kl_ltx import AutoencoderKLLTXVideo
    from diffusers.models.transformers.transformer_ltx import LTXVideoTransformer3DModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"in_channels": 8, "out_channels": 8, "num_attention_heads": 4, "num_layers": 1}
    sizes |= {"attention_head_dim": 8, "cross_attention_dim": 32, "caption_channels": 32}
    LTXVideoTransformer3DModel(**sizes).save_pretrained(folder / "transformer")
    widths, layers = (8, 8, 8, 8), (1, 1, 1, 1, 1)
    vae = AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=widths,
        decoder_block_out_channels=widths,
        layers_per_block=layers,
        decoder_layers_per_block=layers,
        timestep_conditioning=noisy,
    )
    vae.latents_mean.copy_(torch.linspace(-0.5, 0.5, 8))
    vae.latents_std.copy_(torch.linspace(0.5, 1.5, 8))
    vae.save_pretrained(folder / "vae")
    save_t5(folder / "text_encoder")
    save_index(
        folder,
        "LTXConditionPipeline" if late else "LTXPipeline",
        STRAIGHT if late else FLOW,
        transformer="diffusers.LTXVideoTransformer3DModel",
        vae="diffusers.AutoencoderKLLTXVideo",
        text_encoder="transformers.T5EncoderModel",
        tokenizer="transformers.T5TokenizerFast",
    )
    return folder
