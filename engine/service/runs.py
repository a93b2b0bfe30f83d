"""Runs as rows: queued, claimed, ended. Each function is one step of somebody's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import KnotworkError
from engine.service.database import add_new
from engine.service.records import RunRecord
from engine.service.submission import Document
from engine.service.tables import documents, runs

RECORD = [runs.c[name] for name in RunRecord.model_fields]
"""The columns of a record, which have the names of its fields."""
QUEUED = runs.c.state == literal_column("'queued'")
"""Spelled out as in the index ``ix_runs_next``: SQLite doesn't look there for the value of a parameter."""
ORDER = (runs.c.priority.desc(), runs.c.position)
"""Order in which queued runs begin."""
PAUSED = runs.c.state == "paused"
ENDED = {"state", "ended", "counts", "seconds", "failures", "warnings", "artifacts", "models"}
"""Fields that are known when a run ends."""

# Made once: to make a statement takes longer than to run it.
ADD = insert(runs)
CLAIM = (
    update(runs)
    .where(runs.c.id == select(runs.c.id).where(QUEUED).order_by(*ORDER).limit(1).scalar_subquery())
    .values(state="running", started=bindparam("now"))
    .returning(*RECORD, runs.c.document)
)
OF_KEY = select(*RECORD).where(runs.c.key == bindparam("key")).order_by(runs.c.item)
LAST = (
    select(runs.c.document, runs.c["values"])
    .where(runs.c.session == bindparam("session"))
    .order_by(runs.c.id.desc())
    .limit(1)
)
CHANGE = update(runs).where(runs.c.id == bindparam("it"))


