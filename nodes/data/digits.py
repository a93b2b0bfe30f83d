"""Handwritten digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine import node
from nodes.data.values import Dataset

if TYPE_CHECKING:
    import torch

SHEET = Path(__file__).parent.parent / "models" / "digits" / "digits.png"
CELL, COLUMNS, COUNT = 8, 50, 1797
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
FULL = 16
"""Ink of a cell that is all black: the dots out of 4 × 4 that a pen touched."""
INNER = 11 / 16
"""Share of the picture's side that the digit's cells take."""
DARK, LIGHT = 0.2, 0.8
"""Shares of ink in a cell that become black and white; what lies between is the edge of a stroke."""


@node("data.digits")
def digits(
    size: Literal[16, 32, 64] = 32,
    count: Annotated[int, Field(ge=0, le=COUNT)] = 0,
) -> Dataset:
    """Handwritten digits in ten classes, white on black.

    They are the 1,797 of the test set of UCI's Optical Recognition of Handwritten Digits (Alpaydin and Kaynak
    1998, CC BY 4.0), by 13 people. The set has 8 × 8 cells with the share of ink in each; they are enlarged
    smoothly, and the strokes' edges are made narrow again.

    Args:
        size: Pixels along a side.
        count: How many to take, from the beginning; 0 = all.
    """
    import torch

    cells, labels = cells_and_labels()
    kept = count or COUNT
    pixels = drawn(cells[:kept], size)
    names = [NAMES[label] for label in labels[:kept].tolist()]
    captions = [[name] for name in names]
    return Dataset(
        pixels, torch.arange(kept + 1), captions, [[] for _ in names], names, labels[:kept], list(NAMES)
    )


def cells_and_labels() -> tuple[torch.Tensor, torch.Tensor]:
    """Read the set: ink uint8 [N, 8, 8] of 0..16, and int64 [N] the digit of each.

    The picture holds 17 grey values, one for each amount of ink; its last rows are the labels.
    """
    import numpy as np
    import torch
    from PIL import Image

    with Image.open(SHEET) as image:
        sheet = torch.from_numpy(np.array(image))
    rows = -(-COUNT // COLUMNS)
    cells = sheet[: rows * CELL].reshape(rows, CELL, COLUMNS, CELL).transpose(1, 2).flatten(0, 1)
    labels = sheet[rows * CELL :].flatten()
    return cells[:COUNT] // (255 // FULL), labels[:COUNT].long() // (255 // FULL)


def drawn(cells: torch.Tensor, size: int) -> torch.Tensor:
    """Draw cells of ink as pictures.

    Args:
        cells: uint8 [N, 8, 8], 0..16.
        size: Pixels along a side.

    Returns:
        uint8 [N, 1, size, size].
    """
    from torch.nn.functional import interpolate, pad

    inner = round(size * INNER)
    ink = interpolate(cells[:, None].float() / FULL, size=(inner, inner), mode="bicubic", align_corners=False)
    strokes = ((ink - DARK) / (LIGHT - DARK)).clamp(0, 1)
    before = (size - inner) // 2
    after = size - inner - before
    return (pad(strokes, (before, after, before, after)) * 255).round().byte()
