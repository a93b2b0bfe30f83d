"""Lines by arithmetic alone: Canny's edges, and line art by a difference of blurs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.control.picture import brightness, control_picture
from nodes.image.blur import blurred
from nodes.values import Image

AROUND = 4
"""What lies around a line reaches this many times as far as the line itself."""
DARK = 0.1
"""Brightness that is added to what lies around, so that the noise of dark places is no line."""

Threshold = Annotated[float, Field(ge=0, le=1)]


@node("control.canny")
def canny(
    image: Image,
    low: Threshold = 0.1,
    high: Threshold = 0.3,
    sigma: Annotated[float, Field(ge=0, le=32)] = 1.5,
) -> Image:
    """Find edges by Canny's method: thin white lines on black.

    Args:
        image: The pictures; what lies behind them is black.
        low: Steepness of brightness (Sobel's gradient of 0..1) from which a line goes on.
        high: Steepness that a line must reach somewhere to be drawn; not below ``low``.
        sigma: Standard deviation in pixels of the blur before; larger ones leave out small things.

    Raises:
        ValueRefused: ``high`` is below ``low``.
    """
    import torch
    from skimage.feature import canny as edges_of

    if high < low:
        raise ValueRefused(f"a high threshold of at least the low one, {low:g}", f"{high:g}")
    planes = [edges_of(plane, sigma, low, high) for plane in brightness(image).cpu().numpy()]
    return control_picture(torch.stack([torch.from_numpy(plane) for plane in planes]).float())


@node("control.lineart")
def lineart(
    image: Image,
    low: Threshold = 0.05,
    high: Threshold = 0.3,
    sigma: Annotated[float, Field(ge=0.3, le=32)] = 1.0,
) -> Image:
    """Draw the dark lines of pictures in white on black, as a pencil would.

    No network does this: a line is where a narrow Gaussian blur is darker than a wide one (a difference of
    Gaussians, Marr and Hildreth 1980), in parts of the brightness around it (Weber's contrast). Networks for
    line art tell outlines from texture; this does not.

    Args:
        image: The pictures; what lies behind them is black.
        low: Contrast at which a line begins to show.
        high: Contrast at which it is white; above ``low``.
        sigma: Width of the lines: standard deviation of the narrow blur in pixels.

    Raises:
        ValueRefused: ``high`` is not above ``low``.
    """
    if high <= low:
        raise ValueRefused(f"a high contrast above the low one, {low:g}", f"{high:g}")
    grey = brightness(image)[..., None]
    around = blurred(grey, AROUND * sigma)
    contrast = (around - blurred(grey, sigma)) / (around + DARK)
    return control_picture(((contrast[..., 0] - low) / (high - low)).clamp(0, 1))
