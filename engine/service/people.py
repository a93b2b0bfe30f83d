"""What the clients that edit are called: kept, so that their edits go by a name when they are gone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from engine.service.database import Database
from engine.service.tables import people

KNOWN = 10_000
"""Names held in memory, so that not each edit writes one; beyond that, all are written once more."""


class People:
    """The names of clients.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, str] = {}

    async def met(self, client: str, name: str) -> None:
        """Remember what a client is called now; one without a name keeps the one it had.

        Raises:
            DatabaseError: It can't be kept.
        """
        if not name or self._known.get(client) == name:
            return
        async with self._database.begin() as connection:
            await connection.execute(delete(people).where(people.c.client == client))
            await connection.execute(insert(people).values(client=client, name=name))
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[client] = name

    async def names(self, clients: Collection[str]) -> dict[str, str]:
        """Names by client, of those that have one."""
        if not clients:
            return {}
        query = select(people.c.client, people.c.name).where(people.c.client.in_(clients))
        async with self._database.read() as connection:
            return {client: name for client, name in await connection.execute(query)}
