"""Begin: runs, artifacts, sessions, settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = Path(__file__).stem
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _make_runs()
    _make_artifacts()
    _make_sessions()
    op.create_table("settings", _key("name"), _text("value"))


def _make_runs() -> None:
    op.create_table("documents", _key("digest"), _bytes("data"), _text("text"))
    described = ("values", "seeds", "outputs", "forced", "counts", "seconds", "failures", "warnings")
    found = ("artifacts", "nodes", "models", "versions", "device", "text")
    op.create_table(
        "runs",
        _key("id"),
        *map(_text, ("batch", "session", "title")),
        sa.Column("document", sa.Text, sa.ForeignKey("documents.digest"), nullable=False),
        *map(_text, ("graph", "state")),
        sa.Column("priority", sa.Integer, nullable=False),
        *map(_time, ("position", "created")),
        sa.Column("started", sa.Double),
        sa.Column("ended", sa.Double),
        *map(_text, (*described, *found)),
        sa.Column("key", sa.Text),
        sa.Column("item", sa.Integer, nullable=False),
    )
    queued = sa.text("state = 'queued'")
    op.create_index(
        "ix_runs_next",
        "runs",
        [sa.text("priority DESC"), "position"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    op.create_index("ix_runs_key_item", "runs", ["key", "item"], unique=True)
    for column in ("batch", "created", "document"):
        op.create_index(f"ix_runs_{column}", "runs", [column])


def _make_artifacts() -> None:
    op.create_table("artifacts", _key("digest"), _text("suffix"), _number("size"), _time("created"))
    op.create_table(
        "run_artifacts",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("artifacts.digest"), primary_key=True),
    )
    op.create_index("ix_run_artifacts_digest", "run_artifacts", ["digest"])


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        _key("id"),
        _text("name"),
        _bytes("base"),
        *map(_number, ("base_seq", "saved_seq")),
        _text("saved_digest"),
        _bytes("saved"),
        _number("writing_seq"),
        _text("writing_digest"),
        _time("created"),
        sa.Column("closed", sa.Double),
        _text("parent"),
    )
    op.create_table(
        "edits",
        _of_session(primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *map(_text, ("client", "token", "kind")),
        sa.Column("undoes", sa.BigInteger),
        *map(_text, ("operations", "patch")),
        _time("created"),
    )
    op.create_index("ix_edits_session_token", "edits", ["session", "token"], unique=True)
    op.create_table(
        "versions",
        _key("id"),
        _of_session(),
        _text("name"),
        _number("seq"),
        _bytes("document"),
        _time("created"),
    )
    op.create_index("ix_versions_session", "versions", ["session"])


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double, nullable=False)


def _of_session(**options: Any) -> sa.Column[Any]:
    return sa.Column(
        "session", sa.Text, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, **options
    )
