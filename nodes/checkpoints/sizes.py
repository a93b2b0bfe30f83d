"""Sizes of transformers, read from the shapes of their tensors, in the names of diffusers or of the releases.

A file that holds a transformer alone carries no config; all that sets one model of a class apart from another
can be told from its tensors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isqrt, prod
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]
"""Names of tensors, without what stands before them in a file, and shapes."""

WAN_HEAD = 128
"""Channels of an attention head in every Wan."""
LTX_HEADS = 32
"""Attention heads in every LTX-Video."""


def read_sizes(name: str, shapes: Shapes) -> dict[str, Any]:
    """Arguments of a transformer's class that fit the tensors of a file.

    Args:
        name: The class.
        shapes: The file's tensors.

    Raises:
        KeyError: One is not there that tells a size.
    """
    return SIZES[name](shapes)


def _flux(shapes: Shapes) -> dict[str, Any]:
    width, inner = _shape(shapes, "x_embedder.weight", "img_in.weight")
    (head,) = _shape(
        shapes, "transformer_blocks.0.attn.norm_q.weight", "double_blocks.0.img_attn.norm.query_norm.scale"
    )
    text = "time_text_embed.text_embedder.linear_1.weight"
    return {
        "patch_size": 1,
        "in_channels": inner,
        "out_channels": _shape(shapes, "proj_out.weight", "final_layer.linear.weight")[0],
        **_blocks(shapes),
        "attention_head_dim": head,
        "num_attention_heads": width // head,
        "joint_attention_dim": _shape(shapes, "context_embedder.weight", "txt_in.weight")[1],
        "pooled_projection_dim": _shape(shapes, text, "vector_in.in_layer.weight")[1],
        "guidance_embeds": _any(shapes, r"(time_text_embed\.guidance_embedder|guidance_in)\."),
    }


def _flux_2(shapes: Shapes) -> dict[str, Any]:
    width, inner = _shape(shapes, "x_embedder.weight", "img_in.weight")
    (head,) = _shape(
        shapes, "transformer_blocks.0.attn.norm_q.weight", "double_blocks.0.img_attn.norm.query_norm.scale"
    )
    hidden = _shape(shapes, "transformer_blocks.0.ff.linear_out.weight", "double_blocks.0.img_mlp.2.weight")
    times = "time_guidance_embed.timestep_embedder.linear_1.weight"
    return {
        "patch_size": 1,
        "in_channels": inner,
        "out_channels": _shape(shapes, "proj_out.weight", "final_layer.linear.weight")[0],
        **_blocks(shapes),
        "attention_head_dim": head,
        "num_attention_heads": width // head,
        "joint_attention_dim": _shape(shapes, "context_embedder.weight", "txt_in.weight")[1],
        "timestep_guidance_channels": _shape(shapes, times, "time_in.in_layer.weight")[1],
        "mlp_ratio": hidden[1] / hidden[0],
        "guidance_embeds": _any(shapes, r"(time_guidance_embed\.guidance_embedder|guidance_in)\."),
    }


def _blocks(shapes: Shapes) -> dict[str, int]:
    """How many blocks FLUX's transformers have of each kind."""
    return {
        "num_layers": count(shapes, r"(?:transformer_blocks|double_blocks)\.(\d+)\."),
        "num_single_layers": count(shapes, r"(?:single_transformer_blocks|single_blocks)\.(\d+)\."),
    }


