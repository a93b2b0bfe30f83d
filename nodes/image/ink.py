"""Colours as params: hexadecimal text in the graph, tensors in the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

if TYPE_CHECKING:
    import torch

Colour = Annotated[
    str,
    Field(
        pattern="^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$",
        json_schema_extra={"widget": "colour"},
    ),
]
"""``#rgb``, ``#rgba``, ``#rrggbb`` or ``#rrggbbaa``."""


def ink(colour: str, channels: int) -> torch.Tensor:
    """Values of a colour in each channel, float32 [channels], 0..1.

    Args:
        colour: See ``Colour``.
        channels: 1 for its brightness, 3, or 4 with its opacity.
    """
    import torch
    from PIL import ImageColor

    values = ImageColor.getcolor(colour, {1: "L", 3: "RGB", 4: "RGBA"}[channels])
    return torch.tensor(values, dtype=torch.float32).reshape(-1)[:channels] / 255


def is_opaque(colour: str) -> bool:
    """Whether nothing shines through the colour."""
    return bool(ink(colour, 4)[3] == 1)
