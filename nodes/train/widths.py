"""Widths of networks that halve pictures from level to level, as diffusers' U-Nets and autoencoders do."""

from __future__ import annotations

from engine.errors import ValueRefused

GROUPS = 8
"""Groups of channels that are normalised together."""


def check_widths(widths: list[int], size: int) -> None:
    """Check that a network can be built of these levels.

    Args:
        widths: Channels at each level; each but the last halves the sides.
        size: Pixels along a side of the pictures.

    Raises:
        ValueRefused: The widths are no multiples of ``GROUPS``, or halve the sides too often.
    """
    if not widths or any(width < GROUPS or width % GROUPS for width in widths):
        raise ValueRefused(f"widths that are multiples of {GROUPS}", ", ".join(map(str, widths)) or "none")
    if size % 2 ** (len(widths) - 1):
        raise ValueRefused(f"a size that can be halved {len(widths) - 1} times", str(size))
