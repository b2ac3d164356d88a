"""The tables that must not be lost, as rows of plain values: the same on every database, with a sum to compare them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker.accounts.tables import sessions
from tracker.database import entries, fingerprints, metadata, records
from tracker.hooks.tables import deliveries, leases
from tracker.points import points

Progress = Callable[[int, int], None]
"""Told now and then how many rows are done, and of how many."""

DERIVED = frozenset({records.name, fingerprints.name, points.name})
"""Follow from the log: they are derived again, or computed."""
PASSING = frozenset({sessions.name, deliveries.name, leases.name})
"""Logins that are under way: people log in again. What was tried to tell hooks, and who tells them just now."""
_PART = 1_000
_AROUND = ("alembic_version", "records_words")
"""Tables of the tools: how far the schema is, and the index of words of SQLite."""


class Sum:
    """A sum over rows that does not depend on their order: SHA-256 of each, added modulo 2²⁵⁶.

    Databases order text differently, so two of them can be compared without sorting.

    Examples:
        >>> one, other = Sum(), Sum()
        >>> for row in ([1, "a"], [2, "b"]):
        ...     one.add(plain(row))
        >>> for row in ([2, "b"], [1, "a"]):
        ...     other.add(plain(row))
        >>> str(one) == str(other), one.rows
        (True, 2)
    """

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        """One row more."""
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % 2**256
        self.rows += 1

    def __str__(self) -> str:
        return f"{self._sum:064x}"


def plain(row: Sequence[Any]) -> bytes:
    """A row as one line of JSON, the same whatever the order of the names inside it."""
    return json.dumps(list(row), sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def kept_tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table of the database that must not be lost, each after those it points to.

    Raises:
        Faults: tables that this version does not know: they would be left behind.
    """
    found = sa.inspect(connection).get_table_names()
    strange = [name for name in found if name not in metadata.tables and not name.startswith(_AROUND)]
    if strange:
        mend = "use the version of the tracker that made them"
        raise Faults(Fault("", "database", f"holds a table {name!r} that is not known here", mend) for name in strange)
    left = DERIVED | PASSING
    return [table for table in metadata.sorted_tables if table.name in found and table.name not in left]


def count(connection: sa.Connection, table: sa.Table) -> int:
    """Number of rows."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def read(connection: sa.Connection, table: sa.Table, after: int = 0) -> Generator[sa.Row[Any], None, None]:
    """The rows of a table in the order of its key, some at a time.

    Args:
        after: of the log, only entries after this number.
    """
    query = sa.select(table).order_by(*table.primary_key.columns)
    if table is entries:
        query = query.where(entries.c.number > after)
    with connection.execute(query.execution_options(yield_per=_PART)) as rows:
        yield from rows


def insert(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Sum:
    """Put rows into a table; the sum of what was put in."""
    found = Sum()
    left = iter(rows)
    while part := list(islice(left, _PART)):
        for row in part:
            found.add(plain(row))
        connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in part])
    return found


def total(connection: sa.Connection, table: sa.Table, columns: Sequence[str], after: int = 0) -> Sum:
    """The sum over the rows as the database has them."""
    found = Sum()
    for row in read(connection, table, after):
        found.add(plain([row._mapping[name] for name in columns]))
    return found


def check_same(table: sa.Table, given: Sum, found: Sum) -> None:
    """Whether the rows that arrived are those that were sent.

    Raises:
        Faults: if not.
    """
    if (given.rows, str(given)) != (found.rows, str(found)):
        fault = f"{found.rows:,} rows arrived of {given.rows:,}, or not as they were"
        raise Faults([Fault("", table.name, fault, "nothing was changed: try it again on another disk or server")])
