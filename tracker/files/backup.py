"""A backup: every row that must not be lost in one packed file, which any database can be made from again."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker import log
from tracker.database import entries, stamp, writing
from tracker.files.rows import Progress, check_same, count, insert, kept_tables, plain, read, total
from tracker.log.entry import seal
from tracker.terminal import written

VERSION = 1
MOST_LINE = 32_000_000
"""Longest row that is read, in bytes; the longest record takes a fraction of it."""
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How every backup begins: gzip without a name and a time."""
_CHUNK = 1 << 16
_EVERY = 1_000


@dataclass(frozen=True)
class Contents:
    """What a backup holds: when it was made, of which schema, and the columns and number of rows of each table."""

    made_at: str
    schema: str
    columns: dict[str, tuple[str, ...]]
    rows: dict[str, int]

    @property
    def all_rows(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


@dataclass(frozen=True)
class Backup:
    """A backup that was made; ``broken`` are the numbers of entries whose seal does not fit: it cannot be restored."""

    contents: Contents
    broken: tuple[int, ...]


def make(engine: sa.Engine, out: Path, at: datetime, progress: Progress) -> Backup:
    """Write all that must not be lost to a file, as it is at one moment, while others go on writing.

    The file is gzip over lines of JSON: a head with the columns and the number of rows of each table; the rows; and
    at last a SHA-256 over all lines before. Only its owner may read it, since it holds what the accounts hold.

    Raises:
        Faults: the database holds a table that is not known here.
        OSError: the file cannot be written; then what was there stays.
    """
    with engine.connect() as connection, written(out) as whole:
        tables = kept_tables(connection)
        schema = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        columns = {table.name: tuple(table.columns.keys()) for table in tables}
        contents = Contents(stamp(at), schema, columns, {table.name: count(connection, table) for table in tables})
        broken: list[int] = []
        previous = ""
        with _packed(whole) as put:
            put(_head(contents))
            done = 0
            for table in tables:
                for row in read(connection, table):
                    put(plain(row))
                    if table is entries:
                        if not _fits(row._mapping, previous):
                            broken.append(row.number)
                        previous = row.hash
                    done += 1
                    if done % _EVERY == 0 or done == contents.all_rows:
                        progress(done, contents.all_rows)
        return Backup(contents, tuple(broken))


def check(path: Path, progress: Progress) -> Contents:
    """Read a whole backup without writing anything.

    Raises:
        Faults: a file that is damaged, of another version, or no backup; a log whose seals do not fit.
    """
    lines = _lines(path)
    head = next(lines, b"")
    for _ in _rows(path, head, lines, progress):
        pass
    return _contents(path, head)


def restore(path: Path, engine: sa.Engine, progress: Progress) -> Contents:
    """Fill an empty database from a backup, in one transaction: all of it, or nothing.

    Columns that a newer schema has got since take their default.

    Raises:
        Faults: as ``check``; also a database that is not empty, or rows that do not arrive as they were sent.
    """
    lines = _lines(path)
    head = next(lines, b"")
    contents = _contents(path, head)
    with writing(engine) as connection:
        tables = {table.name: table for table in kept_tables(connection)}
        _check_target(path, connection, contents, tables)
        rows = _rows(path, head, lines, progress)
        for name, of_table in groupby(rows, key=itemgetter(0)):
            columns = contents.columns[name]
            given = insert(connection, tables[name], columns, (row for _, row in of_table))
            check_same(tables[name], given, total(connection, tables[name], columns))
        log.derive(connection)
    return contents


def _head(contents: Contents) -> bytes:
    tables = {name: {"columns": list(one), "rows": contents.rows[name]} for name, one in contents.columns.items()}
    head = {"backup": "tracker", "version": VERSION, "at": contents.made_at, "schema": contents.schema}
    return json.dumps(head | {"tables": tables}).encode() + b"\n"


@contextmanager
def _packed(whole: Path) -> Iterator[Any]:
    """A packed file for the owner alone; its last line is the hash of all others, and it is on disk at the end."""
    whole.unlink(missing_ok=True)
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        found = hashlib.sha256()
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:

            def put(line: bytes) -> None:
                found.update(line)
                packed.write(line)

            yield put
            packed.write(json.dumps({"sha256": found.hexdigest()}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a packed file, unpacked a little at a time, so that none takes much memory.

    Raises:
        Faults: no gzip as ``make`` writes it, or one that is damaged; a line that is too long.
    """
    with path.open("rb") as file:
        if file.read(len(_HEAD)) != _HEAD:
            raise _refused(path, "is no backup of this tracker, or its beginning is damaged")
        unpacker, rest = zlib.decompressobj(wbits=31), b""
        waiting = _HEAD
        while not unpacker.eof:
            try:
                rest += unpacker.decompress(waiting, _CHUNK)
            except zlib.error:
                raise _refused(path, "is damaged: it cannot be unpacked") from None
            *whole, rest = rest.split(b"\n")
            yield from whole
            if len(rest) > MOST_LINE:
                raise _refused(path, f"holds a row of more than {MOST_LINE:,} bytes")
            waiting = unpacker.unconsumed_tail or (b"" if unpacker.eof else file.read(_CHUNK))
            if not waiting and not unpacker.eof:
                raise _refused(path, "breaks off before its end")
        if rest or unpacker.unused_data or file.read(1):
            raise _refused(path, "goes on after its end")


def _contents(path: Path, line: bytes) -> Contents:
    """What the head says.

    Raises:
        Faults: another format, or made by a newer version.
    """
    try:
        head = json.loads(line)
        named, version = head["backup"], head["version"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise _refused(path, "is no backup of this tracker") from None
    if named != "tracker":
        raise _refused(path, "is no backup of this tracker")
    if version != VERSION:
        mend = "use the version of the tracker that made it"
        raise Faults([Fault(str(path), "", f"has version {str(version)[:20]} of the format, not {VERSION}", mend)])
    try:
        columns = {str(name): tuple(map(str, one["columns"])) for name, one in head["tables"].items()}
        rows = {name: int(head["tables"][name]["rows"]) for name in columns}
        return Contents(str(head["at"]), str(head["schema"]), columns, rows)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _refused(path, "is damaged: its head does not say what it holds") from None


def _rows(path: Path, head: bytes, lines: Iterator[bytes], progress: Progress) -> Iterator[tuple[str, list[Any]]]:
    """Each row with its table; at the end everything was checked.

    Raises:
        Faults: fewer or more rows than the head says, seals or a hash that do not fit.
    """
    contents, found = _contents(path, head), hashlib.sha256(head + b"\n")
    previous, done = "", 0
    for name, columns in contents.columns.items():
        for _ in range(contents.rows[name]):
            line = next(lines, b"")
            found.update(line + b"\n")
            row = _row(path, name, line, len(columns))
            if name == entries.name:
                named = dict(zip(columns, row, strict=True))
                if not _fits(named, previous):
                    raise _refused(path, f"holds entry {str(named.get('number'))[:20]} with a seal that does not fit")
                previous = named["hash"]
            yield name, row
            done += 1
            if done % _EVERY == 0 or done == contents.all_rows:
                progress(done, contents.all_rows)
    if next(lines, b"") != json.dumps({"sha256": found.hexdigest()}).encode():
        raise _refused(path, "is damaged: its rows are not those that were written")
    if next(lines, None) is not None:
        raise _refused(path, "goes on after its end")


def _row(path: Path, name: str, line: bytes, width: int) -> list[Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, list) or len(row) != width:
        raise _refused(path, f"is damaged: a row of the table {name[:40]} cannot be read")
    return row


def _fits(row: Any, previous: str) -> bool:
    return "hash" in row and row["previous_hash"] == previous and seal(dict(row)) == row["hash"]


def _check_target(path: Path, connection: sa.Connection, contents: Contents, tables: dict[str, sa.Table]) -> None:
    """Whether the database can take the backup.

    Raises:
        Faults: it is not empty, or it knows no such table or column.
    """
    faults = [
        Fault(str(path), name, "is a table or column that is not known here", "use the version that made the backup")
        for name in (
            *(name for name in contents.columns if name not in tables),
            *(f"{name}.{one}" for name in contents.columns if name in tables
              for one in contents.columns[name] if one not in tables[name].columns),
        )
    ]  # fmt: skip
    full = [name for name, table in tables.items() if count(connection, table)]
    if full:
        mend = "set TRACKER_DATABASE_URL to a new file, or to a new database of PostgreSQL"
        faults.append(Fault("", "database", f"is not empty: it holds {', '.join(full)}", mend))
    if faults:
        raise Faults(faults)


def _refused(path: Path, fault: str) -> Faults:
    return Faults([Fault(str(path), "", fault, "take another backup; nothing was written")])
