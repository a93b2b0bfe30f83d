"""Sessions and their logs in the database: what is committed here survives whatever happens to the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import JsonValue, TypeAdapter
from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.graph.edit import Patch
from engine.service.database import Database
from engine.service.session import Change
from engine.service.tables import edits, sessions

ADD_EDIT = insert(edits)
"""Made once: to make a statement takes longer than to run it."""
PATCHES: TypeAdapter[tuple[Patch, ...]] = TypeAdapter(tuple[Patch, ...])


@dataclass(frozen=True, slots=True)
class Kept:
    """A session's row; see ``tables.sessions``."""

    id: str
    name: str
    base: bytes
    base_seq: int
    saved_seq: int
    saved_digest: str
    saved: bytes
    writing_seq: int
    writing_digest: str
    created: float
    closed: float | None
    parent: str


class Archive:
    """The rows of sessions and edits.

    Args:
        database: Where they are. Each method is one transaction, and raises its ``DatabaseError``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, kept: Kept) -> None:
        """Keep a new session; a closed one that had its file's name loses it."""
        async with self._database.begin() as connection:
            await _release(connection, kept.name)
            await connection.execute(insert(sessions).values(**asdict(kept)))

    async def set(self, id: str, **columns: Any) -> None:
        """Write columns of a session's row."""
        async with self._database.begin() as connection:
            if columns.get("name"):
                await _release(connection, columns["name"])
            await connection.execute(update(sessions).where(sessions.c.id == id).values(**columns))

    async def append(self, id: str, change: Change, operations: Sequence[JsonValue]) -> None:
        """Write a change to a session's log."""
        row = {
            "session": id,
            "seq": change.seq,
            "client": change.client,
            "token": change.token,
            "kind": change.kind,
            "undoes": change.undoes,
            "operations": operations,
            "patch": PATCHES.dump_python(change.patch, mode="json"),
            "created": change.created,
        }
        async with self._database.begin() as connection:
            await connection.execute(ADD_EDIT, row)

    async def load(self, id: str) -> tuple[Kept, list[Change]] | None:
        """A session with all of its log that is kept, in order; None when there is none of this id."""
        async with self._database.read() as connection:
            found = (await connection.execute(select(sessions).where(sessions.c.id == id))).mappings().first()
            if found is None:
                return None
            return Kept(**found), await _log(connection, id, after=0)

    async def since(self, id: str, seq: int) -> list[Change]:
        """The changes of a session after one."""
        async with self._database.read() as connection:
            return await _log(connection, id, after=seq)

    async def open_ids(self) -> list[str]:
        """Sessions that are not closed, oldest first."""
        query = select(sessions.c.id).where(sessions.c.closed.is_(None)).order_by(sessions.c.id)
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def unsaved_ids(self) -> list[str]:
        """Sessions that are not closed, and whose file lacks edits."""
        last = select(func.max(edits.c.seq)).where(edits.c.session == sessions.c.id).scalar_subquery()
        query = select(sessions.c.id).where(
            sessions.c.closed.is_(None), sessions.c.name != "", last > sessions.c.saved_seq
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def named(self, name: str, *, closed: bool = True) -> str | None:
        """The session of a file; a closed one only if those are asked for, too."""
        query = select(sessions.c.id).where(sessions.c.name == name)
        if not closed:
            query = query.where(sessions.c.closed.is_(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalars().first()

    async def rebase(self, id: str, base: bytes, seq: int, oldest: int) -> None:
        """Let the log apply to a newer document.

        Args:
            id: The session.
            base: Its graph after a change.
            seq: That change's number.
            oldest: The first change that is kept, for undo and for telling repetitions.
        """
        async with self._database.begin() as connection:
            await connection.execute(
                update(sessions).where(sessions.c.id == id).values(base=base, base_seq=seq)
            )
            await connection.execute(delete(edits).where(edits.c.session == id, edits.c.seq < oldest))

    async def remove(self, id: str) -> None:
        """Forget a session with its log and versions."""
        async with self._database.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id == id))


async def _release(connection: AsyncConnection, name: str) -> None:
    """Take a file's name from the closed session that had it: the file is another one's by now."""
    if name:
        had = sessions.c.name == name, sessions.c.closed.is_not(None)
        await connection.execute(update(sessions).where(*had).values(name=""))


async def _log(connection: AsyncConnection, id: str, after: int) -> list[Change]:
    query = select(edits).where(edits.c.session == id, edits.c.seq > after).order_by(edits.c.seq)
    return [_change(row) for row in (await connection.execute(query)).mappings()]


def _change(row: RowMapping) -> Change:
    return Change(
        seq=row["seq"],
        client=row["client"],
        token=row["token"],
        kind=row["kind"],
        patch=PATCHES.validate_python(row["patch"]),
        undoes=row["undoes"],
        created=row["created"],
    )
