"""Which results of a plan are stored, whose keys are known before a run and whose only at it.

A late key hashes the digests of what an instance reads. Where those are stored, the key can be told without
loading them, so that lifted instances and those behind them are found, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.graph.flat import Source
from engine.plan.plan import Plan
from engine.run.choices import Choices
from engine.run.late import LateKeys
from engine.run.slots import Slot, found, read
from engine.store.index import Entry
from engine.store.store import Store

Links = Mapping[str, Sequence[Source]]
Slots = dict[int, dict[str, Slot]]


def stored(plan: Plan, store: Store) -> dict[int, Entry]:
    """The entries of all instances that have one.

    Args:
        plan: The plan.
        store: Where they are; no value is loaded but those that an instance chooses its lazy ports by.
    """
    probed = store.probe([key for key in plan.keys if key is not None])
    entries = {index: probed[key] for index, key in enumerate(plan.keys) if key in probed}
    if None in plan.keys:
        late = _Late(plan, store, entries)
        for index in plan.order:
            if plan.keys[index] is None:
                late.find(index)
    return entries


def foreseen(plan: Plan, store: Store) -> Plan:
    """The plan with the late keys that can be told before a run: what an instance reads is stored.

    Args:
        plan: The plan; it stays as it is.
        store: Where results are. What runs each time may give another value than the one that is there.
    """
    late = [index for index in plan.order if plan.keys[index] is None and plan.nodes[index].pure]
    if not late:
        return plan
    probed = store.probe([key for key in plan.keys if key is not None])
    entries = {index: probed[key] for index, key in enumerate(plan.keys) if key in probed}
    keys, finding = [*plan.keys], _Late(plan, store, entries)
    for index in late:
        keys[index] = finding.find(index)
    return replace(plan, keys=keys)


def slots_of(plan: Plan, links: Links, entries: Mapping[int, Entry]) -> Slots | None:
    """Where what an instance reads is; None when some of it can't be found.

    Args:
        plan: The plan.
        links: What it reads, by port.
        entries: The stored results of those that it reads.
    """
    slots: Slots = {}
    for source, output in (end for ends in links.values() for end in ends):
        entry = entries.get(source)
        kept = slots.setdefault(source, found(entry.outputs) if entry is not None else {})
        if output not in kept:
            if plan.nodes[source].stored or plan.keys[source] is None:
                return None
            kept[output] = Slot(None)  # what is never stored is named by its key
    return slots


class _Late:
    """Finds the entries of instances whose keys are known at a run, each after its sources."""

    def __init__(self, plan: Plan, store: Store, entries: dict[int, Entry]) -> None:
        self._plan, self._store, self._entries = plan, store, entries
        self._choices, self._keys = Choices(plan), LateKeys(plan)

    def find(self, index: int) -> bytes | None:
        """Find one, whose sources' were looked for before; its key, if that can be told."""
        if not self._is_hashed(index) or not self._has_chosen(index):
            return None
        links = self._choices.links(index)
        late = self._keys.find(index, links, slots_of(self._keys.plan, links, self._entries))
        if late is None:
            return None
        if entry := self._store.probe([late[0]]).get(late[0]):
            self._entries[index] = entry
        return late[0]

    def _is_hashed(self, index: int) -> bool:
        """Whether the digests of its files are known: to hash them takes too long."""
        plan = self._plan
        for port in plan.unhashed.get(index, ()):
            within = plan.nodes[index].inputs[port].within
            assert within is not None
            if plan.files.digest(plan.arguments[index][port].path, within.suffixes) is None:
                return False
        return True

    def _has_chosen(self, index: int) -> bool:
        """Let it choose its lazy ports, as far as what it chooses by is stored."""
        plan = self._plan
        if index not in plan.undecided:
            return True
        lazy = plan.lazy(index)
        eager = {port: ends for port, ends in plan.links[index].items() if port not in lazy}
        slots = slots_of(plan, eager, self._entries)
        if slots is None:
            return False
        try:
            self._choices.choose(index, lambda source: read(slots[source[0]][source[1]], 0, self._store.load))
        except Exception:  # a node's companion may raise anything; a run says what
            return False
        return True
