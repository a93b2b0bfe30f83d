"""A tiny Stable Diffusion XL's weights under the names that the original releases gave them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.nodes.checkpoints.original import TINY, as_convolution, named

SIZES = [("add_embedding.linear_1", "label_emb.0.0"), ("add_embedding.linear_2", "label_emb.0.2")]
BLOCK = [
    ("layer_norm1", "ln_1"),
    ("layer_norm2", "ln_2"),
    ("mlp.fc1", "mlp.c_fc"),
    ("mlp.fc2", "mlp.c_proj"),
    ("self_attn.out_proj", "attn.out_proj"),
]
ENDS = {
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
}
LAYERS = "text_model.encoder.layers."


def weights(folder: Path) -> dict[str, Any]:
    """All weights of a tiny folder, of the base model or of the refiner, in the original layout."""
    from safetensors.torch import load_file

    unet = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    vae = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    found = {_unet_name(name): value for name, value in unet.items()}
    found |= {named("vae", name, TINY): as_convolution(name, value) for name, value in vae.items()}
    base = (folder / "text_encoder").is_dir()
    if base:
        text = load_file(folder / "text_encoder" / "model.safetensors")
        found |= {f"conditioner.embedders.0.transformer.{name}": value for name, value in text.items()}
    second = load_file(folder / "text_encoder_2" / "model.safetensors")
    place = f"conditioner.embedders.{int(base)}.model."
    found |= {f"{place}{name}": value for name, value in as_openclip(second)}
    return {name: value.contiguous().clone() for name, value in found.items()}


def _unet_name(name: str) -> str:
    for ours, original in SIZES:
        if name.startswith(ours):
            return f"model.diffusion_model.{name.replace(ours, original)}"
    return named("unet", name, TINY)


def as_openclip(text: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """A CLIP text encoder's weights as OpenCLIP names them: query, key and value in one tensor."""
    import torch

    for name, value in text.items():
        if name in ENDS:
            yield ENDS[name], value
        elif name == "text_projection.weight":
            yield "text_projection", value.T
        elif ".self_attn.q_proj." in name:
            parts = [text[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            layer, kind = name.removeprefix(LAYERS).split(".self_attn.q_proj.")
            yield f"transformer.resblocks.{layer}.attn.in_proj_{kind}", torch.cat(parts)
        elif name.startswith(LAYERS) and not any(one in name for one in (".k_proj.", ".v_proj.")):
            for ours, original in BLOCK:
                name = name.replace(ours, original)
            yield f"transformer.resblocks.{name.removeprefix(LAYERS)}", value