class NoSuchRun(KnotworkError):
    """There is no run, or no batch, of this id (any more)."""

    def __init__(self, id: str) -> None:
        super().__init__(f'expected the id of a run or a batch, got "{id[:80]}"; it may have been deleted')


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that begins.

    Attributes:
        record: The run.
        document: Digest of its graph.
    """

    record: RunRecord
    document: str


@dataclass(frozen=True, slots=True)
class Last:
    """What the last run of a session was of.

    Attributes:
        document: Digest of its graph.
        values: What was set for it.
    """

    document: str
    values: dict[str, Any]


def record_of(row: RowMapping) -> RunRecord:
    """A row as it is told; it may have more columns than a record has fields."""
    return RunRecord.model_validate({name: row[name] for name in RunRecord.model_fields})


async def add(
    connection: AsyncConnection, document: Document, records: Sequence[RunRecord], key: str
) -> None:
    """Queue runs of one document."""
    kept = {"digest": document.digest, "data": document.data, "text": document.text}
    await connection.execute(add_new(documents, connection), kept)
    rows = [
        {
            **record.model_dump(),
            "document": document.digest,
            "key": key or None,
            "item": item,
            "text": _text(record),
        }
        for item, record in enumerate(records)
    ]
    await connection.execute(ADD, rows)


async def of_key(connection: AsyncConnection, key: str) -> tuple[RunRecord, ...]:
    """The runs that were queued under an idempotency key, in order."""
    return await _records(connection, OF_KEY, key=key)


async def last_of(connection: AsyncConnection, session: str) -> Last | None:
    """The run that was queued last in a session; None when there was none."""
    row = (await connection.execute(LAST, {"session": session})).first()
    return None if row is None else Last(*row)


async def one(connection: AsyncConnection, id: str) -> RunRecord:
    """A run.

    Raises:
        NoSuchRun: There is none.
    """
    found = await _records(connection, select(*RECORD).where(runs.c.id == id))
    if not found:
        raise NoSuchRun(id)
    return found[0]


async def queued(connection: AsyncConnection, limit: int | None = None) -> tuple[RunRecord, ...]:
    """The runs that wait, in the order in which they will begin."""
    return await _records(connection, select(*RECORD).where(QUEUED).order_by(*ORDER).limit(limit))


async def paused(connection: AsyncConnection) -> tuple[RunRecord, ...]:
    """The runs that were paused, the oldest first."""
    return await _records(connection, select(*RECORD).where(PAUSED).order_by(runs.c.id))


async def pause(connection: AsyncConnection, id: str) -> tuple[RunRecord, ...]:
    """Pause what waits: a run, or those of a batch."""
    return await _changed(connection, update(runs).where(QUEUED, _named(id)).values(state="paused"))


async def resume(connection: AsyncConnection, id: str, before: float) -> tuple[RunRecord, ...]:
    """Queue a paused run again, or those of a batch in their order, right before a place of the queue."""
    order = runs.c.position, runs.c.id
    found = await _records(connection, select(*RECORD).where(PAUSED, _named(id)).order_by(*order))
    again = tuple(
        one.model_copy(update={"state": "queued", "position": before - len(found) + place})
        for place, one in enumerate(found)
    )
    if again:
        rows = [{"it": one.id, "state": one.state, "position": one.position} for one in again]
        await connection.execute(CHANGE, rows)
    return again


async def rekey(connection: AsyncConnection, id: str, key: str) -> None:
    """Keep the idempotency key of the last request that a run was given for."""
    await connection.execute(CHANGE, {"it": id, "key": key})


async def waiting(connection: AsyncConnection) -> int:
    """How many runs wait."""
    return (await connection.execute(select(func.count()).select_from(runs).where(QUEUED))).scalar_one()


async def ends_of_queue(connection: AsyncConnection) -> tuple[float, float]:
    """Positions of the first and the last run that waits; 0 without one."""
    found = await connection.execute(
        select(func.min(runs.c.position), func.max(runs.c.position)).where(QUEUED)
    )
    first, last = found.one()
    return first or 0.0, last or 0.0


async def claim(connection: AsyncConnection, now: float) -> Claimed | None:
    """Take the next run out of the queue; None when nothing waits."""
    row = (await connection.execute(CLAIM, {"now": now})).mappings().first()
    return None if row is None else Claimed(record_of(row), row["document"])


async def end(connection: AsyncConnection, record: RunRecord) -> None:
    """Record what became of a run."""
    told = record.model_dump(include=ENDED)
    await connection.execute(CHANGE, {**told, "it": record.id, "text": _text(record)})


async def put_back(connection: AsyncConnection) -> None:
    """Queue again what was running when the server died; it keeps its place, which was the first."""
    running = update(runs).where(runs.c.state == "running")
    await connection.execute(running.values(state="queued", started=None))


async def cancel(connection: AsyncConnection, id: str | None, now: float) -> tuple[RunRecord, ...]:
    """Cancel what waits or is paused: a run, those of a batch, or all."""
    chosen = update(runs).where(or_(QUEUED, PAUSED))
    if id is not None:
        chosen = chosen.where(_named(id))
    return await _changed(connection, chosen.values(state="cancelled", ended=now))


async def exists(connection: AsyncConnection, id: str) -> bool:
    """Whether there is a run or a batch of an id."""
    known = select(runs.c.id).where(_named(id)).limit(1)
    return (await connection.execute(known)).first() is not None


async def place(connection: AsyncConnection, records: Sequence[RunRecord]) -> None:
    """Give queued runs the places in the queue that their records have."""
    if records:
        rows = [{"it": one.id, "priority": one.priority, "position": one.position} for one in records]
        await connection.execute(CHANGE, rows)


async def document(connection: AsyncConnection, digest: str) -> bytes:
    """The bytes of a graph that was queued."""
    found = await connection.execute(select(documents.c.data).where(documents.c.digest == digest))
    return found.scalar_one()


def _named(id: str) -> ColumnElement[bool]:
    """A run, or those of a batch."""
    return or_(runs.c.id == id, runs.c.batch == id)


async def _changed(connection: AsyncConnection, change: Update) -> tuple[RunRecord, ...]:
    found = (await connection.execute(change.returning(*RECORD))).mappings()
    return tuple(sorted(map(record_of, found), key=lambda record: record.id))


async def _records(connection: AsyncConnection, query: Select[Any], **given: str) -> tuple[RunRecord, ...]:
    return tuple(map(record_of, (await connection.execute(query, given)).mappings()))


def _text(record: RunRecord) -> str:
    """What searching for text looks through: title, texts among the values, and what went wrong."""
    said = [record.title, *(value for value in record.values.values() if isinstance(value, str))]
    said += [failure.get("reason", "") for failure in record.failures]
    return "\n".join(filter(None, said)).casefold()
