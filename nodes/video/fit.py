"""Moving pictures brought to what a model takes: its size, and no alpha."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine import node
from nodes.image import combine, geometry
from nodes.image.geometry import Fit
from nodes.image.ink import Colour
from nodes.image.patterns import Side
from nodes.image.planes import Filter
from nodes.values import Image, Video


@node("video.resize")
def resize(
    video: Video, width: Side = 512, height: Side = 512, fit: Fit = "stretch", filter: Filter = "lanczos"
) -> Video:
    """Change the size of films.

    Args:
        video: The films.
        width: New width in pixels.
        height: New height in pixels.
        fit: ``stretch`` changes the proportions; ``inside`` keeps them and stays within width and height;
            ``cover`` keeps them, fills both, and cuts off what juts out on opposite sides.
        filter: ``lanczos`` is sharp, ``bicubic`` softer, ``nearest`` keeps hard pixels, ``box`` averages.
    """
    return _changed(video, lambda image: geometry.resize(image, width, height, fit, filter))


@node("video.flatten")
def flatten(video: Video, colour: Colour = "#ffffff") -> Video:
    """Lay films on a coloured ground, which takes their alpha away.

    Args:
        video: The films; those without alpha stay as they are.
        colour: The ground.
    """
    return _changed(video, lambda image: combine.flatten(image, colour))


def _changed(video: Video, change: Callable[[Image], Image]) -> Video:
    """A film whose frames are changed as pictures are."""
    count, length = video.frames.shape[:2]
    pixels = change(Image(video.frames.flatten(0, 1))).pixels
    return replace(video, frames=pixels.unflatten(0, (count, length)))
