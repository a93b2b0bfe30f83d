"""Tiny generators of pix2pix and CycleGAN of random weights, in files like those of their authors."""

from pathlib import Path

import torch

from tests.nodes.gan import known_layouts


def save_unet(path: Path) -> None:
    """Write a generator of pix2pix, from colour to colour."""
    torch.save(known_layouts.filled(known_layouts.unet_shapes(3, 3, 2, 6, "batch")), path)


def save_resnet(path: Path) -> None:
    """Write a generator of CycleGAN, from colour to colour, as from before 2018."""
    torch.save(known_layouts.filled(known_layouts.resnet_shapes(3, 3, 2, 9, "old")), path)
