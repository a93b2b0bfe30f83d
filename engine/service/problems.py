"""What is wrong with a session's graph, as far as is known.

After most edits that is known at once: typing a value into an instance is checked there alone, moving one
changes nothing. What may change problems elsewhere, or needs files to be looked at, wants a whole check,
which somebody makes in a thread and brings here.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import Problem
from engine.graph.check import Checked
from engine.graph.document import Graph
from engine.graph.edit import Patch
from engine.service.records import ProblemRecord, Said
from engine.wording import Phrase

SILENT = frozenset({"title", "help", "licence", "view", "packs", "models"})
"""Fields of a graph that no problem comes from."""
Place = tuple[str, str]
"""Path of a level, and an instance of it."""


class Problems:
    """The problems of one graph.

    Attributes:
        known: All that are known, in the order of the document.
        stale: Whether the graph has to be checked whole.
    """

    def __init__(self) -> None:
        self.known: tuple[Problem, ...] = ()
        self.stale = True
        self._checked: Checked | None = None

    def follow(self, graph: Graph, patches: Iterable[Patch]) -> bool:
        """Take in an edit.

        Args:
            graph: The graph after it.
            patches: What it wrote.

        Returns:
            Whether other problems are known now.
        """
        typed = typed_values(patches)
        if self._checked is None or typed is None:
            self.outdate()
            return False
        for (at, name), ports in typed.items():
            if not self._checked.retype(graph, at, name, ports):
                self.outdate()
                return False
        return self._know(self._checked) if typed else False

    def settle(self, checked: Checked, *, current: bool) -> bool:
        """Take in a whole check.

        Args:
            checked: The check.
            current: Whether the graph is still the one that was checked.

        Returns:
            Whether other problems are known now.
        """
        if current:
            self._checked, self.stale = checked, False
        return self._know(checked)

    def outdate(self) -> None:
        """Have the graph checked whole again."""
        self._checked, self.stale = None, True

    def _know(self, checked: Checked) -> bool:
        before, self.known = self.known, tuple(checked.problems())
        return self.known != before


def typed_values(patches: Iterable[Patch]) -> dict[Place, set[str]] | None:
    """The ports that values were typed into, by instance; None when more than that was written.

    What says nothing to anybody but people, such as positions and titles, does not count.
    """
    typed: dict[Place, set[str]] = {}
    for patch in patches:
        for write in patch.writes:
            match write.where:
                case ["nodes", name, "params", port]:
                    typed.setdefault((patch.at, name), set()).add(port)
                case ["nodes", _, "title"]:
                    pass
                case [field, *_] if field in SILENT:
                    pass
                case _:
                    return None
    return typed


def records(problems: Iterable[Problem]) -> tuple[ProblemRecord, ...]:
    """Problems as they are sent."""
    return tuple(map(_record, problems))


def _record(problem: Problem) -> ProblemRecord:
    texts = {name: getattr(problem, name) for name in Problem.__slots__}
    said = {name: _said(text) for name, text in texts.items() if isinstance(text, Phrase)}
    return ProblemRecord(**{name: sendable_text(text) for name, text in texts.items()}, said=said)


def _said(phrase: Phrase) -> Said:
    args = {
        name: _said(arg) if isinstance(arg, Phrase) else sendable_text(arg)
        for name, arg in phrase.args.items()
    }
    return Said(code=phrase.code, args=args)


def sendable_text(text: str) -> str:
    """A text as UTF-8 can say it: names that came in may hold halves of surrogate pairs."""
    return text.encode(errors="replace").decode()
