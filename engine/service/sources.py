"""From what a caller says to the graph that is meant."""

from __future__ import annotations

import asyncio

from pydantic import JsonValue

from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.canonical import pretty, utf8
from engine.graph.document import Graph
from engine.graph.reading import too_deep
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
        template = self._workspace.is_template(name)
        data = self._workspace.template(name) if template else self._workspace.read(name).data
        return self._headless.read(data)

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
