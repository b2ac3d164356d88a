"""Finding records, and the entries about them, by words and by what they are, page by page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from graphs.disruption import COUNTED
from graphs.errors import Fault, Faults
from tracker.database import entries, records, stamp
from tracker.log.entry import Entry, Standing, plain
from tracker.log.turn import STANDING
from tracker.log.words import tag, words

_CURSOR = re.compile(r"(|[0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,9})")
_VECTOR = sa.func.array_to_tsvector(sa.func.string_to_array(records.c.words, sa.literal_column("' '")))
_STANDING = [records.c[name] for name in STANDING]


@dataclass(frozen=True)
class Question:
    """What is looked for: every word, as a beginning, and every filter must fit; empty ones do not count.

    ``kind`` None finds records of any kind; ``tags`` are pairs of a field and a value, such as ("ecosystems",
    "Health"), or of several fields of which one will do: (("origin", "country"), "DE"); ``on`` finds the disruptions
    in force on a day, those without an end for ``duration_weeks``; ``since`` finds what was changed then or later.
    """

    kind: str | None = "disruption"
    text: str = ""
    states: tuple[str, ...] = ()
    tags: tuple[tuple[str | tuple[str, ...], str], ...] = ()
    on: date | None = None
    duration_weeks: float = 0.0
    since: datetime | None = None


@dataclass(frozen=True)
class Found:
    """One page of what was found, newest first; ``cursor`` asks for the next, empty if there is none."""

    standing: tuple[Standing, ...]
    total: int
    cursor: str


def search(engine: sa.Engine, asked: Question, cursor: str = "", most: int = 50) -> Found:
    """One page of the records that fit, the newest day first.

    Args:
        cursor: of the page before; empty for the first.

    Raises:
        Faults: a cursor that no page gave.

    Examples:
        >>> import tempfile
        >>> from datetime import UTC, datetime
        >>> from graphs.disruption import Disruption
        >>> from tracker.database import open_database
        >>> from tracker.log import Writer, append
        >>> writer = Writer(open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite"))
        >>> strike = Disruption("Strike at Škoda", ("CZ",), date(2021, 3, 1))
        >>> _ = writer.write(lambda turn: append(turn, [strike], who="Ana", at=datetime(2021, 3, 1, tzinfo=UTC)))
        >>> [one.id for one in search(writer.engine, Question(text="SKO czechia")).standing]
        ['D1']
        >>> writer.close()
    """
    fits = _fits(engine, asked)
    later = [*fits]
    if cursor:
        day, number = _place(cursor)
        later.append(sa.tuple_(records.c.day, records.c.number) < sa.tuple_(day, number))
    page = sa.select(*_STANDING, records.c.day).where(*later)
    page = page.order_by(records.c.day.desc(), records.c.number.desc()).limit(most + 1)
    with engine.connect() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(records).where(*fits)) or 0
        rows = connection.execute(page).all()
    ends = rows[most - 1] if len(rows) > most else None
    found = tuple(Standing(**{column.name: row._mapping[column.name] for column in _STANDING}) for row in rows[:most])
    return Found(found, total, f"{ends.day}.{ends.number}" if ends else "")


def newest(engine: sa.Engine, asked: Question, before: int | None = None, most: int = 50) -> list[Entry]:
    """The entries about records that fit as they stand, the newest first.

    Args:
        before: only entries before this number.
    """
    query = sa.select(entries).order_by(entries.c.number.desc()).limit(most)
    if asked != Question(None):
        query = query.where(entries.c.record_id.in_(sa.select(records.c.id).where(*_fits(engine, asked))))
    if before is not None:
        query = query.where(entries.c.number < min(before, 2**31 - 1))
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def _fits(engine: sa.Engine, asked: Question) -> list[sa.ColumnElement[bool]]:
    """What a record must be, as conditions of its row."""
    fits: list[sa.ColumnElement[bool]] = [sa.true()] if asked.kind is None else [records.c.kind == plain(asked.kind)]
    if asked.states:
        fits.append(records.c.state.in_([plain(state) for state in asked.states]))
    if asked.on is not None:
        begins = asked.on.toordinal() - round(7 * asked.duration_weeks) + 1
        earliest = date.fromordinal(min(max(begins, 1), date.max.toordinal()))
        fits += [
            records.c.state.in_(COUNTED),
            records.c.day <= asked.on.isoformat(),
            sa.func.coalesce(records.c.last_day, asked.on.isoformat()) >= asked.on.isoformat(),
            sa.or_(records.c.last_day.is_not(None), records.c.day >= earliest.isoformat()),
        ]
    if asked.since is not None:
        fits.append(records.c.version.in_(sa.select(entries.c.number).where(entries.c.at >= stamp(asked.since))))
    beginnings = words(asked.text)
    whole = [[tag(one, value) for one in ((of,) if isinstance(of, str) else of)] for of, value in asked.tags]
    if asked.text.strip() and not beginnings:
        fits.append(sa.false())  # signs only: no record has them as words
    elif beginnings or whole:
        fits.append(_match(engine, beginnings, whole))
    return fits


def _match(engine: sa.Engine, beginnings: Sequence[str], whole: Sequence[Sequence[str]]) -> sa.ColumnElement[bool]:
    if engine.dialect.name == "sqlite":
        either = ("(" + " OR ".join(f'"{word}"' for word in one) + ")" for one in whole)
        asked = " AND ".join([*(f'"{word}"*' for word in beginnings), *either])
        found = sa.text("SELECT rowid FROM records_words WHERE records_words MATCH :asked")
        return records.c.number.in_(found.bindparams(asked=asked).columns(sa.column("rowid")))
    asked = " & ".join(
        [*(f"'{word}':*" for word in beginnings), *("(" + " | ".join(f"'{w}'" for w in one) + ")" for one in whole)]
    )
    return _VECTOR.op("@@")(sa.cast(asked, postgresql.TSQUERY))


def _place(cursor: str) -> tuple[str, int]:
    found = _CURSOR.fullmatch(cursor)
    if not found:
        mend = "begin with the first page: leave the cursor out"
        raise Faults([Fault("", "after", "belongs to no page of this list", mend)])
    return found[1], int(found[2])
