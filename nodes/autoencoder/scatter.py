"""Codes as points in the plane, coloured by class."""

from __future__ import annotations

from colorsys import hls_to_rgb
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Text, node
from engine.errors import ValueRefused
from nodes.autoencoder.values import Codes
from nodes.values import Image

if TYPE_CHECKING:
    import torch

PAPER, LINES, WRITING = "#fdfcfa", "#dedbd5", "#3a3f4a"
FINE = 3
"""Pixels drawn along a side for one of the picture, so that edges are smooth."""
COLOURS = (
    "#2b62b8", "#e5801f", "#2f9a4a", "#d2332f", "#8a57b8",
    "#7d5440", "#e470b6", "#6f7580", "#b3a91c", "#20b1c4",
)  # fmt: skip
"""Of the first ten classes."""
TEXT = 15
"""Height of the text in pixels."""
MARGIN = 44


class Flat(NamedTuple):
    """Codes in a plane.

    Attributes:
        places: float64 [B, 2].
        axes: What both axes are.
    """

    places: torch.Tensor
    axes: tuple[str, str]


@node("autoencoder.scatter")
def scatter(
    codes: Codes,
    labels: list[int] | None = None,
    classes: list[str] | None = None,
    title: Text = "",
    size: Annotated[int, Field(ge=128, le=2048)] = 560,
) -> Image:
    """Draw codes as points, coloured by class, with a legend.

    Codes of more than two numbers are laid into the plane in which they differ most, by their two largest
    principal components; the axes then say so.

    Args:
        codes: At least two.
        labels: Class of each code.
        classes: Name of each class; without any, their numbers.
        title: Written above.
        size: Side of the square of points in pixels; the legend lies to the right of it.

    Raises:
        ValueRefused: There are fewer than two codes, or not as many labels.
    """
    import numpy as np
    import torch
    from PIL import Image as Pillow

    count = len(codes.samples)
    if count < 2 or codes.samples[0].numel() < 2:
        raise ValueRefused("at least two codes of at least two numbers", str(list(codes.samples.shape)))
    if labels is not None and len(labels) != count:
        raise ValueRefused(f"a class for each of {count} codes", f"{len(labels)} classes")
    flat = flattened(codes.samples)
    told = sorted({*labels}) if labels else []
    names = {label: _name(label, classes) for label in told}
    colours = {label: COLOURS[label] if label < len(COLOURS) else _hue(label) for label in told}
    low, reach = _frame(flat.places)
    pixels = (flat.places - low) / reach * torch.tensor([1.0, -1.0]) + torch.tensor([0.0, 1.0])
    page = Pillow.new("RGB", (size * FINE, size * FINE), PAPER)
    inks = [colours[label] for label in labels] if labels else [COLOURS[0]] * count
    ticks = _ticks(low, reach)
    _draw(page, pixels * size * FINE, inks, [[share * size * FINE for _, share in axis] for axis in ticks])
    wide = size + 2 * MARGIN + (_legend_width(names) if names else 0)
    sheet = Pillow.new("RGB", (wide, size + 2 * MARGIN), PAPER)
    sheet.paste(page.resize((size, size), Pillow.Resampling.BOX), (MARGIN, MARGIN))
    _write(sheet, flat.axes, title, size, ticks)
    _legend(sheet, names, colours, size)
    return Image(torch.from_numpy(np.array(sheet)).float()[None] / 255)


def flattened(samples: torch.Tensor) -> Flat:
    """Lay codes [B, D, H, W] into a plane: two numbers as they are, more by principal components.

    The sign of a component is that of its largest share.
    """
    import torch

    flat = samples.double().flatten(1).cpu()
    if flat.shape[1] == 2:
        return Flat(flat, ("first number", "second number"))
    centred = flat - flat.mean(0)
    _, sizes, ways = torch.linalg.svd(centred, full_matrices=False)
    ways = ways[:2] * ways[:2].gather(1, ways[:2].abs().argmax(1, keepdim=True)).sign()
    shares = (sizes.square() / sizes.square().sum().clamp_min(1e-300)).tolist()
    numbers = flat.shape[1]
    axes = [f"component {place + 1} of {numbers} ({shares[place]:.0%} of the variance)" for place in range(2)]
    return Flat(centred @ ways.T, (axes[0], axes[1]))


