"""Sweeps: which values each run of a batch has when several places take several values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

from engine.errors import KnotworkError

V = TypeVar("V")


class SweepRefused(KnotworkError):
    """A sweep makes no run, or more than anyone means."""


def points(axes: Mapping[str, Sequence[V]], most: int) -> list[dict[str, V]]:
    """The values of each run; without axes, one run that sets nothing.

    Args:
        axes: Place → its values. They multiply; the last varies fastest.
        most: Runs that are allowed at once.

    Raises:
        SweepRefused: An axis has no value, or there would be more runs.
    """
    for name, values in axes.items():
        if not values:
            raise SweepRefused(f"sweep {name}: expected values, got none. Give one at least.")
    count = math.prod(map(len, axes.values()))
    if count > most:
        raise SweepRefused(f"sweep: expected at most {most} runs, got {count}. Sweep less at once.")
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
