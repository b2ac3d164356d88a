"""Hooks: where programs are told of every new entry; and an index by which entries are found by their time."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_entries_at", "entries", ["at"])


def downgrade() -> None:
    op.drop_index("ix_entries_at", "entries")
