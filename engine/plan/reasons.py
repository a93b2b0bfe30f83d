"""Why an instance would run, said by comparing what its key is made of with the last run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.explanation import Code, Reason
from engine.graph.flat import GIVEN, Source
from engine.plan.keys import ingredients
from engine.plan.plan import LOOP_PARTS, Plan

Why = tuple[Reason, ...]
STORED: Why = (Reason("stored"),)
NOT_WANTED: Why = (Reason("not-wanted"),)
INGREDIENTS: tuple[Code, ...] = ("node", "version", "pack", "environment")
"""What a key is made of beside values, links, and the shape of a loop or of what is lifted."""


class Reasons:
    """Says why instances of a plan run.

    Args:
        plan: The plan.
        last: Key of each instance in the last run.
        cone: Instances that run since something in front of them is forced to.
        misses: What has to run.
        forced: Instances that are forced to run.
        before: The plan of which this one is a revision, if it is one.
    """

    def __init__(
        self,
        plan: Plan,
        last: Sequence[bytes | None],
        cone: frozenset[int],
        misses: frozenset[int],
        forced: frozenset[int],
        before: Plan | None = None,
    ) -> None:
        self._plan, self._last, self._cone = plan, last, cone
        self._misses, self._forced = misses, forced
        self._before = before or plan
        self._stored: Mapping[bytes, bytes] = {}
        self.moved: set[int] = set()

    def look_up(
        self, indices: Sequence[int], ingredients: Callable[[Sequence[bytes]], Mapping[bytes, bytes]]
    ) -> None:
        """Learn at once what the last keys of some instances were made of, as far as ``of`` will ask."""
        keys, last, moved = self._plan.keys, self._last, self._only_moved(indices)
        changed = [index for index in indices if index not in moved and keys[index] != last[index]]
        self.moved = moved
        self._stored = ingredients([key for index in changed if (key := last[index]) is not None])

    def of(self, index: int) -> Why:
        """The reasons for one instance."""
        if index in self.moved:
            return self._behind(index)
        key, last = self._plan.keys[index], self._last[index]
        if (own := self._own(index)) is not None:
            return (Reason(own),)
        if key is None:
            return (self._pending(index),)
        if last is None:
            return (Reason("late" if self._plan.payloads[index] is None else "never-ran"),)
        if last == key:
            return (Reason("given-up"),)
        return self._changed(index, last)

    def _own(self, index: int) -> Code | None:
        """A reason that stands whatever the key is."""
        if index in self._plan.frozen:
            return "frozen-gone"
        if index in self._forced:
            return "forced"
        if index in self._cone:
            return "behind-forced"
        return None if self._plan.nodes[index].pure else "impure"

    def _pending(self, index: int) -> Reason:
        plan = self._plan
        if index in plan.unhashed:
            return Reason("unhashed", {"port": ", ".join(plan.unhashed[index])})
        if index in plan.undecided:
            return Reason("undecided")
        if index in plan.over:
            return Reason("items")
        late = [
            plan.names[source]
            for source in plan.sources[index]
            if plan.payloads[source] is None and source in self._misses
        ]
        return Reason("waits", {"source": ", ".join(late)}) if late else Reason("in-loop")

    def _only_moved(self, indices: Iterable[int]) -> set[int]:
        """Those whose last key the plan before had, and whose new key comes from an edit in front of them."""
        last, old, new = self._last, self._before.keys, self._plan.keys
        before, now, cone = self._before.params, self._plan.params, self._cone
        return {
            index
            for index in indices
            if (key := last[index]) is not None
            and old[index] == key != new[index]
            and new[index] is not None
            and before[index] is now[index]
            and index not in cone
        }

    def _behind(self, index: int) -> Why:
        """Name the ports whose sources have other keys than in the plan before."""
        links = self._plan.links[index]
        if len(links) == 1:  # then it was this one; most have no other
            [(port, ends)] = links.items()
            return (changed_ends(self._plan, port, ends),)
        old, new = self._before.keys, self._plan.keys
        ports = [
            port
            for port, ends in links.items()
            if [source for source, _ in ends if source != GIVEN and new[source] != old[source]]
        ]
        return tuple(self._link(index, port) for port in sorted(ports))

    def _changed(self, index: int, last: bytes) -> Why:
        """Name the ingredients that differ from the last run's key."""
        stored, payload = self._stored.get(last), self._plan.payloads[index]
        if not stored or not payload:
            return (Reason("changed"),)
        old, new = ingredients(stored), ingredients(payload)
        said = [
            Reason("value", {"port": port, **_pair(old["params"].get(port), new["params"].get(port))})
            for port in sorted({*old["params"], *new["params"]})
            if old["params"].get(port) != new["params"].get(port)
        ]
        said += self._relinked(index, old["links"], new["links"])
        said += [Reason(what, _pair(old[what], new[what])) for what in INGREDIENTS if old[what] != new[what]]
        if old["node"] == new["node"] and old["extra"] != new["extra"]:
            is_loop = index in self._plan.loops
            said += _reshaped(old["extra"], new["extra"]) if is_loop else [Reason("lifted")]
        return tuple(said) or (Reason("changed"),)

    def _relinked(self, index: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Reason]:
        for port in sorted({*old, *new}):
            if old.get(port) != new.get(port):
                yield self._link(index, port)

    def _link(self, index: int, port: str) -> Reason:
        return changed_ends(self._plan, port, self._plan.links[index].get(port, ()))


def _reshaped(old: Sequence[Any], new: Sequence[Any]) -> Iterable[Reason]:
    """Say how a loop differs: in the turn that it goes on from, or in what it repeats."""
    if old[LOOP_PARTS:] != new[LOOP_PARTS:]:
        forked = len(new) > LOOP_PARTS
        yield Reason("fork-other") if forked else Reason("fork-left", {"turn": str(old[LOOP_PARTS])})
    if old[:LOOP_PARTS] != new[:LOOP_PARTS]:
        yield Reason("body")


def changed_ends(plan: Plan, port: str, ends: Sequence[Source]) -> Reason:
    """Say that what a port is linked to changed."""
    names = [f"{plan.names[source]}.{output}" for source, output in ends if source != GIVEN]
    if not names:
        return Reason("unlinked", {"port": port})
    return Reason("linked", {"port": port, "source": ", ".join(names)})


def _pair(old: object, new: object) -> dict[str, str]:
    return {"old": _short(old), "new": _short(new)}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
