"""What a run has otherwise than the run before it, so that people can tell them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from engine.graph.canonical import compact
from engine.graph.diff import Change, diff
from engine.graph.document import SAYS_NOTHING, Graph
from engine.graph.embed import with_values
from engine.service.records import RunChange

MOST = 12
"""Changes that are told of one run."""
LENGTH = 200
"""Characters of a value that are told."""
FIELDS = frozenset({"params", "carry"})
"""Fields of an instance that hold values by port; a place names the port alone."""


def between(before: Graph, then: Mapping[str, Any], after: Graph, now: Mapping[str, Any]) -> list[RunChange]:
    """What changed from one run to the next; values come before links, and these before nodes.

    Args:
        before: The document of the run before.
        then: The values that were set for it.
        after: The document of this run.
        now: The values that are set for it.
    """
    first, second = _differing(with_values(before, then), with_values(after, now))
    told = [said for change in diff(first, second) for said in _told(change)]
    return sorted(told, key=_rank)[:MOST]


def of_values(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[RunChange]:
    """What changed from one run of a batch to the next, which have values for the same places."""
    changed = (name for name in now if then[name] != now[name])
    return [_change("changed", name, then[name], now[name]) for name in changed][:MOST]


def _differing(before: Graph, after: Graph) -> tuple[Graph, Graph]:
    """Two graphs without the instances that are the same in both, most of thousands."""
    one, other = before.nodes, after.nodes
    same = {
        name for name, instance in one.items() if (there := other.get(name)) is instance or there == instance
    }
    return _without(before, same), _without(after, same)


def _without(graph: Graph, names: set[str]) -> Graph:
    left = {name: instance for name, instance in graph.nodes.items() if name not in names}
    return graph.model_copy(update={"nodes": left, "view": {}})


def _told(change: Change) -> Iterator[RunChange]:
    field, _, key = change.field.partition(".")
    if field in SAYS_NOTHING:
        return
    if field == "inputs":
        old, new = _default(change.old), _default(change.new)
        if old != new:
            yield _change(change.kind, "/".join(filter(None, (change.instance, key))), old, new)
    else:
        shown = key if field in FIELDS else change.field
        place = ".".join(filter(None, (change.instance, shown)))
        yield _change(change.kind, place, change.old, change.new)


def _change(kind: Any, place: str, old: Any, new: Any) -> RunChange:
    return RunChange(kind=kind, place=place, old=_short(old), new=_short(new))


def _default(declared: Any) -> Any:
    return declared.get("default") if isinstance(declared, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # of Any


def _short(value: Any) -> JsonValue:
    if isinstance(value, str):
        return value if len(value) <= LENGTH else value[: LENGTH - 1] + "…"
    text = compact(value)
    return value if len(text) <= LENGTH else text[: LENGTH - 1] + "…"


def _rank(change: RunChange) -> int:
    whole = "." not in change.place and change.old is None and change.new is None
    linked = ".links." in change.place
    return 2 if whole or change.kind == "renamed" else 1 if linked else 0
