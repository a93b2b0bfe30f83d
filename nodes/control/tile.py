"""Pictures without their detail, for a ControlNet that draws detail of its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.control.picture import seen
from nodes.image.planes import Filter, resized
from nodes.values import Image


@node("control.tile")
def tile(
    image: Image, factor: Annotated[float, Field(ge=1, le=64)] = 4.0, filter: Filter = "bicubic"
) -> Image:
    """Take the detail out of pictures: make them smaller, then as large as they were.

    Args:
        image: The pictures; what lies behind them is black.
        factor: How many times smaller; details of fewer pixels are lost. 1 keeps the picture.
        filter: How they are enlarged again; they are made smaller by averages.
    """
    pixels = seen(image)
    height, width = pixels.shape[1:3]
    small = resized(pixels, max(1, round(width / factor)), max(1, round(height / factor)), "box")
    return Image(resized(small, width, height, filter).contiguous())
