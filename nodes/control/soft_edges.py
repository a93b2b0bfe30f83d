"""Edges as people would draw them, soft from HED or thinned to a scribble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Context, OnDevice, node
from nodes.control.hed import EdgeDetector
from nodes.control.hed import soft_edges as seen_by
from nodes.control.picture import brightness, control_picture, seen
from nodes.values import F, Image

if TYPE_CHECKING:
    import torch

MARGIN = 32
"""Pixels mirrored around a picture: the network would see an edge where it ends."""


@node("control.hed")
def hed(image: Image, detector: OnDevice[EdgeDetector[F]], ctx: Context) -> Image:
    """Find the edges that people would draw, strong ones brighter: soft white lines on black.

    Args:
        image: The pictures; what lies behind them is black.
        detector: The model, from ``load.hed``.
        ctx: Told of every picture.
    """
    import torch

    edges: list[torch.Tensor] = []
    for picture in seen(image):
        ctx.tick()
        edges.append(_seen_with_margin(detector, picture))
        ctx.progress(len(edges), len(image.pixels))
    return control_picture(torch.cat(edges))


def _seen_with_margin(detector: OnDevice[EdgeDetector[F]], picture: torch.Tensor) -> torch.Tensor:
    """Edges [1, H, W] of a picture [H, W, 3]."""
    from torch.nn.functional import pad

    height, width, _ = picture.shape
    down, across = min(MARGIN, height - 1), min(MARGIN, width - 1)
    planes = pad(picture.permute(2, 0, 1)[None], (across, across, down, down), mode="reflect")
    edges = seen_by(detector.model, planes.permute(0, 2, 3, 1).to(detector.device))
    return edges[:, down : down + height, across : across + width].cpu()


@node("control.scribble")
def scribble(
    edges: Image,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5,
    radius: Annotated[int, Field(ge=0, le=32)] = 1,
) -> Image:
    """Thin soft edges to their middle, and draw that with a pen: a scribble in white on black.

    Args:
        edges: White on black, from ``control.hed`` or ``control.lineart``.
        threshold: Brightness above which there is an edge.
        radius: Radius of the pen in pixels; 0 draws lines of one pixel.
    """
    import numpy as np
    import torch
    from skimage.morphology import dilation, disk, skeletonize

    lines = [
        dilation(skeletonize(plane > threshold), disk(radius)) for plane in brightness(edges).cpu().numpy()
    ]
    return control_picture(torch.from_numpy(np.stack(lines)).float())
