"""T2I-Adapters: from diffusers' folders to handles and to modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from engine import Folder, Within, node
from nodes.checkpoints.controlnet import CONFIG
from nodes.checkpoints.folder import Config, read_config
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.pretrained import check_weights, from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import Model, T2IAdapter

if TYPE_CHECKING:
    from engine.declare.handle import Find

CLASS = "T2IAdapter"
AdapterFolder = Annotated[Folder, Within("models", (".json", ".safetensors"), ("t2i-adapter",))]


@node("load.t2i_adapter")
def load(folder: AdapterFolder, dtype: Dtype = "float32") -> T2IAdapter:
    """Load a T2I-Adapter, which makes a model follow a picture, from a folder as diffusers saves it.

    Args:
        folder: Folder that holds ``config.json`` and its weights.
        dtype: Precision of its weights in memory; as that of the model's.

    Raises:
        CheckpointRefused: It holds another kind of model, or its weights are missing or cut short.
    """
    config = _read(folder.path)
    check_weights(folder.path)
    return T2IAdapter(folder.digest, family=_family(config), dtype=dtype)


@load.infer
def folder_family(folder: Path) -> dict[str, str]:
    """The family of the models that it guides."""
    family = _family(_read(folder))
    return {"F": family} if family else {}


def _read(folder: Path) -> Config:
    config = read_config(folder, CONFIG, "adapter_type", "channels")
    if (name := config.get("_class_name")) != CLASS:
        cure = "Choose the folder of such a network."
        raise CheckpointRefused(f"{folder.name}/{CONFIG}", f"a {CLASS}", str(name or "none")[:80], cure)
    return config


def _family(config: Config) -> str:
    """Its widths are those of the U-Net's levels, which the two families with adapters don't share."""
    if config["adapter_type"] == "full_adapter_xl":
        return "sdxl"
    return "sd1" if config["channels"][-1] == 1280 else ""


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes.

    Raises:
        CheckpointRefused: Its weights don't fit its config.
    """
    import torch
    from diffusers.models.adapter import T2IAdapter as Network

    return from_pretrained(Network, find(handle.source), dtype=getattr(torch, handle.dtype))
