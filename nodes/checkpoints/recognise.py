"""Which family a diffusion model belongs to: models of one family take each other's latents and texts.

A family is told from two numbers that its parts fix: the width of the text's hidden states and the channels
of a latent.
"""

from __future__ import annotations

from collections.abc import Mapping

from nodes.checkpoints.header import Entry

NAMED = {(768, 4): "sd1", (1024, 4): "sd2", (2048, 4): "sdxl", (1280, 4): "sdxl"}

# In the layout of the original releases, as one file holds them
UNET = "model.diffusion_model."
TEXT_WIDTH = ".attn2.to_k.weight"
LATENT_OUT = f"{UNET}out.2.weight"
SIZES = f"{UNET}label_emb.0.0.weight"
"""The embedding of the picture's sizes, which only Stable Diffusion XL has."""


def family(width: int, channels: int) -> str:
    """Name a family of U-Net models.

    Args:
        width: Width of the text's hidden states.
        channels: Channels of a latent.

    Returns:
        ``sd1``, ``sd2``, or for any other pair a name made of the two numbers.
    """
    return NAMED.get((width, channels), f"sd-{width}-{channels}")


def family_of_file(entries: Mapping[str, Entry]) -> str:
    """Name the family of a single file, or an empty string when it holds no U-Net that takes texts."""
    widths = (
        e.shape[1] for name, e in entries.items() if name.startswith(UNET) and name.endswith(TEXT_WIDTH)
    )
    width, out = next(widths, 0), entries.get(LATENT_OUT)
    if width and SIZES in entries:
        return "sdxl"
    return family(width, out.shape[0]) if width and out else ""
