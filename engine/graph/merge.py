"""Two people's changes of one graph, put together by instance and field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.graph import references
from engine.graph.diff import renames
from engine.graph.document import Graph
from engine.graph.leaves import Path, graph_of, instance_of, leaves_of

Side = Literal["base", "ours", "theirs"]
SIDES: tuple[Side, ...] = ("base", "ours", "theirs")
Leaves = dict[Path, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, each in another way.

    Attributes:
        instance: Path of the instance; empty for the graph itself.
        field: Field with its key; empty when one side removed the instance and the other changed it.
        values: Side → path → value, for every leaf concerned; a leaf that a side lacks is missing.
    """

    instance: str
    field: str
    values: Mapping[Side, Leaves]


@dataclass(slots=True)
class Merged:
    """A three-way merge; conflicts hold our side until ``choose`` says otherwise.

    Attributes:
        conflicts: What has to be chosen.
    """

    conflicts: list[Conflict] = field(default_factory=list[Conflict])
    _leaves: dict[Path, Any] = field(default_factory=dict[Path, Any])

    @property
    def graph(self) -> Graph:
        """The merged graph."""
        return graph_of(self._leaves)

    def choose(self, conflict: Conflict, side: Side) -> None:
        """Settle a conflict for one side."""
        for path in {path for values in conflict.values.values() for path in values}:
            self._leaves.pop(path, None)
        self._leaves.update(conflict.values[side])
        self.conflicts.remove(conflict)

    def take(self, path: Path, values: Leaves) -> None:
        """Keep one side's value of a leaf, or that there is none."""
        if path in values:
            self._leaves[path] = values[path]


def merge(base: Graph, ours: Graph, theirs: Graph) -> Merged:
    """Merge two graphs that came from one.

    What only one side changed is taken from it. An instance that one side renamed is the same one for the
    other.

    Args:
        base: What both started from.
        ours: The side that wins until a conflict is settled.
        theirs: The other side.
    """
    base, ours, theirs = (graph.model_copy(deep=True) for graph in (base, ours, theirs))
    _follow_renames(base, ours, theirs)
    _follow_renames(base, theirs, ours)
    sides: dict[Side, Leaves] = {
        "base": leaves_of(base),
        "ours": leaves_of(ours),
        "theirs": leaves_of(theirs),
    }
    merged = Merged()
    for names, paths in _groups(sides).items():
        mine = _only(paths, sides)
        if _torn(mine) and names:
            merged.conflicts.append(Conflict("/".join(names), "", mine))
            for path in mine["ours"]:
                merged.take(path, mine["ours"])
        else:
            _merge_leaves(merged, paths, mine)
    return merged


def _only(paths: Sequence[Path], sides: Mapping[Side, Leaves]) -> dict[Side, Leaves]:
    return {side: {path: leaves[path] for path in paths if path in leaves} for side, leaves in sides.items()}


def _groups(sides: Mapping[Side, Leaves]) -> dict[Path, list[Path]]:
    """Gather leaves by their instance; one that a side removed keeps all that is inside it together."""
    there = {side: _prefixes(leaves) for side, leaves in sides.items()}
    removed = there["base"] & (there["ours"] ^ there["theirs"])
    groups: dict[Path, list[Path]] = {}
    for path in sorted({path for leaves in sides.values() for path in leaves}):
        names = instance_of(path)[0]
        depths = range(1, len(names) + 1)
        whole = next((names[:depth] for depth in depths if names[:depth] in removed), names)
        groups.setdefault(whole, []).append(path)
    return groups


def _prefixes(leaves: Iterable[Path]) -> set[Path]:
    return {names for path in leaves if (names := instance_of(path)[0])}


def _follow_renames(base: Graph, renamer: Graph, other: Graph) -> None:
    for old, new in renames(base, renamer).items():
        if old in other.nodes and new not in other.nodes and new not in base.nodes:
            references.rename(base, old, new)
            references.rename(other, old, new)


def _torn(sides: Mapping[Side, Leaves]) -> bool:
    """Whether one side removed an instance that the other changed."""
    base, ours, theirs = sides["base"], sides["ours"], sides["theirs"]
    if not base or bool(ours) == bool(theirs):
        return False
    return (ours or theirs) != base


def _merge_leaves(merged: Merged, paths: list[Path], sides: Mapping[Side, Leaves]) -> None:
    for path in paths:
        base, ours, theirs = (sides[side].get(path, _NONE) for side in SIDES)
        if ours in (theirs, base):
            merged.take(path, sides["theirs"])
            continue
        merged.take(path, sides["ours"])
        if theirs != base:
            names, rest = instance_of(path)
            merged.conflicts.append(Conflict("/".join(names), ".".join(rest), _only([path], sides)))


_NONE = object()
