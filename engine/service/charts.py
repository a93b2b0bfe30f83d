"""Pictures of sounds, of numbers in a row and of points, in colours that are seen on light and on dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.service.series import Pairs

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE = (512, 192)
FINE = 2
"""Times that a picture is drawn larger first, so that its edges are smooth."""
MARGIN = 8
SIDE = 256
"""Pixels of a side of the plane."""
NEARLY_ALL = 0.99
"""Share of the points that are within the plane at least."""
SOUND, LINE, GROUND = (31, 160, 176, 255), (124, 107, 232, 255), (128, 128, 140, 110)
POINT = (124, 107, 232, 150)
CLEAR = (0, 0, 0, 0)


def outline(peaks: Pairs) -> Image:
    """A sound, as its lowest and highest values from left to right."""
    from PIL import Image, ImageDraw

    width, height = (side * FINE for side in SIZE)
    picture = Image.new("RGBA", (width, height), CLEAR)
    pen = ImageDraw.Draw(picture)
    middle, reach = height / 2, height / 2 - MARGIN
    pen.line((0, middle, width, middle), GROUND, FINE)
    step = width / max(1, len(peaks))
    for place, (low, high) in enumerate(peaks):
        top, bottom = middle - min(1.0, max(0.0, high)) * reach, middle - max(-1.0, min(0.0, low)) * reach
        pen.rectangle((place * step, top - FINE, (place + 0.7) * step, bottom + FINE), SOUND)
    return picture.resize(SIZE, Image.Resampling.BOX)


def line(points: Pairs) -> Image:
    """Numbers over their places, from the lowest to the highest."""
    from PIL import Image, ImageDraw

    width, height = (side * FINE for side in SIZE)
    picture = Image.new("RGBA", (width, height), CLEAR)
    pen = ImageDraw.Draw(picture)
    edge = MARGIN * FINE
    across = [x for x, _ in points]
    values = [y for _, y in points]
    xs = _placed(across, edge, width - edge)
    ys = _placed(values, height - edge, edge)
    pen.line((edge, height - edge, width - edge, height - edge), GROUND, FINE)
    pen.line((edge, edge, edge, height - edge), GROUND, FINE)
    if len(points) > 1:
        pen.line(list(zip(xs, ys, strict=True)), LINE, 5 * FINE, joint="curve")
    return picture.resize(SIZE, Image.Resampling.BOX)


def scattered(places: Sequence[tuple[float, float]]) -> Image:
    """Points around the middle of the plane, y upwards, out to where nearly all of them lie."""
    from PIL import Image, ImageDraw

    side, middle = SIDE * FINE, SIDE * FINE / 2
    picture = Image.new("RGBA", (side, side), CLEAR)
    pen = ImageDraw.Draw(picture)
    pen.line((0, middle, side, middle), GROUND, FINE)
    pen.line((middle, 0, middle, side), GROUND, FINE)
    far = sorted(max(abs(x), abs(y)) for x, y in places)
    reach = far[int((len(far) - 1) * NEARLY_ALL)] if far else 0.0
    scale = (middle - MARGIN * FINE) / (reach or 1.0)
    for x, y in places:
        across, down = middle + x * scale, middle - y * scale
        pen.ellipse((across - FINE, down - FINE, across + FINE, down + FINE), POINT)
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


def _placed(values: list[float], start: float, end: float) -> list[float]:
    """Where numbers lie from one side to the other; in the middle, where all are the same."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    half = high / 2 - low / 2  # of the whole a float may not hold
    return [start + ((value / 2 - low / 2) / half if half else 0.5) * (end - start) for value in values]
