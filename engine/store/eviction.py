"""GreedyDual-Size: what to give up when there is too little room (Cao and Irani, 1997).

A value is worth the seconds it takes to compute again per byte that it occupies, plus an inflation that rises
to the worth of whatever was given up last. So cheap bulk goes first, and what was dear once but is never
asked for is overtaken by what is used. Until something is given up, using a value changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


def worth(inflation: float, seconds: float, size: int) -> float:
    """Worth of a value that is used now."""
    return inflation + seconds / max(size, 1)


class GreedyDual(Generic[K]):
    """Ranks values; the owner holds them and their sizes.

    Attributes:
        inflation: Worth of what was given up last.
    """

    def __init__(self, inflation: float = 0.0) -> None:
        self.inflation = inflation
        self._rank: dict[K, tuple[float, int]] = {}
        self._density: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._turn = count()

    def __len__(self) -> int:
        return len(self._rank)

    def add(self, key: K, seconds: float, size: int) -> None:
        """Take in a value that is used now.

        Args:
            key: Its name.
            seconds: Time to compute it again.
            size: Bytes that it occupies.
        """
        self._density[key] = worth(0.0, seconds, size)
        self.use(key)

    def restore(self, key: K, rank: float) -> None:
        """Take in a value with the worth that it had when it was last used."""
        self._density[key] = rank
        self._push(key, rank)

    def use(self, key: K) -> None:
        """Note that a value is used now."""
        self._push(key, self.inflation + self._density[key])

    def remove(self, key: K) -> None:
        """Forget a value that is gone."""
        self._rank.pop(key, None)
        self._density.pop(key, None)

    def victims(self, kept: Callable[[K], bool]) -> Iterator[K]:
        """Give up values, least worth first and of equals the one used longest ago, while the caller asks.

        Args:
            kept: Tells of a value that it must stay whatever it is worth.
        """
        spared: list[tuple[float, int, K]] = []
        try:
            while self._heap:
                rank, turn, key = heapq.heappop(self._heap)
                if self._rank.get(key) != (rank, turn):
                    continue
                if kept(key):
                    spared.append((rank, turn, key))
                    continue
                self.remove(key)
                self.inflation = max(self.inflation, rank)
                yield key
        finally:
            for item in spared:
                heapq.heappush(self._heap, item)

    def _push(self, key: K, rank: float) -> None:
        turn = next(self._turn)
        self._rank[key] = (rank, turn)
        heapq.heappush(self._heap, (rank, turn, key))
        if len(self._heap) > 2 * len(self._rank) + 64:  # most of the heap is outdated
            self._heap = [(rank, turn, key) for key, (rank, turn) in self._rank.items()]
            heapq.heapify(self._heap)
