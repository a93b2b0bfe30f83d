"""Named states of sessions, kept as whole documents for as long as the session is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from engine.errors import KnotworkError
from engine.graph.document import Graph
from engine.service.database import Database
from engine.service.records import VersionRecord
from engine.service.tables import versions

DESCRIBED = (versions.c.id, versions.c.session, versions.c.name, versions.c.seq, versions.c.created)


class NoVersion(KnotworkError):
    """A session has no version of this id."""

    def __init__(self, id: str) -> None:
        super().__init__(f'expected a version of the session, got "{id[:80]}". See its versions.')


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of all sessions.

    Attributes:
        database: Where they are.
    """

    database: Database

    async def add(self, record: VersionRecord, document: bytes) -> None:
        """Keep one."""
        async with self.database.begin() as connection:
            await connection.execute(insert(versions).values(**record.model_dump(), document=document))

    async def of(self, session: str) -> tuple[VersionRecord, ...]:
        """A session's versions, oldest first."""
        query = select(*DESCRIBED).where(versions.c.session == session).order_by(versions.c.id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return tuple(VersionRecord(**row) for row in rows)

    async def graph(self, session: str, id: str) -> Graph:
        """The graph of a version.

        Raises:
            NoVersion: The session has none of this id.
        """
        query = select(versions.c.document).where(versions.c.session == session, versions.c.id == id)
        async with self.database.read() as connection:
            document = (await connection.execute(query)).scalars().first()
        if document is None:
            raise NoVersion(id)
        return Graph.read(document)
