"""A graph as networkx sees it, for the questions that editing asks. Nothing else here loads networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.graph.document import Graph
from engine.graph.references import sources_of

if TYPE_CHECKING:
    from networkx import MultiDiGraph


class Model:
    """The instances of one level and what feeds what; an edge for each link.

    It is kept up to date edit by edit, because building it costs more than asking.
    """

    def __init__(self, graph: Graph) -> None:
        from networkx import MultiDiGraph

        self.net: MultiDiGraph[str] = MultiDiGraph()
        self.net.add_nodes_from(graph.nodes)
        self.net.add_edges_from(
            (text.partition(".")[0], name)
            for name, instance in graph.nodes.items()
            for text in sources_of(instance)
        )

    def link(self, source: str, target: str) -> None:
        """Note a new link between two instances."""
        self.net.add_edge(source, target)

    def unlink(self, source: str, target: str) -> None:
        """Note that one link between two instances is gone."""
        self.net.remove_edge(source, target)

    def reaches(self, source: str, target: str) -> bool:
        """Whether a change of one instance can change another, or is the same instance."""
        from networkx import has_path

        return source in self.net and target in self.net and has_path(self.net, source, target)

    def closes_cycle(self, source: str, target: str) -> bool:
        """Whether a new link between two instances would close a circle."""
        return self.reaches(target, source)

    def ancestors(self, name: str) -> set[str]:
        """Every instance that an instance depends on."""
        import networkx

        return set(networkx.ancestors(self.net, name))  # pyright: ignore[reportUnknownMemberType] # untyped

    def descendants(self, name: str) -> set[str]:
        """Every instance that depends on an instance."""
        import networkx

        return set(networkx.descendants(self.net, name))  # pyright: ignore[reportUnknownMemberType] # untyped
