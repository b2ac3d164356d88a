"""Which report was mailed, and whose turn it is to do so: one row a report, claimed in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.database import metadata, stamp, writing

mailings = sa.Table(
    "mailings",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.String, nullable=False),
    sa.Column("sent_at", sa.String),
    sa.Column("fault", sa.String, nullable=False),
)
"""``next_at``: when it may be tried again; ``sent_at``: empty until it was taken; ``fault``: what went wrong."""

CLAIM = timedelta(minutes=30)
"""For so long a report is left to who has claimed it: longer than making and sending it may take."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Mailing:
    """How far the mailing of a report is."""

    name: str
    attempts: int
    next_at: str
    sent_at: str | None
    fault: str


def find(engine: sa.Engine, name: str) -> Mailing | None:
    """The mailing of a report, if it was ever begun."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(mailings).where(mailings.c.name == name)).first()
    return Mailing(**row._mapping) if row else None


def claim(engine: sa.Engine, name: str, now: datetime) -> int:
    """Take it upon oneself to mail a report: which attempt it is, or 0 if it was sent, or is another's, or not yet due.

    Examples:
        >>> import tempfile
        >>> from datetime import UTC
        >>> from tracker.database import open_database
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> now = datetime(2020, 4, 27, 5, tzinfo=UTC)
        >>> claim(engine, "2020-W17", now), claim(engine, "2020-W17", now)
        (1, 0)
        >>> engine.dispose()
    """
    known = find(engine, name)
    if known and not _free(known, now):
        return 0  # most turns end here: nobody is made to wait for them
    until = stamp(now + CLAIM)
    with writing(engine) as connection:
        row = connection.execute(sa.select(mailings).where(mailings.c.name == name)).first()
        if row is None:
            connection.execute(mailings.insert().values(name=name, attempts=1, next_at=until, fault=""))
            return 1
        if not _free(Mailing(**row._mapping), now):
            return 0
        attempts = row.attempts + 1
        connection.execute(mailings.update().where(mailings.c.name == name).values(attempts=attempts, next_at=until))
        return attempts


def sent(engine: sa.Engine, name: str, at: datetime, fault: str = "") -> None:
    """It was taken; ``fault`` says for whom not."""
    with writing(engine) as connection:
        connection.execute(
            mailings.update().where(mailings.c.name == name).values(sent_at=stamp(at), fault=fault[:500])
        )


def failed(engine: sa.Engine, name: str, attempt: int, now: datetime, fault: str) -> datetime:
    """It was not taken; when it is tried again: after a minute, then twice as long each time, up to an hour."""
    again = now + min(_FIRST_PAUSE * 2 ** min(attempt - 1, 10), _LONGEST_PAUSE)
    with writing(engine) as connection:
        connection.execute(
            mailings.update().where(mailings.c.name == name).values(next_at=stamp(again), fault=fault[:500])
        )
    return again


def _free(known: Mailing, now: datetime) -> bool:
    return known.sent_at is None and known.next_at <= stamp(now)
