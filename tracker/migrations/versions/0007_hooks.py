"""Hooks: where programs are told of every new entry; and an index by which entries are found by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_entries_at", "entries", ["at"])
    op.create_table(
        "hooks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id")),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("association", sa.String, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String, nullable=False),
    )
    op.create_index("ix_hooks_account_id", "hooks", ["account_id"])
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("hook_id", sa.String, sa.ForeignKey("hooks.id"), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("took_ms", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("fault", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_hook", "deliveries", ["hook_id", "number"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.String, nullable=False),
    )


def downgrade() -> None:
    for name in ("leases", "deliveries", "hooks"):
        op.drop_table(name)
    op.drop_index("ix_entries_at", "entries")
