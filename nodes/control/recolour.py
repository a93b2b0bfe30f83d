"""Pictures without their colours, for a ControlNet that colours them anew."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.control.picture import control_picture, seen
from nodes.values import Image


@node("control.recolour")
def recolour(image: Image, gamma: Annotated[float, Field(ge=0.1, le=10)] = 1.0) -> Image:
    """Take the colours out of pictures and keep how light they look: the L* of CIELAB.

    Args:
        image: The pictures; what lies behind them is black.
        gamma: Exponent on lightness; above 1 darkens.
    """
    import torch
    from skimage.color import rgb2lab

    lightness = torch.from_numpy(rgb2lab(seen(image).cpu().numpy())[..., 0].copy())
    return control_picture((lightness / 100).clamp(0, 1) ** gamma)
