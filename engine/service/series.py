"""Numbers in a row, few enough to be sent: the points of a plot, the outline of a sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import torch

COLUMNS = 256
"""Parts of a plot or sound of which the lowest and the highest value are told."""
Pairs = tuple[tuple[float, float], ...]


def points(values: Sequence[float] | torch.Tensor) -> Pairs:
    """Places and finite values of numbers in a row; of very many, peaks and dips only.

    Args:
        values: A list, or a tensor [N].
    """
    row = _floats(values)
    bounds = _bounds(len(row), COLUMNS) if len(row) > 2 * COLUMNS else range(len(row) + 1)
    kept = dict.fromkeys(place for start, end in pairwise(bounds) for place in _ends(row, start, end))
    return tuple((float(place), row[place]) for place in kept)


def peaks(samples: torch.Tensor) -> Pairs:
    """The lowest and the highest value of each of equal parts of a sound, of all its channels together.

    Args:
        samples: [C, T]; what is not finite counts as silence.
    """
    import torch

    length = samples.shape[-1]
    if not samples.numel():
        return ()
    channels = torch.nan_to_num(samples.detach().float(), posinf=0.0, neginf=0.0)
    low, high = channels.amin(0), channels.amax(0)
    bounds = _bounds(length, min(COLUMNS, length))
    return tuple((float(low[a:b].min()), float(high[a:b].max())) for a, b in pairwise(bounds))


def is_series(value: Any) -> bool:
    """Whether a value is a list of numbers that are not all whole: whole ones are often names or counts."""
    if not isinstance(value, (list, tuple)) or len(cast("Sequence[Any]", value)) < 2:
        return False
    items = cast("Sequence[Any]", value)
    return all(type(item) in (int, float) for item in items) and any(type(item) is float for item in items)


def _floats(values: Sequence[float] | torch.Tensor) -> list[float]:
    if isinstance(values, (list, tuple)):
        return [_float(value) for value in cast("Sequence[float]", values)]
    return cast("torch.Tensor", values).detach().double().numpy(force=True).tolist()


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf


def _bounds(length: int, parts: int) -> list[int]:
    return [part * length // parts for part in range(parts + 1)]


def _ends(row: Sequence[float], start: int, end: int) -> Sequence[int]:
    """Where the lowest and the highest finite value of a part are, in their order."""
    finite = [place for place in range(start, end) if math.isfinite(row[place])]
    if not finite:
        return ()
    return sorted((min(finite, key=row.__getitem__), max(finite, key=row.__getitem__)))
