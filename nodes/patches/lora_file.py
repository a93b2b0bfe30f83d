"""LoRA files: their tensors by the names that diffusers gives them, whatever program wrote them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.header import read_whole_header
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock
from nodes.patches.face_lora import by_layers
from nodes.patches.lycoris import take

if TYPE_CHECKING:
    import torch

PEFT = "base_model.model."
SETTINGS = "lora_adapter_metadata"
"""What diffusers writes beside the tensors: how the LoRA was made, so that nothing has to be guessed."""
CLIP_ROOT = "text_model."
"""How older names of CLIP's layers begin."""
TEXT = ("lora_te", "text_encoder", "base_model.model.text_model", "lycoris_te")
"""How the names of tensors for text encoders begin."""
OTHERS = {"oft_": "an OFT", "glora": "a GLoRA"}
"""Part of a tensor's name → what the file is if it can't be read."""
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

Tensors = dict[str, "torch.Tensor"]


class LoraFile(NamedTuple):
    """What a LoRA file holds.

    Attributes:
        tensors: By names that begin with the part of the model, such as ``unet.``.
        alphas: What they are multiplied by, times the rank, by the names of their layers; None where the
            tensors have it in them.
        settings: Of the LoRA, by names that begin with the part; None where they follow from the tensors.
        changes: What is no plain pair of matrices, as LyCORIS writes it: by the name of the layer as the file
            has it, then by kind.
        rename: Gives tensors of a LoRA for a denoiser the names that PEFT has for them.
    """

    tensors: Tensors
    alphas: Mapping[str, float] | None
    settings: Mapping[str, Any] | None
    changes: Mapping[str, Tensors]
    rename: Callable[[Tensors], Tensors]


def read(path: Path, family: Family, config: Any, attending: Sequence[str] = ()) -> LoraFile:
    """Read a LoRA.

    Args:
        path: A ``.safetensors`` file, or a pickled one, of which nothing is run.
        family: The model's.
        config: The U-Net's, whose number of layers tells blocks apart; None for text encoders.
        attending: Names of the denoiser's attention processors, which IP-Adapters for faces number.

    Raises:
        CheckpointRefused: It is none that can be read, or of a kind that isn't supported.
    """
    tensors, settings = by_layers(path.name, read_tensors(path), attending), _settings(path)
    _check(path, tensors)
    if family.denoiser_class not in LOADERS:
        cure = "Take it off this model."
        raise CheckpointRefused(path.name, "a model whose LoRAs are known", family.title, cure)
    with library_lock:
        loader = getattr(import_module("diffusers.loaders.lora_pipeline"), LOADERS[family.denoiser_class])
    changes = take(tensors)
    try:
        found, alphas = _converted(loader, tensors, config) if tensors else ({}, None)
    except (ValueError, KeyError, IndexError, RuntimeError) as error:
        cure = "Check that it is a LoRA for this model."
        expected = f"a LoRA for {family.title}, whole"
        raise CheckpointRefused(path.name, expected, str(error).strip()[:300], cure) from error

    def rename(some: Tensors) -> Tensors:
        converted, _ = _converted(loader, some, config)
        head = f"{family.denoiser}."
        return by_pefts_names({name.removeprefix(head): one for name, one in converted.items()}, text=False)

    return LoraFile(found, alphas or None, None if alphas else settings, changes, rename)


def by_pefts_names(tensors: Tensors, *, text: bool) -> Tensors:
    """Tensors by the names that PEFT has for them, from those that diffusers has.

    Args:
        tensors: By name without the part of the model.
        text: Whether they are a text encoder's.
    """
    with library_lock:
        from diffusers.utils import state_dict_utils as names

    if not text:
        return names.convert_unet_state_dict_to_peft(tensors)
    return names.convert_state_dict_to_peft(names.convert_state_dict_to_diffusers(tensors))


def _settings(path: Path) -> Mapping[str, Any] | None:
    if path.suffix.lower() != ".safetensors":
        return None
    written = read_whole_header(path, path.name).metadata.get(SETTINGS)
    try:
        settings = json.loads(written) if written else None
    except ValueError:
        return None
    return settings if isinstance(settings, dict) else None


def _check(path: Path, tensors: Tensors) -> None:
    for name in tensors:
        kind = next((kind for part, kind in OTHERS.items() if part in name), None)
        if kind is not None:
            cure = "Choose another file."
            raise CheckpointRefused(path.name, "a LoRA, a LoHa, a LoKr or a DoRA", kind, cure)


def _converted(loader: Any, tensors: Tensors, config: Any) -> tuple[Tensors, Mapping[str, float] | None]:
    given = {} if config is None else {"unet_config": config}
    found = loader.lora_state_dict(tensors, return_alphas=True, return_lora_metadata=True, **given)
    return found[0], found[1] if len(found) == 3 else None
