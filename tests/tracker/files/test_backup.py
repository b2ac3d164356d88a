"""A backup: one moment of a log that goes on, whole or refused, and the same again on any database."""

from __future__ import annotations

import gzip
import json
import random
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.errors import Faults
from tracker import log
from tracker.accounts import tables
from tracker.conversation import Comment
from tracker.database import entries, metadata, open_database, writing
from tracker.files import backup
from tracker.files.rows import DERIVED, PASSING, kept_tables
from tracker.log import Writer

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def quiet(done: int, of: int) -> None:
    assert 0 < done <= of


def fill(writer: Writer, number: int) -> None:
    for place in range(number):
        record = Disruption(f"Strike ü {place} '=1+1 \u2028", ("DE",), date(2021, 3, 1), severity_likely=0.1 + 0.2)
        [first] = writer.write(lambda turn, one=record: log.append(turn, [one], who="Ana", at=AT))
        writer.write(lambda turn, one=first: log.append(turn, [Comment(one.id, "Yes")], who="Jörg", at=AT, why="so"))


def rows(engine: sa.Engine) -> list[sa.Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(entries).order_by(entries.c.number)))


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of each kind, beside a log in SQLite."""
    engine = open_database(database_url if "postgresql" in database_url else f"sqlite:///{tmp_path}/empty.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(open_database(f"sqlite:///{tmp_path}/full.sqlite"))
    fill(writer, 20)
    yield writer
    writer.close()


@pytest.fixture
def file(full: Writer, tmp_path: Path) -> Path:
    backup.make(full.engine, tmp_path / "b.gz", AT, quiet)
    return tmp_path / "b.gz"


def test_what_is_restored_is_the_same_log(full: Writer, file: Path, empty: sa.Engine) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert backup.check(file, quiet).rows["entries"] == 40
    assert backup.restore(file, empty, quiet).rows["entries"] == 40
    assert rows(empty) == rows(full.engine)
    assert (log.verify(empty), log.astray(empty)) == ([], [])
    assert list(log.every(empty, "comment")) == list(log.every(full.engine, "comment"))
    again = file.with_name("again.gz")
    backup.make(empty, again, AT, quiet)
    assert again.read_bytes() == file.read_bytes()


def test_the_accounts_come_too_but_nobody_is_logged_in(full: Writer, empty: sa.Engine, tmp_path: Path) -> None:
    with writing(full.engine) as connection:
        person = {"id": "U1", "name": "Ana", "name_folded": "ana", "email": "a@b.eu", "email_folded": "a@b.eu"}
        connection.execute(tables.accounts.insert().values(person | {"made_at": "2021", "password_hash": "$argon"}))
        connection.execute(tables.memberships.insert().values(account_id="U1", association="", role="expert"))
        login = {"id": "S1", "token_hash": "x", "account_id": "U1", "made_at": "", "seen_at": "", "expires_at": ""}
        connection.execute(tables.sessions.insert().values(login | {"browser": ""}))
    backup.make(full.engine, tmp_path / "people.gz", AT, quiet)
    backup.restore(tmp_path / "people.gz", empty, quiet)
    for table, held in ((tables.accounts, 1), (tables.memberships, 1), (tables.sessions, 0)):
        with empty.connect() as there, full.engine.connect() as here:
            rows = there.execute(sa.select(table)).all()
            assert len(rows) == held
            assert held == 0 or rows == here.execute(sa.select(table)).all()


def test_the_restored_log_goes_on(file: Path, empty: sa.Engine) -> None:
    backup.restore(file, empty, quiet)
    writer = Writer(empty)
    fill(writer, 1)
    assert log.position(empty) == 42
    assert log.verify(empty) == []
    writer.close()


def test_only_an_empty_database_is_filled(full: Writer, file: Path) -> None:
    before = rows(full.engine)
    with pytest.raises(Faults, match="database: is not empty: it holds entries; set TRACKER_DATABASE_URL"):
        backup.restore(file, full.engine, quiet)
    assert rows(full.engine) == before


def lines(file: Path) -> list[bytes]:
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


def pack(file: Path, content: bytes) -> None:
    with file.open("wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
        packed.write(content)


def is_refused(file: Path, empty: sa.Engine, words: str = "[a-z]+; [a-z]+") -> None:
    """By both: before the database is touched, and if only restored."""
    for attempt in (lambda: backup.check(file, quiet), lambda: backup.restore(file, empty, quiet)):
        with pytest.raises(Faults, match=words) as found:
            attempt()
        assert file.name in str(found.value)
    assert rows(empty) == []
    with empty.connect() as connection:
        for table in metadata.sorted_tables:
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_flipped_byte_is_refused_wherever_it_is(file: Path, empty: sa.Engine) -> None:
    whole = file.read_bytes()
    step = max(1, len(whole) // (150 if empty.dialect.name == "sqlite" else 15))
    for place in [*range(20), *range(20, len(whole), step), *range(len(whole) - 12, len(whole))]:
        file.write_bytes(
            whole[:place] + bytes([whole[place] ^ random.Random(place).randint(1, 255)]) + whole[place + 1 :]
        )
        is_refused(file, empty)


def test_a_file_that_breaks_off_or_goes_on_is_refused(file: Path, empty: sa.Engine) -> None:
    whole = file.read_bytes()
    for length in (0, 1, 9, 10, 11, 100, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        file.write_bytes(whole[:length])
        is_refused(file, empty)
    for more in (b"\0", b"x", whole):
        file.write_bytes(whole + more)
        is_refused(file, empty, "goes on after its end")


def edited(change: Callable[[list[bytes]], object]) -> Callable[[list[bytes]], bytes]:
    def edit(found: list[bytes]) -> bytes:
        change(found)
        return b"".join(found)

    return edit


def head(**changed: Any) -> Callable[[list[bytes]], bytes]:
    return edited(lambda found: found.__setitem__(0, json.dumps(json.loads(found[0]) | changed).encode() + b"\n"))


ENTRIES = {"columns": ["number"], "rows": 1}
PACKED = {
    "a row less": (edited(lambda found: found.pop(5)), "holds entry 6 with a seal that does not fit"),
    "a row twice": (edited(lambda found: found.insert(5, found[5])), "with a seal that does not fit"),
    "rows exchanged": (edited(lambda found: found.insert(5, found.pop(6))), "with a seal that does not fit"),
    "a word changed": (lambda found: b"".join(found).replace(b'"Ana"', b'"Eve"', 1), "entry 1 with a seal"),
    "no last line": (edited(list.pop), "its rows are not those that were written"),
    "a line more": (edited(lambda found: found.append(b"[]\n")), "goes on after its end"),
    "no end of a line": (lambda found: b"".join(found)[:-1], "goes on after its end"),
    "a new version": (head(version=2), "has version 2 of the format, not 1; use the version of the tracker"),
    "another program": (head(backup="chess"), "is no backup of this tracker"),
    "another time": (head(at="2020"), "its rows are not those that were written"),
    "a table less": (head(tables={}), "its rows are not those that were written"),
    "no tables": (head(tables=7), "its head does not say what it holds"),
    "fewer rows": (head(tables={"entries": ENTRIES}), "a row of the table entries cannot be read"),
    "no lines": (lambda found: b"", "is no backup of this tracker"),
    "a letter": (lambda found: b"Dear Ana,\n", "is no backup of this tracker"),
    "deep": (lambda found: b"[" * 100_000 + b"\n", "is no backup of this tracker"),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_file_that_was_packed_anew_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    empty = open_database(f"sqlite:///{tmp_path}/empty.sqlite")
    change, words = PACKED[name]
    pack(file, change(lines(file)))
    is_refused(file, empty, words)
    empty.dispose()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "MOST_LINE", 1_000_000)
    file = tmp_path / "b.gz"
    with file.open("wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        for _ in range(40):
            packed.write(b"0" * 1_000_000)
    file.write_bytes(backup._HEAD + file.read_bytes()[10:])
    given = 0
    real = backup.zlib.decompressobj

    class Counted:
        def __init__(self, wbits: int) -> None:
            self.inner = real(wbits=wbits)

        def decompress(self, *most: Any) -> bytes:
            nonlocal given
            found = self.inner.decompress(*most)
            given += len(found)
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    monkeypatch.setattr(backup.zlib, "decompressobj", Counted)
    with pytest.raises(Faults, match="holds a row of more than 1,000,000 bytes"):
        backup.check(file, quiet)
    assert given < 1_200_000


def test_an_altered_log_is_told_and_its_backup_not_restored(file: Path, full: Writer, empty: sa.Engine) -> None:
    with writing(full.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER entries_refuse_update")
        connection.exec_driver_sql("UPDATE entries SET who = 'Eve' WHERE number = 7")
    assert backup.make(full.engine, file, AT, quiet).broken == (7,)
    is_refused(file, empty, "holds entry 7 with a seal that does not fit")


def test_a_table_that_is_not_known_is_never_left_behind(full: Writer, tmp_path: Path) -> None:
    with writing(full.engine) as connection:
        connection.exec_driver_sql("CREATE TABLE gifts (id INTEGER)")
    with pytest.raises(Faults, match="holds a table 'gifts' that is not known here"):
        backup.make(full.engine, tmp_path / "b.gz", AT, quiet)
    assert not (tmp_path / "b.gz").exists()


def test_every_table_is_kept_or_left_for_a_reason(full: Writer) -> None:
    """And what is kept has values that JSON can hold."""
    with full.engine.connect() as connection:
        kept = {table.name for table in kept_tables(connection)}
    assert kept == metadata.tables.keys() - DERIVED - PASSING
    for name in kept:
        for column in metadata.tables[name].columns:
            assert isinstance(column.type, (sa.String, sa.Integer, sa.Float, sa.Boolean, sa.JSON)), column


def test_a_restore_that_fails_in_the_end_leaves_nothing(
    file: Path, empty: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sa.Connection) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "derive", fail)
    with pytest.raises(OSError, match="the disk is full"):
        backup.restore(file, empty, quiet)
    assert rows(empty) == []


def test_a_backup_is_one_moment_of_a_log_that_goes_on(
    writer: Writer, meanwhile: Callable[..., Any], tmp_path: Path
) -> None:
    """Each backup that is made while others write is restored, and holds all up to some entry and nothing else."""
    fill(writer, 5)
    held = 0
    with meanwhile(lambda: fill(writer, 1)) as errors:
        for number in range(3):
            at_least = log.position(writer.engine)
            while log.position(writer.engine) == at_least and not errors:
                time.sleep(0.01)
            made = backup.make(writer.engine, tmp_path / "b.gz", AT, quiet)
            restored = open_database(f"sqlite:///{tmp_path}/r{number}.sqlite")
            backup.restore(tmp_path / "b.gz", restored, quiet)
            held = log.position(restored)
            assert held == made.contents.rows["entries"] >= at_least
            assert (log.verify(restored), log.astray(restored), made.broken) == ([], [], ())
            with writer.engine.connect() as connection:
                query = sa.select(entries).where(entries.c.number <= held).order_by(entries.c.number)
                assert list(connection.execute(query)) == rows(restored)
            restored.dispose()
    assert held > 10
