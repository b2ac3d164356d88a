"""Whether the log is what was written, and whether what follows from it is in step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from tracker.database import entries, fingerprints, records, writing
from tracker.log.entry import Entry, Standing, fingerprint, follow, seal
from tracker.log.turn import STANDING, derived, keep_derived

_PART = 2_000
_STANDING = [records.c[name] for name in STANDING]


def verify(engine: sa.Engine) -> list[int]:
    """Numbers of the entries whose seal does not fit: empty if nothing was altered, inserted or removed between."""
    broken, previous = [], ""
    with engine.connect() as connection:
        query = sa.select(entries).order_by(entries.c.number)
        for row in connection.execution_options(yield_per=_PART).execute(query).mappings():
            if row["previous_hash"] != previous or seal(dict(row)) != row["hash"]:
                broken.append(row["number"])
            previous = row["hash"]
    return broken


def astray(engine: sa.Engine) -> list[str]:
    """Ids of records whose current state is not what the log says: empty if the derived tables are in step."""
    with engine.connect() as connection:
        kept = {row["id"]: dict(row) for row in connection.execute(sa.select(records)).mappings()}
        known = {(row.content, row.record_id) for row in connection.execute(sa.select(fingerprints))}
        meant: dict[str, Standing] = {}
        said: set[tuple[str, str]] = set()
        for part in _parts(connection, 0):
            said |= _follow(part, meant).keys()
    wrong = {record_id for _, record_id in known ^ said}
    for name in kept.keys() | meant.keys():
        if name not in meant or kept.get(name) != derived(meant[name]):
            wrong.add(name)
    return sorted(wrong)


def catch_up(engine: sa.Engine) -> int:
    """Derive what is missing of the current state, after an older version or a restore; number of entries read.

    Records and fingerprints follow from the log, so they can be made from it at any time.
    """
    with engine.connect() as connection:
        if next(_parts(connection, _newest(connection)), None) is None:
            return 0
    with writing(engine) as connection:
        return derive(connection)


def mend(engine: sa.Engine) -> int:
    """Derive all of the current state anew, whatever it is; number of entries read."""
    with writing(engine) as connection:
        connection.execute(records.delete())
        connection.execute(fingerprints.delete())
        done = derive(connection)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("INSERT INTO records_words (records_words) VALUES ('rebuild')")
    return done


def derive(connection: sa.Connection) -> int:
    """Derive what is missing of the current state within a turn to write; number of entries read."""
    newest, done = _newest(connection), 0
    known = {row.id: Standing(**row._mapping) for row in connection.execute(sa.select(*_STANDING))} if newest else {}
    for part in _parts(connection, newest):
        said = _follow(part, known)
        keep_derived(connection, [known[name] for name in {row["record_id"]: None for row in part}], list(said))
        done += len(part)
    return done


def _newest(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(records.c.version))) or 0


def _parts(connection: sa.Connection, after: int) -> Iterator[Sequence[sa.RowMapping]]:
    """The entries after a number, some thousands at a time."""
    query = sa.select(entries).order_by(entries.c.number).limit(_PART)
    while rows := connection.execute(query.where(entries.c.number > after)).mappings().all():
        yield rows
        after = rows[-1]["number"]


def _follow(rows: Iterable[sa.RowMapping], known: dict[str, Standing]) -> dict[tuple[str, str], None]:
    """Bring the known records up to date with some entries; the fingerprints of what these say."""
    said: dict[tuple[str, str], None] = {}
    for row in rows:
        one = Entry(**row)
        known[one.record_id] = follow(known.get(one.record_id), one)
        said[fingerprint(one.kind, one.after), one.record_id] = None
    return said
