"""A turn to write: what the log holds and what is about to be written, as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graphs.record import Record
from tracker.database import entries, fingerprints, records
from tracker.kinds import KINDS, kind_of
from tracker.log.entry import Entry, Standing, fingerprint, follow, one_line, plain, seal, stamp
from tracker.log.words import searchable

STANDING = ("number", "id", "kind", "version", "reporter", "author", "association", "body")
"""Columns of a record as it stands."""

_DAYS = ("start", "held_on", "said_on", "state_on")
"""Fields that say when a record's day is."""

# Built once: a statement takes SQLAlchemy longer to build than the database to answer.
_NEWEST = sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)
_BY_ID = sa.select(*(records.c[name] for name in STANDING)).where(records.c.id == sa.bindparam("sought"))
_BY_IDS = sa.select(*(records.c[name] for name in STANDING)).where(
    records.c.id.in_(sa.bindparam("sought", expanding=True))
)
_SAID = sa.select(fingerprints.c.record_id).where(fingerprints.c.content == sa.bindparam("sought"))
_SAID_ALL = sa.select(fingerprints).where(fingerprints.c.content.in_(sa.bindparam("sought", expanding=True)))
_HISTORY = sa.select(entries).where(entries.c.record_id == sa.bindparam("sought")).order_by(entries.c.number)
_PART = 500
"""Values that one question to the database names at most."""


class Turn:
    """What one writer sees and writes; everything is kept together at the end, or nothing.

    Held by ``Writer``, whose turn it is; ``Writer.write`` hands it to the work to be done.
    """

    def __init__(self, connection: sa.Connection) -> None:
        last = connection.execute(_NEWEST).first()
        self._connection = connection
        self._began: tuple[int, str] = (last.number, last.hash) if last else (0, "")
        self._written: list[tuple[Entry, Standing]] = []
        self._standing: dict[str, Standing] = {}
        self._said: list[tuple[str, str]] = []
        self._known: dict[str, Standing | None] = {}
        self._ever: dict[str, set[str]] = {}
        self._found: dict[str, set[str]] = {}
        self._ahead = 1

    @property
    def position(self) -> int:
        """Number of the newest entry, written in this turn or before."""
        return self._written[-1][0].number if self._written else self._began[0]

    def standing(self, record_id: str) -> Standing | None:
        """A record as it stands; None if there is none of this id."""
        if record_id in self._standing:
            return self._standing[record_id]
        if record_id not in self._known:  # while it is our turn nobody else changes it
            row = self._connection.execute(_BY_ID, {"sought": plain(record_id)}).first()
            self._known[record_id] = Standing(**row._mapping) if row else None
        return self._known[record_id]

    def holds(self, record: Record, record_id: str | None = None) -> bool:
        """Whether the log holds these very words, or ever held them.

        Args:
            record_id: of the one that is asked about; any if left out.
        """
        content = fingerprint(kind_of(record), record.to_dict())
        if content not in self._found:
            self._found[content] = set(self._connection.scalars(_SAID, {"sought": content}))
        said = self._found[content] | self._ever.get(content, set())
        return bool(said) if record_id is None else record_id in said

    def foresee(self, given: Sequence[Record]) -> None:
        """Ask at once what ``standing`` and ``holds`` would ask of each of many records."""
        contents = list({fingerprint(kind_of(record), record.to_dict()) for record in given} - self._found.keys())
        for start in range(0, len(contents), _PART):
            part = contents[start : start + _PART]
            self._found |= {content: set() for content in part}
            for content, record_id in self._connection.execute(_SAID_ALL, {"sought": part}):
                self._found[content].add(record_id)
        self._look_up([record.id for record in given if record.id])

    def history(self, record_id: str) -> list[Entry]:
        """Every entry of one record, oldest first."""
        found = [Entry(**row) for row in self._connection.execute(_HISTORY, {"sought": plain(record_id)}).mappings()]
        return found + [entry for entry, _ in self._written if entry.record_id == record_id]

    def free_id(self, kind: str, taken: set[str]) -> str:
        """The first of D81, D82, … from the next entry on that nobody has given."""
        number, letter = self.position + 1, KINDS[kind].letter
        if f"{letter}{number}" not in self._known:  # the more are given in this turn, the further ahead it looks
            self._look_up([f"{letter}{one}" for one in range(number, number + self._ahead)])
            self._ahead = min(4 * self._ahead, _PART)
        while (name := f"{letter}{number}") in taken or self.standing(name) is not None:
            number += 1
        return name

    def write(
        self, record: Record, *, who: str, action: str, at: datetime, why: str = "", association: str = ""
    ) -> Standing:
        """Write a new record, or a new version of a known one.

        Args:
            record: with its id.
            association: for which ``who`` acts; the record is its own from its first entry on.
        """
        before = self.standing(record.id)
        number, previous = (self._written[-1][0].number, self._written[-1][0].hash) if self._written else self._began
        kind, body, who = kind_of(record), record.to_dict(), one_line(who)
        row: dict[str, Any] = {
            "number": number + 1,
            "at": stamp(at),
            "who": who,
            "action": action,
            "kind": kind,
            "record_id": record.id,
            "before": before.body if before else None,
            "after": body,
            "why": plain(why),
            "association": association,
            "previous_hash": previous,
        }
        entry = Entry(**row, hash=seal(row))
        standing = follow(before, entry)
        self._remember(entry, standing, fingerprint(kind, body))
        return standing

    def mark(self) -> int:
        """A point to which ``forget`` goes back."""
        return len(self._written)

    def forget(self, mark: int) -> None:
        """Unwrite what was written since a mark."""
        if mark == len(self._written):
            return
        kept = list(zip(self._written[:mark], self._said[:mark], strict=True))
        self._written, self._said, self._standing, self._ever = [], [], {}, {}
        for (entry, standing), (content, _) in kept:
            self._remember(entry, standing, content)

    def keep(self) -> None:
        """Put all that was written into the database."""
        if self._written:
            self._connection.execute(entries.insert(), [vars(entry) for entry, _ in self._written])
            keep_derived(self._connection, list(self._standing.values()), list(dict.fromkeys(self._said)))

    def _look_up(self, ids: Sequence[str]) -> None:
        unknown = [name for name in dict.fromkeys(ids) if name not in self._known]
        for start in range(0, len(unknown), _PART):
            part = unknown[start : start + _PART]
            self._known |= dict.fromkeys(part)
            for row in self._connection.execute(_BY_IDS, {"sought": part}):
                self._known[row.id] = Standing(**row._mapping)

    def _remember(self, entry: Entry, standing: Standing, content: str) -> None:
        self._written.append((entry, standing))
        self._said.append((content, standing.id))
        self._standing[standing.id] = standing
        self._ever.setdefault(content, set()).add(standing.id)


