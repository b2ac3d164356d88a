"""Points: scores of dates that were computed before. They follow from the log, so they go without a loss."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "points",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("address", sa.String, nullable=False, unique=True),
        sa.Column("figures", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("points")
