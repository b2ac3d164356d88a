"""The database: durable, append-only, and the same whether migrated or made from the model."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import tracker
from tracker.database import WRITING, entries, metadata, open_database

ROW = {
    "at": "2021-03-01T08:30:00.000+00:00",
    "who": "Ana",
    "action": "log",
    "record_id": "D1",
    "before": None,
    "after": {"title": "Strike"},
    "previous_hash": "",
    "hash": "abc",
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/log.sqlite"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(entries.insert().values(ROW))
    yield engine
    engine.dispose()


def rows(engine: sa.Engine) -> list[sa.Row]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(entries)))


def tables(engine: sa.Engine) -> list[str]:
    return sa.inspect(engine).get_table_names()


def definitions(engine: sa.Engine) -> list[tuple[str, str]]:
    """Tables and indexes as SQLite keeps them."""
    query = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'entries' AND type IN ('table', 'index')"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query).all()
    return sorted((name, " ".join((sql or "").split())) for name, sql in found)


def config(connection: sa.Connection) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(tracker.__file__).parent / "migrations"))
    found.attributes["connection"] = connection
    return found


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)]
)
def test_every_connection_is_durable_and_strict(engine: sa.Engine, pragma: str, value: str | int) -> None:
    with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        for connection in (first, second, third):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_sqlite_is_past_the_write_ahead_log_reset_fault() -> None:
    pysqlite3 = pytest.importorskip("pysqlite3", reason="no wheel of pysqlite3 for this platform")
    assert pysqlite3.sqlite_version_info >= (3, 51, 3)


REFUSED = [
    "UPDATE entries SET who = 'Eve'",
    "UPDATE entries SET hash = hash WHERE number = 1",
    "UPDATE OR REPLACE entries SET number = 2",
    "DELETE FROM entries",
    "DELETE FROM entries WHERE number = 1",
    "INSERT OR REPLACE INTO entries VALUES (1, 'now', 'Eve', 'log', 'D1', NULL, '{}', '', 'def')",
    "REPLACE INTO entries VALUES (2, 'now', 'Eve', 'log', 'D1', NULL, '{}', '', 'def')",
    "INSERT INTO entries VALUES (1, 'now', 'Eve', 'log', 'D1', NULL, '{}', 'x', 'def') "
    "ON CONFLICT (number) DO UPDATE SET who = 'Eve'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_written_stays(engine: sa.Engine, statement: str) -> None:
    before = rows(engine)
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="the log is append-only"):
        connection.exec_driver_sql(statement)
    assert rows(engine) == before


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_written_stays_for_other_programs_too(engine: sa.Engine, tmp_path: Path, statement: str) -> None:
    """A bare connection has recursive_triggers off, so that REPLACE deletes without asking the DELETE trigger."""
    before = rows(engine)
    other = sqlite3.connect(tmp_path / "log.sqlite")
    try:
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            other.execute(statement)
        other.rollback()
    finally:
        other.close()
    assert rows(engine) == before


def test_a_seal_is_continued_only_once(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match=r"previous_hash|append-only"):
        connection.execute(entries.insert().values(ROW))


@pytest.mark.parametrize("name", [name for name in ROW if name != "before"])
def test_only_the_state_before_may_be_missing(engine: sa.Engine, name: str) -> None:
    row = ROW | {"previous_hash": "abc", name: sa.null()}
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="NOT NULL"):
        connection.execute(entries.insert().values(row))


def test_numbers_are_never_given_again(url: str) -> None:
    engine = open_database(url)
    with engine.connect() as connection:
        sql = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'entries'").scalar_one()
    engine.dispose()
    assert "AUTOINCREMENT" in sql


def test_a_reader_does_not_hold_up_a_writer(engine: sa.Engine) -> None:
    with engine.connect() as reader:
        assert len(list(reader.execute(sa.select(entries)))) == 1
        with engine.connect().execution_options(**WRITING) as writer, writer.begin():
            writer.execute(entries.insert().values(ROW | {"previous_hash": "abc", "hash": "def"}))
        assert len(list(reader.execute(sa.select(entries)))) == 1, "a reader sees the state in which it began"
    assert len(rows(engine)) == 2


def test_opening_an_existing_database_changes_nothing(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    before, shape = rows(engine), definitions(engine)
    engine.dispose()
    for _ in range(2):
        again = open_database(url)
        assert rows(again) == before
        assert definitions(again) == shape
        with again.connect() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == ["0001"]
        again.dispose()


def test_the_migrations_go_down_and_up_again(engine: sa.Engine) -> None:
    shape = definitions(engine)
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        command.downgrade(config(connection), "base")
    assert tables(engine) == ["alembic_version"]
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        command.upgrade(config(connection), "head")
    assert definitions(engine) == shape
    assert rows(engine) == []


def test_the_migrations_make_what_the_model_says(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_make_the_very_same_tables_as_the_model(engine: sa.Engine, tmp_path: Path) -> None:
    """Alembic does not compare everything (autoincrement, the order of columns): hold the text of the tables too."""
    made = sa.create_engine(f"sqlite:///{tmp_path}/made.sqlite")
    metadata.create_all(made)
    found = definitions(made)
    made.dispose()
    assert definitions(engine) == found
