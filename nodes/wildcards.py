"""Prompts with random parts: ``a {red|green} __animal__``, drawn anew for each seed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated

from engine import Folder, Rng, Seed, Text, Within, node
from engine.errors import ValueRefused
from nodes.text import is_entry, read_text

DEEPEST = 50
"""Rounds of replacing after which lines that name each other must be a circle."""
LONGEST = 100_000

_CHOICE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"__([A-Za-z0-9][\w-]*?)__")
_WEIGHT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)::")
_ESCAPE = re.compile(r"\\([\\{}|_])")
_HIDDEN = 0xE000  # private use: escaped signs wait there until everything is drawn


@node("text.wildcards")
def wildcards(
    text: Text,
    seed: Seed = 0,
    folder: Annotated[Folder, Within("files", (".txt",))] | None = None,
) -> str:
    r"""Draw the random parts of a prompt.

    ``{red|green}`` becomes one of its options, ``{3::red|green}`` red three times as often; choices nest.
    ``__animal__`` becomes a line of ``animal.txt`` in the folder, whose lines may hold random parts again.
    A backslash in front of ``{``, ``}``, ``|`` or ``_`` makes it an ordinary sign.

    Args:
        text: The prompt with its random parts.
        seed: Equal seeds draw the same text.
        folder: Folder of text files with one entry a line; empty lines and ``#`` remarks are skipped.
    """
    dice = _Dice(seed, folder)
    text = _hide(text)
    _check_braces(text)
    for _ in range(DEEPEST):
        drawn = _NAME.sub(dice.line, dice.options(text))
        if drawn == text:
            return _show(text)
        if len(drawn) > LONGEST:
            raise ValueRefused(f"a result of at most {LONGEST:,} characters", f"{len(drawn):,}")
        text = drawn
    raise ValueRefused("lines that come to an end", f"a circle of names, at {_NAME.findall(text)[:3]}")


class _Dice:
    """What a call draws with and from."""

    def __init__(self, seed: int, folder: Folder | None) -> None:
        self._generator = Rng.seeded(seed).generator()
        self._folder = folder
        self._entries: dict[str, list[str]] = {}

    def options(self, text: str) -> str:
        """Replace choices from the innermost outward."""
        while _CHOICE.search(text):
            text = _CHOICE.sub(self._option, text)
        return text

    def line(self, found: re.Match[str]) -> str:
        """A line of the file that is named."""
        name = found[1]
        if name not in self._entries:
            self._entries[name] = self._read(name)
        entries = self._entries[name]
        return entries[self._pick([1.0] * len(entries))]

    def _option(self, found: re.Match[str]) -> str:
        weights: list[float] = []
        texts: list[str] = []
        for option in found[1].split("|"):
            weight = _WEIGHT.match(option)
            weights.append(float(weight[1]) if weight else 1.0)
            texts.append(option[weight.end() :] if weight else option)
        if not any(weights):
            raise ValueRefused("a choice with a weight above 0", found[0])
        return texts[self._pick(weights)]

    def _read(self, name: str) -> list[str]:
        if self._folder is None:
            raise ValueRefused(f"a folder that holds {name}.txt", "no folder")
        # looked up among the folder's own entries, so that no name leads out of it
        files = {path.stem: path for path in sorted(self._folder.path.iterdir()) if path.suffix == ".txt"}
        if name not in files:
            raise ValueRefused(f"one of {', '.join(files) or 'no files at all'} in the folder", f"__{name}__")
        entries = [_hide(line.strip()) for line in read_text(files[name]).splitlines() if is_entry(line)]
        if not entries:
            raise ValueRefused(f"lines in {name}.txt", "none")
        for entry in entries:
            _check_braces(entry)
        return entries

    def _pick(self, weights: Sequence[float]) -> int:
        """Draw a place, each as likely as its weight is large."""
        import torch

        bounds = list(accumulate(weights))
        point = torch.rand((), dtype=torch.float64, generator=self._generator).item() * bounds[-1]
        return min(bisect_right(bounds, point), len(bounds) - 1)


def _check_braces(text: str) -> None:
    opened: list[int] = []
    for place, sign in enumerate(text, 1):
        if sign == "{":
            opened.append(place)
        elif sign == "}" and not opened:
            raise ValueRefused(
                "a { for every }, or \\} for the sign itself", f"a lone }} at character {place}"
            )
        elif sign == "}":
            opened.pop()
    if opened:
        raise ValueRefused(
            "a } for every {, or \\{ for the sign itself", f"a lone {{ at character {opened[-1]}"
        )


def _hide(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(_HIDDEN + ord(found[1])), text)


def _show(text: str) -> str:
    return text.translate({_HIDDEN + ord(sign): sign for sign in "\\{}|_"})
