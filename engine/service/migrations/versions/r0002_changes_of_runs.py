"""What each run has otherwise than the one before it, and the way to the runs of a session."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = Path(__file__).stem
down_revision = "r0001_runs_and_sessions"


def upgrade() -> None:
    """Add the column; of runs that were, nothing is told."""
    op.add_column("runs", sa.Column("changes", sa.Text, nullable=False, server_default="[]"))
    op.create_index("ix_runs_session_id", "runs", ["session", "id"])
