"""What clients were called, so that their edits can be told by name."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = Path(__file__).stem
down_revision = "r0002_changes_of_runs"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "people",
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
