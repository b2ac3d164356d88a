"""Import: 10,000 disruptions from XLSX into the log, asked in bulk, beside one question a row."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

import sqlalchemy as sa
from measure import Row, seconds

from tracker import keeping, log, tables
from tracker.database import open_database, records
from tracker.files import backup, importing
from tracker.files.columns import columns
from tracker.keeping import Change
from tracker.log import Turn, Writer
from tracker.permissions import local
from tracker.tables import Sheet

ROWS, RUNS = 10_000, 2
ANA = Change(local("Ana"), datetime(2021, 3, 1, 8, 30, tzinfo=UTC))


def rows() -> Iterator[Row]:
    """One after the other; results are compared before a row is given."""
    names = [field.name for field in columns("disruption")]
    list_ = [[_values(number).get(name) for name in names] for number in range(ROWS)]
    book = tables.to_xlsx([Sheet("disruption", columns("disruption"), list_)])
    folder, numbers = Path(tempfile.mkdtemp()), itertools.count()

    def import_book() -> Writer:
        writer = Writer(open_database(f"sqlite:///{folder}/{next(numbers)}.sqlite"))
        table = tables.read("a.xlsx", book, kind="disruption")
        found = importing.preview(writer.engine, table, ["C26", "C29"], "disruption")
        writer.write(lambda turn: keeping.import_records(turn, found.records, ANA))
        return writer

    def one_by_one() -> Writer:
        with mock.patch.object(Turn, "recall", _nothing), mock.patch.object(Turn, "expect", _nothing):
            return import_book()

    writer = import_book()
    assert _bodies(writer.engine) == _bodies(one_by_one().engine)
    assert len(_bodies(writer.engine)) == ROWS
    size = f"{ROWS:,} rows of XLSX: read, checked, previewed, written with seals and words"
    yield Row("import", seconds(import_book, RUNS), "one question a row", seconds(one_by_one, RUNS), note=size)
    yield Row("import", seconds(import_book, 1), bar=30.0, note=size)
    file = folder / "b.gz"
    own = seconds(lambda: backup.make(writer.engine, file, ANA.at, _quiet), RUNS)
    yield Row("backup", own, bar=30.0, note=f"{ROWS:,} entries, {file.stat().st_size / 1e6:.1f} MB")

    def restore() -> sa.Engine:
        engine = open_database(f"sqlite:///{folder}/{next(numbers)}.sqlite")
        backup.check(file, _quiet)
        backup.restore(file, engine, _quiet)
        return engine

    assert _bodies(restore()) == _bodies(writer.engine)
    yield Row("check and restore", seconds(restore, RUNS), bar=30.0, note=f"{ROWS:,} entries")
    assert log.verify(writer.engine) == []


def _values(number: int) -> dict[str, object]:
    return {
        "title": f"Strike number {number} at a plant",
        "origin": ("DE", "TW"),
        "start": date(2021, 1, 1) + timedelta(days=number % 700),
        "description": "Some words about it. " * 8 + str(number),
        "industries": ("C26", "C29"),
        "ecosystems": ("Health",),
        "severity_likely": 0.2,
        "sources": (f"https://a.eu/{number}",),
    }


def _bodies(engine: sa.Engine) -> list[tuple[str, object]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(records.c.id, records.c.body).order_by("number"))]


def _nothing(turn: Turn, given: object) -> None:
    """Leave every question to the row that asks it."""


def _quiet(done: int, of: int) -> None:
    """Nobody watches."""
