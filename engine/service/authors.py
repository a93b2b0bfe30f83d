"""Who changed which instance last, as the log of a session tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.graph.document import Graph
from engine.graph.edit import Patch
from engine.service.records import AuthorRecord


class Authors:
    """The last one who changed each instance.

    To move an instance or give it a colour is no change of it. What another program wrote to the file has no
    author.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, float]] = {}

    def note(self, client: str, patches: Iterable[Patch], time: float) -> None:
        """Take in a change.

        Args:
            client: Who made it; empty for another program.
            patches: What it wrote.
            time: When, in seconds since 1970.
        """
        for patch in patches:
            for write in patch.writes:
                if write.where[0] != "nodes" or len(write.where) < 2:
                    continue
                path = f"{patch.at}/{write.where[1]}" if patch.at else write.where[1]
                if client and (write.new or len(write.where) > 2):
                    self._last[path] = client, time
                else:
                    self._last.pop(path, None)

    def clients(self) -> set[str]:
        """Everyone who changed an instance last."""
        return {client for client, _ in self._last.values()}

    def records(self, graph: Graph, names: Mapping[str, str]) -> tuple[AuthorRecord, ...]:
        """Who changed the instances that a graph has.

        Args:
            graph: As it is now.
            names: Name by client.
        """
        changed: dict[str, dict[str, int]] = {}
        there = _paths(graph) if self._last else set[str]()
        for path, (client, time) in self._last.items():
            if path in there:
                changed.setdefault(client, {})[path] = int(time)
        return tuple(
            AuthorRecord(client=client, name=names.get(client, ""), changed=paths)
            for client, paths in changed.items()
        )


def _paths(graph: Graph) -> set[str]:
    """Paths of all instances, those inside of embedded graphs too."""
    found: set[str] = set()
    levels = [("", graph)]
    for prefix, level in levels:
        for name, instance in level.nodes.items():
            found.add(prefix + name)
            if instance.graph is not None:
                levels.append((f"{prefix}{name}/", instance.graph))
    return found
