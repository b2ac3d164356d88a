"""Moving to another database while people work: first what there is, then what was written meanwhile, in one turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker import log
from tracker.accounts.tables import accounts
from tracker.database import entries, metadata, writing
from tracker.files.rows import DERIVED, Progress, check_same, count, insert, kept_tables, read, total

_EVERY = 1_000


@dataclass(frozen=True)
class Moved:
    """Rows of each table that the other database holds now, and how many entries of the log were new to it."""

    rows: dict[str, int]
    new_entries: int


def move(source: sa.Engine, target: sa.Engine, progress: Progress) -> Moved:
    """Copy everything that must not be lost to another database, and check that it arrived.

    The entries are copied without holding anybody up. What was written meanwhile, and all other tables, are copied
    in a turn to write, so that at its end both hold the same. Run again, it brings what was written since. Nobody is
    logged in at the new place; what follows from the log is derived there.

    Raises:
        Faults: the target is the source, holds something else than an earlier copy or people of its own; rows that did
            not arrive as they were sent. Then nothing is written.
    """
    if _place(source) == _place(target):
        mend = "give another file, or another database of PostgreSQL"
        raise Faults([Fault("", "to", f"{named(target.url)} is where the log is kept now", mend)])
    with writing(target) as into:
        before = _copied(source, into)
        with source.connect() as snapshot:
            done = _copy_entries(snapshot, into, before, progress)
        log.derive(into)
        with writing(source) as turn:
            done = _copy_entries(turn, into, done, progress)
            _refuse_newcomers(turn, into)
            rows = _replace_others(turn, into)
            log.derive(into)
            return Moved({entries.name: count(into, entries)} | rows, done - before)


def named(url: sa.URL) -> str:
    """How a database is spoken of: never with its password.

    Examples:
        >>> named(sa.make_url("postgresql://ana:secret@db.example/log?password=secret"))
        'the database log of PostgreSQL on db.example'
    """
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "this machine"
    return f"the database {url.database} of PostgreSQL on {host if isinstance(host, str) else ', '.join(host)}"


def _place(engine: sa.Engine) -> Any:
    """What two addresses of the same database share."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "").resolve()
    with engine.connect() as connection:
        return connection.execute(sa.text("SELECT pg_postmaster_start_time(), current_database()")).one()


def _copied(source: sa.Engine, into: sa.Connection) -> int:
    """Number of the last entry that an earlier copy brought; 0 into an empty database.

    Raises:
        Faults: the database holds something else.
    """
    newest = sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)
    last = into.execute(newest).first()
    full = [table.name for table in kept_tables(into) if count(into, table)]
    if last is not None:
        with source.connect() as connection:
            same = connection.scalar(sa.select(entries.c.hash).where(entries.c.number == last.number)) == last.hash
        if same:
            return last.number
    if full:
        fault = f"{named(into.engine.url)} is not empty and no earlier copy: it holds {', '.join(full)}"
        raise Faults([Fault("", "to", fault, "give a new file, or a new database of PostgreSQL")])
    return 0


def _copy_entries(source: sa.Connection, into: sa.Connection, after: int, progress: Progress) -> int:
    """Copy the entries after a number; the number of the last."""
    columns = entries.columns.keys()
    newest = source.scalar(sa.select(sa.func.max(entries.c.number))) or 0

    def told(rows: Iterable[sa.Row[Any]]) -> Iterator[sa.Row[Any]]:
        for row in rows:
            yield row
            if row.number % _EVERY == 0 or row.number == newest:
                progress(row.number, newest)

    with closing(read(source, entries, after)) as rows:
        given = insert(into, entries, columns, told(rows))
    check_same(entries, given, total(into, entries, columns, after))
    return newest


def _refuse_newcomers(source: sa.Connection, into: sa.Connection) -> None:
    """Accounts are never deleted, so one that the source lacks was made at the target since: it has begun to live."""
    made = sa.select(accounts.c.id, accounts.c.made_at, accounts.c.name)
    here = {(one.id, one.made_at) for one in source.execute(made)}
    own = sorted(one.name for one in into.execute(made) if (one.id, one.made_at) not in here)
    if own:
        fault = f"{named(into.engine.url)} has people of its own by now: {', '.join(own)}"
        raise Faults([Fault("", "to", fault, "go on there; what was written here since is to be logged there")])


def _replace_others(source: sa.Connection, into: sa.Connection) -> dict[str, int]:
    """Make all other tables what they are at the source; the rows of each."""
    for table in reversed(metadata.sorted_tables):
        if table is not entries and table.name not in DERIVED:
            into.execute(table.delete())
    rows = {}
    for table in kept_tables(source):
        if table is not entries:
            columns = table.columns.keys()
            with closing(read(source, table)) as found:
                given = insert(into, table, columns, found)
            check_same(table, given, total(into, table, columns))
            rows[table.name] = given.rows
    return rows
