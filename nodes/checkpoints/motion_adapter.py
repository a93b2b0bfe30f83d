"""Motion adapters: from folders as diffusers saves them, or from single files, to handles and modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from engine import File, Folder, Within, node
from nodes.checkpoints import motion_file
from nodes.checkpoints.folder import read_config
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.pretrained import check_weights, from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.values import F, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find

CLASS = "MotionAdapter"
AdapterFolder = Annotated[Folder, Within("models", (".json", ".safetensors"), ("motion-module",))]
AdapterFile = Annotated[
    File, Within("models", (".safetensors", ".ckpt", ".pth", ".pt", ".bin"), ("motion-module",))
]


class MotionAdapter(Model[F]):
    """Layers over time that make a U-Net of pictures one of films."""

    def load(self, find: Find) -> Any:
        """Build the module."""
        import torch

        place, dtype = find(self.source), getattr(torch, self.dtype)
        with library_lock:
            from diffusers.models.unets.unet_motion_model import MotionAdapter as Module

            if place.is_file():
                return motion_file.build(place, dtype)
            return from_pretrained(Module, place, dtype=dtype)


@node("load.motion_adapter")
def from_folder(folder: AdapterFolder, dtype: Dtype = "float32") -> MotionAdapter:
    """Load a motion adapter of AnimateDiff, for ``diffusion.animate``, from a folder as diffusers saves it.

    Args:
        folder: Folder that holds ``config.json`` and its weights.
        dtype: Precision of its weights in memory; as that of the model's.

    Raises:
        CheckpointRefused: It holds another kind of model, or its weights are missing or cut short.
    """
    name = read_config(folder.path, "config.json").get("_class_name")
    if name != CLASS:
        cure = "Choose the folder of a motion adapter, such as guoyww/animatediff-motion-adapter-v1-5-3."
        raise CheckpointRefused(f"{folder.path.name}/config.json", f"a {CLASS}", str(name or "none"), cure)
    check_weights(folder.path)
    return MotionAdapter(folder.digest, dtype=dtype)


@node("load.motion_adapter_file")
def from_file(file: AdapterFile, dtype: Dtype = "float32") -> MotionAdapter:
    """Load a motion module of AnimateDiff, for ``diffusion.animate``, from a single file.

    Args:
        file: In the names of its authors, such as ``mm_sd_v15_v2.ckpt``, or of diffusers; pickled ones are
            read as plain data, without running what they may hold.
        dtype: Precision of its weights in memory; as that of the model's.

    Raises:
        CheckpointRefused: It holds another kind of model, one for Stable Diffusion XL, or is cut short.
    """
    motion_file.read(file.path)
    return MotionAdapter(file.digest, dtype=dtype)
