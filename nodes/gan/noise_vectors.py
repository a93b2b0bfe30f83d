"""Noise as weights that can be trained. Imported only where it is built: the class itself needs torch."""

from __future__ import annotations

import torch
from torch import nn


class NoiseVectors(nn.Module):
    """A noise vector for each of some pictures.

    Args:
        count: How many.
        numbers: Numbers in each.

    Attributes:
        vectors: [count, numbers, 1, 1].
    """

    def __init__(self, count: int, numbers: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(count, numbers, 1, 1))