def append(
    turn: Turn,
    given: Sequence[Record],
    *,
    who: str,
    at: datetime,
    action: str = "log",
    association: str = "",
    why: str = "",
) -> list[Standing]:
    """Write records; one without an id gets one: the letter of its kind and the number of its entry.

    Examples:
        >>> import tempfile
        >>> from datetime import UTC, date
        >>> from graphs.disruption import Disruption
        >>> from tracker.database import open_database
        >>> from tracker.log import Writer
        >>> writer = Writer(open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite"))
        >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1))
        >>> at = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
        >>> [logged] = writer.write(lambda turn: append(turn, [strike], who="Ana", at=at))
        >>> logged.id, logged.version
        ('D1', 1)
        >>> writer.close()
    """
    taken, written = {record.id for record in given}, []
    for record in given:
        named = record if record.id else dataclasses.replace(record, id=turn.free_id(kind_of(record), taken))
        taken.add(named.id)
        written.append(turn.write(named, who=who, at=at, action=action, association=association, why=why))
    return written


def keep_derived(connection: sa.Connection, standing: Sequence[Standing], said: Sequence[tuple[str, str]]) -> None:
    """Bring the tables that follow from the log up to date."""
    upsert, keep = _KEEP[connection.dialect.name]
    connection.execute(upsert, [_row(one) for one in standing])
    connection.execute(keep, [{"content": content, "record_id": record_id} for content, record_id in said])


def _keeping(insert: Callable[[sa.Table], Any]) -> tuple[sa.Insert, sa.Insert]:
    upsert = insert(records)
    changed = {column.name: upsert.excluded[column.name] for column in records.c if column.name != "number"}
    return (
        upsert.on_conflict_do_update(index_elements=[records.c.number], set_=changed),
        insert(fingerprints).on_conflict_do_nothing(),
    )


_KEEP = {"sqlite": _keeping(sqlite.insert), "postgresql": _keeping(postgresql.insert)}


def _row(one: Standing) -> dict[str, Any]:
    body = one.body
    return {
        **{name: getattr(one, name) for name in STANDING},
        "state": body["state"],
        "day": next((body[name] for name in _DAYS if body.get(name)), ""),
        "last_day": body.get("end"),
        "words": searchable(one.id, body),
    }
