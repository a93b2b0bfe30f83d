"""Generator and discriminator of DCGAN (Radford et al. 2015, arXiv 1511.06434), and of its conditional form.

Imported only where a network is built: the classes themselves need torch. Tensors are named as in the layout
that most checkpoints have: one sequence called ``main``, biases only where no normalisation follows.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import one_hot

SMALLEST = 4
"""Pixels along a side of the first feature map."""
DEVIATION = 0.02
"""Of fresh weights (section 4 of the paper)."""
LEAK = 0.2


def levels(size: int) -> int:
    """How often the first feature map doubles until it has this size.

    Raises:
        ValueError: The size is no power of two from 8 up.
    """
    count = (size // SMALLEST).bit_length() - 1
    if count < 1 or SMALLEST << count != size:
        raise ValueError(f"expected a size of 8, 16, 32, 64 …, got {size}: choose a power of two")
    return count


class DCGANGenerator(nn.Module):
    """Noise to pictures, by convolutions that double the size.

    Args:
        size: Pixels along a side; a power of two.
        channels: Channels of a picture.
        noise: Numbers of the noise vector.
        width: Channels before the last layer.
        classes: Classes it is told (Mirza and Osindero 2014, arXiv 1411.1784); 0 = it is told nothing.
    """

    def __init__(self, size: int, channels: int, noise: int, width: int, classes: int = 0) -> None:
        super().__init__()
        self.size, self.channels, self.noise, self.classes = size, channels, noise, classes
        count = levels(size)
        inner = width << (count - 1)
        parts: list[nn.Module] = [
            nn.ConvTranspose2d(noise + classes, inner, SMALLEST, 1, 0, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(True),
        ]
        for _ in range(count - 1):
            parts += [
                nn.ConvTranspose2d(inner, inner // 2, 4, 2, 1, bias=False),
                nn.BatchNorm2d(inner // 2),
                nn.ReLU(True),
            ]
            inner //= 2
        self.main = nn.Sequential(*parts, nn.ConvTranspose2d(inner, channels, 4, 2, 1, bias=False), nn.Tanh())
        self.apply(draw)

    def forward(self, noise: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Make pictures.

        Args:
            noise: [B, noise, 1, 1], Gaussian.
            labels: int64 [B], for a generator that is told classes.

        Returns:
            [B, channels, size, size], -1..1.
        """
        if self.classes:
            assert labels is not None
            told = one_hot(labels, self.classes).to(noise.dtype)[:, :, None, None]
            noise = torch.cat([noise, told], 1)
        return self.main(noise)


class DCGANDiscriminator(nn.Module):
    """Pictures to how real they look, by convolutions that halve the size.

    Args:
        size: Pixels along a side; a power of two.
        channels: Channels of a picture.
        width: Channels after the first layer.
        classes: Classes it is told, each as a plane beside the picture; 0 = it is told nothing.
    """

    def __init__(self, size: int, channels: int, width: int, classes: int = 0) -> None:
        super().__init__()
        self.size, self.channels, self.classes = size, channels, classes
        count = levels(size)
        parts: list[nn.Module] = [
            nn.Conv2d(channels + classes, width, 4, 2, 1, bias=False),
            nn.LeakyReLU(LEAK, True),
        ]
        for _ in range(count - 1):
            parts += [
                nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
                nn.BatchNorm2d(2 * width),
                nn.LeakyReLU(LEAK, True),
            ]
            width *= 2
        self.main = nn.Sequential(*parts, nn.Conv2d(width, 1, SMALLEST, 1, 0, bias=False))
        self.apply(draw)

    def forward(self, pictures: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Judge pictures.

        Args:
            pictures: [B, channels, size, size], -1..1.
            labels: int64 [B], for a discriminator that is told classes.

        Returns:
            [B]: the logit of each being real; above 0 = more likely real than made.
        """
        return self.main(self._told(pictures, labels)).flatten()

    def features(self, pictures: torch.Tensor, labels: torch.Tensor | None = None) -> list[torch.Tensor]:
        """What it sees in pictures: the output of each activation, from [B, width, size / 2, size / 2] down.

        Args:
            pictures: As for judging them.
            labels: As for judging them.
        """
        seen: list[torch.Tensor] = []
        hidden = self._told(pictures, labels)
        for layer in self.main[:-1]:
            hidden = layer(hidden)
            if isinstance(layer, nn.LeakyReLU):
                seen.append(hidden)
        return seen

    def _told(self, pictures: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
        """Pictures with a plane for each class beside them."""
        if not self.classes:
            return pictures
        assert labels is not None
        told = one_hot(labels, self.classes).to(pictures.dtype)[:, :, None, None]
        return torch.cat([pictures, told.expand(-1, -1, *pictures.shape[2:])], 1)


def draw(module: nn.Module) -> None:
    """Draw a layer's weights as the paper does."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, DEVIATION)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, DEVIATION)
        nn.init.zeros_(module.bias)
