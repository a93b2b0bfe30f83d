"""Sizes of text encoders, read from the shapes of their tensors, as the configs of transformers tell them."""

from __future__ import annotations

from typing import Any

from nodes.checkpoints.sizes import Shapes, count

HEAD = 64
"""Channels of an attention head in every CLIP that a model reads with."""
CLIP_L = "clip-l"
CLIP_ENDS = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
"""With these transformers takes the largest token for a text's end, which it is in CLIP's vocabulary."""


def clip_sizes(kind: str, shapes: Shapes, *, open_clip: bool) -> dict[str, Any]:
    """Arguments of ``CLIPTextConfig`` that fit the tensors of a file.

    Args:
        kind: As the recogniser names it, such as ``clip-l``.
        shapes: The file's tensors.
        open_clip: Whether they have OpenCLIP's names in place of those of transformers.

    Raises:
        KeyError: One is not there that tells a size.
    """
    if open_clip:
        names = "token_embedding.weight", "positional_embedding", "transformer.resblocks.0.mlp.c_fc.weight"
        layers, projection = count(shapes, r"transformer\.resblocks\.(\d+)\."), "text_projection"
    else:
        start = "text_model." if "text_model.embeddings.token_embedding.weight" in shapes else ""
        places = (
            "embeddings.token_embedding.weight",
            "embeddings.position_embedding.weight",
            "encoder.layers.0.mlp.fc1.weight",
        )
        names = tuple(f"{start}{name}" for name in places)
        layers, projection = count(shapes, rf"{start}encoder\.layers\.(\d+)\."), "text_projection.weight"
    (vocabulary, width), (positions, _), (inner, _) = (shapes[name] for name in names)
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": max(width // HEAD, 1),
        "max_position_embeddings": positions,
        "hidden_act": "quick_gelu" if kind == CLIP_L else "gelu",
        "projection_dim": shapes[projection][-1 if open_clip else 0] if projection in shapes else width,
        **CLIP_ENDS,
    }


def t5_sizes(shapes: Shapes) -> dict[str, Any]:
    """Arguments of ``T5Config`` and ``UMT5Config`` that fit the tensors of a file.

    Args:
        shapes: The file's tensors, in the names of transformers or of GGUF.

    Raises:
        KeyError: One is not there that tells a size.
    """
    gguf = "token_embd.weight" in shapes
    first = "enc.blk.0." if gguf else "encoder.block.0."
    attention = f"{first}attn_" if gguf else f"{first}layer.0.SelfAttention."
    gate, whole = ("ffn_gate", "ffn_up") if gguf else ("wi_0", "wi")
    feed = first if gguf else f"{first}layer.1.DenseReluDense."
    gated = f"{feed}{gate}.weight" in shapes
    vocabulary, width = shapes["token_embd.weight" if gguf else "shared.weight"]
    buckets, heads = shapes[f"{attention}{'rel_b' if gguf else 'relative_attention_bias'}.weight"]
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": shapes[f"{attention}q.weight"][0] // heads,
        "d_ff": shapes[f"{feed}{gate if gated else whole}.weight"][0],
        "num_layers": count(shapes, r"(?:enc\.blk|encoder\.block)\.(\d+)\."),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": "gated-gelu" if gated else "relu",
    }
