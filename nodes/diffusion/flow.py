"""Noise levels of flow matching, as its pipelines spread them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def straight_sigmas(steps: int) -> tuple[float, ...]:
    """Levels from 1 down to one step above 0."""
    import numpy as np

    return tuple(float(level) for level in np.linspace(1.0, 1 / steps, steps))


def shift_by_length(config: Mapping[str, Any], length: int) -> float:
    """How far levels are moved towards noise, the further the more patches there are (arXiv 2403.03206).

    Args:
        config: The scheduler's.
        length: Patches of the picture.
    """
    low, high = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
    few, many = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
    slope = (high - low) / (many - few)
    return length * slope + (low - slope * few)


def empirical_shift(length: int, steps: int) -> float:
    """How far FLUX.2's levels are moved towards noise, as its authors fitted it to 10 and to 200 steps.

    Args:
        length: Cells of the picture.
        steps: Steps of the run; for pictures of more than 4300 cells they make no difference.
    """
    at_200 = 0.00016927 * length + 0.45666666
    if length > 4300:
        return at_200
    at_10 = 8.73809524e-05 * length + 1.89833333
    slope = (at_200 - at_10) / 190.0
    return slope * steps + (at_200 - 200.0 * slope)


def flow_steps(steps: int, strength: float) -> int:
    """Steps that a strength below 1 leaves out: what is left out is rounded down."""
    return int(max(steps - min(steps * strength, steps), 0))
