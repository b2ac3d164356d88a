"""A turn to write: what the log holds and what is about to be written, as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graphs.record import Record
from tracker.database import entries, fingerprints, records, stamp
from tracker.kinds import KINDS, kind_of
from tracker.log.answers import Answers
from tracker.log.entry import Entry, Standing, fingerprint, follow, one_line, plain, seal
from tracker.log.words import searchable

STANDING = ("number", "id", "kind", "version", "reporter", "author", "association", "body")
"""Columns of a record as it stands."""

_DAYS = ("start", "held_on", "said_on", "state_on")
"""Fields that say when a record's day is."""
_PART = 500

# Built once: a statement takes SQLAlchemy longer to build than the database to answer.
_NEWEST = sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)
_BY_ID = sa.select(*(records.c[name] for name in STANDING)).where(records.c.id == sa.bindparam("sought"))
_SAID = sa.select(fingerprints.c.record_id).where(fingerprints.c.content == sa.bindparam("sought"))
_HISTORY = sa.select(entries).where(entries.c.record_id == sa.bindparam("sought")).order_by(entries.c.number)


class Turn:
    """What one writer sees and writes; everything is kept together at the end, or nothing.

    Held by ``Writer``, whose turn it is; ``Writer.write`` hands it to the work to be done.
    """

    def __init__(self, connection: sa.Connection) -> None:
        last = connection.execute(_NEWEST).first()
        self._connection = connection
        self.answers = Answers(connection)
        self._began: tuple[int, str] = (last.number, last.hash) if last else (0, "")
        self._written: list[tuple[Entry, Standing]] = []
        self._standing: dict[str, Standing] = {}
        self._said: list[tuple[str, str]] = []
        self._ever: dict[str, set[str]] = {}
        self._found: dict[str, Standing | None] = {}
        self._held: dict[str, frozenset[str]] = {}

    @property
    def connection(self) -> sa.Connection:
        """The transaction, for what is written beside the log; last of all, since ``forget`` does not unwrite it."""
        return self._connection

    @property
    def position(self) -> int:
        """Number of the newest entry, written in this turn or before."""
        return self._written[-1][0].number if self._written else self._began[0]

    def standing(self, record_id: str) -> Standing | None:
        """A record as it stands; None if there is none of this id."""
        if record_id in self._standing:
            return self._standing[record_id]
        if record_id not in self._found:  # while it is our turn nobody else changes it
            row = self._connection.execute(_BY_ID, {"sought": plain(record_id)}).first()
            self._found[record_id] = Standing(**row._mapping) if row else None
        return self._found[record_id]

    def holds(self, record: Record, record_id: str | None = None) -> bool:
        """Whether the log holds these very words, or ever held them.

        Args:
            record_id: of the one that is asked about; any if left out.
        """
        content = fingerprint(kind_of(record), record.to_dict())
        if content not in self._held:
            self._held[content] = frozenset(self._connection.scalars(_SAID, {"sought": content}))
        known = self._held[content] | self._ever.get(content, set())
        return bool(known) if record_id is None else record_id in known

    def recall(self, given: Sequence[Record]) -> None:
        """Look many records up at once: afterwards ``standing`` and ``holds`` need not ask for each.

        What was found stays true, since nobody else writes during this turn.
        """
        if len(given) == 1:
            return  # it is asked for when it is needed, by statements that are built already
        self._find([one.id for one in given if one.id])
        self._hold([fingerprint(kind_of(one), one.to_dict()) for one in given])

    def expect(self, ids: Iterable[str]) -> None:
        """Look many ids up at once: afterwards ``standing`` need not ask for each."""
        self._find([one for one in ids if one not in self._found])

    def history(self, record_id: str) -> list[Entry]:
        """Every entry of one record, oldest first."""
        found = [Entry(**row) for row in self._connection.execute(_HISTORY, {"sought": plain(record_id)}).mappings()]
        return found + [entry for entry, _ in self._written if entry.record_id == record_id]

    def free_id(self, kind: str, taken: set[str]) -> str:
        """The first of D81, D82, … from the next entry on that nobody has given."""
        number = self.position + 1
        while (name := f"{KINDS[kind].letter}{number}") in taken or self.standing(name) is not None:
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

    def mark(self) -> tuple[int, int]:
        """A point to which ``forget`` goes back."""
        return len(self._written), self.answers.mark()

    def forget(self, mark: tuple[int, int]) -> None:
        """Unwrite what was written since a mark."""
        written, answered = mark
        self.answers.forget(answered)
        if written == len(self._written):
            return
        kept = list(zip(self._written[:written], self._said[:written], strict=True))
        self._written, self._said, self._standing, self._ever = [], [], {}, {}
        for (entry, standing), (content, _) in kept:
            self._remember(entry, standing, content)

    def keep(self) -> None:
        """Put all that was written into the database."""
        if self._written:
            self._connection.execute(entries.insert(), [vars(entry) for entry, _ in self._written])
            keep_derived(self._connection, list(self._standing.values()), list(dict.fromkeys(self._said)))
        self.answers.keep()

    def _remember(self, entry: Entry, standing: Standing, content: str) -> None:
        self._written.append((entry, standing))
        self._said.append((content, standing.id))
        self._standing[standing.id] = standing
        self._ever.setdefault(content, set()).add(standing.id)

    def _find(self, ids: Sequence[str]) -> None:
        for part in _parts(ids):
            self._found |= dict.fromkeys(part)
            meant = {plain(one): one for one in part}
            query = sa.select(*(records.c[name] for name in STANDING)).where(records.c.id.in_(list(meant)))
            for row in self._connection.execute(query):
                self._found[meant[row.id]] = Standing(**row._mapping)

    def _hold(self, contents: Sequence[str]) -> None:
        for part in _parts(contents):
            self._held |= dict.fromkeys(part, frozenset())
            query = sa.select(fingerprints).where(fingerprints.c.content.in_(part))
            for row in self._connection.execute(query):
                self._held[row.content] |= {row.record_id}


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    """As many at a time as any database takes."""
    once = list(dict.fromkeys(values))
    return (once[start : start + _PART] for start in range(0, len(once), _PART))


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
    if len(given) > 1:
        turn.expect(f"{KINDS[kind_of(one)].letter}{turn.position + place}" for place, one in enumerate(given, start=1))
    for record in given:
        named = record if record.id else dataclasses.replace(record, id=turn.free_id(kind_of(record), taken))
        taken.add(named.id)
        written.append(turn.write(named, who=who, at=at, action=action, association=association, why=why))
    return written


def keep_derived(connection: sa.Connection, standing: Sequence[Standing], said: Sequence[tuple[str, str]]) -> None:
    """Bring the tables that follow from the log up to date."""
    upsert, keep = _KEEP[connection.dialect.name]
    connection.execute(upsert, [derived(one) for one in standing])
    connection.execute(keep, [{"content": content, "record_id": record_id} for content, record_id in said])


def _keeping(insert: Callable[[sa.Table], Any]) -> tuple[sa.Insert, sa.Insert]:
    upsert = insert(records)
    changed = {column.name: upsert.excluded[column.name] for column in records.c if column.name != "number"}
    return (
        upsert.on_conflict_do_update(index_elements=[records.c.number], set_=changed),
        insert(fingerprints).on_conflict_do_nothing(),
    )


_KEEP = {"sqlite": _keeping(sqlite.insert), "postgresql": _keeping(postgresql.insert)}


def derived(one: Standing) -> dict[str, Any]:
    """The row of a record as it stands."""
    body = one.body
    return {
        **{name: getattr(one, name) for name in STANDING},
        "state": body["state"],
        "day": next((body[name] for name in _DAYS if body.get(name)), ""),
        "last_day": body.get("end"),
        "words": searchable(one.id, body),
    }
