"""The server's database: SQLite in the home folder, or any other by its URL.

Whoever opens it finds the tables as this Knotwork has them: migrations run first. One transaction writes at a
time. SQLite would have it so anyway, and waiting costs least here; and what is checked in a transaction still
holds when it writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Insert, Table, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.errors import KnotworkError
from engine.service.sole import Sole

NAME = "service.sqlite"
MIGRATIONS = Path(__file__).with_name("migrations")
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
PATIENCE = 30
"""Seconds to wait for another process that writes to the same SQLite file."""
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    f"busy_timeout = {PATIENCE * 1000}",
)


class DatabaseError(KnotworkError):
    """The server's database can't be opened, read or written; what was committed stays."""


class AlreadyThere(DatabaseError):
    """What was to be added is there; the transaction changed nothing."""


class Database:
    """A pool of connections to the server's database.

    Args:
        engine: Connects to it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sole = Sole()
        self._shown = engine.url.render_as_string(hide_password=True)
        self._writing = asyncio.Lock()
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _settle)

    @classmethod
    async def open(cls, url: str, home: Path) -> Database:
        """Connect, and bring the tables to the newest form.

        Args:
            url: As SQLAlchemy reads it; empty for a SQLite file in the home folder.
            home: The home folder.

        Raises:
            DatabaseError: It is neither SQLite nor PostgreSQL, can't be reached, its driver is missing, or a
                newer Knotwork made it.
            InUse: Another server works with it.
        """
        place = _place(url, home)
        try:
            database = cls(create_async_engine(place))
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise DatabaseError(
                f"database {place.drivername}: its driver is missing ({error}). Install it, for PostgreSQL "
                "with: pip install 'knotwork[postgresql]'."
            ) from None
        try:
            await database._take()
            async with database.begin() as connection:
                await connection.run_sync(database._migrate)
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that may write: all of it is there afterwards, or nothing.

        Others wait until it ends, so it is short; it begins no other one.

        Raises:
            AlreadyThere: It adds what there may be only once.
            DatabaseError: The database can't be reached or written.
        """
        async with self._writing, self._connected() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that only reads; no writer waits for it. Each statement sees what was committed.

        Raises:
            DatabaseError: The database can't be reached.
        """
        async with self._connected() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._sole.release()
        await self._engine.dispose()

    async def _take(self) -> None:
        with self._named_errors():
            self._sole = await Sole.of(self._engine)

    def _migrate(self, connection: Connection) -> None:
        steps = sorted(path.stem for path in (MIGRATIONS / "versions").glob("r*.py"))
        reached = _reached(connection)
        if reached == steps[-1]:
            return
        if reached and reached not in steps:
            raise DatabaseError(
                f"database {self._shown}: it has the form {reached}, this Knotwork knows {steps[-1]} and "
                "older ones. Use the Knotwork that made it, or name another database."
            )
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none for changes of tables
        # Loading Alembic takes longer than everything else about opening a database.
        from alembic import command
        from alembic.config import Config

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, "head")

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            with self._named_errors():
                connection = await stack.enter_async_context(self._engine.connect())
            try:
                yield connection
            except SQLAlchemyError as error:
                raise self._error(error) from error

    @contextmanager
    def _named_errors(self) -> Generator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> DatabaseError:
        reason = error.orig if isinstance(error, DBAPIError) else error
        kind = AlreadyThere if isinstance(error, IntegrityError) else DatabaseError
        return kind(f"database {self._shown}: {_explain(str(reason))}")


def _place(url: str, home: Path) -> URL:
    if not url:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(
                f"{home} can't be made ({error.strerror}). Set KNOTWORK_HOME to a folder that can be written."
            ) from None
        return URL.create(DRIVERS["sqlite"], database=str(home / NAME))
    try:
        place = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "database: expected a URL such as sqlite+aiosqlite:////folder/file or "
            "postgresql+asyncpg://user@host/name, got none. Mend it."
        ) from None
    place = place.set(drivername=DRIVERS.get(place.drivername, place.drivername))
    if place.get_backend_name() not in DRIVERS:
        raise DatabaseError(
            f"database: expected SQLite or PostgreSQL, got {place.drivername}. Name a URL such as "
            "postgresql://user@host/name, or none for a SQLite file in the home folder."
        )
    return place


def _reached(connection: Connection) -> str:
    """The last migration that ran; empty in a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _settle(connection: Any, record: object) -> None:
    """Set up a new SQLite connection.

    Transactions begin with their first write and take the lock at once: one that asks for it later can be
    refused it. And a statement that says no more than BEGIN would cost as much as one that writes.
    """
    try:
        connection.isolation_level = "IMMEDIATE"
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        connection.close()
        raise


def _explain(reason: str) -> str:
    if "locked" in reason:
        return f"another process has been writing for {PATIENCE} s. Try again."
    if "disk is full" in reason or "No space left" in reason:
        return "the disk is full. Make room."
    if "malformed" in reason or "not a database" in reason:
        return f"the file is damaged ({reason}). Restore it from a backup, or move it away."
    first = reason.partition("\n")[0] or "no reason given"
    return f"{first}. Check that it is there and can be written."


def add_new(table: Table, connection: AsyncConnection) -> Insert:
    """An INSERT that leaves alone what is there already, in the database's own words."""
    form = sqlite if connection.dialect.name == "sqlite" else postgresql
    return form.insert(table).on_conflict_do_nothing()
