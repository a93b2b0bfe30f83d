"""What can go wrong, said so that the reader can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class KnotworkError(Exception):
    """Any failure that Knotwork foresaw; its text names the place and the cure."""


class SignatureError(KnotworkError):
    """A function can't be a node as it is written.

    Attributes:
        node: Id of the node.
        cure: What to change in the source.
    """

    def __init__(self, node: str, problem: str, cure: str) -> None:
        super().__init__(f'node "{node}": {problem}. {cure}')
        self.node = node
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a graph.

    Attributes:
        code: Stable short name of the kind of problem, such as ``missing-input``.
        instance: Instance it is about; empty for the graph itself.
        port: Port it is about; empty when the whole instance is meant.
        expected: What would have been right.
        got: What was found.
        cure: What to do about it.
    """

    code: str
    instance: str
    port: str
    expected: str
    got: str
    cure: str

    def __str__(self) -> str:
        place = ".".join(part for part in (self.instance, self.port) if part) or "graph"
        return f"{place}: expected {self.expected}, got {self.got}. {self.cure}"


class GraphError(KnotworkError):
    """A graph can't be read, planned or run.

    Attributes:
        problems: Every problem found, in the order of the document.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ValueRefused(KnotworkError):
    """A value does not fit the port that it was given to.

    Attributes:
        expected: What the port takes.
        got: The value that came, shortened.
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


class NodeFailed(KnotworkError):
    """A node raised while it ran.

    Attributes:
        instance: Name of the instance, with its path through subgraphs and loops.
        node: Id of the node.
        reason: What went wrong, without the place.
    """

    def __init__(self, instance: str, node: str, reason: str) -> None:
        super().__init__(f'{instance} ("{node}"): {reason}')
        self.instance = instance
        self.node = node
        self.reason = reason


class Cancelled(KnotworkError):
    """The run was cancelled; what was computed before stays in the store."""


class StoreError(KnotworkError):
    """The store can't keep or find something; nothing that was stored is lost."""


def an(noun: object) -> str:
    """A noun, such as a type, behind the article that it is spoken with: "an Image", "a UNet"."""
    text = str(noun)
    vowel = text[:1].lower() in "aeiou" and not text.startswith(("UN", "Uni"))
    return f"{'an' if vowel else 'a'} {text}"


def say(error: Exception) -> str:
    """An exception as a reader wants it: our own speak for themselves, foreign ones are named."""
    return str(error) if isinstance(error, KnotworkError) else f"{type(error).__name__}: {error}"
