"""Lists in the order of what somebody or something thinks of their items."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from engine import node
from engine.errors import ValueRefused

T = TypeVar("T")


class Ranked(NamedTuple, Generic[T]):
    """A list in the order of scores.

    Attributes:
        items: The items.
        scores: Their scores.
        places: Where each was before, from 0.
    """

    items: list[T]
    scores: list[float]
    places: list[int]


@node("list.rank")
def rank(items: list[T], scores: list[float], descending: bool = True) -> Ranked[T]:
    """Put items into the order of their scores; those with equal ones stay in theirs.

    Args:
        items: The items; pictures of a batch come from image.unbatch.
        scores: The score of each.
        descending: The highest first; otherwise the lowest.
    """
    if len(items) != len(scores):
        raise ValueRefused(f"a score for each of {len(items)} items", f"{len(scores)}")
    places = sorted(range(len(items)), key=scores.__getitem__, reverse=descending)
    return Ranked([items[place] for place in places], [scores[place] for place in places], places)
