"""What a network says of each place of the plane, as a shade from orange to blue, with points on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nodes.image.ink import ink
from nodes.points.drawing import DATA, NOISE, PAPER, WRITING, dot, write
from nodes.values import Image

if TYPE_CHECKING:
    import torch

CELLS = 96
"""Places along a side at which a network is asked."""
FINE = 2
"""Pixels drawn along a side for one of the picture, so that edges are smooth."""
STRENGTH = 0.55
"""How much of a colour the surest answer has; the rest is paper."""


@dataclass(frozen=True, slots=True)
class Dots:
    """Points in one colour.

    Attributes:
        places: [N, 2], x and y of each.
        colour: See ``nodes.image.ink``.
        radius: In pixels of the picture.
        filled: Or else rings, as of data that no training sees.
    """

    places: torch.Tensor
    colour: str
    radius: float = 2.0
    filled: bool = True


def surface(
    ask: Callable[[torch.Tensor], torch.Tensor],
    dots: Sequence[Dots],
    title: str,
    size: int,
    reach: float,
) -> Image:
    """Draw what a network says, its border, and points.

    Args:
        ask: Says for points [N, 2, 1, 1] how surely each belongs to blue, [N] of 0..1.
        dots: Drawn in their order.
        title: Written in the upper left corner.
        size: Side of the picture in pixels.
        reach: The picture shows x and y from minus this to this.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow
    from PIL import ImageDraw

    side = size * FINE
    with torch.no_grad():
        sure = ask(_places(reach)).float().cpu().reshape(1, 1, CELLS, CELLS)
    wide = torch.nn.functional.interpolate(sure, size=(side, side), mode="bilinear", align_corners=False)[
        0, 0
    ]
    page = Pillow.fromarray((_shade(wide) * 255).round().byte().numpy())
    pen = ImageDraw.Draw(page, "RGBA")
    _border(pen, wide)
    for one in dots:
        pixels = (one.places * torch.tensor([1.0, -1.0]) / reach + 1) * (side / 2)
        look: dict[str, Any] = {"fill": one.colour} if one.filled else {"outline": one.colour, "width": FINE}
        for x, y in pixels.clamp(-side, 2 * side).tolist():
            dot(pen, (x, y), one.radius * FINE, **look)
    small = page.resize((size, size), Pillow.Resampling.BOX)
    write(small, title)
    return Image(torch.from_numpy(np.array(small)).float()[None] / 255)


def _places(reach: float) -> torch.Tensor:
    """The middles of the cells, row by row from the top, [CELLS², 2, 1, 1]."""
    import torch

    line = ((torch.arange(CELLS) + 0.5) / CELLS * 2 - 1) * reach
    y, x = torch.meshgrid(-line, line, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)[:, :, None, None]


def _shade(sure: torch.Tensor) -> torch.Tensor:
    """Colours [H, W, 3] of how surely each place belongs to blue."""
    import torch

    away = (sure * 2 - 1)[:, :, None]
    full = torch.where(away > 0, ink(DATA, 3), ink(NOISE, 3))
    return torch.lerp(ink(PAPER, 3).expand_as(full), full, away.abs() * STRENGTH)


def _border(pen: Any, sure: torch.Tensor) -> None:
    """Draw the line where both answers are equally sure."""
    from skimage.measure import find_contours

    for line in find_contours(sure.numpy(), 0.5):
        pen.line([(x, y) for y, x in line.tolist()], fill=WRITING, width=FINE)
