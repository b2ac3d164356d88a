"""The log: entries that are only ever added, each sealed with the hash of the one before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.errors import Unknown
from tracker.database import WRITING, entries

Held = dict[str, list[Disruption]]
"""What a log holds: every version of every record by id, the newest last."""


@dataclass(frozen=True)
class Entry:
    """One row of the log: who did what to which record, and the record before and after."""

    number: int
    at: str
    who: str
    action: str
    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    previous_hash: str
    hash: str

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """The fields that changed, with their values before and after."""
        before = self.before or {}
        return {name: (before.get(name), value) for name, value in self.after.items() if before.get(name) != value}


def append(
    engine: sa.Engine,
    records: Sequence[Disruption],
    *,
    who: str,
    action: str,
    at: datetime,
    choose: Callable[[Held], Sequence[Disruption]] | None = None,
) -> list[Disruption]:
    """Write new records, or new versions of known ones, in one go: all or none.

    A record without an id gets one (``D`` and the number of its entry).

    Args:
        choose: picks from the records, or refuses them, in view of what the log holds at the moment of writing.

    Returns:
        The records as they now stand, on disk.

    Examples:
        >>> import tempfile
        >>> from datetime import date
        >>> from tracker.database import open_database
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1))
        >>> [logged] = append(engine, [strike], who="Ana", action="log", at=datetime(2021, 3, 1, 8, 30, tzinfo=UTC))
        >>> logged.id, position(engine), verify(engine)
        ('D1', 1, [])
        >>> engine.dispose()
    """
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        last = connection.execute(sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc())).first()
        number, previous = (last.number, last.hash) if last else (0, "")
        written = []
        chosen = choose(_held(connection)) if choose else records
        given = {record.id for record in chosen}
        for record in chosen:
            number += 1
            named = record if record.id else dataclasses.replace(record, id=_free_id(connection, number, given))
            given.add(named.id)
            current = _current(connection, named.id)
            row = {
                "number": number,
                "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
                "who": " ".join(who.encode("utf-8", "replace").decode().split())[:200],
                "action": action,
                "record_id": named.id,
                "before": current.to_dict() if current else None,
                "after": named.to_dict(),
                "previous_hash": previous,
            }
            previous = _hash(row)
            connection.execute(entries.insert().values(**row, hash=previous))
            written.append(named)
    return written


def position(engine: sa.Engine) -> int:
    """Number of the newest entry; everything computed from the log is determined by it."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.max(entries.c.number))) or 0


def disruptions(engine: sa.Engine, upto: int | None = None) -> list[Disruption]:
    """The current version of every record, in the order in which they were first logged.

    Args:
        upto: as they stood at this position of the log.
    """
    within = entries.c.number <= upto if upto is not None else sa.true()
    newest = (
        sa.select(sa.func.max(entries.c.number).label("newest"), sa.func.min(entries.c.number).label("first"))
        .where(within)
        .group_by(entries.c.record_id)
        .subquery()
    )
    query = sa.select(entries.c.after).join(newest, entries.c.number == newest.c.newest).order_by(newest.c.first)
    with engine.connect() as connection:
        return [Disruption.from_dict(after) for after in connection.scalars(query)]


def disruption(engine: sa.Engine, record_id: str) -> Disruption:
    """The current version of one record.

    Raises:
        Unknown: if there is no such record.
    """
    with engine.connect() as connection:
        found = _current(connection, record_id)
    if found is None:
        raise Unknown(record_id)
    return found


def history(engine: sa.Engine, record_id: str) -> list[Entry]:
    """Every entry of one record, oldest first."""
    query = sa.select(entries).where(entries.c.record_id == record_id).order_by(entries.c.number)
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def verify(engine: sa.Engine) -> list[int]:
    """Numbers of the entries whose seal does not fit: empty if nothing was altered, inserted or removed between."""
    broken, previous = [], ""
    with engine.connect() as connection:
        for row in connection.execute(sa.select(entries).order_by(entries.c.number)).mappings():
            values = {name: value for name, value in row.items() if name != "hash"}
            if row["previous_hash"] != previous or _hash(values) != row["hash"]:
                broken.append(row["number"])
            previous = row["hash"]
    return broken


def _held(connection: sa.Connection) -> Held:
    held: Held = {}
    query = sa.select(entries.c.record_id, entries.c.after).order_by(entries.c.number)
    for record_id, after in connection.execute(query):
        held.setdefault(record_id, []).append(Disruption.from_dict(after))
    return held


def _free_id(connection: sa.Connection, number: int, given: set[str]) -> str:
    """The first of D81, D82, … that nobody has given."""
    while f"D{number}" in given or _current(connection, f"D{number}") is not None:
        number += 1
    return f"D{number}"


def _current(connection: sa.Connection, record_id: str) -> Disruption | None:
    name = record_id.encode("utf-8", "replace").decode()
    query = sa.select(entries.c.after).where(entries.c.record_id == name).order_by(entries.c.number.desc())
    after = connection.scalars(query.limit(1)).first()
    return Disruption.from_dict(after) if after is not None else None


def _hash(row: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
