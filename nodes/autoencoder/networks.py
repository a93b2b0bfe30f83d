"""An autoencoder whose code is one vector: convolutions that halve the picture, and others that double it.

Plain, or variational as Kingma and Welling 2013 (arXiv 1312.6114) have it: the encoder then gives a Gaussian
of codes for each picture. Told the class, both halves are conditional (Sohn et al. 2015, "Learning Structured
Output Representation using Deep Conditional Generative Models").

Imported only where a network is built: the classes themselves need torch.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import one_hot

SMALLEST = 4
"""Pixels along a side of the smallest feature map."""


def widths_of(size: int, width: int) -> list[int]:
    """Channels after each layer that halves a picture, down to the smallest map.

    Raises:
        ValueError: The size is no power of two from 8 up.
    """
    count = (size // SMALLEST).bit_length() - 1
    if count < 1 or SMALLEST << count != size:
        raise ValueError(f"expected a size of 8, 16, 32, 64 …, got {size}: choose a power of two")
    return [width << level for level in range(count)]


class VectorAutoencoder(nn.Module):
    """Pictures to vectors and back.

    Args:
        size: Pixels along a side; a power of two.
        channels: Channels of a picture.
        numbers: Numbers of a code.
        width: Channels after the first layer; each layer after has twice as many.
        variational: Whether the encoder gives a Gaussian of codes for each picture rather than a code.
        classes: Classes that both halves are told; 0 = they are told nothing.
    """

    def __init__(
        self, size: int, channels: int, numbers: int, width: int, variational: bool, classes: int = 0
    ) -> None:
        super().__init__()
        self.size, self.channels, self.numbers = size, channels, numbers
        self.variational, self.classes = variational, classes
        widths = widths_of(size, width)
        inner = widths[-1] * SMALLEST**2
        encoder: list[nn.Module] = []
        decoder: list[nn.Module] = []
        for before, after in zip([channels, *widths], widths, strict=False):
            encoder += [nn.Conv2d(before, after, 4, 2, 1), nn.SiLU()]
            decoder = [nn.SiLU(), nn.ConvTranspose2d(after, before, 4, 2, 1), *decoder]
        self.encoder = nn.Sequential(*encoder, nn.Flatten())
        self.to_code = nn.Linear(inner + classes, 2 * numbers if variational else numbers)
        self.from_code = nn.Linear(numbers + classes, inner)
        self.decoder = nn.Sequential(nn.Unflatten(1, (widths[-1], SMALLEST, SMALLEST)), *decoder)

    def encode(
        self, pictures: torch.Tensor, labels: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Encode pictures.

        Args:
            pictures: [B, channels, size, size], -1..1.
            labels: int64 [B], for one that is told classes.

        Returns:
            The code of each, or the mean of its Gaussian, [B, numbers]; and the logarithm of the variance,
            [B, numbers], None for one that is not variational.
        """
        code = self.to_code(self._told(self.encoder(pictures), labels))
        if not self.variational:
            return code, None
        mean, log_variance = code.chunk(2, 1)
        return mean, log_variance

    def decode(self, codes: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Decode codes.

        Args:
            codes: [B, numbers].
            labels: int64 [B], for one that is told classes.

        Returns:
            [B, channels, size, size]: the logit of each value of the pictures, 0..1.
        """
        return self.decoder(self.from_code(self._told(codes, labels)))

    def _told(self, vectors: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
        if not self.classes:
            return vectors
        assert labels is not None
        return torch.cat([vectors, one_hot(labels, self.classes).to(vectors)], 1)
