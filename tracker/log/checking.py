"""Whether the log is what was written, and whether what follows from it is in step."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from tracker.database import entries, records, writing
from tracker.log.entry import Entry, Standing, fingerprint, follow, seal
from tracker.log.turn import STANDING, keep_derived

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
        query = sa.select(*_STANDING).order_by(records.c.id)
        kept = {row.id: Standing(**row._mapping) for row in connection.execute(query)}
        meant = _derived(connection.execute(sa.select(entries).order_by(entries.c.number)).mappings(), {})[0]
    return sorted(name for name in kept.keys() | meant.keys() if kept.get(name) != meant.get(name))


def catch_up(engine: sa.Engine) -> int:
    """Derive what is missing of the current state, after an older version or a restore; number of entries read.

    Records and fingerprints follow from the log, so they can be made from it at any time.
    """
    newest = sa.select(sa.func.coalesce(sa.func.max(records.c.version), 0)).scalar_subquery()
    behind = sa.select(entries).where(entries.c.number > newest).order_by(entries.c.number)
    with engine.connect() as connection:
        if connection.execute(behind.limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        rows = connection.execute(behind).mappings().all()
        kept = {row.id: Standing(**row._mapping) for row in connection.execute(sa.select(*_STANDING))}
        found, said = _derived(rows, kept)
        for start in range(0, max(len(found), len(said)), _PART):
            part = slice(start, start + _PART)
            keep_derived(connection, list(found.values())[part], list(said)[part])
    return len(rows)


def _derived(
    rows: Iterable[sa.RowMapping], known: dict[str, Standing]
) -> tuple[dict[str, Standing], dict[tuple[str, str], None]]:
    found: dict[str, Standing] = {}
    said: dict[tuple[str, str], None] = {}
    for row in rows:
        one = Entry(**row)
        found[one.record_id] = follow(found.get(one.record_id) or known.get(one.record_id), one)
        said[fingerprint(one.kind, one.after), one.record_id] = None
    return found, said
