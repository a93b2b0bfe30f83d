"""The numbers that a loop collects turn by turn, few enough to be sent however many turns there were.

Equally many turns stand together in a part, of which the mean is told. Once there are more parts than
``PARTS``, two of each become one: a number costs the same whether it is the tenth or the millionth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, cast

from engine.service.records import CurvesRecord

PARTS = 500
"""Points of a series that are told at most."""


class Curves:
    """The series of one loop."""

    def __init__(self) -> None:
        self._width = 1
        self._done = 0
        self._sums: dict[str, list[float]] = {}
        self._counts: dict[str, list[int]] = {}

    def add(self, before: int, series: Mapping[str, Sequence[Any]]) -> None:
        """Add what some turns gave.

        Args:
            before: Turns before the first of them.
            series: Name → number, one a turn. What is no finite number leaves a gap.
        """
        for name, values in series.items():
            for turn, value in enumerate(values, before):
                self._add(name, turn, value)

    def record(self) -> CurvesRecord:
        """The series as they are told."""
        parts = -(-self._done // self._width)
        ends = (min((part + 1) * self._width, self._done) for part in range(parts))
        return CurvesRecord(
            turns=tuple(ends),
            each=self._width,
            series={name: self._means(name, parts) for name in sorted(self._sums)},
        )

    def _add(self, name: str, turn: int, value: Any) -> None:
        while turn // self._width >= PARTS:
            self._halve()
        self._done = max(self._done, turn + 1)
        sums, counts = self._sums.setdefault(name, []), self._counts.setdefault(name, [])
        part = turn // self._width
        while len(sums) <= part:
            sums.append(0.0)
            counts.append(0)
        if type(value) in (int, float) and isfinite(value):
            sums[part] += value
            counts[part] += 1

    def _halve(self) -> None:
        self._width *= 2
        for name in self._sums:
            sums, counts = self._sums[name], self._counts[name]
            self._sums[name] = [sum(sums[at : at + 2]) for at in range(0, len(sums), 2)]
            self._counts[name] = [sum(counts[at : at + 2]) for at in range(0, len(counts), 2)]

    def _means(self, name: str, parts: int) -> tuple[float | None, ...]:
        known = zip(self._sums[name], self._counts[name], strict=True)
        means = [total / count if count else None for total, count in known]
        return (*means, *[None] * (parts - len(means)))


def curves_of(collected: Mapping[str, Any]) -> CurvesRecord:
    """The series among what a loop collected: lists of numbers."""
    curves = Curves()
    for name, values in collected.items():
        if isinstance(values, list) and values and type(cast("list[Any]", values)[-1]) in (int, float):
            curves.add(0, {name: cast("list[Any]", values)})
    return curves.record()
