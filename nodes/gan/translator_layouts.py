"""Checkpoints of pix2pix and CycleGAN that other programs wrote: what they say of the architecture.

The layout is that of https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix. Whether layers normalise by
batches is told by their weights: those that normalise each picture by itself have none, and the convolutions
before them have biases instead. Files of early versions of PyTorch keep statistics for these, too, which were
never used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.header import read_whole_header
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.train.networks import outline
from nodes.train.trained import HEADER, Weights, check_shapes, exported

if TYPE_CHECKING:
    import torch

Shapes = Mapping[str, tuple[int, ...]]
Config = dict[str, Any]
TRANSLATORS = ("UNetGenerator", "ResNetGenerator")
JUDGES = ("PatchDiscriminator",)
PARALLEL = "module."
"""What names begin with where several graphics cards trained together."""
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
COUNTED = ".num_batches_tracked"
"""What files before PyTorch 0.4.1 lack; it changes nothing in use."""
DEEPEST = 12
"""Levels of a U-Net at most: of pictures with 4,096 pixels along a side."""
MOST = 1000
"""Layers in a row at most."""
CURE = "Choose weights in the layout of pytorch-CycleGAN-and-pix2pix, or a file that a training graph gave."


def read_translator(path: Path) -> Weights:
    """Read a generator that translates pictures.

    Args:
        path: ``.safetensors``, or a pickled state dict, of which nothing is run.

    Raises:
        CheckpointRefused: It holds no such network.
    """
    return _read(path, "a generator of pix2pix or CycleGAN", TRANSLATORS, translator_config)


def read_judge(path: Path) -> Weights:
    """Read a discriminator that judges patches.

    Raises:
        CheckpointRefused: It holds no such network.
    """
    return _read(path, "a discriminator of patches", JUDGES, judge_config)


def translator_config(shapes: Shapes) -> Config | None:
    """What the shapes of a generator's tensors say of it; None when they are not of one."""
    first = shapes.get("model.model.0.weight", ())
    last = shapes.get("model.model.3.weight", ())
    if len(first) == len(last) == 4:
        return _unet_config(shapes, first, last)
    first = shapes.get("model.1.weight", ())
    blocks = sum(1 for _ in takewhile(lambda n: f"model.{10 + n}.conv_block.1.weight" in shapes, range(MOST)))
    last = shapes.get(f"model.{17 + blocks}.weight", ())
    if not blocks or not len(first) == len(last) == 4:
        return None
    return {
        "_class_name": "ResNetGenerator",
        "inputs": first[1],
        "outputs": last[0],
        "width": first[0],
        "blocks": blocks,
        "norm": "batch" if "model.2.weight" in shapes else "instance",
        "dropout": "model.10.conv_block.6.weight" in shapes,
    }


def judge_config(shapes: Shapes) -> Config | None:
    """What the shapes of a discriminator's tensors say of it; None when they are not of one."""
    places = (0, *range(2, MOST, 3))
    kernels = list(
        takewhile(
            lambda shape: len(shape) == 4, (shapes.get(f"model.{place}.weight", ()) for place in places)
        )
    )
    if len(kernels) < 3 or kernels[-1][0] != 1:
        return None
    return {
        "_class_name": "PatchDiscriminator",
        "channels": kernels[0][1],
        "width": kernels[0][0],
        "layers": len(kernels) - 2,
        "norm": "batch" if "model.3.weight" in shapes else "instance",
    }


def _unet_config(shapes: Shapes, first: tuple[int, ...], last: tuple[int, ...]) -> Config:
    prefixes = ("model.model.1." + "model.3." * inside for inside in range(DEEPEST))
    inner = sum(1 for _ in takewhile(lambda prefix: f"{prefix}model.1.weight" in shapes, prefixes))
    return {
        "_class_name": "UNetGenerator",
        "inputs": first[1],
        "outputs": last[1],
        "width": first[0],
        "levels": 1 + inner,
        "norm": "batch" if "model.model.1.model.2.weight" in shapes else "instance",
        "dropout": True,  # it has no tensors, and isn't used unless asked for
    }


def _read(
    path: Path, wanted: str, classes: tuple[str, ...], config_of: Callable[[Shapes], Config | None]
) -> Weights:
    if path.suffix.lower() == ".safetensors" and HEADER in read_whole_header(path, path.name).metadata:
        return exported(path, wanted, classes)
    tensors = {name.removeprefix(PARALLEL): tensor for name, tensor in read_tensors(path).items()}
    config = config_of({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    if config is None:
        got = f"tensors such as {', '.join(list(tensors)[:3]) or 'none at all'}"
        raise CheckpointRefused(path.name, wanted, got, CURE)
    return _fitted(path.name, wanted, config, tensors)


def _fitted(place: str, wanted: str, config: Config, tensors: dict[str, torch.Tensor]) -> Weights:
    """Check that the tensors are those of the architecture, and leave out what was never used."""
    import torch

    try:
        expected = outline(config)
    except ValueError as error:
        raise CheckpointRefused(place, wanted, str(error), CURE) from None
    for name in expected:
        if name.endswith(COUNTED):
            tensors.setdefault(name, torch.zeros((), dtype=torch.int64))
    check_shapes(place, expected, tensors, CURE)
    for name in tensors.keys() - expected.keys():
        if config["norm"] == "batch" or not name.endswith(STATISTICS):
            raise CheckpointRefused(place, wanted, f"{name} beside its tensors", CURE)
    taken = {name: tensors[name].to(like.dtype).contiguous() for name, like in expected.items()}
    return Weights(json.dumps(config, sort_keys=True), taken)
