"""Why each instance would run or not, and what that costs, without running anything.

After an edit, most of a plan is as before. An ``Explainer`` keeps what it looked up and said, and says anew
only what may have changed: an edit of one value in a graph of thousands is explained in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.explanation import Explanation, Reason, Status
from engine.plan.demand import Demand, Found, Stored, downstream
from engine.plan.plan import Plan
from engine.plan.reasons import NOT_WANTED, STORED, Reasons, Why, changed_ends


class Expected(Protocol):
    """What a node typically costs."""

    @property
    def seconds(self) -> float:
        """Time of a call."""
        ...

    @property
    def size(self) -> float:
        """Bytes of its outputs."""
        ...


class History(Protocol):
    """The part of the store that explanations read."""

    def stamp(self) -> object:
        """Another value whenever one of the answers below may have changed."""
        ...

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Stored]:
        """Entries by key, of those that are there."""
        ...

    def timings(self, nodes: Sequence[str]) -> Mapping[str, Expected]:
        """Typical cost by node id, of those that ran before."""
        ...

    def remembered(self, scope: str) -> Mapping[str, bytes]:
        """Keys of the last run of a graph, by instance."""
        ...

    def ingredients(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """What stored keys were made of, by key."""
        ...


def explain(
    plan: Plan, history: History, scope: str = "", forced: frozenset[int] = frozenset()
) -> list[Explanation]:
    """Explain a plan.

    Args:
        plan: The plan.
        history: The store.
        scope: Which graph's last run to compare with.
        forced: Instances that run whatever is stored.

    Returns:
        An explanation for each instance, in the plan's order.
    """
    return Explainer(history, scope).explain(plan, forced)


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said of a plan.

    Attributes:
        plan: The plan.
        forced: Instances that were forced.
        cone: These, and all that depends on them.
        found: What is stored of it, and what has to run.
        misses: What has to run.
        said: What was said, by instance.
    """

    plan: Plan
    forced: frozenset[int]
    cone: frozenset[int]
    found: Found[Stored]
    misses: frozenset[int]
    said: list[Explanation]


