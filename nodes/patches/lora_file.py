"""LoRA files: their tensors by the names that diffusers gives them, whatever program wrote them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.header import read_whole_header
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock

if TYPE_CHECKING:
    import torch

PEFT = "base_model.model."
SETTINGS = "lora_adapter_metadata"
"""What diffusers writes beside the tensors: how the LoRA was made, so that nothing has to be guessed."""
OTHERS = {
    "hada_": "a LoHa",
    "lokr_": "a LoKr",
    "oft_": "an OFT",
    ".lora_mid": "a LoCon in three factors",
    "glora": "a GLoRA",
}
"""Part of a tensor's name → what the file is if it isn't a LoRA."""
LOADERS = {
    "UNet2DConditionModel": "StableDiffusionXLLoraLoaderMixin",
    "UNetMotionModel": "StableDiffusionXLLoraLoaderMixin",
    "SD3Transformer2DModel": "SD3LoraLoaderMixin",
    "FluxTransformer2DModel": "FluxLoraLoaderMixin",
    "Flux2Transformer2DModel": "Flux2LoraLoaderMixin",
    "WanTransformer3DModel": "WanLoraLoaderMixin",
    "LTXVideoTransformer3DModel": "LTXVideoLoraLoaderMixin",
    "CogVideoXTransformer3DModel": "CogVideoXLoraLoaderMixin",
}
"""Class of a denoiser → what in ``diffusers.loaders.lora_pipeline`` knows how its LoRAs are written."""
SCALE, DOWN = ".dora_scale", ".lora_down.weight"

Tensors = dict[str, "torch.Tensor"]


class LoraFile(NamedTuple):
    """What a LoRA file holds.

    Attributes:
        tensors: By names that begin with the part of the model, such as ``unet.``.
        alphas: What they are multiplied by, times the rank, by the names of their layers; None where the
            tensors have it in them.
        settings: Of the LoRA, by names that begin with the part; None where they follow from the tensors.
    """

    tensors: Tensors
    alphas: Mapping[str, float] | None
    settings: Mapping[str, Any] | None


def read(path: Path, family: Family, config: Any) -> LoraFile:
    """Read a LoRA.

    Args:
        path: A ``.safetensors`` file, or a pickled one, of which nothing is run.
        family: The model's.
        config: The U-Net's, whose number of layers tells blocks apart; None for text encoders.

    Raises:
        CheckpointRefused: It is none that can be read, or of a kind that isn't supported.
    """
    tensors, settings = read_tensors(path), _settings(path)
    _check(path, tensors, family)
    if family.denoiser_class not in LOADERS:
        cure = "Take it off this model."
        raise CheckpointRefused(path.name, "a model whose LoRAs are known", family.title, cure)
    with library_lock:
        loader = getattr(import_module("diffusers.loaders.lora_pipeline"), LOADERS[family.denoiser_class])
    try:
        magnitudes = {name: tensors.pop(name) for name in list(tensors) if name.endswith(SCALE)}
        kept = dict(tensors)
        found, alphas = _converted(loader, tensors, config)
        if magnitudes:
            found |= _magnitudes(loader, kept, magnitudes, config)
    except (ValueError, KeyError, IndexError, RuntimeError) as error:
        cure = "Check that it is a LoRA for this model."
        expected = f"a LoRA for {family.title}, whole"
        raise CheckpointRefused(path.name, expected, str(error).strip()[:300], cure) from error
    return LoraFile(found, alphas or None, None if alphas else settings)


def _settings(path: Path) -> Mapping[str, Any] | None:
    if path.suffix.lower() != ".safetensors":
        return None
    written = read_whole_header(path, path.name).metadata.get(SETTINGS)
    try:
        settings = json.loads(written) if written else None
    except ValueError:
        return None
    return settings if isinstance(settings, dict) else None


def _check(path: Path, tensors: Tensors, family: Family) -> None:
    for name in tensors:
        kind = next((kind for part, kind in OTHERS.items() if part in name), None)
        if kind is not None:
            cure = "Only LoRAs, LoCons and DoRAs are read: choose another file."
            raise CheckpointRefused(path.name, "pairs of matrices (lora_down and lora_up)", kind, cure)
        if name.endswith(SCALE):
            _check_dora(path, name, tensors, family)


def _check_dora(path: Path, name: str, tensors: Tensors, family: Family) -> None:
    layer, shape = name.removesuffix(SCALE), tuple(tensors[name].shape)
    up = tensors.get(f"{layer}.lora_up.weight")
    if family.denoiser != "unet" or up is None or shape[0] != len(up) or tensors[name].numel() != len(up):
        expected = "a DoRA's scale for each output of a layer of a U-Net"
        raise CheckpointRefused(path.name, expected, f"{name} {shape}", "Choose another file.")


def _converted(loader: Any, tensors: Tensors, config: Any) -> tuple[Tensors, Mapping[str, float] | None]:
    given = {} if config is None else {"unet_config": config}
    found = loader.lora_state_dict(tensors, return_alphas=True, return_lora_metadata=True, **given)
    return found[0], found[1] if len(found) == 3 else None


def _magnitudes(loader: Any, tensors: Tensors, magnitudes: Tensors, config: Any) -> Tensors:
    """A DoRA's scales (Liu et al., arXiv 2402.09353), which diffusers leaves out, by the names that PEFT has.

    What a layer is called is found by having the scale's own tensor renamed in the place of the matrix.
    """
    for name, scale in magnitudes.items():
        tensors[name.removesuffix(SCALE) + DOWN] = scale
    scaled = {id(scale) for scale in magnitudes.values()}
    renamed, _ = _converted(loader, tensors, config)
    return {
        _layer(name) + ".lora_magnitude_vector.weight": value.flatten()
        for name, value in renamed.items()
        if id(value) in scaled
    }


def _layer(name: str) -> str:
    name = name.removesuffix(".down.weight")
    return name.removesuffix("_lora").removesuffix(".lora").removesuffix(".lora_linear_layer")
