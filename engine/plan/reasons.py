"""Why an instance would run, said by comparing what its key is made of with the last run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.graph.flat import GIVEN, Source
from engine.plan.keys import ingredients
from engine.plan.plan import LOOP_PARTS, Plan


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

    def of(self, index: int) -> str:
        """The reason for one instance."""
        if index in self.moved:
            return self._behind(index)
        plan = self._plan
        if index in plan.frozen:
            return "its frozen result is gone: unfreeze it"
        if index in self._forced:
            return "it is forced to run"
        if index in self._cone:
            return "something in front of it is forced to run"
        if not plan.nodes[index].pure:
            return "it runs each time"
        key, last = plan.keys[index], self._last[index]
        if key is None:
            return self._pending(index)
        if last is None:
            late = plan.payloads[index] is None
            return (
                "no result is stored for what it reads now" if late else "it has not run in this graph before"
            )
        if last == key:
            return "its stored result was given up"
        return self._changed(index, last)

    def _pending(self, index: int) -> str:
        plan = self._plan
        if index in plan.unhashed:
            return f"a large file has not been hashed yet ({', '.join(plan.unhashed[index])})"
        if index in plan.undecided:
            return "its inputs decide which of its ports are needed"
        if index in plan.over:
            return "it depends on the items of a list"
        late = [
            plan.names[source]
            for source in plan.sources[index]
            if plan.payloads[source] is None and source in self._misses
        ]
        return f"it depends on the value of {', '.join(late) or 'its loop'}"

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

    def _behind(self, index: int) -> str:
        """Name the ports whose sources have other keys than in the plan before."""
        links = self._plan.links[index]
        if len(links) == 1:  # then it was this one; most have no other
            [(port, ends)] = links.items()
            return changed_ends(self._plan, port, ends)
        old, new = self._before.keys, self._plan.keys
        ports = [
            port
            for port, ends in links.items()
            if [source for source, _ in ends if source != GIVEN and new[source] != old[source]]
        ]
        return "; ".join(self._link(index, port) for port in sorted(ports))

    def _changed(self, index: int, last: bytes) -> str:
        """Name the ingredients that differ from the last run's key."""
        stored, payload = self._stored.get(last), self._plan.payloads[index]
        if not stored or not payload:
            return "it changed since the last run"
        old, new = ingredients(stored), ingredients(payload)
        said = [
            f"{port}: {_short(old['params'].get(port))} → {_short(new['params'].get(port))}"
            for port in sorted({*old["params"], *new["params"]})
            if old["params"].get(port) != new["params"].get(port)
        ]
        said += self._relinked(index, old["links"], new["links"])
        for what in ("node", "version", "pack", "environment"):
            if old[what] != new[what]:
                said.append(f"{what}: {_short(old[what])} → {_short(new[what])}")
        if index in self._plan.loops:
            said += _reshaped(old["extra"], new["extra"])
        elif old["extra"] != new["extra"]:
            said.append("its lifted ports changed")
        return "; ".join(said) or "it changed since the last run"

    def _relinked(self, index: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
        for port in sorted({*old, *new}):
            if old.get(port) != new.get(port):
                yield self._link(index, port)

    def _link(self, index: int, port: str) -> str:
        return changed_ends(self._plan, port, self._plan.links[index].get(port, ()))


def _reshaped(old: Sequence[Any], new: Sequence[Any]) -> Iterable[str]:
    """Say how a loop differs: in the turn that it goes on from, or in what it repeats."""
    if old[LOOP_PARTS:] != new[LOOP_PARTS:]:
        forked = len(new) > LOOP_PARTS
        yield (
            "the last run began elsewhere" if forked else f"it no longer goes on from turn {old[LOOP_PARTS]}"
        )
    if old[:LOOP_PARTS] != new[:LOOP_PARTS]:
        yield "its body changed"


def changed_ends(plan: Plan, port: str, ends: Sequence[Source]) -> str:
    """Say that what a port is linked to changed."""
    names = [f"{plan.names[source]}.{output}" for source, output in ends if source != GIVEN]
    return f"{port}: {', '.join(names)} changed" if names else f"{port}: no longer linked"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
