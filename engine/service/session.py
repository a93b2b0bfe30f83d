"""One open graph and the log of its edits. It computes; committing, sending and saving are done around it.

An edit is first drafted: that changes nothing. Once the draft is durable it is accepted. Every graph that a
session had stays as it was, so threads may read one while edits go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.errors import Problem
from engine.graph.check import Checked
from engine.graph.document import Graph
from engine.graph.edit import Editor, Patch, Refused, fork
from engine.graph.operations import Operation, apply
from engine.service.authors import Authors
from engine.service.problems import Problems
from engine.service.undo import Kind, Undoing, take_back

KEPT = 2000
"""Changes that can be taken back, branched from, and told from a repetition by their token."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the log.

    Attributes:
        seq: Its number, from 1.
        client: Who made it; empty for what came from outside, such as another program's change of the file.
        token: Names it for good.
        kind: What it is.
        patch: What it wrote.
        undoes: The change that it takes back or makes again.
        notice: What people should know of it: what was not taken back, where it came from.
        problems: All problems of the graph after it; None when they are as before, as far as can be told.
        created: When it was committed, in seconds since 1970.
    """

    seq: int
    client: str
    token: str
    kind: Kind
    patch: tuple[Patch, ...]
    undoes: int | None = None
    notice: str = ""
    problems: tuple[Problem, ...] | None = None
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not made yet.

    Attributes:
        change: The change.
        graph: The graph after it.
    """

    change: Change
    graph: Graph


class Session:
    """A graph that clients edit.

    Args:
        graph: As it is after the log.
        seq: Number of the last change.
        log: The last changes, in order.

    Attributes:
        graph: As it is now. Nobody changes it: an edit puts another one in its place.
        seq: Number of the last change.
        problems: What is wrong with it.
        authors: Who changed which instance last.
    """

    def __init__(self, graph: Graph, seq: int = 0, log: Iterable[Change] = ()) -> None:
        self.graph = graph
        self.seq: int = seq
        self.problems, self.authors = Problems(), Authors()
        self._log: dict[int, Change] = {}
        self._tokens: dict[str, int] = {}
        self._undoing = Undoing()
        for change in log:
            self._note(change)

    def made(self, token: str) -> Change | None:
        """The change of this token, if it was made; a request that comes twice is answered with it."""
        seq = self._tokens.get(token)
        return None if seq is None else self._log[seq]

    def edit(self, client: str, token: str, operations: Sequence[Operation | Patch]) -> Draft:
        """Draft operations, all or none.

        Raises:
            Refused: One of them can't be made on the graph as it is after those before it.
        """
        graph = self.graph
        patch: list[Patch] = []
        for number, operation in enumerate(operations, 1):
            graph = fork(graph, operation.at)
            try:
                inverse = apply(graph, operation)
            except Refused as error:
                which = f"operation {number} of {len(operations)}: " if len(operations) > 1 else ""
                raise Refused(f"{which}{error}") from None
            if inverse.writes:
                patch.append(inverse.inverse())
        return self._draft(client, token, "edit", tuple(patch), graph)

    def become(self, client: str, token: str, other: Graph, notice: str = "") -> Draft:
        """Draft whatever it takes to make the graph equal to another one."""
        graph = fork(self.graph, "")
        edit = Editor(graph, "")
        edit.become(other)
        patch = (edit.written(),) if edit.written().writes else ()
        return self._draft(client, token, "edit", patch, graph, notice=notice)

    def undo(self, client: str, token: str) -> Draft:
        """Draft taking back the client's last edit that is not yet taken back.

        Raises:
            Refused: There is none.
        """
        return self._taken_back(client, token, "undo", self._undoing.last_done(client))

    def redo(self, client: str, token: str) -> Draft:
        """Draft making again what the client took back last.

        Raises:
            Refused: There is nothing, or the client has edited since.
        """
        return self._taken_back(client, token, "redo", self._undoing.last_undone(client))

    def accept(self, draft: Draft) -> Change:
        """Make a draft of the graph as it is now.

        Returns:
            The change, with the problems that it brought or cured. An edit that writes nothing has the number
            of the last change, and is not in the log.
        """
        change = draft.change
        if change.seq == self.seq:
            return change
        assert change.seq == self.seq + 1, "drafts are accepted in the order they were made"
        self.graph, self.seq = draft.graph, change.seq
        if self.problems.follow(draft.graph, change.patch):
            change = replace(change, problems=self.problems.known)
        self._note(change)
        return change

    def checked(self, graph: Graph, found: Checked) -> bool:
        """Take in a whole check of a graph that the session has or had; whether it found other problems."""
        return self.problems.settle(found, current=graph is self.graph)

    def at(self, seq: int) -> Graph:
        """The graph as it was after a change.

        Raises:
            Refused: The log doesn't go back that far, or not yet on to it.
        """
        oldest = next(iter(self._log), self.seq + 1) - 1
        if not oldest <= seq <= self.seq:
            raise Refused(f"expected a number of edits from {oldest} to {self.seq}, got {seq}")
        graph = self.graph
        for number in range(self.seq, seq, -1):
            for patch in reversed(self._log[number].patch):
                graph = fork(graph, patch.at)
                apply(graph, patch.inverse())
        return graph

    def _taken_back(self, client: str, token: str, kind: Kind, seq: int) -> Draft:
        back = take_back(self.graph, self._log[seq].patch)
        return self._draft(client, token, kind, back.patch, back.graph, undoes=seq, notice=back.notice)

    def _draft(
        self,
        client: str,
        token: str,
        kind: Kind,
        patch: tuple[Patch, ...],
        graph: Graph,
        *,
        undoes: int | None = None,
        notice: str = "",
    ) -> Draft:
        assert token not in self._tokens, "ask for what was made before drafting it again"
        nothing = kind == "edit" and not patch
        seq = self.seq if nothing else self.seq + 1
        return Draft(
            Change(seq, client, token, kind, patch, undoes, notice), self.graph if nothing else graph
        )

    def _note(self, change: Change) -> None:
        self._log[change.seq] = change
        self._tokens[change.token] = change.seq
        self._undoing.note(change.seq, change.client, change.kind, change.undoes)
        self.authors.note(change.client, change.patch, change.created)
        if len(self._log) > KEPT:
            gone = self._log.pop(next(iter(self._log)))
            self._tokens.pop(gone.token, None)
            self._undoing.forget(gone.seq)


def replayed(graph: Graph, changes: Iterable[Change]) -> Graph:
    """A graph after changes that were made to it; it stays as it is."""
    for change in changes:
        for patch in change.patch:
            graph = fork(graph, patch.at)
            apply(graph, patch)
    return graph
