"""What somebody else did to the file of an open graph: merged where that can be done, else people choose.

A merge is by instance and field, against what the file held when this server last read or wrote it. Where
both sides changed one place, ours stays until a side is chosen. Of positions ours always stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from pydantic import JsonValue

from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.leaves import Path, graph_of, leaves_of
from engine.graph.merge import SIDES, Conflict, Side, merge
from engine.service.workspace import Content, Stamp


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for people to choose; until then the file is not written.

    Attributes:
        id: Names it: what somebody else does to the file after this is another one.
        reason: What is wrong with the file as a whole, for people; empty when there are conflicts.
        digest: Digest of the file's bytes; empty when it is gone.
        stamp: The file's stamp; None when it is gone.
        conflicts: The places that both sides changed.
        theirs: The file's graph; None when it has none.
    """

    id: str
    reason: str
    digest: str
    stamp: Stamp | None
    conflicts: tuple[Conflict, ...] = ()
    theirs: Graph | None = None

    def choices(self) -> tuple[dict[str, JsonValue], ...]:
        """What to choose between, one for each side to be named, as it is sent.

        A conflict names its instance and field, and for each side the places with their values. A file that
        is gone or can't be read has one choice, with the reason: ours, or without the file.
        """
        if self.reason:
            return ({"instance": "", "field": "", "reason": self.reason},)
        return tuple(map(_told, self.conflicts))


@dataclass(frozen=True, slots=True)
class Merging:
    """What comes of the file's change.

    Attributes:
        graph: Both sides' changes; ours where they conflict.
        conflicts: Where they do.
        base: What the next merge is against: the file's graph, but for the conflicts, which are still open.
    """

    graph: Graph
    conflicts: tuple[Conflict, ...]
    base: Graph


def _told(conflict: Conflict) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {"instance": conflict.instance, "field": conflict.field}
    for side in SIDES:
        told[side] = {"/".join(path): value for path, value in conflict.values[side].items()}
    return told


def merged(base: Graph, ours: Graph, theirs: Graph) -> Merging:
    """Merge the file's graph into the session's.

    Args:
        base: What the file held before.
        ours: The session's graph.
        theirs: What the file holds now.
    """
    found = merge(base, ours, theirs)
    conflicts = tuple(conflict for conflict in found.conflicts if not _is_view(conflict))
    if not conflicts:
        return Merging(found.graph, (), theirs)
    leaves = leaves_of(theirs)
    for conflict in conflicts:
        _put(leaves, conflict, conflict.values["base"])
    return Merging(found.graph, conflicts, graph_of(leaves))


def conflicting(content: Content, theirs: Graph, conflicts: tuple[Conflict, ...]) -> Pending:
    """A file whose changes conflict with ours."""
    places = [f"{one.instance}.{one.field}" for one in conflicts]
    return Pending(_id(content.digest, *places), "", content.digest, content.stamp, conflicts, theirs)


def unreadable(digest: str, stamp: Stamp, reason: str) -> Pending:
    """A file that holds no graph any more, or is locked."""
    return Pending(_id(digest), f"the file can't be read: {reason}", digest, stamp)


def gone() -> Pending:
    """A file that was removed."""
    return Pending(_id(), "the file was removed", "", None)


def chosen(graph: Graph, pending: Pending, sides: Sequence[Side]) -> Graph:
    """The graph with the chosen side of each conflict; where that is ours it stays as it is by now.

    Raises:
        Refused: There are more or fewer sides than conflicts.
    """
    if len(sides) != len(pending.conflicts):
        raise Refused(f"expected a side for each of {len(pending.conflicts)} conflicts, got {len(sides)}")
    leaves = leaves_of(graph)
    for conflict, side in zip(pending.conflicts, sides, strict=True):
        if side != "ours":
            _put(leaves, conflict, conflict.values[side])
    return graph_of(leaves)


def _put(leaves: dict[Path, Any], conflict: Conflict, values: Mapping[Path, Any]) -> None:
    """Write one side of a conflict; a field of an instance that is gone by now stays gone."""
    holder = _prefix(conflict.instance)
    if conflict.field and holder and (*holder, "type") not in leaves:
        return
    stale: Iterable[Path] = {path for side in conflict.values.values() for path in side}
    if not conflict.field:
        stale = [path for path in leaves if path[: len(holder)] == holder]
    for path in stale:
        leaves.pop(path, None)
    leaves.update(values)


def _prefix(instance: str) -> Path:
    """Path of an instance's leaves: ``outer/inner`` is nodes, outer, graph, nodes, inner."""
    path: list[str] = []
    for name in instance.split("/") if instance else ():
        path += ["nodes", name] if not path else ["graph", "nodes", name]
    return tuple(path)


def _is_view(conflict: Conflict) -> bool:
    return conflict.field.partition(".")[0] == "view"


def _id(*parts: str) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
