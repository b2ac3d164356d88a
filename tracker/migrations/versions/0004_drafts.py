"""Drafts: half-filled forms, kept beside the log until they are saved."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("typed", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("drafts")
