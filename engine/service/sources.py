"""From what a caller says to the graph that is meant."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from pydantic import JsonValue

from engine.errors import GraphError, KnotworkError, Problem
from engine.executors.headless import Headless
from engine.graph.canonical import pretty, utf8
from engine.graph.document import Graph
from engine.graph.embed import with_files, without_refs
from engine.graph.levels import expand
from engine.graph.reading import too_deep
from engine.service.beside import Beside
from engine.service.records import GraphSource
from engine.service.workspace import Workspace


class BadSource(KnotworkError):
    """It was not said, or said twice, which graph is meant."""


class Sources:
    """Finds graphs.

    Args:
        workspace: Where graphs with names are.
        headless: Reads them.
    """

    def __init__(self, workspace: Workspace, headless: Headless) -> None:
        self._workspace, self._headless = workspace, headless

    async def find(self, source: GraphSource) -> Graph:
        """The graph that somebody means.

        Args:
            source: Names it, or is it; open sessions are not known here.

        Raises:
            BadSource: It says none or several.
            KnotworkError: There is no such graph, or it can't be read.
        """
        check(source)
        if source.document is not None:
            return await asyncio.to_thread(self._spoken, source.document)
        return await asyncio.to_thread(self.named, source.name)

    def named(self, name: str) -> Graph:
        """A graph of the workspace or, where it has none of this name, a template.

        Raises:
            GraphError: There is neither, or it can't be read.
        """
        if self._workspace.is_template(name):
            return self._headless.read(self._workspace.template(name))
        return self.at_root(self._headless.read(self._workspace.read(name).data), name)

    def at_root(self, graph: Graph, name: str) -> Graph:
        """A graph that means, in the workspace's own folder, what it means in the folder of its file.

        Args:
            graph: The document; it stays as it is.
            name: Its file; empty for none.

        Raises:
            GraphError: A graph that it refers to can't be read.
        """
        top = self._workspace.folder
        folder = self._workspace.place(name).parent if name else top
        if folder == top:
            return graph
        reference, problems = Beside(self._headless, folder).reference, list[Problem]()
        expand(graph, reference, problems)
        if problems:
            raise GraphError(problems)

        def rename(text: str) -> str:
            path = folder / text
            inside = text and os.path.exists(path) and Path(os.path.realpath(path)).is_relative_to(top)
            return path.relative_to(top).as_posix() if inside else text

        return with_files(without_refs(graph, reference), self._headless.registry, rename)

    def _spoken(self, document: dict[str, JsonValue]) -> Graph:
        try:
            return self._headless.read(utf8(pretty(document)))
        except RecursionError:
            raise too_deep("") from None


def check(source: GraphSource) -> None:
    """Refuse what says none or several graphs.

    Raises:
        BadSource: It does.
    """
    given = [name for name, value in source if value not in ("", None)]
    if len(given) != 1:
        expected = "expected exactly one of session, name and document"
        raise BadSource(f"{expected}, got {' and '.join(given) or 'none'}")
