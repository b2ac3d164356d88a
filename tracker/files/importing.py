"""What an import would do, before it is done: each row new, amended, known or faulty, and which files are which."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from graphs.record import Record
from tracker import intake, judging, references
from tracker.files.rows import Progress
from tracker.kinds import KINDS, Kind
from tracker.log import Turn
from tracker.tables import Field, Row, Table, address, to_csv

Status = Literal[judging.Status, "faulty"]
STATUSES: tuple[Status, ...] = (*judging.STATUSES, "faulty")

FAULTS = "faults"
"""Column of a file of faulty rows: it is not read, so that the file can be mended and imported."""
_EVERY = 250


@dataclass(frozen=True)
class Line:
    """A row of a file, and what an import would make of it.

    ``differences`` are the fields that an amended record changes, with their values before and after; ``cells`` are
    what was written.
    """

    address: str
    record: Record | None
    status: Status
    faults: tuple[Fault, ...] = ()
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What an import of one file would do. Nothing of it is written yet."""

    name: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[Line, ...]

    def of(self, status: Status) -> list[Line]:
        """The rows with a status."""
        return [one for one in self.rows if one.status == status]

    @property
    def faults(self) -> list[Fault]:
        """Every fault of every row."""
        return [fault for one in self.rows for fault in one.faults]

    @property
    def records(self) -> list[Record]:
        """The records of the good rows, for ``keeping.import_records``."""
        return [one.record for one in self.rows if one.record and one.status != "faulty"]


@dataclass(frozen=True)
class Source:
    """A file to import: a table, or lines of JSON as the export writes them."""

    name: str
    table: Table | None = None
    lines: bytes = b""
    kind: str = ""


def preview(
    engine: sa.Engine,
    table: Table,
    industries: Collection[str],
    kind: str,
    amend: bool = True,
    progress: Progress = lambda done, of: None,
) -> Preview:
    """What an import of one table would do. Nothing is written.

    Args:
        amend: whether rows may change records that the log knows by their id; else such rows are faulty.
        progress: told how many rows are checked, and of how many.

    Raises:
        Faults: what is wrong with the columns, at once; what is wrong with rows stands with them.

    Examples:
        >>> import tempfile
        >>> from tracker.database import open_database
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> table = Table(("title", "origin", "start"), (Row(2, ("Strike", "FR", "2021-03-01")), Row(3, ("", "", ""))))
        >>> [(row.address, row.status) for row in preview(engine, table, [], "disruption").rows]
        [('row 2', 'new')]
        >>> engine.dispose()
    """
    return previews(engine, [Source("", table, kind=kind)], industries, amend, progress)[0]


def previews(
    engine: sa.Engine,
    sources: Sequence[Source],
    industries: Collection[str],
    amend: bool = True,
    progress: Progress = lambda done, of: None,
) -> list[Preview]:
    """What an import of several files at once would do: records of one may speak of records of another.

    Raises:
        Faults: what is wrong with the columns of any of them, at once.
    """
    found = _read(sources, industries, progress)
    with engine.connect() as connection:
        turn = Turn(connection)
        lines = _judged(turn, [line for one in found for line in one.rows], amend)
        lines = _referring(turn, lines)
    rest = iter(lines)
    return [dataclasses.replace(one, rows=tuple(_placed(one, next(rest)) for _ in one.rows)) for one in found]


def faulty_rows(of: Preview) -> bytes:
    """The faulty rows as a CSV file, as they were written, with their faults: to be mended and imported."""
    kept = [place for place, name in enumerate(of.columns) if name.strip()]
    fields = [Field(name) for name in (*(of.columns[place] for place in kept), FAULTS)]
    rows = []
    for one in of.of("faulty"):
        cells = one.cells + ("",) * len(of.columns)
        rows.append([*(cells[place] for place in kept), " | ".join(map(str, one.faults))])
    return to_csv(fields, rows)


def guess_kind(name: str, columns: Sequence[str]) -> str:
    """Which kind of record a table holds: the one its file is named after, if that has such columns; else by these.

    Raises:
        Faults: it may be one or another.

    Examples:
        >>> guess_kind("list.csv", ["about", "text"]), guess_kind("Practices-2.xlsx", ["title", "note"])
        ('comment', 'practice')
    """
    given = {one.strip().lower() for one in columns} - {"", FAULTS}
    stem = re.split(r"[.\-_ ]", name.lower())[0]
    called = next((kind.word for kind in KINDS.values() if stem in (kind.word, kind.plural)), "")
    fits = [kind.word for kind in KINDS.values() if _needed(kind) <= given <= _names(kind)]
    if called and (given <= _names(KINDS[called]) or not fits):
        return called
    if len(fits) > 1:
        mend = f"give its kind: --kind {fits[0]}"
        raise Faults([Fault(name, "", f"may hold {' or '.join(KINDS[kind].plural for kind in fits)}", mend)])
    return fits[0] if fits else max(KINDS, key=lambda word: len(given & _names(KINDS[word])))


def _needed(kind: Kind) -> set[str]:
    return {one.name for one in kind.cls.fields() if one.content.needed}


def _names(kind: Kind) -> set[str]:
    return {one.name for one in kind.cls.fields()}


