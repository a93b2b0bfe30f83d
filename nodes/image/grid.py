"""Contact sheets: many pictures in rows and columns, with their names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.image.channels import luminance
from nodes.image.combine import composite
from nodes.image.ink import Colour, ink
from nodes.values import Image

if TYPE_CHECKING:
    import torch
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

LINE = 1.5
"""Height of a line of text in text sizes."""


@node("image.grid")
def grid(
    images: list[Image],
    labels: list[str] | None = None,
    columns: Annotated[int, Field(ge=0, le=1000)] = 0,
    gap: Annotated[int, Field(ge=0, le=512)] = 8,
    background: Colour = "#ffffff",
    text_size: Annotated[int, Field(ge=6, le=256)] = 14,
) -> Image:
    """Arrange pictures in rows and columns, each in the middle of a cell as large as the largest of them.

    Args:
        images: The pictures; batches count as several.
        labels: One line of text below each picture; too long ones are cut off.
        columns: Pictures in a row; 0 makes the sheet about square.
        gap: Pixels between cells and around them.
        background: What lies behind, and shines through translucent pictures. Text is black or white on it.
        text_size: Height of the text in pixels.
    """
    pictures = [Image(pixels[None]) for image in images for pixels in image.pixels]
    if not pictures:
        raise ValueRefused("a list with pictures", "an empty one")
    if labels is not None and len(labels) != len(pictures):
        raise ValueRefused(f"a label for each of {len(pictures)} pictures", f"{len(labels)} labels")
    wide = max(picture.pixels.shape[2] for picture in pictures)
    tall = max(picture.pixels.shape[1] for picture in pictures)
    line = round(LINE * text_size) if labels else 0
    columns = min(columns or math.ceil(math.sqrt(len(pictures))), len(pictures))
    rows = math.ceil(len(pictures) / columns)
    ground = ink(background, 3)
    sheet = ground.repeat(1, gap + rows * (tall + line + gap), gap + columns * (wide + gap), 1)
    for place, picture in enumerate(pictures):
        x = gap + place % columns * (wide + gap)
        y = gap + place // columns * (tall + line + gap)
        _paste(
            sheet,
            picture,
            x + (wide - picture.pixels.shape[2]) // 2,
            y + (tall - picture.pixels.shape[1]) // 2,
        )
        if labels:
            _write(sheet, labels[place], x, y + tall, wide, line, text_size)
    return Image(sheet)


def _paste(sheet: torch.Tensor, picture: Image, x: int, y: int) -> None:
    _, height, width, _ = picture.pixels.shape
    place = sheet[:, y : y + height, x : x + width]
    place.copy_(composite(Image(place), picture).pixels)


def _write(sheet: torch.Tensor, text: str, x: int, y: int, width: int, height: int, size: int) -> None:
    """Write one line, centred in a strip of the sheet."""
    import numpy as np
    import torch
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    strip = Pillow.new("L", (width, height))
    draw = ImageDraw.Draw(strip)
    draw.text((width / 2, height / 2), _fitting(text, font, width), fill=255, font=font, anchor="mm")
    cover = torch.from_numpy(np.array(strip))[None, ..., None] / 255
    place = sheet[:, y : y + height, x : x + width]
    black_on_light = luminance(place[:, :1, :1]) > 0.5
    place.copy_(torch.lerp(place, torch.where(black_on_light, 0.0, 1.0).to(place), cover))


def _fitting(text: str, font: Font, width: int) -> str:
    """As much of the first line as fits, with an ellipsis where it was cut."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
