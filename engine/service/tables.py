"""The tables of the server's database: runs and what they gave, sessions and their edits, settings.

The tables are as the newest of ``migrations/versions`` leaves them; times are seconds since 1970.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    desc,
    text,
)


class Json(TypeDecorator[Any]):
    """A JSON value as text.

    PostgreSQL's own type refuses what Python's values can hold, such as NaN; and nothing here is asked for by
    what is inside of it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str:
        """Write."""
        return json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        """Read."""
        return None if value is None else json.loads(value)


class Words(TypeDecorator[str]):
    """Text; what PostgreSQL can't keep of it is replaced, whether it is kept or looked for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write."""
        if value is None or value.isascii():
            return value and value.replace("\0", "?")
        return value.encode(errors="replace").decode().replace("\0", "?")


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _required(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _document(name: str) -> Column[Any]:
    return Column(name, Words, ForeignKey("documents.digest"), nullable=False)


documents = Table(
    "documents",
    metadata,
    Column("digest", Words, primary_key=True),
    _required("data", LargeBinary),
    _required("text", Words),
)
"""Graphs that were run, whole, without the values of their inputs.

digest: of the bytes; text: what a search for text looks through.
"""

runs = Table(
    "runs",
    metadata,
    Column("id", Words, primary_key=True),
    _required("batch", Words),
    _required("session", Words),
    _required("title", Words),
    _document("document"),
    _required("graph", Words),
    _required("state", Words),
    _required("priority", Integer),
    _required("position", Double),
    _required("created", Double),
    Column("started", Double),
    Column("ended", Double),
    _required("values", Json),
    _required("seeds", Json),
    _required("changes", Json),
    _required("outputs", Json),
    _required("forced", Json),
    _required("counts", Json),
    _required("seconds", Json),
    _required("failures", Json),
    _required("warnings", Json),
    _required("artifacts", Json),
    _required("nodes", Json),
    _required("models", Json),
    _required("versions", Json),
    _required("device", Words),
    Column("key", Words),
    _required("item", Integer),
    _required("text", Words),
)
"""Runs, as ``records.RunRecord`` has them; ids sort by when they were made.

key, item: the request's idempotency key and the run's place in its batch; text: what a search for text looks
through, beside the document's.
"""

Index(
    "ix_runs_next",
    desc(runs.c.priority),
    runs.c.position,
    sqlite_where=text("state = 'queued'"),
    postgresql_where=text("state = 'queued'"),
)
Index("ix_runs_key_item", runs.c.key, runs.c.item, unique=True)
Index("ix_runs_batch", runs.c.batch)
Index("ix_runs_session_id", runs.c.session, runs.c.id)
Index("ix_runs_created", runs.c.created)
Index("ix_runs_document", runs.c.document)

artifacts = Table(
    "artifacts",
    metadata,
    Column("digest", Words, primary_key=True),
    _required("suffix", Words),
    _required("size", BigInteger),
    _required("created", Double),
)
"""Files that runs gave, by the digest of their bytes."""

run_artifacts = Table(
    "run_artifacts",
    metadata,
    Column("run", Words, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Words, ForeignKey("artifacts.digest"), primary_key=True),
)
"""Which run uses which file: one that none uses is removed."""

Index("ix_run_artifacts_digest", run_artifacts.c.digest)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, primary_key=True),
    _required("name", Words),
    _required("base", LargeBinary),
    _required("base_seq", BigInteger),
    _required("saved_seq", BigInteger),
    _required("saved_digest", Words),
    _required("saved", LargeBinary),
    _required("writing_seq", BigInteger),
    _required("writing_digest", Words),
    _required("created", Double),
    Column("closed", Double),
    _required("parent", Words),
)
"""Graphs that were opened.

name: the file; base: the document that the edits after base_seq apply to; saved, saved_seq, saved_digest: the
document as the file had it last, and the digest of the file's bytes; writing_digest: of the bytes that are
just being written to it, empty when none are; closed: when nobody wanted it open any more; parent: id of the
session that it branched from.
"""

edits = Table(
    "edits",
    metadata,
    Column("session", Words, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _required("client", Words),
    _required("token", Words),
    _required("kind", Words),
    Column("undoes", BigInteger),
    _required("operations", Json),
    _required("patch", Json),
    _required("created", Double),
)
"""The log of each session.

kind: edit, undo or redo; undoes: seq of the edit taken back or made again; token: names the edit for good, so
that it is not made twice.
"""

Index("ix_edits_session_token", edits.c.session, edits.c.token, unique=True)

versions = Table(
    "versions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("session", Words, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    _required("name", Words),
    _required("seq", BigInteger),
    _required("document", LargeBinary),
    _required("created", Double),
)
"""Named states of sessions."""

Index("ix_versions_session", versions.c.session)

people = Table(
    "people",
    metadata,
    Column("client", Words, primary_key=True),
    _required("name", Words),
)
"""What clients were called that edited something."""

settings = Table(
    "settings",
    metadata,
    Column("name", Words, primary_key=True),
    _required("value", Json),
)
"""What the server remembers, by name, such as whether the queue is paused."""
