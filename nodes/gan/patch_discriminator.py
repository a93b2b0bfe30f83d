"""The discriminator of pix2pix and CycleGAN: PatchGAN (Isola et al. 2016, arXiv 1611.07004, section 3.2.2).

Imported only where a network is built: the class itself needs torch. Tensors are named as in the layout that
published checkpoints have: one sequence called ``model``.
"""

from __future__ import annotations

import torch
from torch import nn

from nodes.gan.layers import draw_all, normalisation

LEAK = 0.2
MOST = 8
"""Times the width that layers have at most."""


class PatchDiscriminator(nn.Module):
    """Pictures to how real each of their patches looks.

    Args:
        channels: Channels of what it judges: those of a picture, for pix2pix with those that it was made of.
        width: Channels after the first layer; 64 in the papers.
        layers: How often the size is halved; 3 in the papers, whose patches measure 70 × 70. With 1, 2, 4 and
            5 they measure 16, 34, 142 and 286.
        norm: ``batch``, as for pix2pix, or ``instance``, as for CycleGAN.
    """

    def __init__(self, channels: int, width: int = 64, layers: int = 3, norm: str = "batch") -> None:
        super().__init__()
        biased = norm == "instance"
        parts: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(LEAK)]
        before = width
        for layer in range(1, layers + 1):
            after = width * min(1 << layer, MOST)
            stride = 2 if layer < layers else 1
            parts += [
                nn.Conv2d(before, after, 4, stride, 1, bias=biased),
                normalisation(norm, after),
                nn.LeakyReLU(LEAK),
            ]
            before = after
        self.model = nn.Sequential(*parts, nn.Conv2d(before, 1, 4, 1, 1))
        draw_all(self)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Judge pictures, patch by patch.

        Args:
            pictures: [B, channels, H, W], -1..1.

        Returns:
            [B, 1, h, w]: a score of each patch: the logit of being real after training by cross entropy, and
            near 1 for real, 0 for made after training by least squares.
        """
        return self.model(pictures)
