"""The database: durable, append-only, and the same whether migrated or made from the model."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import tracker
from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.series import FIGURES
from tracker import log
from tracker.database import entries, metadata, open_database, writing
from tracker.log import Writer
from tracker.points import Points

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)

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
    """SQLite with one entry."""
    yield from opened(url)


@pytest.fixture
def either(bare_url: str) -> Iterator[sa.Engine]:
    """Each kind of database, with one entry."""
    yield from opened(bare_url)


def opened(url: str) -> Iterator[sa.Engine]:
    engine = open_database(url)
    with writing(engine) as connection:
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
    query = (
        "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('entries', 'records', 'fingerprints') "
        "AND type IN ('table', 'index')"
    )
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
    "INSERT OR REPLACE INTO entries VALUES (1, 'now', 'Eve', 'log', 'D1', NULL, '{}', '', 'def', 'disruption', '', '')",
    "REPLACE INTO entries VALUES (2, 'now', 'Eve', 'log', 'D1', NULL, '{}', '', 'def', 'disruption', '', '')",
    "INSERT INTO entries VALUES (1, 'now', 'Eve', 'log', 'D1', NULL, '{}', 'x', 'def', 'disruption', '', '') "
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
        with writing(engine) as writer:
            writer.execute(entries.insert().values(ROW | {"previous_hash": "abc", "hash": "def"}))
        assert len(list(reader.execute(sa.select(entries)))) == 1, "a reader sees the state in which it began"
    assert len(rows(engine)) == 2


def test_opening_an_existing_database_changes_nothing(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    before, shape = rows(engine), definitions(engine)
    asked = "SELECT version_num FROM alembic_version"
    with engine.connect() as connection:
        version = connection.exec_driver_sql(asked).scalars().all()
    assert len(version) == 1
    engine.dispose()
    for _ in range(2):
        again = open_database(url)
        assert rows(again) == before
        assert definitions(again) == shape
        with again.connect() as connection:
            assert connection.exec_driver_sql(asked).scalars().all() == version
        again.dispose()


@pytest.mark.parametrize("statement", ["UPDATE entries SET who = 'Eve'", "DELETE FROM entries", "TRUNCATE entries"])
def test_what_is_written_stays_in_postgresql_too(either: sa.Engine, statement: str) -> None:
    if either.dialect.name == "sqlite":
        return  # has no TRUNCATE, and more cases above
    before = rows(either)
    with either.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="the log is append-only"):
        connection.exec_driver_sql(statement)
    assert rows(either) == before


def test_a_database_that_is_not_known_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Faults, match="mysql is no database for the log; give sqlite:///FILE or postgresql://"):
        open_database("mysql://localhost/log")


def test_the_migrations_go_down_and_up_again_with_data(bare_url: str) -> None:
    """What follows from the log is derived again; the log itself is the same to the byte."""
    writer = Writer(open_database(bare_url))
    strike = Disruption("Strike", ("DE",), date(2021, 3, 1))
    for title in ("Strike", "Flood ü 洪水"):
        record = dataclasses.replace(strike, title=title)
        writer.write(lambda turn, one=record: log.append(turn, [one], who="Ana", at=AT))
    kept = Points(writer.engine)
    kept.put("a", np.ones((1, len(FIGURES))))
    assert kept.write()
    before, standing = rows(writer.engine), list(log.every(writer.engine, "disruption"))
    with writing(writer.engine) as connection:
        command.downgrade(config(connection), "0001")
    assert tables(writer.engine) == ["alembic_version", "entries"]
    writer.close()

    again = open_database(bare_url)
    assert log.catch_up(again) == 2
    assert log.catch_up(again) == 0
    assert rows(again) == before
    assert list(log.every(again, "disruption")) == standing
    assert (log.verify(again), log.astray(again)) == ([], [])
    assert Points(again).find(["a"]) == {}, "scores over time are computed again"
    with writing(again) as connection:
        command.downgrade(config(connection), "base")
    assert tables(again) == ["alembic_version"]
    with writing(again) as connection:
        command.upgrade(config(connection), "head")
    assert rows(again) == []
    again.dispose()


def test_an_older_version_that_could_not_hold_the_log_is_refused(either: sa.Engine) -> None:
    later = ROW | {"kind": "comment", "previous_hash": "abc", "hash": "def"}
    with writing(either) as connection:
        connection.execute(entries.insert().values(later))
    before = rows(either)
    with (
        pytest.raises(RuntimeError, match="the log holds entries that the older version cannot"),
        writing(either) as connection,
    ):
        command.downgrade(config(connection), "0001")
    assert rows(either) == before


def test_the_migrations_make_what_the_model_says(either: sa.Engine) -> None:
    def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
        return not (kind == "table" and str(name).startswith("records_words")) and name != "ix_records_words"

    with either.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_very_same_tables_as_the_model(engine: sa.Engine, tmp_path: Path) -> None:
    """Alembic does not compare everything (autoincrement, the order of columns): hold the text of the tables too."""
    made = sa.create_engine(f"sqlite:///{tmp_path}/made.sqlite")
    metadata.create_all(made)
    found = definitions(made)
    made.dispose()
    assert definitions(engine) == found
