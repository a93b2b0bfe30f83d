"""Lists: made, cut and matched up. To run a node for each item, lift it."""

from __future__ import annotations

from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import ValueRefused

T = TypeVar("T")
U = TypeVar("U")

LONGEST = 1_000_000
Count = Annotated[int, Field(ge=0, le=LONGEST)]


@node("list.range")
def range_of(start: int = 0, stop: int = 10, step: int = 1) -> list[int]:
    """Count in equal steps.

    Args:
        start: First number.
        stop: Where to end; not itself in the list.
        step: Distance between two numbers; negative to count down, never 0.
    """
    if step == 0:
        raise ValueRefused("step other than 0", "0")
    numbers = range(start, stop, step)
    return list(numbers[: _bounded(len(numbers))])


@node("list.spread")
def spread(
    start: float = 0.0, stop: float = 1.0, count: Annotated[int, Field(ge=1, le=LONGEST)] = 5
) -> list[float]:
    """Spread numbers evenly from one to another, both included.

    Args:
        start: First number.
        stop: Last number.
        count: How many numbers; a single one is ``start``.
    """
    last = max(count - 1, 1)
    return [start * (1 - place / last) + stop * (place / last) for place in range(count)]


@node("list.collect")
def collect(*items: T) -> list[T]:
    """Make a list of what is linked, in the order of the links.

    Args:
        items: The items.
    """
    return list(items)


@node("list.join")
def join(*lists: list[T]) -> list[T]:
    """Put lists behind one another.

    Args:
        lists: Lists in their order.
    """
    return [item for items in lists for item in items]


@node("list.flatten")
def flatten(lists: list[list[T]]) -> list[T]:
    """Put the lists in a list behind one another.

    Args:
        lists: A list of lists, such as a loop collects of an output that is a list itself.
    """
    return [item for items in lists for item in items]


@node("list.pick")
def pick(items: list[T], index: int = 0) -> T:
    """Take one item.

    Args:
        items: The list.
        index: Its place, from 0; negative places count from the end, -1 is the last.
    """
    if not -len(items) <= index < len(items):
        raise ValueRefused(f"an index within a list of {len(items)}", str(index))
    return items[index]


@node("list.choose")
def choose(items: list[T], seed: Seed = 0) -> T:
    """Take one item at random.

    Args:
        items: The list; not empty.
        seed: Equal seeds take the same item.
    """
    import torch

    if not items:
        raise ValueRefused("a list with items to choose from", "an empty one")
    return items[int(torch.randint(len(items), (), generator=Rng.seeded(seed).generator()))]


@node("list.shuffle")
def shuffle(items: list[T], seed: Seed = 0) -> list[T]:
    """Put a list into a random order.

    Args:
        items: The list.
        seed: Equal seeds give the same order.
    """
    import torch

    return [
        items[place] for place in torch.randperm(len(items), generator=Rng.seeded(seed).generator()).tolist()
    ]


@node("list.length")
def length(items: list[T]) -> int:
    """Number of items.

    Args:
        items: The list.
    """
    return len(items)


@node("list.repeat")
def repeat(item: T, count: Count = 2) -> list[T]:
    """Make a list that holds one item several times.

    Args:
        item: The item.
        count: How many times.
    """
    return [item] * count


@node("list.slice")
def slice_of(
    items: list[T],
    start: int = 0,
    stop: int | None = None,
    step: Annotated[int, Field(ge=1)] = 1,
) -> list[T]:
    """Take a part of a list; places beyond its ends are left out.

    Args:
        items: The list.
        start: Place of the first item, from 0; negative places count from the end.
        stop: Place to end before; nothing = to the end.
        step: 2 takes every second item, 3 every third.
    """
    return items[start:stop:step]


@node("list.reverse")
def reverse(items: list[T]) -> list[T]:
    """Turn a list around.

    Args:
        items: The list.
    """
    return items[::-1]


@node("list.zip")
def zip_of(*lists: list[T]) -> list[list[T]]:
    """Match lists up: the first items together, the second ones together, and so on.

    Args:
        lists: Lists of one length.
    """
    lengths = [len(items) for items in lists]
    if len(set(lengths)) > 1:
        raise ValueRefused("lists of one length", ", ".join(map(str, lengths)))
    return [list(group) for group in zip(*lists, strict=True)]


class Pairs(NamedTuple, Generic[T, U]):
    """Two lists of one length whose items belong together.

    Attributes:
        a: Each item of ``a``, once for every item of ``b``.
        b: The items of ``b``, again for every item of ``a``.
    """

    a: list[T]
    b: list[U]


@node("list.cross")
def cross(a: list[T], b: list[U]) -> Pairs[T, U]:
    """Pair every item of one list with every item of another, for a node that is lifted over both.

    Args:
        a: Changes slowly: the rows of a grid.
        b: Changes fast: the columns of a grid.
    """
    _bounded(len(a) * len(b))
    return Pairs([item for item in a for _ in b], [item for _ in a for item in b])


def _bounded(length: int) -> int:
    if length > LONGEST:
        raise ValueRefused(f"a list of at most {LONGEST:,} items", f"{length:,}")
    return length
