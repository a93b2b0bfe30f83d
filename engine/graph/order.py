"""An order in which everything comes after what it reads, and the cycles that stand in its way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from engine.errors import Problem
from engine.wording import Phrase


def arrange(after: Sequence[Sequence[int]]) -> tuple[list[int], list[list[int]]]:
    """Order vertices so that each comes after those that point at it.

    Args:
        after: Vertex → the vertices that it points at.

    Returns:
        All vertices, and the cycles, each from its smallest vertex on. A cycle stands in the order where its
        first vertex would; cycles are found one by one, so that those sharing a vertex count as one.
    """
    waiting = [0] * len(after)
    for targets in after:
        for target in targets:
            waiting[target] += 1
    order = [vertex for vertex, count in enumerate(waiting) if count == 0]
    cycles: list[list[int]] = []
    _settle(order, 0, after, waiting)
    if len(order) < len(after):
        _break_cycles(order, cycles, after, waiting)
    return order, cycles


def cycle_problem(labels: Sequence[str]) -> Problem:
    """Say that instances feed each other in a circle.

    Args:
        labels: Their names, in the direction of the links; equal neighbours are told once.
    """
    names = [name for name, _ in groupby([*labels, labels[0]])]
    got = " → ".join(names if len(names) > 1 else [*names, *names])
    return Problem("cycle", labels[0], "", Phrase("no-way-back"), got, Phrase("drop-one-link"))


def _settle(order: list[int], begin: int, after: Sequence[Sequence[int]], waiting: list[int]) -> None:
    """Append whatever waits for nothing any more; ``order`` grows while it is read."""
    while begin < len(order):
        for target in after[order[begin]]:
            waiting[target] -= 1
            if waiting[target] == 0:
                order.append(target)
        begin += 1


def _break_cycles(
    order: list[int], cycles: list[list[int]], after: Sequence[Sequence[int]], waiting: list[int]
) -> None:
    before: dict[int, list[int]] = {}
    for vertex, targets in enumerate(after):
        for target in targets if waiting[vertex] > 0 else ():
            before.setdefault(target, []).append(vertex)
    for start in range(len(after)):
        while waiting[start] > 0:
            cycle = _walk_back(start, before, waiting)
            cycles.append(cycle)
            begin = len(order)
            for vertex in cycle:
                waiting[vertex] = 0
            order += cycle
            _settle_after_cycle(order, begin, after, waiting)


def _settle_after_cycle(
    order: list[int], begin: int, after: Sequence[Sequence[int]], waiting: list[int]
) -> None:
    while begin < len(order):
        for target in after[order[begin]]:
            if waiting[target] > 0:
                waiting[target] -= 1
                if waiting[target] == 0:
                    order.append(target)
        begin += 1


def _walk_back(start: int, before: dict[int, list[int]], waiting: list[int]) -> list[int]:
    """Go against the arrows from a vertex that waits until the way closes."""
    place: dict[int, int] = {}
    way: list[int] = []
    vertex = start
    while vertex not in place:
        place[vertex] = len(way)
        way.append(vertex)
        vertex = next(source for source in before[vertex] if waiting[source] > 0)
    cycle = way[place[vertex] :][::-1]
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
