"""A turn to write: what the log holds and what is about to be written, as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graphs.record import Record
from tracker.database import entries, fingerprints, records
from tracker.kinds import KINDS, kind_of
from tracker.log.answers import Answers
from tracker.log.entry import Entry, Standing, fingerprint, follow, one_line, plain_id, seal, stamp
from tracker.log.words import searchable

STANDING = ("number", "id", "kind", "version", "reporter", "author", "association", "body")
"""Columns of a record as it stands."""

_DAYS = ("start", "held_on", "said_on", "state_on")
"""Fields that say when a record's day is."""
_PART = 500


class Turn:
    """What one writer sees and writes; everything is kept together at the end, or nothing.

    Held by ``Writer``, whose turn it is; ``Writer.write`` hands it to the work to be done.
    """

    def __init__(self, connection: sa.Connection) -> None:
        newest = sa.select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)
        last = connection.execute(newest).first()
        self._connection = connection
        self.answers = Answers(connection)
        self._began: tuple[int, str] = (last.number, last.hash) if last else (0, "")
        self._written: list[tuple[Entry, Standing]] = []
        self._standing: dict[str, Standing] = {}
        self._said: dict[str, dict[str, None]] = {}
        self._found: dict[str, Standing | None] = {}
        self._held: dict[str, frozenset[str]] = {}

    @property
    def position(self) -> int:
        """Number of the newest entry, written in this turn or before."""
        return self._written[-1][0].number if self._written else self._began[0]

    def standing(self, record_id: str) -> Standing | None:
        """A record as it stands; None if there is none of this id."""
        if record_id in self._standing:
            return self._standing[record_id]
        if record_id not in self._found:
            self._find([record_id])
        return self._found[record_id]

    def holds(self, record: Record, record_id: str | None = None) -> bool:
        """Whether the log holds these very words, or ever held them.

        Args:
            record_id: of the one that is asked about; any if left out.
        """
        content = fingerprint(kind_of(record), record.to_dict())
        if content not in self._held:
            self._hold([content])
        known = self._held[content] | self._said.get(content, {}).keys()
        return bool(known) if record_id is None else record_id in known

    def recall(self, given: Sequence[Record]) -> None:
        """Look many records up at once: afterwards ``standing`` and ``holds`` need not ask for each.

        What was found stays true, since nobody else writes during this turn.
        """
        self._find([one.id for one in given if one.id])
        self._hold([fingerprint(kind_of(one), one.to_dict()) for one in given])

    def expect(self, ids: Iterable[str]) -> None:
        """Look many ids up at once: afterwards ``standing`` need not ask for each."""
        self._find([one for one in ids if one not in self._found])

    def history(self, record_id: str) -> list[Entry]:
        """Every entry of one record, oldest first."""
        query = sa.select(entries).where(entries.c.record_id == plain_id(record_id)).order_by(entries.c.number)
        found = [Entry(**row) for row in self._connection.execute(query).mappings()]
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
            "why": why,
            "association": association,
            "previous_hash": previous,
        }
        entry = Entry(**row, hash=seal(row))
        standing = follow(before, entry)
        self._written.append((entry, standing))
        self._standing[record.id] = standing
        self._said.setdefault(fingerprint(kind, body), {})[record.id] = None
        return standing

    def mark(self) -> tuple[int, int]:
        """A point to which ``forget`` goes back."""
        return len(self._written), self.answers.mark()

    def forget(self, mark: tuple[int, int]) -> None:
        """Unwrite what was written since a mark."""
        written, answered = mark
        self.answers.forget(answered)
        del self._written[written:]
        self._standing = {standing.id: standing for _, standing in self._written}
        self._said = {}
        for one, _ in self._written:
            self._said.setdefault(fingerprint(one.kind, one.after), {})[one.record_id] = None

    def keep(self) -> None:
        """Put all that was written into the database."""
        if self._written:
            self._connection.execute(entries.insert(), [vars(entry) for entry, _ in self._written])
            said = [(content, record_id) for content, ids in self._said.items() for record_id in ids]
            keep_derived(self._connection, list(self._standing.values()), said)
        self.answers.keep()

    def _find(self, ids: Sequence[str]) -> None:
        for part in _parts(ids):
            self._found |= dict.fromkeys(part)
            meant = {plain_id(one): one for one in part}
            query = sa.select(*(records.c[name] for name in STANDING)).where(_among(records.c.id, list(meant)))
            for row in self._connection.execute(query):
                self._found[meant[row.id]] = Standing(**row._mapping)

    def _hold(self, contents: Sequence[str]) -> None:
        for part in _parts(contents):
            self._held |= dict.fromkeys(part, frozenset())
            query = sa.select(fingerprints).where(_among(fingerprints.c.content, part))
            for row in self._connection.execute(query):
                self._held[row.content] |= {row.record_id}


def _among(column: sa.ColumnElement[str], values: list[str]) -> sa.ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


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
    turn.expect(f"{KINDS[kind_of(one)].letter}{turn.position + place}" for place, one in enumerate(given, start=1))
    for record in given:
        named = record if record.id else dataclasses.replace(record, id=turn.free_id(kind_of(record), taken))
        taken.add(named.id)
        written.append(turn.write(named, who=who, at=at, action=action, association=association, why=why))
    return written


def keep_derived(connection: sa.Connection, standing: Sequence[Standing], said: Sequence[tuple[str, str]]) -> None:
    """Bring the tables that follow from the log up to date."""
    insert: Callable[[sa.Table], Any] = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    upsert = insert(records)
    changed = {column.name: upsert.excluded[column.name] for column in records.c if column.name != "number"}
    connection.execute(
        upsert.on_conflict_do_update(index_elements=[records.c.number], set_=changed),
        [derived(one) for one in standing],
    )
    connection.execute(
        insert(fingerprints).on_conflict_do_nothing(),
        [{"content": content, "record_id": record_id} for content, record_id in said],
    )


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
