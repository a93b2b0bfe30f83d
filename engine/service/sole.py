"""One server a database: two would both begin the same runs."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.errors import KnotworkError
from engine.store.alive import lock

NUMBER = 0x6B6E6F74
"""Names our lock among those of a PostgreSQL server."""
PATIENCE = 5
"""Seconds that PostgreSQL may take to notice that the last server is dead."""


class InUse(KnotworkError):
    """Another server works with the database."""


class Sole:
    """Keeps other servers away while it lasts; the system lets it go when the process dies.

    Args:
        file: Is locked, for a SQLite file.
        connection: Holds a lock, for PostgreSQL.
    """

    def __init__(self, file: BinaryIO | None = None, connection: AsyncConnection | None = None) -> None:
        self._file, self._connection = file, connection

    @classmethod
    async def of(cls, engine: AsyncEngine) -> Sole:
        """Take a database for this process.

        Raises:
            InUse: Another server has it.
        """
        if engine.dialect.name == "postgresql":
            return cls(connection=await _locked(engine))
        path = engine.url.database
        return cls(file=_file(Path(f"{path}.lock")) if path and path != ":memory:" else None)

    async def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            await self._connection.invalidate()  # to give it back to the pool would keep the lock
            await self._connection.close()


def _file(path: Path) -> BinaryIO:
    file = path.open("ab")
    try:
        lock(file, wait=False)
    except OSError:
        file.close()
        raise _in_use(str(path.with_suffix(""))) from None
    return file


async def _locked(engine: AsyncEngine) -> AsyncConnection:
    connection = await engine.connect()
    try:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"SET lock_timeout = '{PATIENCE}s'"))
        await connection.execute(text(f"SELECT pg_advisory_lock({NUMBER})"))
    except BaseException as error:
        await connection.close()
        if isinstance(error, DBAPIError) and "lock timeout" in str(error.orig):
            raise _in_use(engine.url.render_as_string(hide_password=True)) from None
        raise
    return connection


def _in_use(database: str) -> InUse:
    return InUse(
        f"database {database}: another server works with it. Stop that one, or name another database with "
        "another home."
    )