def _read(sources: Sequence[Source], industries: Collection[str], progress: Progress) -> list[Preview]:
    """Every row as a record or its faults; whether it is new is not known yet."""
    found, faults, done = [], [], 0
    of = sum(len(one.table.rows) if one.table else one.lines.count(b"\n") for one in sources)
    for source in sources:
        try:
            if source.table is None:
                found.append(Preview(source.name, "", (), tuple(_lines_of_log(source, industries))))
                continue
            table = _without_faults(source.table)
            kind = source.kind or guess_kind(source.name, table.columns)
            lines = []
            for one in intake.readings(table, industries, kind):
                record = one.record or _elsewhere(table, one.row, kind)
                status: Status = "faulty" if one.faults else "new"
                lines.append(Line(f"row {one.row.number}", record, status, one.faults, cells=one.row.cells))
                done += 1
                if done % _EVERY == 0:
                    progress(done, of)
            found.append(Preview(source.name, kind, table.columns, tuple(lines)))
        except Faults as wrong:
            several = len(sources) > 1
            faults += [one.at(f"{source.name}, {one.where}") if several else one for one in wrong.faults]
    if faults:
        raise Faults(faults)
    return found


def _elsewhere(table: Table, row: Row, kind: str) -> Record | None:
    """The record, if only this value chain does not know its industries: the log may hold it all the same."""
    return next(intake.readings(dataclasses.replace(table, rows=(row,)), [], kind)).record


def _without_faults(table: Table) -> Table:
    """The table with its column of faults blank, so that all other cells keep their addresses."""
    names = [one.strip().lower() for one in table.columns]
    if FAULTS not in names:
        return table
    place = names.index(FAULTS)
    rows = tuple(Row(one.number, (*one.cells[:place], "", *one.cells[place + 1 :])) for one in table.rows)
    return dataclasses.replace(table, columns=(*table.columns[:place], "", *table.columns[place + 1 :]), rows=rows)


def _lines_of_log(source: Source, industries: Collection[str]) -> Iterator[Line]:
    """The records of a log as they stood at its end."""
    newest: dict[str, tuple[int, str, dict[str, Any]]] = {}
    for number, line in enumerate(source.lines.splitlines(), start=1):
        try:
            entry = json.loads(line)
            newest[entry["record_id"]] = (number, KINDS[entry["kind"]].word, dict(entry["after"]))
        except (ValueError, LookupError, TypeError, RecursionError):
            fault = Fault(f"line {number}", "", "is no entry of a log", "export the log again, or import CSV or XLSX")
            yield Line(f"line {number}", None, "faulty", (fault,))
    for number, kind, values in newest.values():
        try:
            yield Line(f"line {number}", intake.read(values, industries, kind), "new")
        except Faults as found:
            faults = tuple(one.at(f"line {number}") for one in found.faults)
            try:
                yield Line(f"line {number}", intake.read(values, [], kind), "faulty", faults)
            except Faults:
                yield Line(f"line {number}", None, "faulty", faults)


def _placed(of: Preview, line: Line) -> Line:
    """The line with the cells of its faults, where only the row is named yet."""
    names = [one.strip().lower() for one in of.columns]
    faults = tuple(
        one.at(address(int(line.address.split()[1]), names.index(one.field)))
        if one.where == line.address and one.field in names
        else one
        for one in line.faults
    )
    return line if faults == line.faults else dataclasses.replace(line, faults=faults)


def _judged(turn: Turn, lines: Sequence[Line], amend: bool) -> list[Line]:
    """Each line beside the log, and beside the lines before it."""
    judged = iter(judging.judge(turn, [one.record for one in lines if one.record]))
    found = []
    for line in lines:
        if line.record is None:
            found.append(line)
            continue
        one = next(judged)
        if one.fault is not None:
            found.append(_faulty(line, one.fault.at(line.address)))
        elif one.status == "known":
            found.append(dataclasses.replace(line, status="known", faults=()))
        elif line.faults and not (one.standing and _industries(one.standing.record) == _industries(one.record)):
            found.append(line)
        elif one.standing is None:
            found.append(dataclasses.replace(line, status="new"))
        elif amend:
            before, after = one.standing.body, one.becomes.to_dict()
            differences = {name: (before.get(name), now) for name, now in after.items() if before.get(name) != now}
            found.append(dataclasses.replace(line, status="amended", faults=(), differences=differences))
        else:
            fault, mend = f"{one.record.id} is in the log with other content", "leave the id empty for a new record"
            mend += ", or have the records amended"
            found.append(_faulty(line, Fault(line.address, "id", fault, mend)))
    return found


def _industries(record: Record) -> object:
    return getattr(record, "industries", ())


def _faulty(line: Line, *faults: Fault) -> Line:
    return dataclasses.replace(line, status="faulty", faults=(*line.faults, *faults), differences={})


def _referring(turn: Turn, lines: Sequence[Line]) -> list[Line]:
    """Lines that speak of what is not there are faulty, and so are those that speak of faulty lines."""
    found = list(lines)
    while True:
        places = [place for place, one in enumerate(found) if one.record and one.status in ("new", "amended")]
        astray = references.astray(turn, [record for place in places if (record := found[place].record)])
        wrong = [(place, faults) for place, faults in zip(places, astray, strict=True) if faults]
        if not wrong:
            return found
        for place, faults in wrong:
            line = found[place]
            found[place] = _faulty(line, *(one.at(line.address) for one in faults))
