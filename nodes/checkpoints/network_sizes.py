"""Sizes of control networks, read from the shapes of their tensors in diffusers' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nodes.checkpoints.sizes import Shapes, count, read_sizes

HEAD = 64
"""Channels of an attention head in Stable Diffusion 2 and XL."""


def read_network_sizes(name: str, shapes: Shapes) -> dict[str, Any]:
    """Arguments of a control network's class that fit the tensors of a file.

    Args:
        name: The class.
        shapes: The file's tensors.

    Raises:
        KeyError: One is not there that tells a size.
    """
    return NETWORKS[name](shapes)


def _flux(shapes: Shapes) -> dict[str, Any]:
    sizes = read_sizes("FluxTransformer2DModel", {**shapes, "proj_out.weight": (0,)})
    del sizes["out_channels"]
    kinds = shapes.get("controlnet_mode_embedder.weight")
    hint = shapes.get("input_hint_block.conv_out.weight")
    return sizes | {
        "num_mode": kinds[0] if kinds else None,
        "conditioning_embedding_channels": hint[0] if hint else None,
        "patch_size": 2 if hint else 1,
    }


def _sd3(shapes: Shapes) -> dict[str, Any]:
    reads_text = "context_embedder.weight" in shapes
    has_places = "pos_embed.proj.weight" in shapes
    width, channels, patch, _ = shapes["pos_embed_input.proj.weight"]
    own = shapes["pos_embed.proj.weight"][1] if has_places else channels
    stand_ins = {
        "proj_out.weight": (own * patch**2,),
        "context_embedder.weight": shapes.get("context_embedder.weight", (0, 0)),
        "pos_embed.proj.weight": (width, own, patch, patch),
        "pos_embed.pos_embed": shapes.get("pos_embed.pos_embed", (1, 0)),
    }
    sizes = read_sizes("SD3Transformer2DModel", {**shapes, **stand_ins})
    more: dict[str, Any] = {"extra_conditioning_channels": channels - own, "use_pos_embed": has_places}
    if not reads_text:  # those of Stable Diffusion 3.5, which read the pooled text as it is
        more |= {"joint_attention_dim": None, "force_zeros_for_pooled_projection": False}
    return sizes | more


def _unet(shapes: Shapes) -> dict[str, Any]:
    blocks = [f"down_blocks.{at}" for at in range(count(shapes, r"down_blocks\.(\d+)\."))]
    channels = [shapes[f"{block}.resnets.0.conv2.weight"][0] for block in blocks]
    depths = [_depth(shapes, block) for block in blocks]
    middle = _depth(shapes, "mid_block")
    attention = next(f"{at}.attentions.0" for at in (*blocks, "mid_block") if _depth(shapes, at))
    linear = len(shapes[f"{attention}.proj_in.weight"]) == 2
    sizes: dict[str, Any] = {
        "in_channels": shapes["conv_in.weight"][1],
        "block_out_channels": tuple(channels),
        "layers_per_block": count(shapes, r"down_blocks\.0\.resnets\.(\d+)\."),
        "down_block_types": tuple("CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in depths),
        "mid_block_type": "UNetMidBlock2DCrossAttn" if middle else "UNetMidBlock2D",
        # the middle is as deep as the last block says
        "transformer_layers_per_block": (*(depth or 1 for depth in depths[:-1]), middle or depths[-1] or 1),
        "cross_attention_dim": shapes[f"{attention}.transformer_blocks.0.attn2.to_k.weight"][1],
        "use_linear_projection": linear,
        "attention_head_dim": tuple(one // HEAD for one in channels) if linear else 8,
        "conditioning_embedding_out_channels": _hint_channels(shapes),
    }
    if told := shapes.get("add_embedding.linear_1.weight"):
        sizes |= {"addition_embed_type": "text_time", "addition_time_embed_dim": 256}
        sizes["projection_class_embeddings_input_dim"] = told[1]
    return sizes


def _depth(shapes: Shapes, block: str) -> int:
    """Layers of the attention of a block."""
    return count(shapes, rf"{block}\.attentions\.0\.transformer_blocks\.(\d+)\.")


def _hint_channels(shapes: Shapes) -> tuple[int, ...]:
    hint = "controlnet_cond_embedding"
    steps = count(shapes, rf"{hint}\.blocks\.(\d+)\.") // 2
    wider = (shapes[f"{hint}.blocks.{2 * at + 1}.weight"][0] for at in range(steps))
    return (shapes[f"{hint}.conv_in.weight"][0], *wider)


NETWORKS: dict[str, Callable[[Shapes], dict[str, Any]]] = {
    "ControlNetModel": _unet,
    "SD3ControlNetModel": _sd3,
    "FluxControlNetModel": _flux,
}
"""Class of a control network → how its sizes are read."""
