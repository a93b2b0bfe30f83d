"""Versions of the file format, and the steps from each to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]

FORMAT = 1
STEPS: Mapping[int, Step] = {}
"""Version → what makes a file's tree of that version one of the next. The first format has none before it."""


def climb(tree: dict[str, Any], version: int, to: int, steps: Mapping[int, Step]) -> dict[str, Any]:
    """Take a record from its version to another, step by step; a version without a step changed nothing.

    Args:
        tree: The record; left as it is.
        version: The version it was saved with.
        to: The version wanted.
        steps: Version → what makes a record of that version one of the next.
    """
    tree = dict(tree)
    for number in range(version, to):
        if step := steps.get(number):
            tree = step(tree)
    return tree
