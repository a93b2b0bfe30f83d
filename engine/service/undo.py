"""Who may take back what: each client its own edits, last first, whatever others have done since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.graph.document import Graph
from engine.graph.edit import Editor, Patch, Refused, fork

Kind = Literal["edit", "undo", "redo"]
NAMED = 3
"""Places that a notice names."""


@dataclass(slots=True)
class Undoing:
    """What each client can take back and make again, by the number of the change in the log."""

    _done: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _undone: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def note(self, seq: int, client: str, kind: Kind, undoes: int | None) -> None:
        """Take in a change.

        Args:
            seq: Its number.
            client: Who made it.
            kind: What it was.
            undoes: The change that it took back or made again.
        """
        done, undone = self._done.setdefault(client, []), self._undone.setdefault(client, [])
        if kind == "edit":
            undone.clear()
        for numbers in (done, undone):
            if undoes is not None and undoes in numbers:
                numbers.remove(undoes)
        (undone if kind == "undo" else done).append(seq)

    def forget(self, seq: int) -> None:
        """Drop a change that the log no longer has."""
        for numbers in (*self._done.values(), *self._undone.values()):
            if seq in numbers:
                numbers.remove(seq)

    def last_done(self, client: str) -> int:
        """The change that ``client`` would take back.

        Raises:
            Refused: There is none.
        """
        if not (numbers := self._done.get(client)):
            raise Refused("expected an edit of yours to take back, but there is none (any more)")
        return numbers[-1]

    def last_undone(self, client: str) -> int:
        """The taking back that ``client`` would itself take back.

        Raises:
            Refused: There is none.
        """
        if not (numbers := self._undone.get(client)):
            raise Refused("expected something that you took back, but there is nothing (any more)")
        return numbers[-1]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A graph after some writes were taken back.

    Attributes:
        graph: The graph.
        patch: What was written for it.
        notice: What was left as it is, for people; empty when it was all taken back.
    """

    graph: Graph
    patch: tuple[Patch, ...]
    notice: str


def take_back(graph: Graph, patch: Sequence[Patch]) -> TakenBack:
    """Take writes back as far as their places were left alone since.

    Args:
        graph: The graph as it is now; it stays as it is.
        patch: What was written once, in order.
    """
    made: list[Patch] = []
    left: list[str] = []
    for each in reversed(patch):
        inverse = each.inverse()
        after = fork(graph, inverse.at)
        try:
            edit = Editor(after, inverse.at)
            left += [".".join(write.where) for write in edit.patch_the_rest(inverse)]
        except Refused as error:
            left.append(str(error))
            continue
        if edit.written().writes:
            graph = after
            made.append(edit.written())
    return TakenBack(graph, tuple(made), _notice(left))


def _notice(left: Sequence[str]) -> str:
    if not left:
        return ""
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return f"somebody changed this since, so it was left as it is: {', '.join(left[:NAMED])}{more}"
