"""Weights of transformers under the names that their releases gave them, from those of diffusers."""

import re
from typing import Any

import torch

Weights = dict[str, torch.Tensor]
Pairs = list[tuple[str, str]]

SD3: Pairs = [
    (r"^pos_embed\.pos_embed$", "pos_embed"),
    (r"^pos_embed\.proj", "x_embedder.proj"),
    (r"^time_text_embed\.timestep_embedder\.linear_1", "t_embedder.mlp.0"),
    (r"^time_text_embed\.timestep_embedder\.linear_2", "t_embedder.mlp.2"),
    (r"^time_text_embed\.text_embedder\.linear_1", "y_embedder.mlp.0"),
    (r"^time_text_embed\.text_embedder\.linear_2", "y_embedder.mlp.2"),
    (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
    (r"^proj_out", "final_layer.linear"),
    (r"^transformer_blocks", "joint_blocks"),
    (r"\.norm1\.linear", ".x_block.adaLN_modulation.1"),
    (r"\.norm1_context\.linear", ".context_block.adaLN_modulation.1"),
    (r"\.(attn2?)\.to_out\.0", r".x_block.\1.proj"),
    (r"\.attn\.to_add_out", ".context_block.attn.proj"),
    (r"\.(attn2?)\.norm_(q|k)\.", r".x_block.\1.ln_\2."),
    (r"\.attn\.norm_added_(q|k)\.", r".context_block.attn.ln_\1."),
    (r"\.ff\.net\.0\.proj", ".x_block.mlp.fc1"),
    (r"\.ff\.net\.2", ".x_block.mlp.fc2"),
    (r"\.ff_context\.net\.0\.proj", ".context_block.mlp.fc1"),
    (r"\.ff_context\.net\.2", ".context_block.mlp.fc2"),
]
SD3_FUSED: Pairs = [
    (r"\.(attn2?)\.to_(q|k|v)\.", r".x_block.\1.qkv."),
    (r"\.attn\.add_(q|k|v)_proj\.", ".context_block.attn.qkv."),
]
FLUX_2: Pairs = [
    (r"^x_embedder", "img_in"),
    (r"^context_embedder", "txt_in"),
    (r"^time_guidance_embed\.timestep_embedder\.linear_1", "time_in.in_layer"),
    (r"^time_guidance_embed\.timestep_embedder\.linear_2", "time_in.out_layer"),
    (r"^(\w+_stream_modulation\w*)\.linear", r"\1.lin"),
    (r"^norm_out\.linear", "final_layer.adaLN_modulation.1"),
    (r"^proj_out", "final_layer.linear"),
    (r"^single_transformer_blocks\.(\d+)\.attn\.to_qkv_mlp_proj", r"single_blocks.\1.linear1"),
    (r"^single_transformer_blocks\.(\d+)\.attn\.to_out", r"single_blocks.\1.linear2"),
    (r"^single_transformer_blocks\.(\d+)\.attn\.norm_q\.weight", r"single_blocks.\1.norm.query_norm.scale"),
    (r"^single_transformer_blocks\.(\d+)\.attn\.norm_k\.weight", r"single_blocks.\1.norm.key_norm.scale"),
    (r"^transformer_blocks", "double_blocks"),
    (r"\.attn\.norm_q\.weight", ".img_attn.norm.query_norm.scale"),
    (r"\.attn\.norm_k\.weight", ".img_attn.norm.key_norm.scale"),
    (r"\.attn\.norm_added_q\.weight", ".txt_attn.norm.query_norm.scale"),
    (r"\.attn\.norm_added_k\.weight", ".txt_attn.norm.key_norm.scale"),
    (r"\.attn\.to_out\.0", ".img_attn.proj"),
    (r"\.attn\.to_add_out", ".txt_attn.proj"),
    (r"\.ff\.linear_in", ".img_mlp.0"),
    (r"\.ff\.linear_out", ".img_mlp.2"),
    (r"\.ff_context\.linear_in", ".txt_mlp.0"),
    (r"\.ff_context\.linear_out", ".txt_mlp.2"),
]
FLUX_2_FUSED: Pairs = [
    (r"\.attn\.to_(q|k|v)\.", ".img_attn.qkv."),
    (r"\.attn\.add_(q|k|v)_proj\.", ".txt_attn.qkv."),
]


def renamed(model: Any, pairs: Pairs, fused: Pairs) -> Weights:
    """A model's weights in the names of its release, which keeps query, key and value in one tensor."""
    found: Weights = {}
    pieces: dict[str, Weights] = {}
    for name, value in model.state_dict().items():
        one = substituted(name, fused)
        if one == name:
            found[substituted(name, pairs)] = _swapped(value) if _swaps(model, name) else value
        else:
            letter = next(letter for letter in "qkv" if f"_{letter}" in name.rpartition("attn")[2])
            pieces.setdefault(substituted(one, pairs), {})[letter] = value
    return found | {name: torch.cat([whole[one] for one in "qkv"]) for name, whole in pieces.items()}


def _swaps(model: Any, name: str) -> bool:
    """Whether a release keeps shift before scale where diffusers keeps scale before shift."""
    last = f"transformer_blocks.{len(model.transformer_blocks) - 1}.norm1_context.linear"
    return name.startswith(("norm_out.linear", last))


def _swapped(value: torch.Tensor) -> torch.Tensor:
    return torch.cat(value.chunk(2)[::-1])


def substituted(name: str, pairs: Pairs) -> str:
    """A name after all of these substitutions."""
    for pattern, text in pairs:
        name = re.sub(pattern, text, name)
    return name
