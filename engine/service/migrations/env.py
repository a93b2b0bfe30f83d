"""Runs the steps in the transaction of whoever opens the database; Alembic loads this file by its path."""

from __future__ import annotations

from alembic import context

from engine.service.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
