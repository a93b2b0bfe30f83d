"""Colours of latents without a decoder: each cell's channels times a matrix is about its mean colour.

Good enough to see a picture grow, and thousands of times faster than to decode it. The matrices lie beside
the models, with their sources; ``nodes/models/fit_latent_rgb.py`` fits the built-in model's.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import nodes.models

FILE = Path(nodes.models.__file__).with_name("latent_rgb.json")


def rgb(family: str) -> tuple[list[list[float]], list[float]] | None:
    """What makes colours of a family's latents; None for families whose colours are not known.

    Returns:
        For each channel its part in red, green and blue, and the colour that is added; all in 0..1.
    """
    known = _families().get(family)
    return None if known is None else (known["factors"], known["offset"])


@cache
def _families() -> dict[str, dict[str, Any]]:
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {family: one for one in found for family in one["families"]}
