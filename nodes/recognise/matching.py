"""Finding the line of ``signatures.txt`` that the tensors of a file fit, in time linear in their number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

from nodes.checkpoints.header import Entry
from nodes.recognise import signatures
from nodes.recognise.widths import family as unet_family

NUMBER = re.compile(r"(?:(?<=\.)|^)\d+(?=\.|$)")
CONDITION = re.compile(r"(?P<absent>!?)(?P<name>[^\[]+)(?:\[(?P<axis>\d)\]=(?P<sizes>[\d|]+))?")
ALTERNATIVES = re.compile(r"\{([^}]*)\}")
UNET = "unet"


class Condition(NamedTuple):
    """What must hold of a tensor.

    Attributes:
        names: Patterns, of which one must be there.
        absent: That none may be there instead.
        axis: Whose size matters.
        sizes: What it may be; empty for any.
    """

    names: tuple[str, ...]
    absent: bool
    axis: int
    sizes: frozenset[int]

    def holds(self, tensors: Mapping[str, Entry]) -> bool:
        """Whether it holds of tensors by names and patterns."""
        found = [tensors[name].shape for name in self.names if name in tensors]
        if self.absent or not self.sizes:
            return bool(found) is not self.absent
        return any(len(shape) > self.axis and shape[self.axis] in self.sizes for shape in found)


@dataclass(frozen=True, slots=True)
class Sign:
    """A line of the table."""

    kind: str
    family: str
    variant: str
    layout: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What was found.

    Attributes:
        kind: Kind of model.
        family: Family; empty when the names don't tell.
        variant: What sets it apart.
        layout: Whose names its tensors have.
        prefix: How the names of its tensors begin.
    """

    kind: str
    family: str
    variant: str
    layout: str
    prefix: str


def match(entries: Mapping[str, Entry]) -> Match | None:
    """Find what a file's tensors are; None when no line fits."""
    heads = {name[: dot + 1] for name in entries for dot in _dots(name)} | {""}
    known: dict[str, dict[str, Entry]] = {}
    for kind, prefixes in signatures.PREFIXES.items():
        for prefix in prefixes:
            if prefix not in heads:
                continue
            if prefix not in known:
                known[prefix] = _index(entries, prefix)
            for sign in table()[kind]:
                if all(condition.holds(known[prefix]) for condition in sign.conditions):
                    return _told(sign, known[prefix], prefix)
    return None


@cache
def table() -> dict[str, list[Sign]]:
    """The signatures by kind."""
    found: dict[str, list[Sign]] = {kind: [] for kind in signatures.PREFIXES}
    for line in signatures.TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, family, variant, layout, *conditions = line.split()
        family, variant, layout = ("" if text == "-" else text for text in (family, variant, layout))
        found[kind].append(Sign(kind, family, variant, layout, tuple(map(_condition, conditions))))
    return found


def first(tensors: Mapping[str, Entry], names: Iterable[str], axis: int) -> int:
    """The size of the first of some tensors that is there; 0 when none is."""
    shapes = (tensors[name].shape for name in names if name in tensors)
    return next((shape[axis] for shape in shapes if len(shape) > axis), 0)


def _told(sign: Sign, tensors: Mapping[str, Entry], prefix: str) -> Match:
    family, variant = sign.family, sign.variant
    if family == UNET:
        channels = first(tensors, signatures.LAST_CONVOLUTION, 0) if sign.kind == "denoiser" else 4
        width = first(tensors, signatures.UNET_WIDTH, 1)
        family = unet_family(width, channels) if width else ""
        if sign.kind == "denoiser" and not variant:
            variant = signatures.UNET_INPUTS.get(first(tensors, signatures.FIRST_CONVOLUTION, 1), "")
    elif family == "sdxl" and sign.kind == "denoiser" and not variant:
        variant = signatures.UNET_INPUTS.get(first(tensors, signatures.FIRST_CONVOLUTION, 1), "")
    return Match(sign.kind, family, variant, sign.layout, prefix)


def _dots(name: str) -> Iterator[int]:
    """Where the first two dots of a name are; prefixes have no more."""
    at = -1
    for _ in range(2):
        at = name.find(".", at + 1)
        if at < 0:
            return
        yield at


def _index(entries: Mapping[str, Entry], prefix: str) -> dict[str, Entry]:
    """Tensors behind a prefix by name, and the first of each pattern by this."""
    found: dict[str, Entry] = {}
    for name, entry in entries.items():
        if name.startswith(prefix):
            own = name[len(prefix) :]
            found[own] = entry
            found.setdefault(NUMBER.sub("#", own), entry)
    return found


def _condition(text: str) -> Condition:
    parts = CONDITION.fullmatch(text)
    assert parts is not None, text
    sizes = frozenset(map(int, parts["sizes"].split("|"))) if parts["sizes"] else frozenset[int]()
    return Condition(tuple(_expanded(parts["name"])), bool(parts["absent"]), int(parts["axis"] or 0), sizes)


def _expanded(pattern: str) -> Iterator[str]:
    pieces = ALTERNATIVES.split(pattern)  # every second one stands in braces
    choices = [piece.split(",") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    yield from map("".join, product(*choices))
