"""Records of every kind in the log, and two tables that follow from it: each as it stands, and what was ever said."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SEALED = {"kind": "disruption", "why": "", "association": ""}


def upgrade() -> None:
    for name, default in _SEALED.items():
        op.add_column("entries", sa.Column(name, sa.String, nullable=False, server_default=default))
    op.create_table(
        "fingerprints",
        sa.Column("content", sa.String, primary_key=True),
        sa.Column("record_id", sa.String, primary_key=True),
    )
    op.create_table(
        "records",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, unique=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("last_day", sa.String),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("association", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_records_kind_day", "records", ["kind", "day", "number"])
    if op.get_bind().dialect.name == "sqlite":
        _words_in_sqlite()
    else:
        # Not to_tsvector: its parser takes 1e5x for the number 1e5 and an x.
        op.execute(
            "CREATE INDEX ix_records_words ON records USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        )


def downgrade() -> None:
    connection = op.get_bind()
    later = " OR ".join(f"{name} <> '{default}'" for name, default in _SEALED.items())
    if connection.exec_driver_sql(f"SELECT count(*) FROM entries WHERE {later}").scalar():
        raise RuntimeError("the log holds entries that the older version cannot: keep this version")
    if connection.dialect.name == "sqlite":
        op.drop_table("records_words")
    op.drop_table("records")
    op.drop_table("fingerprints")
    for name in _SEALED:
        op.drop_column("entries", name)


def _words_in_sqlite() -> None:
    op.execute("CREATE VIRTUAL TABLE records_words USING fts5(words, content='records', content_rowid='number')")
    new = "INSERT INTO records_words (rowid, words) VALUES (new.number, new.words)"
    old = "INSERT INTO records_words (records_words, rowid, words) VALUES ('delete', old.number, old.words)"
    op.execute(f"CREATE TRIGGER records_words_insert AFTER INSERT ON records BEGIN {new}; END")
    op.execute(f"CREATE TRIGGER records_words_delete AFTER DELETE ON records BEGIN {old}; END")
    op.execute(f"CREATE TRIGGER records_words_update AFTER UPDATE ON records BEGIN {old}; {new}; END")
