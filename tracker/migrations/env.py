"""Runs the migrations on the connection that ``database.open_database`` hands over."""

from alembic import context

from tracker.accounts.tables import PEOPLE
from tracker.database import metadata

assert all(table.metadata is metadata for table in PEOPLE)
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
