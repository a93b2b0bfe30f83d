"""Why each instance would run or not, and what that costs, without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from engine.graph.flat import GIVEN
from engine.plan.demand import Demand, Stored, downstream
from engine.plan.keys import ingredients
from engine.plan.plan import Plan

Status = Literal["hit", "run", "pending", "not needed"]


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

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Stored]:
        """Entries by key, of those that are there."""
        ...

    def timings(self, nodes: Sequence[str]) -> Mapping[str, Expected]:
        """Typical cost by node id, of those that ran before."""
        ...

    def remembered(self, scope: str) -> Mapping[str, bytes]:
        """Keys of the last run of a graph, by instance."""
        ...

    def ingredients(self, key: bytes) -> bytes | None:
        """What a stored key was made of."""
        ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """One instance's part in a run.

    Attributes:
        instance: Its name.
        node: Id of its node.
        status: ``hit``: its result is stored. ``pending``: known only once its inputs are computed.
        why: The reason, for people.
        seconds: Expected time to compute; None when it never ran.
        size: Expected bytes of its outputs; None when it never ran.
    """

    instance: str
    node: str
    status: Status
    why: str
    seconds: float | None = None
    size: float | None = None


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
    cone = downstream(plan, forced)
    demand = Demand(plan, history.probe, cone)
    found = demand.visit(plan.outputs.values())
    misses = set(found.misses)
    expected = history.timings(sorted({plan.nodes[index].id for index in misses}))
    reasons = _Reasons(plan, history, history.remembered(scope), cone, forced)
    explained: list[Explanation] = []
    for index in plan.order:
        name, node = plan.names[index], plan.nodes[index].id
        if index in found.hits:
            entry = found.hits[index]
            explained.append(
                Explanation(name, node, "hit", "its result is stored", entry.seconds, entry.size)
            )
        elif index in misses:
            cost = expected.get(node)
            status: Status = "pending" if plan.keys[index] is None and plan.nodes[index].pure else "run"
            seconds, size = (cost.seconds, cost.size) if cost else (None, None)
            explained.append(Explanation(name, node, status, reasons.of(index), seconds, size))
        else:
            explained.append(Explanation(name, node, "not needed", "no output wanted needs it"))
    return explained


class _Reasons:
    """Says why instances run, by comparing what their keys are made of with the last run."""

    def __init__(
        self,
        plan: Plan,
        history: History,
        last: Mapping[str, bytes],
        cone: frozenset[int],
        forced: frozenset[int],
    ) -> None:
        self._plan, self._history, self._last = plan, history, last
        self._cone, self._forced = cone, forced

    def of(self, index: int) -> str:
        """The reason for one instance."""
        plan = self._plan
        if index in plan.frozen:
            return "its frozen result is gone: unfreeze it"
        if index in self._forced:
            return "it is forced to run"
        if index in self._cone:
            return "something in front of it is forced to run"
        if not plan.nodes[index].pure:
            return "it runs each time"
        if plan.keys[index] is None:
            return self._pending(index)
        before = self._last.get(plan.names[index])
        if before is None:
            return "it has not run in this graph before"
        if before == plan.keys[index]:
            return "its stored result was given up"
        return self._changed(index, before)

    def _pending(self, index: int) -> str:
        plan = self._plan
        if index in plan.unhashed:
            return f"a large file has not been hashed yet ({', '.join(plan.unhashed[index])})"
        if index in plan.undecided:
            return "its inputs decide which of its ports are needed"
        if index in plan.over:
            return "it depends on the items of a list"
        late = [plan.names[source] for source in self._sources(index) if plan.keys[source] is None]
        return f"it depends on the value of {', '.join(late) or 'its loop'}"

    def _sources(self, index: int) -> Iterable[int]:
        found = {source: None for sources in self._plan.links[index].values() for source, _ in sources}
        return [source for source in found if source != GIVEN]

    def _changed(self, index: int, before: bytes) -> str:
        """Name the ingredients that differ from the last run's key."""
        stored, payload = self._history.ingredients(before), self._plan.payloads[index]
        if not stored or not payload:
            return "it changed since the last run"
        old, new = ingredients(stored), ingredients(payload)
        said = [
            f"{port}: {_short(old['params'].get(port))} → {_short(new['params'].get(port))}"
            for port in sorted({*old["params"], *new["params"]})
            if old["params"].get(port) != new["params"].get(port)
        ]
        said += self._links(index, old["links"], new["links"])
        for what in ("node", "version", "pack", "environment"):
            if old[what] != new[what]:
                said.append(f"{what}: {_short(old[what])} → {_short(new[what])}")
        if old["extra"] != new["extra"]:
            said.append("its body changed" if index in self._plan.loops else "its lifted ports changed")
        return "; ".join(said) or "it changed since the last run"

    def _links(self, index: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
        for port in sorted({*old, *new}):
            if old.get(port) == new.get(port):
                continue
            sources = self._plan.links[index].get(port, ())
            names = [f"{self._plan.names[source]}.{output}" for source, output in sources if source != GIVEN]
            yield f"{port}: {', '.join(names)} changed" if names else f"{port}: no longer linked"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
