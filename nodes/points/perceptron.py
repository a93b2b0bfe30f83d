"""Perceptrons on points of the plane: a generator, a discriminator and a classifier of them.

Imported only where a network is built: the classes themselves need torch.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import nn

LEAK = 0.2
ACTIVATIONS = {"leaky relu": partial(nn.LeakyReLU, LEAK), "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def perceptron(
    inputs: int, outputs: int, width: int, layers: int, activation: str = "leaky relu"
) -> nn.Sequential:
    """Linear layers with a nonlinearity after each but the last.

    Args:
        inputs: Numbers that go in.
        outputs: Numbers that come out.
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        activation: The nonlinearity, by its name in ``ACTIVATIONS``.
    """
    sizes = [inputs, *[width] * layers]
    parts: list[nn.Module] = []
    for before, after in pairwise(sizes):
        parts += [nn.Linear(before, after), ACTIVATIONS[activation]()]
    return nn.Sequential(*parts, nn.Linear(sizes[-1], outputs))


class PointGenerator(nn.Module):
    """Noise to points.

    Args:
        noise: Numbers of the noise vector.
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        classes: 0: it is told no classes.
    """

    def __init__(self, noise: int, width: int, layers: int, classes: int = 0) -> None:
        super().__init__()
        assert classes == 0, "points have no classes here"
        self.main = perceptron(noise, 2, width, layers)

    def forward(self, noise: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Make points, [B, 2, 1, 1], out of noise [B, noise, 1, 1]."""
        return self.main(noise.flatten(1))[:, :, None, None]


class PointClassifier(nn.Module):
    """Points to which of two classes they belong to.

    Args:
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        activation: The nonlinearity after each hidden layer.
    """

    def __init__(self, width: int, layers: int, activation: str = "leaky relu") -> None:
        super().__init__()
        self.main = perceptron(2, 1, width, layers, activation)

    def forward(self, points: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Judge points [B, 2, 1, 1]: the logit of each belonging to the second class, [B]."""
        return self.main(points.flatten(1)).flatten()


class PointDiscriminator(PointClassifier):
    """Points to how real they look: the second class are the real ones."""
