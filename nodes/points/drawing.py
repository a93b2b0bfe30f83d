"""The ways of points from noise to data, drawn in the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Text, node
from engine.errors import ValueRefused
from nodes.image.ink import ink
from nodes.points.plane import Points, to_plane
from nodes.values import Image

if TYPE_CHECKING:
    import torch

PAPER, SHADE, WRITING = "#fdfcfa", "#b4c8e6", "#3a3f4a"
NOISE, DATA = "#f0a35e", "#2456a6"
FINE = 3
"""Pixels drawn along a side for one of the picture, so that edges are smooth."""
GRID, BLUR = 160, 1.6
"""Cells along a side in which the data are counted, and by how many cells the counts are blurred."""
MARKS = 8
"""Parts of a run after each of which a dot is drawn: dots that lie close tell of turns that hardly moved."""


@node("points.paths")
def paths(
    start: Points,
    turns: list[Points],
    data: Points | None = None,
    lines: Annotated[int, Field(ge=0, le=10_000)] = 120,
    title: Text = "",
    size: Annotated[int, Field(ge=64, le=2048)] = 480,
    reach: Annotated[float, Field(gt=0, le=100)] = 3.0,
) -> Image:
    """Draw the ways of points from noise to where they end, on a shade where the data are dense.

    All ends are drawn, and the whole ways of some: a ring where one begins; a line that goes from orange to
    blue as the run goes on; a dot after each eighth of the turns, far from the last where points are fast.

    Args:
        start: Where the points began.
        turns: Where they were after each turn.
        data: What they should lie like at the end.
        lines: Ways that are drawn, those of the first points.
        title: Written in the upper left corner.
        size: Side of the picture in pixels.
        reach: The picture shows x and y from minus this to this.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow

    if not turns:
        raise ValueRefused("at least one turn, to draw a way", "none")
    side = size * FINE
    page = Pillow.fromarray((_ground(data, side, reach) * 255).round().byte().numpy())
    places = torch.stack([to_plane(points) for points in (start, *turns)])
    pixels = (places * torch.tensor([1.0, -1.0]) / reach + 1) * (side / 2)
    _draw(page, pixels.clamp(-side, 2 * side), lines, FINE * (0.6 + size / 1200))
    small = page.resize((size, size), Pillow.Resampling.BOX)
    write(small, title)
    return Image(torch.from_numpy(np.array(small)).float()[None] / 255)


def _ground(data: Points | None, side: int, reach: float) -> torch.Tensor:
    """Paper with the density of the data on it, float32 [side, side, 3]."""
    import numpy as np
    import torch
    from scipy.ndimage import gaussian_filter

    if data is None:
        return ink(PAPER, 3).expand(side, side, 3).contiguous()
    x, y = to_plane(data).T.numpy()
    counts = np.histogram2d(-y, x, bins=GRID, range=[[-reach, reach]] * 2)[0]
    smooth = torch.from_numpy(gaussian_filter(counts, BLUR)).float()
    dense = (smooth / smooth.max().clamp_min(1e-12)).sqrt()[None, None]
    large = torch.nn.functional.interpolate(dense, size=(side, side), mode="bilinear", align_corners=False)
    return torch.lerp(ink(PAPER, 3), ink(SHADE, 3), large[0, 0, :, :, None])


def _draw(page: Any, pixels: torch.Tensor, lines: int, unit: float) -> None:
    """Draw the ways [turns + 1, N, 2] with lines about ``unit`` pixels wide."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(page, "RGBA")
    count = len(pixels) - 1
    colours = [_between(turn / max(count - 1, 1)) for turn in range(count)]
    marked = sorted({round(count * part / MARKS) for part in range(1, MARKS)} - {0, count})
    ways = [[(x, y) for x, y in way] for way in pixels[:, :lines].transpose(0, 1).tolist()]
    for way in ways:
        for turn, colour in enumerate(colours):
            pen.line([way[turn], way[turn + 1]], fill=colour, width=round(unit))
    for way in ways:
        dot(pen, way[0], 2 * unit, fill=(255, 255, 255), outline=_between(0), width=round(0.8 * unit))
    for x, y in pixels[-1].tolist():
        dot(pen, (x, y), unit, fill=(*_between(1), 100))
    for way in ways:
        for turn in marked:
            dot(pen, way[turn], 1.3 * unit, fill=colours[turn])
        dot(pen, way[-1], 1.9 * unit, fill=_between(1))


def _between(share: float) -> tuple[int, ...]:
    """A colour between that of noise and that of data."""
    import torch

    mixed = torch.lerp(ink(NOISE, 3), ink(DATA, 3), share)
    return tuple((mixed * 255).round().int().tolist())


def dot(pen: Any, centre: tuple[float, float], radius: float, **look: Any) -> None:
    """Draw a dot; its look is as Pillow takes it."""
    x, y = centre
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], **look)


def write(page: Any, text: str) -> None:
    """Write a title in the upper left corner."""
    from PIL import ImageDraw, ImageFont

    size = 11 + page.width // 100
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(page)
    pen.text((0.7 * size, 0.6 * size), text, fill=WRITING, font=font, stroke_width=2, stroke_fill=PAPER)
