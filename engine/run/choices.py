"""What the instances of a run really read, once those with lazy ports have chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.graph.flat import Source
from engine.plan.bind import needed_ports
from engine.plan.plan import Plan


class Choices:
    """The choices made so far.

    Args:
        plan: The plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chosen: dict[int, frozenset[str]] = {}
        self._sources: dict[int, tuple[Source, ...]] = {}

    def is_due(self, index: int) -> bool:
        """Whether an instance has yet to choose."""
        return index in self._plan.undecided and index not in self._chosen

    def lazy(self, index: int) -> frozenset[str]:
        """Ports about which an instance has yet to choose."""
        return frozenset() if index in self._chosen else self._plan.lazy(index)

    def choose(self, index: int, read: Callable[[Source], Any]) -> tuple[list[Source], list[Source]]:
        """Let an instance choose among its lazy ports.

        Args:
            index: The instance.
            read: Gives the value of a source; those of its eager ports are there.

        Returns:
            The sources that it wants, and those that it doesn't.
        """
        plan, lazy = self._plan, self._plan.lazy(index)
        arguments = dict(plan.arguments[index])
        for port, sources in plan.links[index].items():
            if port not in lazy:
                arguments[port] = read(sources[0])
        self._sources.pop(index, None)
        self._chosen[index] = wanted = frozenset(needed_ports(plan.nodes[index], arguments))
        chosen: list[Source] = []
        left: list[Source] = []
        for port, sources in plan.links[index].items():
            if port in lazy:
                (chosen if port in wanted else left).extend(sources)
        return chosen, left

    def forget(self, index: int) -> None:
        """Let an instance choose again."""
        self._chosen.pop(index, None)
        self._sources.pop(index, None)

    def links(self, index: int) -> dict[str, list[Source]]:
        """The links that an instance really reads."""
        links = self._plan.links[index]
        if index not in self._chosen:
            return links
        left = self._plan.lazy(index) - self._chosen[index]
        return {port: sources for port, sources in links.items() if port not in left}

    def sources(self, index: int) -> tuple[Source, ...]:
        """The sources that an instance really reads."""
        found = self._sources.get(index)
        if found is None:
            links = self.links(index).values()
            found = self._sources[index] = tuple(source for sources in links for source in sources)
        return found
