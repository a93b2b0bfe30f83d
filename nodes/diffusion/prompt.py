r"""Prompts with weights, as users of other programs write them; a pure reader that takes any text.

``(word)`` counts 1.1 times as much, ``((word))`` 1.21 times, ``[word]`` 1 / 1.1 times, ``(word:1.3)`` 1.3
times; what is nested is multiplied. A backslash makes a bracket after it an ordinary sign, and the word BREAK
begins a new passage. Brackets without their other half are forgiven: a closing one is an ordinary sign, an
opening one reaches to the end.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

STEP = 1.1
"""What one pair of brackets multiplies or divides by."""
DEEPEST = 32
"""Brackets nested deeper are ordinary signs, so that reading takes time in proportion to the text."""

_TOKEN = re.compile(
    r"""\\(?P<escaped>[()\[\]\\])
      | :\s*(?P<weight>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?P<end>\))
      | (?P<bracket>[()\[\]])
      | (?P<new>\bBREAK\b)
      | (?P<text>[^\\()\[\]:B]+|.)""",
    re.VERBOSE | re.DOTALL,
)


class Part(NamedTuple):
    """A stretch of a prompt.

    Attributes:
        text: What it says, without any syntax.
        weight: How much it counts; 1 is ordinary.
    """

    text: str
    weight: float = 1.0


def parse(prompt: str) -> list[list[Part]]:
    """Read a prompt with weights.

    Args:
        prompt: Any text.

    Returns:
        The passages between the words BREAK, each as its parts in their order; those that say nothing are
        left out.
    """
    reader = _Reader()
    for token in _TOKEN.finditer(prompt):
        reader.take(token)
    return reader.passages()


class _Reader:
    """What was read so far: pieces of text with weights, and the brackets that are open."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._weights: list[float] = []
        self._breaks: list[int] = []
        self._open: dict[str, list[int | None]] = {"(": [], "[": []}

    def take(self, token: re.Match[str]) -> None:
        """Read on by one token."""
        kind, said = token.lastgroup, token[0]
        if kind == "new":
            self._breaks.append(len(self._texts))
        elif kind == "bracket" and said in "([":
            self._begin(said)
        elif kind == "bracket":
            self._close(said, "(" if said == ")" else "[", STEP if said == ")" else 1 / STEP)
        elif kind == "end":
            self._close(said, "(", float(token["weight"]))
        else:
            self._write(token["escaped"] or said)

    def passages(self) -> list[list[Part]]:
        """What was read, with brackets that are still open closed at the end."""
        for sign, factor in (("(", STEP), ("[", 1 / STEP)):
            for start in self._open[sign]:
                self._multiply(start, factor)
        pieces = [Part(*piece) for piece in zip(self._texts, self._weights, strict=True)]
        bounds = pairwise([0, *self._breaks, len(pieces)])
        found = [_joined(pieces[start:end]) for start, end in bounds]
        return [parts for parts in found if any(part.text.strip() for part in parts)]

    def _begin(self, sign: str) -> None:
        if len(self._open["("]) + len(self._open["["]) < DEEPEST:
            self._open[sign].append(len(self._texts))
        else:
            self._open[sign].append(None)
            self._write(sign)

    def _close(self, said: str, sign: str, factor: float) -> None:
        start = self._open[sign].pop() if self._open[sign] else None
        if start is None:
            self._write(said)
        else:
            self._multiply(start, factor)

    def _multiply(self, start: int | None, factor: float) -> None:
        if start is not None:
            self._weights[start:] = [weight * factor for weight in self._weights[start:]]

    def _write(self, text: str) -> None:
        self._texts.append(text)
        self._weights.append(1.0)


def _joined(pieces: list[Part]) -> list[Part]:
    """Neighbours of equal weight as one part."""
    runs = groupby(pieces, key=attrgetter("weight"))
    return [Part("".join(piece.text for piece in run), weight) for weight, run in runs]
