"""Charts: series of numbers over the steps of a training, drawn as lines in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nodes.image.ink import ink
from nodes.values import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Scale = Literal["logarithmic", "linear"]
COLOURS = ("#1e5ac8", "#e07b1a", "#2c8a57", "#a03aa0", "#c23b3b", "#4a7d8c", "#8a6d1f", "#5a5f6b")
"""Of the series in turn."""
PAPER, RULE, WRITING = "#ffffff", "#e2e2e2", "#5a5a5a"
FINE = 2
"""Pixels drawn along a side for one of the picture, so that lines are smooth."""
SMALLEST, LARGEST = 1e-12, 1e12
"""What stand for numbers that have no logarithm, and for what is no number."""
LEFT, TOP, RIGHT, BOTTOM = 56, 12, 12, 24
TEXT, LINE = 11, 16
"""Size of the writing, and height of a line of it."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers that belong together.

    Attributes:
        values: At least one, spread evenly over the width.
        name: Written in the legend; without one it isn't there.
    """

    values: Sequence[float]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where lines are drawn.

    Attributes:
        pen: Draws on the page.
        box: Left, top, right and bottom in pixels drawn.
        low: What stands at the bottom, on the scale.
        high: What stands at the top.
    """

    pen: Any
    box: tuple[int, int, int, int]
    low: float
    high: float

    def across(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """From left = 0 to right = 1, in pixels."""
        return self.box[0] + shares * (self.box[2] - self.box[0])

    def down(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights of numbers on the scale; those beyond the ends are drawn at the ends."""
        share = (values - self.low) / (self.high - self.low)
        return self.box[3] - share.clip(0, 1) * (self.box[3] - self.box[1])


def chart(
    series: Sequence[Series],
    scale: Scale,
    smoothing: int,
    size: tuple[int, int],
    bounds: tuple[float | None, float | None] = (None, None),
    line: float | None = None,
    steps: int | None = None,
) -> Image:
    """Draw series, the numbers pale and their running mean above them in full colour.

    Args:
        series: At least one.
        scale: Of the numbers.
        smoothing: Numbers of the longest series in the running mean; 1 = the numbers themselves.
        size: Width and height in pixels.
        bounds: The lowest and the highest number shown; None = of the series.
        line: Where a dashed line is drawn across.
        steps: How many steps the width stands for; None = as many as the longest series has numbers.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow
    from PIL import ImageDraw

    width, height = size
    known = [_scaled(one.values, scale) for one in series]
    longest = max(map(len, known))
    page = Pillow.new("RGB", (width * FINE, height * FINE), PAPER)
    box = (LEFT * FINE, TOP * FINE, (width - RIGHT) * FINE, (height - BOTTOM) * FINE)
    frame = Frame(ImageDraw.Draw(page), box, *_limits(known, bounds, scale))
    _rules(frame, scale)
    _write(frame.pen, (box[0], box[3] + 6 * FINE), f"{steps or longest} steps")
    if line is not None:
        _dashes(frame, _scaled([line], scale))
    if smoothing > 1:
        for values, colour in zip(known, _colours(known), strict=True):
            _line(frame, values, 1, _pale(colour), FINE)
    for values, colour in zip(known, _colours(known), strict=True):
        window = max(round(smoothing * len(values) / longest), 1)
        _line(frame, values, min(window, len(values)), colour, 2 * FINE)
    _legend(frame, [one.name for one in series], low=_ends_high(frame, known))
    small = page.resize((width, height), Pillow.Resampling.BOX)
    return Image(torch.from_numpy(np.array(small)).float()[None] / 255)


def _colours(series: Sequence[object]) -> list[str]:
    return [COLOURS[place % len(COLOURS)] for place in range(len(series))]


def _scaled(values: Sequence[float], scale: Scale) -> NDArray[np.float64]:
    """Numbers on the scale; what is none, as the loss of a training that burst, stands at an end."""
    import numpy as np

    numbers = np.nan_to_num(np.asarray(values, dtype=float), nan=LARGEST, posinf=LARGEST, neginf=-LARGEST)
    return np.log10(np.maximum(numbers, SMALLEST)) if scale == "logarithmic" else numbers


def _limits(
    known: Sequence[NDArray[np.float64]], bounds: tuple[float | None, float | None], scale: Scale
) -> tuple[float, float]:
    low, high = (None if bound is None else float(_scaled([bound], scale)[0]) for bound in bounds)
    if low is None:
        low = min(float(values.min()) for values in known)
    if high is None:
        high = max(float(values.max()) for values in known)
    return low, max(high, low + 1e-6)


def _pale(colour: str) -> str:
    mixed = 0.72 + 0.28 * ink(colour, 3)
    return "#" + "".join(f"{round(float(value) * 255):02x}" for value in mixed)


def _rules(frame: Frame, scale: Scale) -> None:
    import numpy as np

    values = np.linspace(frame.low, frame.high, 5)
    for value, y in zip(values.tolist(), frame.down(values).tolist(), strict=True):
        frame.pen.line([(frame.box[0], y), (frame.box[2], y)], fill=RULE, width=FINE)
        shown = 10**value if scale == "logarithmic" else value
        _write(frame.pen, (5 * FINE, y - 7 * FINE), f"{shown:.3g}")


def _dashes(frame: Frame, value: NDArray[np.float64]) -> None:
    left, _, right, _ = frame.box
    y = float(frame.down(value)[0])
    for x in range(left, right, 12 * FINE):
        frame.pen.line([(x, y), (min(x + 6 * FINE, right), y)], fill=WRITING, width=FINE)


def _line(frame: Frame, values: NDArray[np.float64], window: int, colour: str, width: int) -> None:
    """Draw the running mean of so many numbers, each mean above the middle of its window."""
    import numpy as np

    mean = np.convolve(values, np.ones(window) / window, "valid")
    places = (np.arange(len(mean)) + (window - 1) / 2) / max(len(values) - 1, 1)
    points = zip(frame.across(places).tolist(), frame.down(mean).tolist(), strict=True)
    frame.pen.line(list(points), fill=colour, width=width, joint="curve")


def _ends_high(frame: Frame, known: Sequence[NDArray[np.float64]]) -> bool:
    """Whether the last fifth of the series is mostly in the upper half."""
    middle = (frame.box[1] + frame.box[3]) / 2
    last = [float(frame.down(values[-(-len(values) * 4 // 5) - 1 :]).mean()) for values in known]
    return sum(last) / len(last) < middle


def _legend(frame: Frame, names: Sequence[str], *, low: bool) -> None:
    shown = [(name, colour) for name, colour in zip(names, _colours(names), strict=True) if name]
    if not shown:
        return
    pen, (_, top, right, bottom) = frame.pen, frame.box
    tall = (len(shown) * LINE + 8) * FINE
    top = bottom - tall if low else top
    left = right - round(max(pen.textlength(name, font=_font()) for name, _ in shown)) - 34 * FINE
    inside = (left, top, right, top + tall)
    pen.rectangle(inside, fill=PAPER, outline=RULE, width=FINE)
    for place, (name, colour) in enumerate(shown):
        y = top + (4 + place * LINE) * FINE
        pen.line(
            [(left + 6 * FINE, y + 8 * FINE), (left + 22 * FINE, y + 8 * FINE)], fill=colour, width=3 * FINE
        )
        _write(pen, (left + 28 * FINE, y + FINE), name)


def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(TEXT * FINE)


def _write(pen: Any, place: tuple[float, float], text: str) -> None:
    pen.text(place, text, fill=WRITING, font=_font())
