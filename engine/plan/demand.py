"""What has to run for the outputs wanted: hits are probed backward, from the outputs towards the sources.

An instance that is a hit hides everything in front of it. Instances are visited in reverse order, so that all
who read an instance have said which of its outputs they want before it is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Generic, Protocol, TypeVar

from engine.graph.flat import GIVEN, Source
from engine.plan.plan import Plan

AHEAD = 1024
"""Keys looked up at once: a chain of misses is probed in few queries, a hit at its end in one."""


class Stored(Protocol):
    """A stored result, as far as planning looks at it."""

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs that were stored."""
        ...

    @property
    def seconds(self) -> float:
        """How long computing it took."""
        ...

    @property
    def size(self) -> int:
        """Encoded bytes."""
        ...


E = TypeVar("E", bound=Stored)


@dataclass(slots=True)
class Found(Generic[E]):
    """What a demand found.

    Attributes:
        hits: Instance → its entry in the store, in the order found.
        misses: Instances that must run, each before its sources.
    """

    hits: dict[int, E] = field(default_factory=dict[int, E])
    misses: list[int] = field(default_factory=list[int])


class Demand(Generic[E]):
    """Finds the work, for the outputs wanted and later for what a lazy port turns out to need.

    Args:
        plan: The plan.
        probe: Looks keys up in the store.
        forced: Instances that run whatever the store has.
        known: What was looked up before, None for what was not there. What is looked up now is put in.
    """

    def __init__(
        self,
        plan: Plan,
        probe: Callable[[Sequence[bytes]], Mapping[bytes, E]],
        forced: frozenset[int] = frozenset(),
        known: dict[bytes, E | None] | None = None,
    ) -> None:
        self._plan = plan
        self._probe = probe
        self.late = frozenset(i for i, key in enumerate(plan.keys) if key is None)
        self.wants: dict[int, set[str]] = {}
        self._seen: set[int] = set()
        self._known: dict[bytes, E | None] = {} if known is None else known
        if forced:
            hidden = [key for index in forced if (key := plan.keys[index]) is not None]
            self._known = self._known | dict.fromkeys(hidden)

    def visit(self, sources: Iterable[Source]) -> Found[E]:
        """Find what must run so that these outputs are there; instances visited before are left out."""
        plan, known, wants = self._plan, self._known, self.wants
        order, keys, links, late, undecided = plan.order, plan.keys, plan.links, self.late, plan.undecided
        found: Found[E] = Found()
        ahead = 1
        heap: list[int] = []
        self._want(sources, heap)
        while heap:
            index = order[-heappop(heap)]
            key = keys[index] if index not in late else None
            if key is not None:
                if key not in known:
                    self._look_up(index, ahead)
                    ahead = min(2 * ahead, AHEAD)
                entry = known[key]
                if entry is not None and wants[index] <= entry.outputs.keys():
                    found.hits[index] = entry
                    continue
            found.misses.append(index)
            lazy = plan.lazy(index) if index in undecided else ()
            for port, ends in links[index].items():
                if port not in lazy:
                    self._want(ends, heap)
        return found

    def again(self, index: int) -> Found[E]:
        """Find what must run since a stored result was lost."""
        key = self._plan.keys[index]
        if key is not None:
            self._known[key] = None
        self._seen.discard(index)
        return self.visit((index, output) for output in sorted(self.wants[index]))

    def _want(self, sources: Iterable[Source], heap: list[int]) -> None:
        """Note who is read; instances met for the first time are put on the heap, by rank from the end."""
        wants, seen, ranks = self.wants, self._seen, self._plan.ranks
        for index, output in sources:
            if index == GIVEN:
                continue
            if index in wants:
                wants[index].add(output)
            else:
                wants[index] = {output}
            if index not in seen:
                seen.add(index)
                heappush(heap, -ranks[index])

    def _look_up(self, index: int, ahead: int) -> None:
        """Probe an instance's key together with the keys that will probably come next."""
        order, keys, rank = self._plan.order, self._plan.keys, self._plan.ranks[index]
        batch = [
            key
            for i in reversed(order[max(0, rank - ahead + 1) : rank + 1])
            if (key := keys[i]) is not None and key not in self._known
        ]
        self._known.update(dict.fromkeys(batch))
        self._known.update(self._probe(batch))


def downstream(plan: Plan, starts: Iterable[int]) -> frozenset[int]:
    """Instances and all that depends on them; a frozen result stands whatever changes in front of it."""
    seen = {start for start in starts if start not in plan.frozen}
    waiting = list(seen)
    while waiting:
        for user in plan.users[waiting.pop()]:
            if user not in seen and user not in plan.frozen:
                seen.add(user)
                waiting.append(user)
    return frozenset(seen)