def _frame(places: torch.Tensor) -> tuple[torch.Tensor, float]:
    """The square that holds all places: its lower left corner, and its side."""
    least, most = places.amin(0), places.amax(0)
    reach = float((most - least).max()) * 1.06 or 1.0
    return (least + most) / 2 - reach / 2, reach


def _ticks(low: torch.Tensor, reach: float) -> list[list[tuple[str, float]]]:
    """Round numbers along both axes, each with its share of the side."""
    import numpy as np

    step = next(
        step
        for power in range(-12, 13)
        for base in (1, 2, 5)
        if reach / (step := base * 10.0**power) <= 8 or power == 12
    )
    return [
        [
            (f"{mark * step:g}", (mark * step - start) / reach)
            for mark in range(int(np.ceil(start / step)), int((start + reach) // step) + 1)
        ]
        for start in low.tolist()
    ]


def _draw(page: Any, pixels: torch.Tensor, inks: list[str], lines: list[list[float]]) -> None:
    """Draw a net of lines, and points [B, 2] on it."""
    from PIL import ImageColor, ImageDraw

    pen = ImageDraw.Draw(page, "RGBA")
    side = page.width
    for x in lines[0]:
        pen.line([(x, 0), (x, side)], fill=LINES, width=FINE)
    for y in lines[1]:
        pen.line([(0, side - y), (side, side - y)], fill=LINES, width=FINE)
    radius = FINE * max(1.6, min(5.0, side / FINE / 5 / len(inks) ** 0.5))
    for (x, y), colour in zip(pixels.tolist(), inks, strict=True):
        red, green, blue = ImageColor.getrgb(colour)[:3]
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=(red, green, blue, 190))


def _write(
    sheet: Any, axes: tuple[str, str], title: str, size: int, ticks: list[list[tuple[str, float]]]
) -> None:
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    font, small = ImageFont.load_default(TEXT), ImageFont.load_default(TEXT - 4)
    pen = ImageDraw.Draw(sheet)
    end, middle = MARGIN + size, MARGIN + size / 2
    pen.text((middle, MARGIN / 2), title, fill=WRITING, font=ImageFont.load_default(TEXT + 2), anchor="mm")
    pen.text((middle, end + 31), axes[0], fill=WRITING, font=font, anchor="mm")
    for text, share in ticks[0]:
        pen.text((MARGIN + share * size, end + 10), text, fill=WRITING, font=small, anchor="mm")
    for text, share in ticks[1]:
        pen.text((MARGIN - 5, end - share * size), text, fill=WRITING, font=small, anchor="rm")
    across = Pillow.new("RGB", (size, TEXT + 6), PAPER)
    ImageDraw.Draw(across).text((size / 2, TEXT / 2 + 3), axes[1], fill=WRITING, font=font, anchor="mm")
    sheet.paste(across.rotate(90, expand=True), (0, MARGIN))


def _legend(sheet: Any, names: dict[int, str], colours: dict[int, str], size: int) -> None:
    from PIL import ImageDraw, ImageFont

    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(TEXT)
    line = min(1.7 * TEXT, size / max(len(names), 1))
    for place, (label, name) in enumerate(names.items()):
        x, y = 2 * MARGIN + size - 22, MARGIN + (place + 0.5) * line
        pen.ellipse([x - 5, y - 5, x + 5, y + 5], fill=colours[label])
        pen.text((x + 13, y), name, fill=WRITING, font=font, anchor="lm")


def _legend_width(names: dict[int, str]) -> int:
    from PIL import ImageFont

    font = ImageFont.load_default(TEXT)
    return round(max(font.getlength(name) for name in names.values())) + 8


def _name(label: int, classes: list[str] | None) -> str:
    return classes[label] if classes and label < len(classes) else str(label)


def _hue(label: int) -> str:
    """A colour for classes after the tenth: their hues go round by the golden angle."""
    red, green, blue = hls_to_rgb(label * 0.381966 % 1, 0.4 + 0.15 * (label % 2), 0.6)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
