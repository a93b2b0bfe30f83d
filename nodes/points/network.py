"""The denoiser of points: a small residual perceptron that is told how noisy its points are.

Imported only where a network is built: the class itself needs torch.
"""

from __future__ import annotations

import torch
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from torch import nn

EMBEDDED = 64


class PointDenoiser(nn.Module):
    """What a U-Net is to pictures: it says noise or velocity for each point at its noise level.

    Args:
        width: Numbers that stand for a point inside of the network.
        layers: Residual layers.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.waves = Timesteps(EMBEDDED, flip_sin_to_cos=True, downscale_freq_shift=0)
        self.level_embedding = TimestepEmbedding(EMBEDDED, width)
        self.into = nn.Linear(2, width)
        self.layers = nn.ModuleList(Layer(width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 2)

    def forward(self, samples: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Predict for each point.

        Args:
            samples: [B, 2, 1, 1].
            timesteps: [B], 0..1000.

        Returns:
            [B, 2, 1, 1].
        """
        level = self.level_embedding(self.waves(timesteps))
        hidden = self.into(samples.flatten(1))
        for layer in self.layers:
            hidden = layer(hidden, level)
        return self.out(self.norm(hidden)).reshape(samples.shape)


class Layer(nn.Module):
    """One residual layer: the point and its noise level together through a nonlinearity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.point = nn.Linear(width, 2 * width)
        self.level = nn.Linear(width, 2 * width)
        self.back = nn.Linear(2 * width, width)

    def forward(self, hidden: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """Add what the layer says to [B, width]."""
        return hidden + self.back(nn.functional.silu(self.point(self.norm(hidden)) + self.level(level)))
