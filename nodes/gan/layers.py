"""Layers that the networks of pix2pix and CycleGAN share.

Imported only where a network is built: the classes themselves need torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import nn

from nodes.gan.dcgan import draw

Dice = Sequence[torch.Generator]
"""A source of chance for each picture of a batch, so that none depends on which others are there."""
DROPPED = 0.5


def normalisation(kind: str, channels: int) -> nn.Module:
    """A layer that normalises feature maps.

    Args:
        kind: ``batch`` = by the statistics of a batch, then scaled and shifted as is learned; ``instance`` =
            each map of each picture by its own, and nothing learned (Ulyanov et al. 2016, arXiv 1607.08022).
        channels: How many maps.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in ("batch", "instance"):
        raise ValueError(f"expected a normalisation by batch or instance, got {kind!r}")
    return nn.BatchNorm2d(channels) if kind == "batch" else nn.InstanceNorm2d(channels)


class Diced(nn.Module):
    """A layer in which chance may play."""

    def forward(self, maps: torch.Tensor, dice: Dice | None) -> torch.Tensor:
        """Compute the layer, without chance where there are no dice."""
        raise NotImplementedError


class Dropout(Diced):
    """Leaves out half of the numbers and doubles the others; without dice it changes nothing."""

    def forward(self, maps: torch.Tensor, dice: Dice | None) -> torch.Tensor:
        """Draw for each picture which numbers stay, on the CPU."""
        if dice is None:
            return maps
        rolled = torch.stack([torch.rand(maps.shape[1:], generator=die) for die in dice])
        return maps * ((rolled >= DROPPED).to(maps) / (1 - DROPPED))


def through(layers: Iterable[nn.Module], maps: torch.Tensor, dice: Dice | None) -> torch.Tensor:
    """Send feature maps through layers, some of which take dice."""
    for layer in layers:
        maps = layer(maps, dice) if isinstance(layer, Diced) else layer(maps)
    return maps


def dice_of(seeds: torch.Tensor | None) -> Dice | None:
    """Take dice from seeds, int64 [B], one for each picture."""
    return None if seeds is None else [torch.Generator().manual_seed(seed) for seed in seeds.tolist()]


def draw_all(network: nn.Module) -> None:
    """Draw a network's weights as both papers do: Gaussian of deviation 0.02, biases zero."""
    network.apply(draw)
    for name, weight in network.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(weight)
