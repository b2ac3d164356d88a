"""Moving between databases: nothing is lost or changed, whoever writes meanwhile, and nothing else is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.errors import Faults
from tracker import log
from tracker.accounts import tables
from tracker.database import fingerprints, metadata, open_database, records, writing
from tracker.files import moving, rows
from tracker.log import Writer

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def quiet(done: int, of: int) -> None:
    assert 0 < done <= of


def fill(writer: Writer, number: int, who: str = "Ana") -> None:
    for place in range(number):
        record = Disruption(f"Strike ü {place} '=1+1 \u2028", ("DE",), date(2021, 3, 1), severity_likely=0.1 + 0.2)
        writer.write(lambda turn, one=record: log.append(turn, [one], who=who, at=AT))


def held(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every table of the database, derived ones too."""
    with engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(sa.select(table)))) for table in metadata.sorted_tables}


@pytest.fixture
def other(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """The other kind of database, empty."""
    if "postgresql" in database_url:
        url = f"sqlite:///{tmp_path}/other.sqlite"
    else:
        server: str = request.getfixturevalue("postgresql")
        name = f"moved{abs(hash(str(tmp_path)))}"
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = server.format(name)
    engine = open_database(url)
    yield engine
    engine.dispose()


def test_both_hold_the_same_afterwards(writer: Writer, other: sa.Engine) -> None:
    fill(writer, 30)
    moved = moving.move(writer.engine, other, quiet)
    assert (moved.rows["entries"], moved.new_entries) == (30, 30)
    assert held(other) == held(writer.engine)
    assert (log.verify(other), log.astray(other)) == ([], [])
    there = Writer(other)
    fill(there, 2)
    assert log.verify(other) == []
    there.close()


def test_the_accounts_follow_what_became_of_them(writer: Writer, other: sa.Engine) -> None:
    """Those that were changed or are gone since the last time too; logins stay behind."""
    person = {"name": "Ana", "name_folded": "ana", "email": "a@b.eu", "email_folded": "a@b.eu", "made_at": "2021"}
    login = {"id": "S1", "token_hash": "x", "account_id": "U1", "made_at": "", "seen_at": "", "expires_at": ""}
    fill(writer, 1)
    with writing(writer.engine) as connection:
        connection.execute(tables.accounts.insert().values(person | {"id": "U1"}))
        connection.execute(tables.memberships.insert().values(account_id="U1", association="", role="expert"))
        connection.execute(tables.sessions.insert().values(login | {"browser": ""}))
    assert moving.move(writer.engine, other, quiet).rows["accounts"] == 1
    with writing(writer.engine) as connection:
        connection.execute(tables.accounts.update().values(name="Eve"))
        connection.execute(tables.memberships.delete())
    moving.move(writer.engine, other, quiet)
    assert held(other) == held(writer.engine) | {"sessions": []}


def test_a_place_where_people_were_invited_since_is_not_overwritten(writer: Writer, other: sa.Engine) -> None:
    person = {"name": "Ben", "name_folded": "ben", "email": "b@b.eu", "email_folded": "b@b.eu", "made_at": "2022"}
    fill(writer, 1)
    moving.move(writer.engine, other, quiet)
    with writing(other) as connection:
        connection.execute(tables.accounts.insert().values(person | {"id": "U1"}))
    before = held(other)
    fill(writer, 1, "Eve")
    with pytest.raises(Faults, match="has people of its own by now: Ben; go on there"):
        moving.move(writer.engine, other, quiet)
    assert held(other) == before


def test_run_again_it_brings_what_was_written_since(writer: Writer, other: sa.Engine) -> None:
    fill(writer, 3)
    moving.move(writer.engine, other, quiet)
    assert moving.move(writer.engine, other, quiet).new_entries == 0
    fill(writer, 4)
    assert moving.move(writer.engine, other, quiet).new_entries == 4
    assert held(other) == held(writer.engine)


def test_a_log_that_has_gone_its_own_way_is_not_overwritten(writer: Writer, other: sa.Engine) -> None:
    fill(writer, 3)
    moving.move(writer.engine, other, quiet)
    there = Writer(other)
    fill(there, 1, "Eve")
    fill(writer, 2)
    before = held(other)
    with pytest.raises(Faults, match="is not empty and no earlier copy: it holds entries; give a new file") as found:
        moving.move(writer.engine, other, quiet)
    assert "hunter2" not in str(found.value)
    assert held(other) == before
    there.close()


def test_it_is_not_moved_onto_itself(writer: Writer) -> None:
    fill(writer, 1)
    again = open_database(writer.engine.url.render_as_string(hide_password=False))
    with pytest.raises(Faults, match="is where the log is kept now"):
        moving.move(writer.engine, again, quiet)
    again.dispose()


def test_what_is_written_meanwhile_comes_too(writer: Writer, other: sa.Engine, meanwhile: Callable[..., Any]) -> None:
    """Writers do not stop; all that was acknowledged before the last turn began is there, and no half of anything."""
    fill(writer, 20)
    with meanwhile(lambda: fill(writer, 1)):
        for _ in range(3):
            before = log.position(writer.engine)
            moved = moving.move(writer.engine, other, quiet)
            assert moved.rows["entries"] == log.position(other) >= before
            assert (log.verify(other), log.astray(other)) == ([], [])
    moving.move(writer.engine, other, quiet)
    assert held(other) == held(writer.engine)


def test_writers_wait_only_for_what_was_written_meanwhile(
    writer: Writer, other: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the bulk is copied somebody writes, and what he writes is brought by the same move."""
    fill(writer, 5)
    derive: Callable[[sa.Connection], int] = log.derive
    calls = []

    def first(connection: sa.Connection) -> int:
        if not calls:
            fill(writer, 2)
        calls.append(1)
        return derive(connection)

    monkeypatch.setattr(log, "derive", first)
    assert moving.move(writer.engine, other, quiet).new_entries == 7
    assert held(other) == held(writer.engine)


def test_rows_that_arrive_otherwise_are_told_and_taken_back(
    writer: Writer, other: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(writer, 3)
    real = rows.total

    def forgetful(connection: sa.Connection, table: sa.Table, *given: Any) -> rows.Sum:
        found = real(connection, table, *given)
        found.add(b"one more")
        return found

    monkeypatch.setattr(moving, "total", forgetful)
    with pytest.raises(Faults, match="entries: 4 rows arrived of 3, or not as they were"):
        moving.move(writer.engine, other, quiet)
    assert not any(held(other).values())


def test_the_sum_sees_every_change() -> None:
    def of(*lines: list[Any]) -> str:
        found = rows.Sum()
        for line in lines:
            found.add(rows.plain(line))
        return str(found)

    assert of([1, {"a": 1, "b": 2}]) == of([1, {"b": 2, "a": 1}])
    assert len({of(), of([1]), of(["1"]), of([1], [1]), of([1.5]), of([None]), of([1, 2]), of([1], [2])}) == 8


@pytest.mark.parametrize("table", [records, fingerprints], ids=lambda table: table.name)
def test_what_is_astray_is_found_and_mended(writer: Writer, table: sa.Table) -> None:
    fill(writer, 4)
    before = held(writer.engine)
    with writing(writer.engine) as connection:
        key = table.c.id if table is records else table.c.record_id
        connection.execute(table.delete().where(key == "D2"))
        connection.execute(records.update().where(records.c.id == "D3").values(state="verified"))
        connection.execute(records.update().where(records.c.id == "D4").values(words="chess"))
    assert log.astray(writer.engine) == ["D2", "D3", "D4"]
    assert log.search(writer.engine, log.Question(text="chess")).total == 1
    assert log.mend(writer.engine) == 4
    assert log.astray(writer.engine) == []
    assert held(writer.engine) == before
    assert log.search(writer.engine, log.Question(text="chess")).total == 0
    assert log.search(writer.engine, log.Question(text="strike")).total == 4


@pytest.mark.parametrize(
    "url",
    ["postgresql://ana:hunter2@h/log", "postgresql://ana@h/log?password=hunter2", "postgresql:///log?host=/tmp/x"],
)
def test_a_password_is_never_said(url: str) -> None:
    said = moving.named(sa.make_url(url))
    assert "log" in said
    assert "hunter2" not in said
