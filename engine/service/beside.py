"""What a session's graph sees around it: its own folder, then the configured ones."""

from __future__ import annotations

from pathlib import Path

from engine.executors.headless import Headless
from engine.graph.check import Checked
from engine.graph.document import Graph
from engine.store.files import Files


class Beside:
    """Names resolved from where a graph lies.

    Args:
        headless: Reads graphs, and has the nodes.
        folder: The graph's folder.

    Attributes:
        files: Finds what params name.
    """

    def __init__(self, headless: Headless, folder: Path) -> None:
        self.files = Files(headless.settings, headless.store, local=False, base=folder)
        self._headless = headless

    def reference(self, text: str) -> Graph:
        """Read a graph that the graph refers to.

        Raises:
            GraphError: It isn't there, lies outside, or is no graph.
        """
        return self._headless.read(self.place(text))

    def place(self, text: str) -> Path:
        """The file of a graph that the graph refers to.

        Raises:
            GraphError: It isn't there, or lies outside.
        """
        return self.files.library(text)

    def check(self, graph: Graph) -> Checked:
        """Check a graph whole, with the files that it names."""
        return Checked(graph, self._headless.registry, self.files.resolve, self.reference)
