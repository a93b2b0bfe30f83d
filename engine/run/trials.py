"""Nodes whose cost nobody knows yet: some instances are tried, the others wait for what these tell.

Most nodes turn out to be tiny, and to hand thousands of tiny calls to threads takes longer than the calls.
"""

from __future__ import annotations

from collections.abc import Mapping


class Trials:
    """Counts the instances that are tried, and holds the others.

    Args:
        width: Instances of one node that are tried at a time; more would not run side by side anyway.
        known: Node id → seconds of a call, of those that have run.
    """

    def __init__(self, width: int, known: Mapping[str, float]) -> None:
        self._width, self._known = width, known
        self._tried: dict[str, set[int]] = {}
        self._held: dict[str, list[int]] = {}

    def hold(self, node: str, index: int) -> bool:
        """Hold an instance back if enough of its node are tried; False when it may go."""
        if node in self._known or len(self._tried.get(node, ())) < self._width:
            return False
        self._held.setdefault(node, []).append(index)
        return True

    def begin(self, node: str, index: int) -> None:
        """Note that an instance goes to a thread."""
        if node not in self._known:
            self._tried.setdefault(node, set()).add(index)

    def end(self, node: str, index: int) -> list[int]:
        """Note that an instance has landed; the ones held for it may go now."""
        if node in self._tried:
            self._tried[node].discard(index)
        return self._held.pop(node, [])
