"""Run by Alembic: migrates over the connection that ``hosting.schema`` hands it, within its transaction."""

from __future__ import annotations

from alembic import context

from hosting.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
