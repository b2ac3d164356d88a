"""The one way in: words from a form, a row of a table, JSON or the command line become a record."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, overload

from graphs import classification
from graphs.content import ID, Industry
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.record import Record
from tracker.kinds import KINDS, Kind
from tracker.tables import Row, Table
from tracker.values import day as day
from tracker.values import is_empty, read_value, short

FIELDS = tuple(field.name for field in Disruption.fields())
MOST_ROWS = 10_000
MOST_LETTERS = 100_000
"""Longest cell of a CSV file."""


@overload
def read(
    values: Mapping[str, Any], industries: Collection[str], kind: Literal["disruption"] = "disruption"
) -> Disruption: ...


@overload
def read(values: Mapping[str, Any], industries: Collection[str], kind: str) -> Record: ...


def read(values: Mapping[str, Any], industries: Collection[str], kind: str = "disruption") -> Record:
    """Make a record of what was written, as leniently as is safe.

    Lists may be lists or text separated by ``;``; countries codes or names; severities ``0.4`` or ``40 %``; dates
    ``2021-03-23`` or ``23.3.2021``; case and spaces do not matter; empty means unknown.

    Args:
        industries: codes of the value chain; an industry that covers none of them is refused.
        kind: word of the kind of record, one of ``tracker.kinds.KINDS``.

    Raises:
        Faults: every fault at once.

    Examples:
        >>> given = {"title": "No chips", "origin": "Taiwan", "start": "1.3.2021", "severity_likely": "40 %"}
        >>> record = read(given, ["C26"])
        >>> record.origin, record.severity_likely, record.start.isoformat()
        (('TW',), 0.4, '2021-03-01')
        >>> read(given | {"severity_likely": "140 %", "end": "soon"}, ["C26"])
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: severity_likely: '140 %' is outside 0–100 %; write 40 % or 0.4
        end: 'soon' is no date; write 2021-03-23
        >>> read({"name": "Chips of Silesia", "country": "Poland", "full_time_staff": "2,5"}, [], "cluster").country
        'PL'
    """
    of = KINDS[kind]
    fields = {field.name: field for field in of.cls.fields()}
    faults: list[Fault] = []
    known: dict[str, Any] = {}
    for name, value in values.items():
        if not name and is_empty(value):
            continue  # an empty column of a spreadsheet
        if name not in fields:
            near = classification.closest(name, fields)
            mend = f"did you mean {' or '.join(near)}?" if near else f"the fields are {', '.join(fields)}"
            faults.append(Fault("", name, f"is not a field of {of.one}", mend))
        elif not is_empty(value):
            known[name] = read_value(fields[name], value, faults)
    if known.get("id") and not ID.fullmatch(known["id"]):
        mend = "leave it empty, or use letters, digits, point, dash and underscore with a digit among them: R81"
        faults.append(Fault("", "id", f"{short(known['id'])} cannot stand in an address", mend))
    for field in of.cls.fields():
        if isinstance(field.content, Industry):
            faults += _unknown_industries(field.name, known.get(field.name) or (), industries)
    needed = {field.name: "" for field in of.cls.fields() if field.default is dataclasses.MISSING}
    try:
        record = of.cls(**(needed | {name: value for name, value in known.items() if value is not None}))
    except Faults as found:
        said = {fault.field for fault in faults}
        raise Faults([*faults, *(fault for fault in found.faults if fault.field not in said)]) from None
    if faults:
        raise Faults(faults)
    return record


@dataclass(frozen=True)
class Reading:
    """What a row of a table gave: a record, or the faults for which it gave none."""

    row: Row
    record: Record | None
    faults: tuple[Fault, ...] = ()


def readings(table: Table, industries: Collection[str], kind: str = "disruption") -> Iterator[Reading]:
    """Read a table row by row, so that one may show how far it is, and take the good rows alone.

    Rows without any value are left out. Each fault names its row, and its cell if the field has a column. The row
    after the last that is allowed is a fault, and the end.

    Raises:
        Faults: what is wrong with the columns, at once.

    Examples:
        >>> table = Table(("name", "country"), (Row(2, ("Chips", "PL")), Row(3, ("Cars", "Narnia"))))
        >>> for reading in readings(table, [], "cluster"):
        ...     print(reading.record.id if reading.record else reading.faults[0])
        <BLANKLINE>
        row 3, cell B3, country: 'Narnia' is no known country; write an ISO code (DE), or EU
    """
    names = [column.strip().lower() for column in table.columns]
    faults = _faults_of_columns(names, KINDS[kind])
    if faults:
        raise Faults(faults)
    rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
    return (
        _reading(table, names, row, industries, kind)
        if count <= MOST_ROWS
        else Reading(row, None, (Fault(f"row {row.number}", "", f"more than {MOST_ROWS:,} rows", "split the file"),))
        for count, row in enumerate(rows[: MOST_ROWS + 1], start=1)
    )


def read_table(table: Table, industries: Collection[str], kind: str = "disruption") -> list[Record]:
    """Make records of a table, all or none.

    Raises:
        Faults: every fault of every row at once, with its row and cell.
    """
    found = list(readings(table, industries, kind))
    faults = [fault for reading in found for fault in reading.faults]
    if faults:
        raise Faults(faults)
    return [reading.record for reading in found if reading.record]


@overload
def read_csv(
    text: str, industries: Collection[str], kind: Literal["disruption"] = "disruption"
) -> list[Disruption]: ...


@overload
def read_csv(text: str, industries: Collection[str], kind: str) -> list[Record]: ...


def read_csv(text: str, industries: Collection[str], kind: str = "disruption") -> Any:
    """Make records of a CSV file with the names of the fields in its first row.

    Raises:
        Faults: every fault of every row at once, with its row and cell.

    Examples:
        >>> read_csv("title,origin,start\\nStrike,FR,2021-03-01\\n,Narnia,2021-03-01\\n", [])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: row 3, cell A3, title: is empty; say what happened in a few words
        row 3, cell B3, origin: 'Narnia' is no known country or region; write an ISO code (DE), a NUTS code (DE21), ...
    """
    lines = text.removeprefix("\ufeff")
    head = lines.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = _rows(lines, separator)
    columns = next(rows, Row(1, ())).cells
    return read_table(Table(columns, tuple(rows)), industries, kind)


def _reading(table: Table, names: list[str], row: Row, industries: Collection[str], kind: str) -> Reading:
    if any(cell.strip() for cell in row.cells[len(names) :]):
        mend = "give it a column, or quote cells that hold the separator"
        return Reading(row, None, (Fault(f"row {row.number}", "", "has more cells than the first row", mend),))
    try:
        return Reading(row, read(dict(zip(names, row.cells, strict=False)), industries, kind))
    except Faults as found:
        columns = dict(zip(names, table.columns, strict=True))
        where = {name: table.where(row, column) for name, column in columns.items()}
        return Reading(row, None, tuple(one.at(where.get(one.field, f"row {row.number}")) for one in found.faults))


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Rows of a CSV text with their numbers as a spreadsheet counts them.

    Raises:
        Faults: a cell that is longer than any field may be.
    """
    csv.field_size_limit(MOST_LETTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            fault = f"has a cell of more than {MOST_LETTERS:,} characters, or a quote that is not closed"
            raise Faults([Fault(f"row {number}", "", fault, "shorten the cell or close the quote")]) from None
        if row is None:
            return
        yield Row(number, tuple(row))


def _faults_of_columns(names: list[str], kind: Kind) -> list[Fault]:
    fields = {field.name: field for field in kind.cls.fields()}
    faults = [
        Fault("row 1", name, "the column is missing", "give it a column")
        for name in sorted(fields)
        if fields[name].content.needed and name not in names
    ]
    for name in dict.fromkeys(names):
        if name and name not in fields:
            mend = f"the fields are {', '.join(fields)}"
            faults.append(Fault("row 1", name, f"is not a field of {kind.one}", mend))
        elif name and names.count(name) > 1:
            faults.append(Fault("row 1", name, "stands more than once", "keep one of the columns"))
    return faults


def _unknown_industries(name: str, codes: Collection[str], industries: Collection[str]) -> list[Fault]:
    return [
        Fault("", name, f"{short(code)} is no industry of this value chain", "write NACE codes: C26, C10-C12, H")
        for code in codes
        if industries and not any(classification.coverage([code], industry) for industry in industries)
    ]
