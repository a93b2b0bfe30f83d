"""The generator of pix2pix (Isola et al. 2016, arXiv 1611.07004): a U-Net, from pictures to pictures.

Imported only where a network is built: the classes themselves need torch. Tensors are named as in the layout
that published checkpoints have: each level is a sequence called ``model`` that holds the one inside it.
"""

from __future__ import annotations

import torch
from torch import nn

from nodes.gan.layers import Dice, Diced, Dropout, dice_of, draw_all, normalisation, through

FEWEST = 5
"""Levels of the smallest U-Net; only the inner ones that are more have dropout."""
LEAK = 0.2


class UNetGenerator(nn.Module):
    """Pictures to pictures, halved until little is left and doubled again; levels of one size are joined.

    Args:
        inputs: Channels of the pictures that it takes.
        outputs: Channels of the pictures that it makes.
        width: Channels of the outermost level; 64 in the paper. The levels inside have 2, 4, and 8 times as
            many.
        levels: How often the size is halved; 8 in the paper, for pictures of 256 × 256. At least 5.
        norm: ``batch``, as in the paper, or ``instance``.
        dropout: Whether dropout in the inner levels of a width stands for the noise, as in the paper.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 64,
        levels: int = 8,
        norm: str = "batch",
        dropout: bool = True,
    ) -> None:
        super().__init__()
        if levels < FEWEST:
            raise ValueError(f"expected at least {FEWEST} levels, got {levels}")
        self.inputs, self.multiple = inputs, 1 << levels
        level = _Level(8 * width, 8 * width, norm)
        for _ in range(levels - FEWEST):
            level = _Level(8 * width, 8 * width, norm, level, dropout=dropout)
        for outside in (4 * width, 2 * width, width):
            level = _Level(outside, 2 * outside, norm, level)
        self.model = _Outermost(inputs, outputs, width, norm, level)
        draw_all(self)

    def forward(self, pictures: torch.Tensor, seeds: torch.Tensor | None = None) -> torch.Tensor:
        """Translate pictures.

        Args:
            pictures: [B, inputs, H, W], -1..1; sides divisible by 2 ** levels.
            seeds: int64 [B], of each picture's dropout; None = there is none.

        Returns:
            [B, outputs, H, W], -1..1.
        """
        return through(self.model.model, pictures, dice_of(seeds))


def _smaller(before: int, after: int, norm: str) -> nn.Module:
    return nn.Conv2d(before, after, 4, 2, 1, bias=norm == "instance")


def _larger(before: int, after: int, norm: str) -> nn.Module:
    return nn.ConvTranspose2d(before, after, 4, 2, 1, bias=norm == "instance")


class _Level(Diced):
    """Takes maps of a size, and gives them with those that came back from half the size."""

    def __init__(
        self, outside: int, inside: int, norm: str, inner: _Level | None = None, *, dropout: bool = False
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.LeakyReLU(LEAK), _smaller(outside, inside, norm)]
        if inner is None:
            layers += [nn.ReLU(), _larger(inside, outside, norm)]
        else:
            layers += [normalisation(norm, inside), inner, nn.ReLU(), _larger(2 * inside, outside, norm)]
        layers += [normalisation(norm, outside), *([Dropout()] if dropout else [])]
        self.model = nn.Sequential(*layers)

    def forward(self, maps: torch.Tensor, dice: Dice | None) -> torch.Tensor:
        """Join what came with what came back."""
        return torch.cat([maps, through(self.model, maps, dice)], 1)


class _Outermost(nn.Module):
    """Takes pictures and makes pictures. Its layers are called by the generator."""

    def __init__(self, inputs: int, outputs: int, width: int, norm: str, inner: _Level) -> None:
        super().__init__()
        self.model = nn.Sequential(
            _smaller(inputs, width, norm),
            inner,
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, outputs, 4, 2, 1),
            nn.Tanh(),
        )
