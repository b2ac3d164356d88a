"""Tables: a list of 10,000 rows × 25 columns read and written, and bombs refused."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import openpyxl
from measure import Row, seconds

from graphs.errors import Faults
from tracker import tables
from tracker.tables import Field, Sheet

ROWS, COLUMNS, RUNS = 10_000, 25, 2
FIELDS = tuple(Field(f"column {place}", unit="share" if place == 2 else "") for place in range(COLUMNS))


def rows() -> Iterator[Row]:
    """One after the other; results are compared before a row is given."""
    draw = random.Random(1)
    list_ = [
        [f"Strike {row}", date(2021, 1, 1) + timedelta(row % 900), round(draw.uniform(0.1, 0.9), 3)]
        + [f"text {row} {place}" for place in range(3, COLUMNS)]
        for row in range(ROWS)
    ]
    book, plain = tables.to_xlsx([Sheet("a", FIELDS, list_)]), tables.to_csv(FIELDS, list_)
    read = tables.read("a.xlsx", book)
    assert read.rows == tables.read("a.csv", plain).rows
    assert [tuple(row) for row in _by_openpyxl(book)] == [row.cells for row in read.rows]
    size = f"{ROWS:,} rows × {COLUMNS} columns"
    own, other = seconds(lambda: tables.read("a.xlsx", book), RUNS), seconds(lambda: _by_openpyxl(book), RUNS)
    yield Row("read XLSX", own, "openpyxl, not limited, read-only", other, note=size)
    yield Row("read CSV", seconds(lambda: tables.read("a.csv", plain), RUNS), bar=5.0, note=size)
    yield Row("write XLSX", seconds(lambda: tables.to_xlsx([Sheet("a", FIELDS, list_)]), RUNS), bar=30.0, note=size)
    yield Row("write CSV", seconds(lambda: tables.to_csv(FIELDS, list_), RUNS), bar=5.0, note=size)
    bomb = _bomb(draw)
    note = f"{len(bomb) / 1e6:.0f} MB that unpack to 214 MB"
    yield Row("refuse a bomb", seconds(lambda: _refused(bomb), RUNS), bar=2.0, note=note)


def _by_openpyxl(book: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True)["a"]
    return [[_text(value) for value in row] for row in sheet.iter_rows(min_row=2, values_only=True)]


def _text(value: Any) -> str:
    return value.date().isoformat() if hasattr(value, "date") else "" if value is None else str(value)


def _bomb(draw: random.Random) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("xl/workbook.xml", "")
        part = (draw.randbytes(330_000) + bytes(1_560_000)) * 19 + bytes(35_700_000)
        for number in range(3):
            file.writestr(f"xl/worksheets/sheet{number}.xml", part)
    return whole.getvalue()


def _refused(bomb: bytes) -> None:
    with suppress(Faults):
        tables.read("bomb.xlsx", bomb)
        raise AssertionError("the bomb was read")
