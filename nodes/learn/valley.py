"""A place in a valley of the plane, as a network whose two weights are its coordinates.

Imported only where a network is built: the class itself needs torch.
"""

from __future__ import annotations

import math

import torch
from torch import nn


class Valley(nn.Module):
    """A quadratic with its minimum at 0: flat along one axis, steep across it.

    Args:
        x: Where the descent begins.
        y: Where the descent begins.
        condition: How many times steeper it is across than along.
        angle: Degrees by which the flat axis is turned from that of x, anticlockwise.
    """

    def __init__(self, x: float, y: float, condition: float, angle: float) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.tensor([x, y], dtype=torch.float32))
        self.matrix = curvature(condition, angle)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """The height of the place over the minimum of each sample's own valley.

        Args:
            samples: [B, 2]: where those minima are.

        Returns:
            [B].
        """
        return heights(self.place - samples, self.matrix)


def curvature(condition: float, angle: float) -> torch.Tensor:
    """The matrix with the eigenvalues 1, along the axis at an angle in degrees, and ``condition``, [2, 2]."""
    turn = math.radians(angle)
    along = torch.tensor([math.cos(turn), math.sin(turn)])
    across = torch.tensor([-math.sin(turn), math.cos(turn)])
    return torch.outer(along, along) + condition * torch.outer(across, across)


def heights(places: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Half of p·M·p for each of [..., 2] places."""
    return ((places @ matrix) * places).sum(-1) / 2
