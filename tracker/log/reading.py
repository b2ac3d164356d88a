"""What the log holds: now, and at an older position."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.errors import Unknown
from graphs.record import Record
from tracker.database import entries, records, stamp
from tracker.kinds import revive
from tracker.log.entry import Entry, Standing, plain
from tracker.log.turn import STANDING

_PART = 2_000
_STANDING = [records.c[name] for name in STANDING]


def position(engine: sa.Engine, kind: str | None = None, upto: int | None = None) -> int:
    """Number of the newest entry; everything computed from the log is determined by it.

    Args:
        kind: of the newest entry about such records.
        upto: up to this position.
    """
    query = sa.select(sa.func.max(entries.c.number))
    if kind is not None:
        query = query.where(entries.c.kind == kind)
    if upto is not None:
        query = query.where(entries.c.number <= _number(upto))
    with engine.connect() as connection:
        return connection.scalar(query) or 0


def disruptions(engine: sa.Engine, upto: int | None = None) -> list[Disruption]:
    """The current version of every disruption, in the order in which they were first logged.

    Args:
        upto: as they stood at this position of the log.
    """
    if upto is None:
        query = sa.select(records.c.body).where(records.c.kind == "disruption").order_by(records.c.number)
        with engine.connect() as connection:
            return [Disruption.from_dict(body) for body in connection.scalars(query)]
    return [Disruption.from_dict(body) for body in _bodies(engine, "disruption", upto)]


def as_of(engine: sa.Engine, kind: str, upto: int) -> list[Record]:
    """Every record of a kind as it stood at a position of the log, in the order in which they were first logged."""
    return [revive(kind, body) for body in _bodies(engine, kind, upto)]


def between(engine: sa.Engine, first: datetime, last: datetime, upto: int) -> list[Entry]:
    """The entries written from one moment on and before another, oldest first, up to a position."""
    written = entries.c.at >= stamp(first), entries.c.at < stamp(last), entries.c.number <= _number(upto)
    query = sa.select(entries).where(*written).order_by(entries.c.number)
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def standing(engine: sa.Engine, record_id: str, kind: str | None = None) -> Standing:
    """A record as it stands.

    Raises:
        Unknown: if there is no such record, or it is of another kind.
    """
    query = sa.select(*_STANDING).where(records.c.id == plain(record_id))
    with engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None or kind not in (None, row.kind):
        raise Unknown(record_id)
    return Standing(**row._mapping)


def disruption(engine: sa.Engine, record_id: str) -> Disruption:
    """The current version of one disruption.

    Raises:
        Unknown: if there is no such disruption.
    """
    found = standing(engine, record_id, "disruption").record
    assert isinstance(found, Disruption)
    return found


def every(engine: sa.Engine, kind: str) -> Iterator[Standing]:
    """All records of a kind as they stand, in the order in which they were first logged."""
    with engine.connect() as connection:
        yield from every_at(connection, kind)


def every_at(connection: sa.Connection, kind: str) -> Generator[Standing, None, None]:
    """The same within a transaction, so that several kinds are read as they stand at one moment."""
    query = sa.select(*_STANDING).where(records.c.kind == kind).order_by(records.c.number)
    with connection.execute(query.execution_options(yield_per=_PART)) as rows:
        for row in rows:
            yield Standing(**row._mapping)


def history(engine: sa.Engine, record_id: str) -> list[Entry]:
    """Every entry of one record, oldest first."""
    query = sa.select(entries).where(entries.c.record_id == plain(record_id)).order_by(entries.c.number)
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def entries_of(engine: sa.Engine, kind: str) -> Iterator[Entry]:
    """Every entry about records of a kind, oldest first."""
    query = sa.select(entries).where(entries.c.kind == plain(kind)).order_by(entries.c.number)
    with engine.connect() as connection, connection.execute(query.execution_options(yield_per=_PART)) as rows:
        for row in rows.mappings():
            yield Entry(**row)


def since(engine: sa.Engine, after: int, most: int = 1_000, moment: datetime | None = None) -> list[Entry]:
    """The entries after a position, oldest first, at most so many.

    Args:
        moment: only those of this moment or later.
    """
    query = sa.select(entries).where(entries.c.number > _number(after)).order_by(entries.c.number).limit(most)
    if moment is not None:
        query = query.where(entries.c.at >= stamp(moment))
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def _bodies(engine: sa.Engine, kind: str, upto: int) -> list[dict[str, Any]]:
    newest = (
        sa.select(sa.func.max(entries.c.number).label("newest"), sa.func.min(entries.c.number).label("first"))
        .where(entries.c.number <= _number(upto), entries.c.kind == plain(kind))
        .group_by(entries.c.record_id)
        .subquery()
    )
    query = sa.select(entries.c.after).join(newest, entries.c.number == newest.c.newest).order_by(newest.c.first)
    with engine.connect() as connection:
        return list(connection.scalars(query))


def _number(asked: int) -> int:
    """A number that every database can compare with those of entries, whatever was asked."""
    return max(0, min(asked, 2**31 - 1))
