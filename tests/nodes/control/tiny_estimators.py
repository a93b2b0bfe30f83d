"""Estimators of depth and pose of random weights, saved as transformers saves them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

SMALL: dict[str, Any] = {"hidden_size": 16, "num_attention_heads": 2}
LEVELS: dict[str, Any] = {
    "num_hidden_layers": 4,
    "out_indices": [1, 2, 3, 4],
    "reshape_hidden_states": False,
}
NECK: dict[str, Any] = {"neck_hidden_sizes": [8, 8, 8, 8], "fusion_hidden_size": 8}


def depth_anything(folder: Path, **config: Any) -> Path:
    """Depth Anything on DINOv2, which keeps the sides' ratio and takes multiples of 14."""
    import transformers as library

    layers = {**LEVELS, "image_size": 28, "mlp_ratio": 2}
    backbone = library.Dinov2Config(**SMALL, **layers)
    sizes = {"reassemble_hidden_size": 16, "head_hidden_size": 4, **NECK}
    model = library.DepthAnythingForDepthEstimation, library.DepthAnythingConfig
    processor = library.DPTImageProcessor(
        size={"height": 56, "width": 56}, ensure_multiple_of=14, keep_aspect_ratio=True
    )
    return _saved(folder, model, processor, backbone_config=backbone, **sizes, **config)


def dpt(folder: Path) -> Path:
    """DPT on a plain vision transformer, which squeezes pictures into a square."""
    import transformers as library

    model = library.DPTForDepthEstimation, library.DPTConfig
    processor = library.DPTImageProcessor(size={"height": 32, "width": 32})
    layers = {"num_hidden_layers": 4, "backbone_out_indices": [0, 1, 2, 3], "intermediate_size": 32}
    return _saved(folder, model, processor, **SMALL, **NECK, **layers, image_size=32, patch_size=16)


def zoedepth(folder: Path) -> Path:
    """ZoeDepth on BEiT, which tells metres and pads pictures."""
    import transformers as library

    layers = {**LEVELS, "image_size": 32, "intermediate_size": 32}
    backbone = library.BeitConfig(**SMALL, **layers)
    model = library.ZoeDepthForDepthEstimation, library.ZoeDepthConfig
    processor = library.ZoeDepthImageProcessor(size={"height": 32, "width": 32}, ensure_multiple_of=16)
    bins = {"bottleneck_features": 8, "num_relative_features": 4, "bin_embedding_dim": 8}
    return _saved(folder, model, processor, backbone_config=backbone, **NECK, **bins)


def vitpose(folder: Path, joints: int = 17, experts: int = 1) -> Path:
    """ViTPose; with several experts ViTPose++."""
    import transformers as library

    layers: dict[str, Any] = {"num_hidden_layers": 2, "out_indices": [2], "mlp_ratio": 2}
    sizes = {"image_size": [32, 24], "patch_size": [8, 8], "num_experts": experts, "part_features": 4}
    backbone = library.VitPoseBackboneConfig(**SMALL, **layers, **sizes)
    model = library.VitPoseForPoseEstimation, library.VitPoseConfig
    processor = library.VitPoseImageProcessor(size={"height": 32, "width": 24})
    return _saved(folder, model, processor, backbone_config=backbone, num_labels=joints)


DEPTH: dict[str, Callable[[Path], Path]] = {
    "depth_anything": depth_anything,
    "dpt": dpt,
    "zoedepth": zoedepth,
}


def _saved(folder: Path, classes: tuple[Any, Any], processor: Any, **config: Any) -> Path:
    import torch

    torch.manual_seed(0)
    model, settings = classes
    model(settings(**config)).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
