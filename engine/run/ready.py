"""Instances whose sources are there: which one goes next, and where.

Each lane has a queue of its own, most urgent first, and takes only as many as keep its threads busy: what is
handed over can't be overtaken any more, and thousands of calls that turn out to be tiny would fight over the
interpreter. Tiny ones, which most are, run in the scheduler's thread; a node that has never run is tried in a
lane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import heappop, heappush

from engine.plan.plan import Plan

Urgency = tuple[float, int]


class Ready:
    """The queues.

    Args:
        threads: Threads of each lane, by its name.
        tiny: Tells whether an instance is known to be tiny by now.
    """

    def __init__(self, threads: Mapping[str, int], tiny: Callable[[int], bool]) -> None:
        self._room = {lane: count + 1 for lane, count in threads.items()}  # and one to follow
        self._tiny = tiny
        self._queues: dict[str, list[tuple[Urgency, int]]] = {lane: [] for lane in threads}
        self._here: list[tuple[Urgency, int, str]] = []
        self._away: dict[int, str] = {}

    def push(self, index: int, lane: str, urgency: Urgency) -> None:
        """Queue an instance.

        Args:
            index: The instance.
            lane: Where it runs unless it is tiny.
            urgency: The smallest goes first.
        """
        if self._tiny(index):
            heappush(self._here, (urgency, index, lane))
        else:
            heappush(self._queues[lane], (urgency, index))

    def pop(self) -> int | None:
        """Take the next instance that can go; None when all lanes are full."""
        for lane, queue in self._queues.items():
            if queue and (self._room[lane] or self._tiny(queue[0][1])):
                return heappop(queue)[1]
        while self._here:
            urgency, index, lane = heappop(self._here)
            if self._room[lane] or self._tiny(index):
                return index
            heappush(self._queues[lane], (urgency, index))  # it has turned out to be larger
        return None

    def begin(self, index: int, lane: str) -> None:
        """Note that an instance went to a lane."""
        self._away[index] = lane
        self._room[lane] -= 1

    def end(self, index: int) -> None:
        """Note that an instance has landed, wherever it was."""
        lane = self._away.pop(index, None)
        if lane is not None:
            self._room[lane] += 1


def critical_path(plan: Plan, seconds: dict[str, float]) -> list[float]:
    """Expected seconds from the start of each instance to the last thing that waits for it."""
    depth = [0.0] * len(plan.names)
    for index in reversed(plan.order):
        users = plan.users[index]
        behind = max([depth[user] for user in users]) if users else 0.0
        depth[index] = behind + seconds.get(plan.nodes[index].id, 1e-3)
    return depth
