"""Whether pictures fit the networks that translate and judge them, checked before a step is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nodes.gan.training import GanRefused

FEWEST = 3
"""Cells along a side that must be left after a discriminator's halvings: two more layers take one each."""


def check_translated(shape: Sequence[int], channels: int, multiple: int) -> None:
    """Check that a generator can translate pictures.

    Args:
        shape: [B, C, H, W].
        channels: Channels of the pictures that it takes.
        multiple: What their sides must be divisible by.

    Raises:
        GanRefused: It can't.
    """
    if shape[1] != channels:
        raise GanRefused(f"expected pictures of {channels} channels, got {shape[1]}. Set it at the start.")
    if any(side % multiple for side in shape[2:]):
        cure = "Take pictures of another size, or fewer levels."
        raise GanRefused(f"expected sides divisible by {multiple}, got {list(shape[2:])}. {cure}")


def check_judged(shape: Sequence[int], sizes: dict[str, Any]) -> None:
    """Check that a discriminator can judge pictures.

    Args:
        shape: [B, C, H, W] of what it is shown.
        sizes: Its config.

    Raises:
        GanRefused: It can't.
    """
    if shape[1] != sizes["channels"]:
        expected = f"expected a discriminator of {shape[1]} channels, got one of {sizes['channels']}"
        raise GanRefused(f"{expected}. Set its channels at the start.")
    smallest = FEWEST << sizes["layers"]
    if min(shape[2:]) < smallest:
        expected = f"expected sides of at least {smallest} for {sizes['layers']} layers"
        raise GanRefused(f"{expected}, got {list(shape[2:])}. Give the discriminator fewer layers.")
