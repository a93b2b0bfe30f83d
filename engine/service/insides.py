"""What lies inside the instances of open graphs: for an editor that enters them."""

from __future__ import annotations

import asyncio

from engine.declare.registry import Registry
from engine.graph.document import Graph
from engine.service.beside import Beside
from engine.service.families import Families
from engine.service.interfaces import NoPlace, Ports, level
from engine.service.sessions import Sessions, document
from engine.service.view_records import InterfaceRecord, ReferenceRecord
from engine.service.workspace import Workspace


class Insides:
    """Looks into open graphs.

    Args:
        sessions: The open graphs.
        workspace: Tells what files are called.
        registry: The nodes.
    """

    def __init__(self, sessions: Sessions, workspace: Workspace, registry: Registry) -> None:
        self._sessions, self._workspace = sessions, workspace
        self._ports, self._families = Ports(registry), Families(registry)

    async def interfaces(self, session: str, at: str = "") -> dict[str, InterfaceRecord]:
        """The ports of the instances of one level that aren't all that their node says.

        Args:
            session: The session.
            at: Path of the level, which may lead through references; empty for the document.

        Raises:
            NoSession: There is no such session.
            NoPlace: There is no such level.
            GraphError: A graph on the way can't be read.
        """
        graph, beside = await self._graph(session)
        return await asyncio.to_thread(self._interfaces, graph, at, beside)

    async def reference(self, session: str, instance: str) -> ReferenceRecord:
        """The graph that an instance refers to.

        Args:
            session: The session.
            instance: Path of the instance, which may lead through other references.

        Raises:
            NoSession: There is no such session.
            NoPlace: There is no such instance, or it refers to no graph.
            GraphError: A graph can't be read.
        """
        graph, beside = await self._graph(session)
        return await asyncio.to_thread(self._reference, graph, instance, beside)

    async def _graph(self, session: str) -> tuple[Graph, Beside]:
        opened = await self._sessions.opened(session)
        return opened.session.graph, self._sessions.beside(opened)

    def _interfaces(self, graph: Graph, at: str, beside: Beside) -> dict[str, InterfaceRecord]:
        found = level(graph, at, beside.reference)
        families = self._families.of(found, beside.files.resolve)
        ports = self._ports.of(found.graph, beside.reference, families)
        return ports | {
            name: ports[name].model_copy(update={"families": told}) for name, told in families.items()
        }

    def _reference(self, graph: Graph, instance: str, beside: Beside) -> ReferenceRecord:
        at, _, name = instance.rpartition("/")
        found = level(graph, at, beside.reference).graph.nodes.get(name)
        if found is None or found.graph is not None or not found.ref:
            raise NoPlace(
                f'expected an instance that refers to a graph, got "{instance[:200]}". '
                "See the nodes of the graph."
            )
        referred = level(graph, instance, beside.reference)
        name = self._workspace.called(beside.place(found.ref))
        return ReferenceRecord(document=document(referred.graph), name=name)
