"""Graphs that are about to be opened, and whether they are files that can be saved to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.records import GraphSource
from engine.service.sources import Sources
from engine.service.workspace import PICTURE, Content, Workspace


@dataclass(frozen=True, slots=True)
class Found:
    """A graph to be opened.

    Attributes:
        graph: The graph, its params as the installed nodes take them.
        name: The file that it is the content of; empty when it has none of its own.
        content: That file as it was read.
    """

    graph: Graph
    name: str = ""
    content: Content | None = None


class Opening:
    """Finds what is to be opened.

    Args:
        workspace: Files and templates.
        headless: Reads graphs.
    """

    def __init__(self, workspace: Workspace, headless: Headless) -> None:
        self._workspace, self._headless = workspace, headless
        self._sources = Sources(workspace, headless)

    async def find(self, source: GraphSource | bytes | None) -> Found:
        """Read a graph.

        Args:
            source: A file or template by its name, or a document; the bytes of an upload (JSON, or a PNG that
                carries its graph); or nothing, for an empty graph.

        Raises:
            KnotworkError: There is no such graph, or it can't be read.
        """
        if source is None:
            return Found(Graph())
        if isinstance(source, bytes):
            return Found(await asyncio.to_thread(self._headless.read, source))
        if source.document is None and source.name:
            return await asyncio.to_thread(self._named, source.name)
        return Found(await self._sources.find(source))

    def _named(self, name: str) -> Found:
        if self._workspace.is_template(name) or name.lower().endswith(PICTURE):
            return Found(self._sources.named(name))
        content = self._workspace.read(name)
        return Found(self._headless.read(content.data), self._workspace.canonical(name), content)
