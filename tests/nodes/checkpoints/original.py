"""Weights under the names that the original Stable Diffusion releases gave them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """How a U-Net and a VAE are built.

    Attributes:
        levels: Blocks on the way down, and up.
        layers: Layers of each on the way down.
        attending: Levels of the way up that have attention.
    """

    levels: int
    layers: int
    attending: frozenset[int]


TINY = Shape(2, 1, frozenset({0}))
REAL = Shape(4, 2, frozenset({1, 2, 3}))
"""Of Stable Diffusion 1."""
RESNET = [
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("time_emb_proj", "emb_layers.1"),
    ("conv_shortcut", "skip_connection"),
]
ENDS = [
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("conv_in.", "input_blocks.0.0."),
    ("conv_norm_out.", "out.0."),
    ("conv_out.", "out.2."),
    ("mid_block.resnets.0.", "middle_block.0."),
    ("mid_block.attentions.0.", "middle_block.1."),
    ("mid_block.resnets.1.", "middle_block.2."),
]
VAE_ATTENTION = [
    ("group_norm", "norm"),
    ("to_q", "q"),
    ("to_k", "k"),
    ("to_v", "v"),
    ("to_out.0", "proj_out"),
]


def weights(folder: Path) -> dict[str, Any]:
    """All weights of a tiny model's folder in the original layout."""
    from safetensors.torch import load_file

    files = {
        "unet": "unet/diffusion_pytorch_model.safetensors",
        "vae": "vae/diffusion_pytorch_model.safetensors",
        "text_encoder": "text_encoder/model.safetensors",
    }
    return {
        named(part, name, TINY): as_convolution(name, value) if part == "vae" else value
        for part, file in files.items()
        for name, value in load_file(folder / file).items()
    }


def named(part: str, name: str, shape: Shape) -> str:
    """The original name of a part's tensor."""
    if part == "unet":
        pairs = [*ENDS, *_unet_levels(shape)]
        pairs = [*pairs, *RESNET] if ".resnets." in name else pairs
        return f"model.diffusion_model.{_renamed(name, pairs)}"
    if part == "vae":
        pairs = [("conv_shortcut", "nin_shortcut"), ("conv_norm_out", "norm_out"), *_vae_levels(shape)]
        pairs = [*pairs, *VAE_ATTENTION] if ".attentions." in name else pairs
        return f"first_stage_model.{_renamed(name, pairs)}"
    return f"cond_stage_model.transformer.{name}"


def _unet_levels(shape: Shape) -> Iterator[tuple[str, str]]:
    layers = shape.layers
    for level in range(shape.levels):
        first = (layers + 1) * level
        for layer in range(layers):
            yield f"down_blocks.{level}.resnets.{layer}.", f"input_blocks.{first + layer + 1}.0."
            yield f"down_blocks.{level}.attentions.{layer}.", f"input_blocks.{first + layer + 1}.1."
        yield f"down_blocks.{level}.downsamplers.0.conv.", f"input_blocks.{first + layers + 1}.0.op."
        for layer in range(layers + 1):
            yield f"up_blocks.{level}.resnets.{layer}.", f"output_blocks.{first + layer}.0."
            yield f"up_blocks.{level}.attentions.{layer}.", f"output_blocks.{first + layer}.1."
        # Behind the attention, where there is some
        behind = 2 if level in shape.attending else 1
        yield f"up_blocks.{level}.upsamplers.0.", f"output_blocks.{first + layers}.{behind}."


def _vae_levels(shape: Shape) -> Iterator[tuple[str, str]]:
    yield "mid_block.attentions.0.", "mid.attn_1."
    for layer in range(2):
        yield f"mid_block.resnets.{layer}.", f"mid.block_{layer + 1}."
    for level in range(shape.levels):
        for layer in range(shape.layers + 1):
            yield f"down_blocks.{level}.resnets.{layer}.", f"down.{level}.block.{layer}."
            yield f"up_blocks.{level}.resnets.{layer}.", f"up.{shape.levels - 1 - level}.block.{layer}."
        yield f"down_blocks.{level}.downsamplers.0.", f"down.{level}.downsample."
        yield f"up_blocks.{level}.upsamplers.0.", f"up.{shape.levels - 1 - level}.upsample."


def as_convolution(name: str, value: Any) -> Any:
    """The original autoencoder's attention is made of 1 × 1 convolutions."""
    attends = ".attentions." in name and name.endswith("weight") and "norm" not in name
    return value[:, :, None, None] if attends else value


def _renamed(name: str, pairs: Iterable[tuple[str, str]]) -> str:
    for ours, theirs in pairs:
        name = name.replace(ours, theirs)
    return name
