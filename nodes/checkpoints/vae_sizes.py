"""Sizes of autoencoders, read from the shapes of their tensors, in diffusers' names or the releases'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nodes.checkpoints.sizes import Shapes, count

LTX_LATER: dict[str, Any] = {
    "decoder_block_out_channels": (256, 512, 1024),
    "decoder_spatio_temporal_scaling": (True, True, True),
    "upsample_residual": (True, True, True),
    "upsample_factor": (2, 2, 2),
    "timestep_conditioning": True,
}
LTX_091: dict[str, Any] = {
    "decoder_layers_per_block": (5, 6, 7, 8),
    "decoder_inject_noise": (True, True, True, False),
}
LTX_095: dict[str, Any] = {
    "block_out_channels": (128, 256, 512, 1024, 2048),
    "down_block_types": ("LTXVideo095DownBlock3D",) * 4,
    "layers_per_block": (4, 6, 6, 2, 2),
    "decoder_layers_per_block": (5, 5, 5, 5),
    "spatio_temporal_scaling": (True, True, True, True),
    "decoder_inject_noise": (False, False, False, False),
    "downsample_type": ("spatial", "temporal", "spatiotemporal", "spatiotemporal"),
}
"""What sets the autoencoders of LTX-Video 0.9.1 and 0.9.5 apart from 0.9's, which the class defaults to."""


def read_sizes(family: str, shapes: Shapes, *, diffusers: bool) -> dict[str, Any]:
    """Arguments of an autoencoder's class that fit the tensors of a file.

    Args:
        family: Whose autoencoder it is; empty where its tensors don't tell.
        shapes: The file's tensors.
        diffusers: Whether they have diffusers' names.

    Raises:
        KeyError: One is not there that tells a size.
    """
    return SIZES.get(family, _kl)(shapes, diffusers)


def _kl(shapes: Shapes, diffusers: bool) -> dict[str, Any]:
    levels = count(shapes, r"encoder\.(?:down_blocks|down)\.(\d+)\.")
    last, blocks = ("resnets.0.conv2", "down_blocks") if diffusers else ("block.0.conv2", "down")
    return {
        "in_channels": shapes["encoder.conv_in.weight"][1],
        "latent_channels": shapes["decoder.conv_in.weight"][1],
        "block_out_channels": tuple(
            shapes[f"encoder.{blocks}.{at}.{last}.weight"][0] for at in range(levels)
        ),
        "layers_per_block": count(shapes, r"encoder\.(?:down_blocks|down)\.0\.(?:resnets|block)\.(\d+)\."),
        "down_block_types": ("DownEncoderBlock2D",) * levels,
        "up_block_types": ("UpDecoderBlock2D",) * levels,
        "use_quant_conv": "quant_conv.weight" in shapes,
        "use_post_quant_conv": "post_quant_conv.weight" in shapes,
    }


def _wan(shapes: Shapes, diffusers: bool) -> dict[str, Any]:
    first, last = ("conv_in", "post_quant_conv") if diffusers else ("conv1", "conv2")
    return {
        "base_dim": shapes[f"encoder.{first}.weight"][0],
        "z_dim": shapes[f"{last}.weight"][0],
        "decoder_base_dim": None,
    }


def _ltx(shapes: Shapes, diffusers: bool) -> dict[str, Any]:
    """What later releases of LTX-Video changed, which can be told as diffusers tells them apart."""
    if shapes["encoder.conv_out.conv.weight"][1] == LTX_095["block_out_channels"][-1]:
        return LTX_LATER | LTX_095
    told = "decoder.time_embedder" if diffusers else "decoder.last_time_embedder"
    return LTX_LATER | LTX_091 if any(name.startswith(told) for name in shapes) else {}


SIZES: dict[str, Callable[[Shapes, bool], dict[str, Any]]] = {
    "wan": _wan,
    "wan-dense": lambda shapes, diffusers: {},  # there is one
    "ltx": _ltx,
}
"""Family → how its autoencoder's sizes are read; those of all others are an ``AutoencoderKL``'s."""
