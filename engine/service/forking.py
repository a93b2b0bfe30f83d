"""Graphs opened anew with one of their loops going on from a turn that was kept."""

from __future__ import annotations

import asyncio

from engine.graph.document import Fork, Graph
from engine.graph.forks import forked
from engine.service.finding import Place
from engine.service.planning import Planned, Planner
from engine.service.records import SessionRecord
from engine.service.sessions import Sessions
from engine.service.sources import Sources
from engine.service.values import Values
from engine.store.store import Store


class Forking:
    """Forks open graphs.

    Args:
        sessions: The open graphs.
        planner: Plans them.
        values: Finds the turns that were kept.
        sources: Tells what a graph means where another session lies.
        store: Keeps what was forked at for good.
    """

    def __init__(
        self, sessions: Sessions, planner: Planner, values: Values, sources: Sources, store: Store
    ) -> None:
        self._sessions, self._planner, self._values = sessions, planner, values
        self._sources, self._store = sources, store

    async def fork(self, session: str, instance: str, turn: int, title: str = "") -> SessionRecord:
        """Open a session of its own in which a loop goes on from a turn; the graph itself stays as it is.

        The turn is kept for good from now on, until it is unpinned.

        Args:
            session: The graph's session.
            instance: Path of the loop. Graphs that are referred to on the way to it are embedded.
            turn: Number of turns done.
            title: Title of the new graph; without one it says what it was forked from.

        Raises:
            NoSession: There is no such session.
            NoValue: There is no such loop, or no such turn is kept.
            GraphError: The graph can't be planned, or the loop is inside of another one.
        """
        planned = await self._planner.plan(session)
        record = await self._sessions.get(session)
        graph = await asyncio.to_thread(self._forked, planned, session, instance, turn, record.name)
        title = title or f"{record.title or 'Graph'} from step {turn}"
        return await self._sessions.begin(graph.model_copy(update={"title": title}), session)

    def _forked(self, planned: Planned, session: str, instance: str, turn: int, name: str) -> Graph:
        finder = self._values.finder(session, planned)
        key = finder.key(finder.steps(instance), Place(instance, "", turn))
        fork = Fork(turn=turn, key=key.hex())
        graph = self._sources.at_root(
            forked(planned.document, instance, fork, planned.beside.reference), name
        )
        self._store.pin(key)
        return graph
