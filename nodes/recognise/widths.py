"""Names of the families of U-Nets: models of one family take each other's latents and texts."""

from __future__ import annotations

NAMED = {(768, 4): "sd1", (1024, 4): "sd2", (2048, 4): "sdxl", (1280, 4): "sdxl"}


def family(width: int, channels: int) -> str:
    """Name a family of U-Net models by two numbers that its parts fix.

    Args:
        width: Width of the text's hidden states.
        channels: Channels of a latent.

    Returns:
        ``sd1``, ``sd2``, ``sdxl``, or for any other pair a name made of the two numbers.
    """
    return NAMED.get((width, channels), f"sd-{width}-{channels}")
