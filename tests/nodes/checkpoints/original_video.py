"""Weights of Wan and LTX-Video under the names that their releases gave them, from those of diffusers."""

import re
from collections.abc import Mapping
from typing import Any

import torch

from tests.nodes.checkpoints.original_transformers import Pairs, substituted

Weights = dict[str, torch.Tensor]

WAN: Pairs = [
    (r"^condition_embedder\.time_embedder\.linear_1", "time_embedding.0"),
    (r"^condition_embedder\.time_embedder\.linear_2", "time_embedding.2"),
    (r"^condition_embedder\.text_embedder\.linear_1", "text_embedding.0"),
    (r"^condition_embedder\.text_embedder\.linear_2", "text_embedding.2"),
    (r"^condition_embedder\.time_proj", "time_projection.1"),
    (r"^condition_embedder\.image_embedder\.norm1", "img_emb.proj.0"),
    (r"^condition_embedder\.image_embedder\.ff\.net\.0\.proj", "img_emb.proj.1"),
    (r"^condition_embedder\.image_embedder\.ff\.net\.2", "img_emb.proj.3"),
    (r"^condition_embedder\.image_embedder\.norm2", "img_emb.proj.4"),
    (r"^condition_embedder\.image_embedder\.pos_embed", "img_emb.emb_pos"),
    (r"^scale_shift_table", "head.modulation"),
    (r"\.scale_shift_table", ".modulation"),
    (r"^proj_out", "head.head"),
    (r"\.attn1\.", ".self_attn."),
    (r"\.attn2\.", ".cross_attn."),
    (r"\.to_out\.0\.", ".o."),
    (r"\.to_(q|k|v)\.", r".\1."),
    (r"\.add_(k|v)_proj\.", r".\1_img."),
    (r"\.norm_added_k\.", ".norm_k_img."),
    (r"\.ffn\.net\.0\.proj", ".ffn.0"),
    (r"\.ffn\.net\.2", ".ffn.2"),
    (r"\.norm2\.", ".norm_of_texts."),
    (r"\.norm3\.", ".norm2."),
    (r"\.norm_of_texts\.", ".norm3."),
]
WAN_VAE: Pairs = [
    (r"^quant_conv", "conv1"),
    (r"^post_quant_conv", "conv2"),
    (r"\.conv_in\.", ".conv1."),
    (r"\.norm_out\.", ".head.0."),
    (r"\.conv_out\.", ".head.2."),
    (r"\.mid_block\.resnets\.0\.", ".middle.0."),
    (r"\.mid_block\.attentions\.0\.", ".middle.1."),
    (r"\.mid_block\.resnets\.1\.", ".middle.2."),
    (r"\.down_blocks\.", ".downsamples."),
    (r"\.(\d+)\.norm1\.", r".\1.residual.0."),
    (r"(samples|middle)\.(\d+)\.conv1\.", r"\1.\2.residual.2."),
    (r"\.(\d+)\.norm2\.", r".\1.residual.3."),
    (r"(samples|middle)\.(\d+)\.conv2\.", r"\1.\2.residual.6."),
    (r"\.conv_shortcut\.", ".shortcut."),
]
LTX: Pairs = [
    (r"^proj_in\.", "patchify_proj."),
    (r"^time_embed\.", "adaln_single."),
    (r"\.norm_(q|k)\.", r".\1_norm."),
]
LTX_VAE = {
    "decoder.mid_block": "decoder.up_blocks.0",
    "decoder.up_blocks.0": "decoder.up_blocks.1",
    "decoder.up_blocks.1.upsamplers.0": "decoder.up_blocks.2",
    "decoder.up_blocks.1": "decoder.up_blocks.3",
    "decoder.up_blocks.2.upsamplers.0": "decoder.up_blocks.5",
    "decoder.up_blocks.2": "decoder.up_blocks.6",
    "decoder.up_blocks.3.upsamplers.0": "decoder.up_blocks.8",
    "decoder.up_blocks.3": "decoder.up_blocks.9",
    "encoder.down_blocks.0.downsamplers.0": "encoder.down_blocks.1",
    "encoder.down_blocks.1.downsamplers.0": "encoder.down_blocks.4",
    "encoder.down_blocks.1": "encoder.down_blocks.3",
    "encoder.down_blocks.2.downsamplers.0": "encoder.down_blocks.7",
    "encoder.down_blocks.2": "encoder.down_blocks.6",
    "encoder.down_blocks.3": "encoder.down_blocks.8",
    "encoder.mid_block": "encoder.down_blocks.9",
    "latents_mean": "per_channel_statistics.mean-of-means",
    "latents_std": "per_channel_statistics.std-of-means",
}
"""How a name begins in diffusers, and in the release of LTX-Video 0.9; the longer one counts."""
STATISTICS = ("channel", "mean-of-stds", "mean-of-stds_over_std-of-means")
"""What else the release keeps of its training data."""


def wan(model: Any) -> Weights:
    """A transformer's weights."""
    return {substituted(name, WAN): value for name, value in model.state_dict().items()}


def wan_vae(model: Any) -> Weights:
    """An autoencoder's weights: one list of layers in place of blocks of three and what enlarges."""
    found: Weights = {}
    for name, value in model.state_dict().items():
        name = re.sub(
            r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda at: f"upsamples.{4 * int(at[1]) + int(at[2])}", name
        )
        name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda at: f"upsamples.{4 * int(at[1]) + 3}", name)
        found[substituted(name, WAN_VAE)] = value
    return found


def ltx(model: Any) -> Weights:
    """A transformer's weights."""
    return {substituted(name, LTX): value for name, value in model.state_dict().items()}


def ltx_vae(model: Any) -> Weights:
    """An autoencoder's weights."""
    state: Mapping[str, torch.Tensor] = model.state_dict()
    longest = sorted(LTX_VAE, key=len, reverse=True)
    found: Weights = {f"per_channel_statistics.{name}": torch.ones(1) for name in STATISTICS}
    for name, value in state.items():
        begins = next((one for one in longest if name.startswith(one)), "")
        name = LTX_VAE.get(begins, "") + name.removeprefix(begins)
        name = name.replace("resnets", "res_blocks").replace("conv_shortcut.conv", "conv_shortcut")
        found[name.replace("norm3.", "norm3.norm.")] = value
    return found
