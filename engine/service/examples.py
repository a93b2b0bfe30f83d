"""Pictures of what graphs give, kept beside those that are shipped, and shown until there is a result.

They lie in ``examples`` in a library folder, one folder for each template:
``examples/hue_wheel/sheet.3f2a….out.webp`` is what the graph's output ``sheet`` gave. The rest of the name is
the lineage that it was made of, and the port: it belongs to whatever graph has an instance of that lineage.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.graph.levels import Refs
from engine.graph.lineage import lineages
from engine.service.sessions import Sessions
from engine.service.workspace import Workspace

FOLDER = "examples"
SUFFIX = ".webp"
LARGEST = 200
"""Instances of a graph that is looked at, at most: those that are shipped have far fewer."""

Shown = dict[str, dict[str, str]]
"""Instance → output → name of its example."""


class NoExample(KnotworkError):
    """There is no example of this name."""


class Examples:
    """Finds the examples of templates and of open graphs.

    Args:
        workspace: The templates.
        headless: Reads graphs; its settings tell the library folders.
        sessions: The open graphs.
    """

    def __init__(self, workspace: Workspace, headless: Headless, sessions: Sessions) -> None:
        self._workspace, self._headless, self._sessions = workspace, headless, sessions
        self._folders = [root / FOLDER for root in headless.settings.library_roots]

    def file(self, name: str) -> Path:
        """The file of an example. Callable from any thread.

        Raises:
            NoExample: There is none.
        """
        path = self._files().get(name)
        if path is None:
            raise NoExample(
                f'expected the name of an example, got "{name[:80]}". The list of templates has some.'
            )
        return path

    def covers(self) -> dict[str, str]:
        """Template → name of the example of its first output that has one. Callable from any thread."""
        files = self._files()
        if not files:
            return {}
        found = {one.name: self._cover(one.name, files) for one in self._workspace.templates()}
        return {name: cover for name, cover in found.items() if cover}

    async def of(self, session: str) -> Shown:
        """The examples that show what instances of a session's graph give, as it is now.

        Raises:
            NoSession: There is no such session.
        """
        opened = await self._sessions.opened(session)
        graph, refs = opened.session.graph, self._sessions.beside(opened).reference
        return await asyncio.to_thread(lambda: _shown(graph, refs, self._files()))

    def _cover(self, template: str, files: Mapping[str, Path]) -> str:
        try:
            graph = self._headless.read(self._workspace.template(template))
        except KnotworkError:
            return ""
        shown = _shown(graph, self._headless.reference, files)
        ends = (source.partition(".") for _, source in sorted(graph.outputs.items()))
        return next((name for one, _, port in ends if (name := shown.get(one, {}).get(port, ""))), "")

    def _files(self) -> dict[str, Path]:
        """The files by name; links that lead out are passed over, and so are pictures of other names."""
        found: dict[str, Path] = {}
        for folder in self._folders:
            inside = Path(os.path.realpath(folder))
            for path in inside.glob(f"*/*{SUFFIX}"):
                parts = path.name.removesuffix(SUFFIX).split(".")
                real = Path(os.path.realpath(path))
                if len(parts) > 2 and real.is_file() and real.is_relative_to(inside):
                    found.setdefault(".".join(parts[-2:]), path)
        return found


def file_name(output: str, lineage: str, port: str) -> str:
    """What the file of an example is called.

    Args:
        output: Output of the template.
        lineage: Lineage of the instance that gives it.
        port: Its output.
    """
    return f"{output}.{lineage}.{port}{SUFFIX}"


def _shown(graph: Graph, refs: Refs, files: Mapping[str, Path]) -> Shown:
    if not files or len(graph.nodes) > LARGEST:
        return {}
    try:
        found = lineages(graph, refs)
    except KnotworkError:  # what it refers to can't be read, which its problems tell
        return {}
    kept: dict[str, dict[str, str]] = {}
    for name in files:
        lineage, _, port = name.partition(".")
        kept.setdefault(lineage, {})[port] = name
    return {instance: kept[lineage] for instance, lineage in found.items() if lineage in kept}