class Explainer:
    """Explains the plans of one graph, one after another.

    Args:
        history: The store.
        scope: Which graph's last run to compare with.
    """

    def __init__(self, history: History, scope: str = "") -> None:
        self._history, self._scope = history, scope
        self._stamp: object = None
        self._entries: dict[bytes, Stored | None] = {}
        self._costs: dict[str, Expected | None] = {}
        self._remembered: Mapping[str, bytes] = {}
        self._last: Sequence[bytes | None] = ()
        self._told: _Told | None = None
        self._behind: dict[int, Explanation] = {}
        """What is said of instances once something in front of them was edited; ready before that happens."""

    def explain(self, plan: Plan, forced: frozenset[int] = frozenset()) -> list[Explanation]:
        """Explain a plan; only what differs is said anew if it is a revision of the one before.

        Args:
            plan: The plan.
            forced: Instances that run whatever is stored.

        Returns:
            An explanation for each instance, in the plan's order. One that is as before is the same object.
        """
        self._follow_history()
        before = self._told
        if before is not None and before.plan.links is plan.links and before.forced == forced:
            self._told = self._revised(before, plan)
        else:
            self._told = self._anew(plan, forced)
        said = self._told.said
        return [said[index] for index in plan.order]

    def _follow_history(self) -> None:
        """Forget what was looked up if it may be otherwise by now."""
        stamp = self._history.stamp()
        if stamp != self._stamp:
            self._stamp, self._told = stamp, None
            self._entries, self._costs = {}, {}
            self._remembered = self._history.remembered(self._scope)

    def _anew(self, plan: Plan, forced: frozenset[int]) -> _Told:
        self._last = [self._remembered.get(name) for name in plan.names]
        cone = downstream(plan, forced)
        found = Demand(plan, self._history.probe, cone, self._entries).visit(plan.outputs.values())
        said = [Explanation("", "", "not needed", NOT_WANTED)] * len(plan.names)
        told = _Told(plan, forced, cone, found, frozenset(found.misses), said)
        self._say(told, plan.order)
        self._foresee(plan)
        return told

    def _foresee(self, plan: Plan) -> None:
        """Prepare what is said when something is edited in front of instances that have only one source."""
        self._look_up_costs({node.id for node in plan.nodes})
        self._behind = {
            index: self._runs(plan, index, (changed_ends(plan, *port),))
            for index, ports in enumerate(plan.links)
            if plan.keys[index] is not None
            for port in (ports.items() if len(plan.sources[index]) == len(ports) == 1 else ())
        }

    def _runs(self, plan: Plan, index: int, why: Why) -> Explanation:
        name, node = plan.names[index], plan.nodes[index]
        if (fork := plan.fork(index)) is not None:
            why = (Reason("fork", {"turn": str(fork.turn)}), *why)
        cost = self._costs[node.id]
        status: Status = "pending" if plan.keys[index] is None and node.pure else "run"
        seconds, size = (cost.seconds, cost.size) if cost else (None, None)
        return Explanation(name, node.id, status, why, seconds, size)

    def _revised(self, before: _Told, plan: Plan) -> _Told:
        old, keys = before.plan, plan.keys
        moved = [index for index, key in enumerate(keys) if key is not old.keys[index]]
        found, misses = before.found, before.misses
        if not found.hits.keys().isdisjoint(moved) or self._stored(plan, misses.intersection(moved)):
            found = Demand(plan, self._history.probe, before.cone, self._entries).visit(plan.outputs.values())
            misses = frozenset(found.misses)
        told = replace(before, plan=plan, found=found, misses=misses, said=[*before.said])
        self._say(told, self._stale(before, told, moved), old)
        return told

    def _stored(self, plan: Plan, indices: Iterable[int]) -> bool:
        """Whether some of the instances need not run by now."""
        entries, keys = self._entries, [key for index in indices if (key := plan.keys[index]) is not None]
        if unknown := [key for key in keys if key not in entries]:
            entries.update(dict.fromkeys(unknown))
            entries.update(self._history.probe(unknown))
        return any(entries[key] is not None for key in keys)

    def _stale(self, before: _Told, told: _Told, moved: Iterable[int]) -> set[int]:
        """Instances of which something else may have to be said than before."""
        old, plan = before.plan, told.plan
        stale = {index for index in range(len(plan.params)) if old.params[index] is not plan.params[index]}
        for index in moved:
            one, other, last = old.keys[index], plan.keys[index], self._last[index]
            if (one is None) != (other is None) or (one == last) != (other == last):
                stale.add(index)
                stale.update(plan.users[index])
        if told.found is not before.found:
            hits, now = before.found.hits, told.found.hits
            stale |= before.misses ^ told.misses
            stale |= {index for index in hits.keys() | now.keys() if hits.get(index) is not now.get(index)}
        return stale

    def _say(self, told: _Told, indices: Iterable[int], before: Plan | None = None) -> None:
        """Say something of instances.

        Args:
            told: What is known of the plan; gets what is said.
            indices: The instances.
            before: The plan that this one is a revision of.
        """
        plan, hits, misses, said = told.plan, told.found.hits, told.misses, told.said
        reasons = Reasons(plan, self._last, told.cone, misses, told.forced, before)
        running = [index for index in indices if index in misses]
        reasons.look_up(running, self._history.ingredients)
        self._look_up_costs({plan.nodes[index].id for index in running})
        behind, moved = self._behind, reasons.moved
        stuck = self._stuck(plan, running)
        for index in running:
            foreseen = stuck.get(index) or (index in moved and behind.get(index))
            said[index] = foreseen or self._runs(plan, index, reasons.of(index))
        for index in set(indices) - misses:
            name, node = plan.names[index], plan.nodes[index]
            if index in hits:
                entry = hits[index]
                said[index] = Explanation(name, node.id, "hit", STORED, entry.seconds, entry.size)
            else:
                said[index] = Explanation(name, node.id, "not needed", NOT_WANTED)

    def _stuck(self, plan: Plan, running: Iterable[int]) -> dict[int, Explanation]:
        """What is said of loops that can't go on from where they should: it is stored no more."""
        forks = {index: fork for index in running if (fork := plan.fork(index)) is not None}
        keys = [fork.key for fork in forks.values()]
        there: Mapping[bytes, Stored] = self._history.probe(keys) if keys else {}
        return {
            index: Explanation(
                plan.names[index],
                plan.nodes[index].id,
                "run",
                (Reason("fork-gone", {"turn": str(fork.turn)}),),
            )
            for index, fork in forks.items()
            if fork.key not in there
        }

    def _look_up_costs(self, nodes: set[str]) -> None:
        if unknown := sorted(nodes - self._costs.keys()):
            self._costs.update(dict.fromkeys(unknown))
            self._costs.update(self._history.timings(unknown))
