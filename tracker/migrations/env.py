"""Runs the migrations on the connection that ``database.open_database`` hands over."""

from alembic import context

from tracker.accounts.tables import PEOPLE
from tracker.database import metadata
from tracker.forms.drafts import drafts
from tracker.mail.mailings import mailings
from tracker.points import points

assert all(table.metadata is metadata for table in (*PEOPLE, drafts, mailings, points))
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
