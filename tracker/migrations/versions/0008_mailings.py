"""Mailings: which report was mailed, and whose turn it is to do so."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "mailings",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String, nullable=False),
        sa.Column("sent_at", sa.String),
        sa.Column("fault", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mailings")
