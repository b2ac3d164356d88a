"""The tables of hooks: where to send, what was tried, and who sends."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.accounts.tables import accounts
from tracker.database import metadata

hooks = sa.Table(
    "hooks",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("account_id", sa.String, sa.ForeignKey(accounts.c.id), index=True),
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("association", sa.String, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("next_at", sa.String, nullable=False),
)
"""``position`` is the number of the last entry that arrived; ``failures`` counts attempts since, that did not."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("hook_id", sa.String, sa.ForeignKey(hooks.c.id), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("took_ms", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("fault", sa.String, nullable=False),
    sa.Index("ix_deliveries_hook", "hook_id", "number"),
    sqlite_autoincrement=True,
)
"""The newest attempts of each hook; ``status`` is empty where there was no answer."""

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("until", sa.String, nullable=False),
)
"""What one of several processes does for all of them, and until when it is the one."""
