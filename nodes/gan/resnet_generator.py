"""The generator of CycleGAN (Zhu et al. 2017, arXiv 1703.10593), after Johnson et al. (arXiv 1603.08155).

Imported only where a network is built: the classes themselves need torch. Tensors are named as in the layout
that published checkpoints have: one sequence called ``model``.
"""

from __future__ import annotations

import torch
from torch import nn

from nodes.gan.layers import Dice, Diced, Dropout, dice_of, draw_all, normalisation, through

HALVINGS = 2


class ResNetGenerator(nn.Module):
    """Pictures to pictures: a quarter of the size, residual blocks there, and back.

    Args:
        inputs: Channels of the pictures that it takes.
        outputs: Channels of the pictures that it makes.
        width: Channels after the first convolution; 64 in published checkpoints.
        blocks: Residual blocks; in the paper 6 for pictures of 128 × 128, 9 for larger ones.
        norm: ``instance``, as in the paper, or ``batch``.
        dropout: Whether the blocks have dropout; not in the paper.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 64,
        blocks: int = 9,
        norm: str = "instance",
        dropout: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.multiple = inputs, 1 << HALVINGS
        biased = norm == "instance"
        layers: list[nn.Module] = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(inputs, width, 7, bias=biased),
            normalisation(norm, width),
            nn.ReLU(),
        ]
        inner = width
        for _ in range(HALVINGS):
            layers += [
                nn.Conv2d(inner, 2 * inner, 3, 2, 1, bias=biased),
                normalisation(norm, 2 * inner),
                nn.ReLU(),
            ]
            inner *= 2
        layers += [_Block(inner, norm, dropout) for _ in range(blocks)]
        for _ in range(HALVINGS):
            layers += [
                nn.ConvTranspose2d(inner, inner // 2, 3, 2, 1, output_padding=1, bias=biased),
                normalisation(norm, inner // 2),
                nn.ReLU(),
            ]
            inner //= 2
        self.model = nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, outputs, 7), nn.Tanh())
        draw_all(self)

    def forward(self, pictures: torch.Tensor, seeds: torch.Tensor | None = None) -> torch.Tensor:
        """Translate pictures.

        Args:
            pictures: [B, inputs, H, W], -1..1; sides divisible by 4, and at least 8.
            seeds: int64 [B], of each picture's dropout; None = there is none.

        Returns:
            [B, outputs, H, W], -1..1.
        """
        return through(self.model, pictures, dice_of(seeds))


class _Block(Diced):
    """Two convolutions whose result is added to what came."""

    def __init__(self, width: int, norm: str, dropout: bool) -> None:
        super().__init__()
        biased = norm == "instance"
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3, bias=biased),
            normalisation(norm, width),
            nn.ReLU(),
            *([Dropout()] if dropout else []),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3, bias=biased),
            normalisation(norm, width),
        )

    def forward(self, maps: torch.Tensor, dice: Dice | None) -> torch.Tensor:
        """Add what the convolutions make of the maps."""
        return maps + through(self.conv_block, maps, dice)
