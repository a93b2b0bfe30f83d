"""The turns of a loop after which its values were kept, found by the keys that a run keeps them under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from engine.plan.plan import Plan
from engine.run.checkpoints import checkpoints_over
from engine.run.slots import Slot
from engine.run.work import Work
from engine.service.stored import slots_of
from engine.store.index import Entry
from engine.store.ref import Missing, Ref
from engine.store.store import Store

LOOKED_AT = 50_000
"""Turns that are asked for at most."""


class Steps:
    """The kept turns of one loop.

    Args:
        plan: The plan that holds it.
        index: The loop's instance.
        entries: What is stored of the plan.
        store: Where the checkpoints are.

    Attributes:
        carry: Names of the carried values.
        of: How many turns it has at most; None while that is not known.
        turns: Number of turns done → where its carried values are, in order; the first one of a loop that
            was forked is the one that it goes on from.
        keys: Number of turns done → under which key they are stored.
        collected: What the loop collected, by name, as far as its result is stored.
        unstored: What else it collects.
        gone: The turn that it goes on from, when that is stored no more; else 0.
    """

    def __init__(self, plan: Plan, index: int, entries: Mapping[int, Entry], store: Store) -> None:
        self.carry = plan.loops[index].carry
        self.of: int | None = None
        self.turns: dict[int, Ref] = {}
        self.keys: dict[int, bytes] = {}
        self.gone = 0
        entry, collect = entries.get(index), plan.loops[index].collect
        outputs = entry.outputs if entry else dict[str, Ref]()
        self.collected = {name: outputs[name] for name in collect if name in outputs}
        self.unstored = [name for name in collect if name not in outputs]
        self._plan, self._index, self._store = plan, index, store
        self._find_fork()
        links = plan.links[index]
        slots = slots_of(plan, links, entries)
        if slots is None:
            return
        self._inputs = {port: [slots[source][output] for source, output in links[port]] for port in links}
        items = self._items()
        self.of = self._count() if items is None else len(items)
        self._find(items)

    def own(self) -> list[bytes]:
        """Keys of the turns that the loop kept itself, without the one that it goes on from."""
        fork = self._plan.fork(self._index)
        return [key for key in self.keys.values() if fork is None or key != fork.key]

    def _find_fork(self) -> None:
        fork = self._plan.fork(self._index)
        if fork is not None:
            self._take({fork.key: fork.turn})
            self.gone = 0 if fork.turn in self.turns else fork.turn

    def _find(self, items: list[str] | None) -> None:
        loop = self._plan.loops[self._index]
        if loop.each and (items is None or not loop.checkpoint):
            return
        work = Work(
            plan=self._plan,
            index=self._index,
            key=None,
            payload=b"",
            inputs=self._inputs,
            sources=self._plan.links[self._index],
            exclusive=frozenset(),
            stored=frozenset(),
            device="",
            check_purity=False,
        )
        arguments = self._plan.arguments[self._index] | dict.fromkeys(self._inputs)
        kept = checkpoints_over(work, arguments, items, self._store)
        if kept is None:
            return
        turns = self._candidates(loop.checkpoint, bool(loop.condition)) if loop.checkpoint else ()
        most = LOOKED_AT if self.of is None else self.of
        self._take({kept.key(turn): turn for turn in sorted({*turns, *kept.stopped(most)})})

    def _take(self, keys: Mapping[bytes, int]) -> None:
        """Take in those of some turns, by key, that are stored."""
        found = self._store.probe(list(keys))
        for key, turn in keys.items():
            if key in found and "carry" in found[key].outputs:
                self.turns[turn] = found[key].outputs["carry"]
                self.keys[turn] = key

    def _candidates(self, every: int, open_ended: bool) -> Iterable[int]:
        """Turns after which something may be kept: with a condition also the last one, wherever it was."""
        last = LOOKED_AT if self.of is None else min(self.of, LOOKED_AT * every)
        turns = range(1, last + 1) if open_ended and last <= LOOKED_AT else range(every, last + 1, every)
        return dict.fromkeys([*turns, *([self.of] if self.of else ())])

    def _items(self) -> list[str] | None:
        """Digests of the items that the loop goes over; None when it counts, or they are not known."""
        ref = self._ref("items")
        if ref is not None and ref.form == "list":
            return [item.digest for item in ref.items]
        value = self._value("items")
        if not isinstance(value, list):
            return None
        return [self._store.ref(item).digest for item in cast("list[Any]", value)]

    def _count(self) -> int | None:
        value = self._value("count")
        return value if isinstance(value, int) and value >= 0 else None

    def _ref(self, port: str) -> Ref | None:
        slots: list[Slot] = self._inputs.get(port, [])
        return slots[0].ref if slots else None

    def _value(self, port: str) -> Any:
        """What a port gets; None when it isn't stored."""
        if port not in self._inputs:
            return self._plan.arguments[self._index].get(port)
        ref = self._ref(port)
        try:
            return None if ref is None else self._store.load(ref)
        except Missing:
            return None
