"""A network that reads digits: from the weights of the installed package ``digit-recognizer-py``.

The package is never imported; only its file of weights is read. It was trained on MNIST, whose digits are
white on black, 28 × 28.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from engine import node
from nodes.checkpoints.packaged import packaged
from nodes.checkpoints.pickled import load_pickled
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.values import F, Model

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import nn

    from engine.declare.handle import Find

PACKAGE = "digit_recognizer"
WEIGHTS = "models/handwriting_model.pth"
CURE = "Run: pip install --no-deps digit-recognizer-py"
SIDE = 28
"""Pixels along a side of what it reads."""
MEAN, DEVIATION = 0.1307, 0.3081
"""Of MNIST's pixels, 0..1."""
CONVOLUTIONS = (1, 32, 64, 128)
FEATURES, CLASSES = 256, 10


class Classifier(Model[F]):
    """Tells what pictures show."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``build``."""
        return build(self)


@node("load.digit_classifier", pure=False)
def installed() -> Classifier:
    """Load a network that reads handwritten digits, from the installed package ``digit-recognizer-py``.

    Raises:
        CheckpointRefused: The package is not installed.
    """
    return Classifier(blake3(weights_file().read_bytes()).hexdigest())


def weights_file() -> Path:
    """Where the weights lie.

    Raises:
        CheckpointRefused: See ``installed``.
    """
    what = "a network that reads digits"
    return packaged("load.digit_classifier", PACKAGE, WEIGHTS, what, CURE)


def build(handle: Classifier[Any]) -> nn.Module:
    """Build the network that a handle describes; ``read`` runs it.

    Raises:
        CheckpointRefused: The weights are not those that the handle was made of, or don't fit.
    """
    path = weights_file()
    if (digest := blake3(path.read_bytes()).hexdigest()) != handle.source:
        cure = "The package was changed: run again."
        raise CheckpointRefused(path.name, f"the digest {handle.source[:12]}", digest[:12], cure)
    with library_lock:
        network = _network()
    try:
        network.load_state_dict(load_pickled(path))
    except RuntimeError as error:
        got = str(error).partition("\n")[0]
        raise CheckpointRefused(path.name, "a network of three convolutions", got, CURE) from error
    return network.eval().requires_grad_(False)


def _network() -> nn.Module:
    from torch import nn

    layers: list[nn.Module] = []
    for before, after in pairwise(CONVOLUTIONS):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2)]
    left = CONVOLUTIONS[-1] * (SIDE // 8) ** 2
    return nn.ModuleDict(
        {
            "conv_layers": nn.Sequential(*layers),
            "fc_layers": nn.Sequential(nn.Linear(left, FEATURES), nn.ReLU(), nn.Linear(FEATURES, CLASSES)),
        }
    )


def read(network: Any, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What the network sees in pictures.

    Args:
        network: From ``build``.
        pixels: float32 [B, H, W, C], 0..1, on the network's device; what is bright in the corners is taken
            for paper, and inverted.

    Returns:
        Its features [B, 256], after the first linear layer and its ReLU, and logits [B, 10].
    """
    import torch
    from torch.nn.functional import interpolate

    grey = pixels[..., :3].mean(-1)
    corners = torch.stack([grey[:, row, column] for row in (0, -1) for column in (0, -1)]).mean(0)
    grey = torch.where((corners > 0.5)[:, None, None], 1 - grey, grey)[:, None]
    if grey.shape[-2:] != (SIDE, SIDE):
        grey = interpolate(grey, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)
    hidden = network["conv_layers"]((grey - MEAN) / DEVIATION).flatten(1)
    features = network["fc_layers"][:2](hidden)
    return features, network["fc_layers"][2](features)
