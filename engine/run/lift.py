"""Lifting: an instance repeated over the items of lists, several lists going side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.errors import Cancelled, KnotworkError, an


class LiftFailed(KnotworkError):
    """Lists of unequal length, or items that failed; the other items were done and are cached."""


def items_of(over: Iterable[str], arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments of each item.

    Args:
        over: Lifted ports, each holding a list.
        arguments: All arguments; those not lifted are the same for every item.

    Raises:
        LiftFailed: The lists differ in length, or something is not a list.
    """
    lists = {port: arguments[port] for port in over}
    for port, value in lists.items():
        if not isinstance(value, list):
            raise LiftFailed(
                f'"{port}" is lifted and expected a list, got {an(type(value).__name__)}. Link a list.'
            )
    lengths = {port: len(value) for port, value in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f'"{port}" {length}' for port, length in lengths.items())
        raise LiftFailed(
            f"expected lists of equal length, got {told}. Pick or repeat items until they match."
        )
    count = next(iter(lengths.values()), 0)
    return [{**arguments, **{port: value[i] for port, value in lists.items()}} for i in range(count)]


def lifted(
    outputs: Iterable[str],
    items: Iterable[dict[str, Any]],
    one: Callable[[int, dict[str, Any]], dict[str, Any]],
) -> dict[str, list[Any]]:
    """Run every item and gather the outputs into lists; an item that fails doesn't stop the others.

    Raises:
        LiftFailed: Items failed; all their errors are named.
    """
    results: list[dict[str, Any]] = []
    failures: list[str] = []
    for number, arguments in enumerate(items):
        try:
            results.append(one(number, arguments))
        except Cancelled:
            raise
        except Exception as error:  # whatever a node raises belongs to its item alone
            failures.append(f"item {number}: {error}")
    if failures:
        raise LiftFailed("; ".join(failures))
    return {name: [result[name] for result in results] for name in outputs}
