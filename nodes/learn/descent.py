"""Ways down a valley, drawn on its contour lines."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field

from engine import Text, node
from engine.errors import ValueRefused
from nodes.image.ink import ink
from nodes.learn.quadratic import valley_of
from nodes.points.drawing import PAPER, WRITING, dot, write
from nodes.train.chart import COLOURS
from nodes.train.values import TrainState
from nodes.values import Image

FINE = 3
"""Pixels drawn along a side for one of the picture, so that lines are smooth."""
CELLS = 128
LEVELS = 14
HIGH, LOW = "#8fb3e8", "#fdfcfa"
CONTOUR = "#9aa7bd"
SMALL = 0.02
"""The lowest contour line, as a share of the height at the edge."""


@node("learn.descent")
def descent(
    valley: TrainState,
    *paths: list[list[float]],
    names: Text = "",
    steps: Annotated[int, Field(ge=0, le=100_000)] = 0,
    first: Annotated[int, Field(ge=0, le=7)] = 0,
    title: Text = "",
    size: Annotated[int, Field(ge=64, le=2048)] = 480,
    reach: Annotated[float, Field(gt=0, le=100)] = 3.0,
) -> Image:
    """Draw ways down a valley on its contour lines: along a line, the loss is the same everywhere.

    Each step is a dot; a ring is where a way begins, a cross is the minimum.

    Args:
        valley: What learn.quadratic_start gave.
        paths: For each way the places of its steps, x and y, as a loop collects them.
        names: The name of each way, one a line, for a legend; empty = no legend.
        steps: Draw only so many steps of each, as for a frame of a film; 0 = all.
        first: Colour of the first way, the others follow: 0 = blue, 1 = orange, 2 = green.
        title: Written in the upper left corner.
        size: Side of the picture in pixels.
        reach: The picture shows x and y from minus this to this.

    Raises:
        ValueRefused: A way has no places, or there are not as many names as ways.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow
    from PIL import ImageDraw

    if not all(path and all(len(place) == 2 for place in path) for path in paths):
        raise ValueRefused("places of two numbers in each way, at least one", "none, or others")
    told = [name.strip() for name in names.strip().splitlines()]
    if told and len(told) != len(paths):
        raise ValueRefused(f"a name for each of {len(paths)} ways, one a line", f"{len(told)} names")
    side = size * FINE
    page = _valley(**valley_of(valley), side=side, reach=reach).copy()
    pen = ImageDraw.Draw(page, "RGBA")
    colours = [COLOURS[(first + place) % len(COLOURS)] for place in range(len(paths))]
    for path, colour in zip(paths, colours, strict=True):
        shown = path[: steps + 1] if steps else path
        _way(pen, [_pixel(place, side, reach) for place in shown], colour, FINE * (0.5 + size / 960))
    small = page.resize((size, size), Pillow.Resampling.BOX)
    write(small, title)
    _legend(small, told, colours)
    return Image(torch.from_numpy(np.array(small)).float()[None] / 255)


def _pixel(place: list[float], side: int, reach: float) -> tuple[float, float]:
    x, y = place
    far = 2 * side
    across, down = (x / reach + 1) * side / 2, (1 - y / reach) * side / 2
    return min(max(across, -far), far), min(max(down, -far), far)


@lru_cache(maxsize=2)
def _valley(condition: float, angle: float, side: int, reach: float) -> Any:
    """A page with the valley: the higher the bluer, with contour lines that lie closer where it is steep."""
    import torch
    from PIL import Image as Pillow
    from PIL import ImageDraw
    from skimage.measure import find_contours

    from nodes.learn.valley import curvature, heights

    line = torch.linspace(-reach, reach, CELLS)
    y, x = torch.meshgrid(-line, line, indexing="ij")
    height = heights(torch.stack([x, y], -1), curvature(condition, angle))
    top = float(height.max())
    share = (height / top).sqrt()
    wide = torch.nn.functional.interpolate(
        share[None, None], size=(side, side), mode="bilinear", align_corners=True
    )
    colours = torch.lerp(ink(LOW, 3), ink(HIGH, 3), wide[0, 0, :, :, None])
    page = Pillow.fromarray((colours * 255).round().byte().numpy())
    pen = ImageDraw.Draw(page)
    scale = (side - 1) / (CELLS - 1)
    # Lines at equal distances of the square root: equally far apart along each way out
    for level in torch.linspace(SMALL**0.5, 1, LEVELS)[:-1].tolist():
        for ring in find_contours(share.numpy(), level):
            pen.line(
                [(across * scale, down * scale) for down, across in ring.tolist()], fill=CONTOUR, width=FINE
            )
    middle, arm = side / 2, 5 * FINE
    for turn in (-1, 1):
        ends = [(middle - arm, middle - turn * arm), (middle + arm, middle + turn * arm)]
        pen.line(ends, fill=WRITING, width=2 * FINE)
    return page


def _way(pen: Any, pixels: list[tuple[float, float]], colour: str, unit: float) -> None:
    pen.line(pixels, fill=colour, width=round(1.5 * unit), joint="curve")
    for pixel in pixels[1:]:
        dot(pen, pixel, 2.2 * unit, fill=colour)
    dot(pen, pixels[0], 5 * unit, fill=PAPER, outline=colour, width=round(2 * unit))


def _legend(page: Any, names: list[str], colours: list[str]) -> None:
    from PIL import ImageDraw, ImageFont

    height = 11 + page.width // 100
    font = ImageFont.load_default(height)
    pen = ImageDraw.Draw(page)
    for place, (name, colour) in enumerate(zip(names, colours, strict=False)):
        y = page.height - (len(names) - place) * 1.5 * height - 0.4 * height
        pen.line([(0.7 * height, y + 0.6 * height), (2.2 * height, y + 0.6 * height)], fill=colour, width=3)
        pen.text((2.7 * height, y), name, fill=WRITING, font=font, stroke_width=2, stroke_fill=PAPER)
