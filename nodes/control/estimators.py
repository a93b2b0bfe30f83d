"""Estimators of depth and pose from folders as transformers saves them; only classes named here are built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from engine import Folder, Within, node
from nodes.checkpoints.folder import read_config
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.pretrained import check_weights, from_transformers
from nodes.checkpoints.refusal import AGAIN, CheckpointRefused
from nodes.control.listing import DEPTH_LICENCE
from nodes.library_lock import library_lock
from nodes.values import F, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
FILES = (".json", ".safetensors")
DepthFolder = Annotated[Folder, Within("models", FILES, ("depth-estimator",))]
PoseFolder = Annotated[Folder, Within("models", FILES, ("pose-estimator",))]


class Architecture(NamedTuple):
    """Classes of transformers.

    Attributes:
        model: What computes.
        processor: What prepares pictures and reads the outcome.
    """

    model: str
    processor: str


Known = Mapping[str, Architecture]
DEPTH: Known = {
    "depth_anything": Architecture("DepthAnythingForDepthEstimation", "DPTImageProcessor"),
    "dpt": Architecture("DPTForDepthEstimation", "DPTImageProcessor"),
    "zoedepth": Architecture("ZoeDepthForDepthEstimation", "ZoeDepthImageProcessor"),
}
"""``model_type`` in a config → classes."""
POSE: Known = {"vitpose": Architecture("VitPoseForPoseEstimation", "VitPoseImageProcessor")}
BACKBONES = ("beit", "bit", "dinov2", "swinv2", "vitpose_backbone")
"""``model_type`` of what these may stand on; those of other libraries would be fetched from a hub."""


UNUSED = ("neck.fusion_stage.layers.0.residual_layer1.",)
"""Of DPT's neck, which Depth Anything and ZoeDepth have too: the first layer has no residual to add, so the
files of its authors lack this (https://github.com/huggingface/transformers/issues/28292)."""


class DepthEstimator(Model[F]):
    """Tells how near each pixel is."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``build``."""
        return build(self, DEPTH, find)


class PoseEstimator(Model[F]):
    """Tells where the joints of a person are."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``build``."""
        return build(self, POSE, find)


@node("load.depth", licence=DEPTH_LICENCE)
def depth_estimator(folder: DepthFolder, dtype: Dtype = "float32") -> DepthEstimator:
    """Load an estimator of depth: Depth Anything, DPT (MiDaS 3) or ZoeDepth.

    Args:
        folder: Folder that holds ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or something is missing or cut short.
    """
    check(folder.path, DEPTH)
    return DepthEstimator(folder.digest, dtype=dtype)


@node("load.pose")
def pose_estimator(folder: PoseFolder, dtype: Dtype = "float32") -> PoseEstimator:
    """Load an estimator of poses: ViTPose.

    Args:
        folder: Folder that holds ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or something is missing or cut short.
    """
    check(folder.path, POSE)
    return PoseEstimator(folder.digest, dtype=dtype)


def check(folder: Path, known: Known) -> Architecture:
    """Tell which classes a folder is for, without reading its weights.

    Raises:
        CheckpointRefused: None of those known, or something is missing or cut short.
    """
    config = read_config(folder, CONFIG, "model_type")
    read_config(folder, PREPROCESSOR)
    found, backbone = str(config["model_type"]), config.get("backbone_config") or {}
    stands_on = backbone.get("model_type") if isinstance(backbone, dict) else backbone
    place = f"{folder.name}/{CONFIG}"
    if found not in known:
        cure = "Choose the folder of such a model, converted for transformers."
        raise CheckpointRefused(place, f"model_type {' or '.join(known)}", found, cure)
    if config.get("backbone") or stands_on not in (None, *BACKBONES):
        expected = f"a backbone_config of {' or '.join(BACKBONES)}"
        got = str(config.get("backbone") or stands_on)
        raise CheckpointRefused(place, expected, got, "Choose one of transformers' own models.")
    check_weights(folder)
    return known[found]


def build(handle: Model[Any], known: Known, find: Find) -> Any:
    """Build the module that a handle describes; its attribute ``processor`` is its image processor.

    Args:
        handle: Which folder, and its dtype.
        known: What it may be.
        find: Content digest → the folder that has it now.

    Raises:
        CheckpointRefused: See ``check``; or the weights don't fit the config.
    """
    import torch

    folder = find(handle.source)
    names = check(folder, known)
    with library_lock:
        from huggingface_hub.errors import StrictDataclassError
        from transformers.utils.logging import disable_progress_bar
    disable_progress_bar()
    beside, dtype = {"processor": names.processor}, getattr(torch, handle.dtype)
    try:
        model = from_transformers(folder, names.model, beside, dtype=dtype, unused=UNUSED)
    except (StrictDataclassError, TypeError, ValueError) as error:
        raise CheckpointRefused(folder.name, f"the configs of a {names.model}", str(error), AGAIN) from error
    return model.requires_grad_(False)