def _sd3(shapes: Shapes) -> dict[str, Any]:
    width, channels, patch, _ = _shape(shapes, "pos_embed.proj.weight", "x_embedder.proj.weight")
    projected, joint = _shape(shapes, "context_embedder.weight")
    text = "time_text_embed.text_embedder.linear_1.weight"
    norms = [name for name in shapes if re.search(r"\.0\.(attn\.norm_q|x_block\.attn\.ln_q)\.weight$", name)]
    # without a norm the release says: 64 in each head
    head = shapes[norms[0]][0] if norms else 64
    dual = re.compile(r"(?:transformer_blocks|joint_blocks)\.(\d+)\.(?:attn2|x_block\.attn2)\.")
    return {
        "patch_size": patch,
        "in_channels": channels,
        "out_channels": _shape(shapes, "proj_out.weight", "final_layer.linear.weight")[0] // patch**2,
        "num_layers": count(shapes, r"(?:transformer_blocks|joint_blocks)\.(\d+)\."),
        "attention_head_dim": head,
        "num_attention_heads": width // head,
        "joint_attention_dim": joint,
        "caption_projection_dim": projected,
        "pooled_projection_dim": _shape(shapes, text, "y_embedder.mlp.0.weight")[1],
        "pos_embed_max_size": isqrt(_shape(shapes, "pos_embed.pos_embed", "pos_embed")[1]),
        "dual_attention_layers": tuple(
            sorted({int(found[1]) for name in shapes if (found := dual.match(name))})
        ),
        "qk_norm": "rms_norm" if norms else None,
    }


def _wan(shapes: Shapes) -> dict[str, Any]:
    width, channels, *patch = _shape(shapes, "patch_embedding.weight")
    times, texts = ("condition_embedder.time_embedder.linear_1", "condition_embedder.text_embedder.linear_1")
    image = ("condition_embedder.image_embedder.norm1.weight", "img_emb.proj.0.weight")
    seen = any(name in shapes for name in image)
    places = ("condition_embedder.image_embedder.pos_embed", "img_emb.emb_pos")
    return {
        "patch_size": tuple(patch),
        "in_channels": channels,
        "out_channels": _shape(shapes, "proj_out.weight", "head.head.weight")[0] // prod(patch),
        "num_attention_heads": width // WAN_HEAD,
        "attention_head_dim": WAN_HEAD,
        "text_dim": _shape(shapes, f"{texts}.weight", "text_embedding.0.weight")[1],
        "freq_dim": _shape(shapes, f"{times}.weight", "time_embedding.0.weight")[1],
        "ffn_dim": _shape(shapes, "blocks.0.ffn.net.0.proj.weight", "blocks.0.ffn.0.weight")[0],
        "num_layers": count(shapes, r"blocks\.(\d+)\."),
        "image_dim": _shape(shapes, *image)[0] if seen else None,
        "added_kv_proj_dim": width if seen else None,
        "pos_embed_seq_len": next((shapes[name][1] for name in places if name in shapes), None),
    }


def _ltx(shapes: Shapes) -> dict[str, Any]:
    width, channels = _shape(shapes, "proj_in.weight", "patchify_proj.weight")
    return {
        "in_channels": channels,
        "out_channels": _shape(shapes, "proj_out.weight")[0],
        "num_attention_heads": LTX_HEADS,
        "attention_head_dim": width // LTX_HEADS,
        "cross_attention_dim": _shape(shapes, "transformer_blocks.0.attn2.to_k.weight")[1],
        "caption_channels": _shape(shapes, "caption_projection.linear_1.weight")[1],
        "num_layers": count(shapes, r"transformer_blocks\.(\d+)\."),
    }


def _shape(shapes: Shapes, *names: str) -> tuple[int, ...]:
    """The shape of the first of these tensors that is there."""
    return shapes[next((name for name in names if name in shapes), names[0])]


def count(shapes: Shapes, pattern: str) -> int:
    """How many numbers stand where a pattern, from the start of a name on, has its group."""
    return len({found[1] for name in shapes if (found := re.match(pattern, name))})


def _any(shapes: Shapes, pattern: str) -> bool:
    return any(re.match(pattern, name) for name in shapes)


SIZES: dict[str, Callable[[Shapes], dict[str, Any]]] = {
    "FluxTransformer2DModel": _flux,
    "Flux2Transformer2DModel": _flux_2,
    "SD3Transformer2DModel": _sd3,
    "WanTransformer3DModel": _wan,
    "LTXVideoTransformer3DModel": _ltx,
}
"""Class of a transformer → how its sizes are read."""
