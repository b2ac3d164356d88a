"""Half-filled forms, kept on the server for whoever typed them until they are saved: beside the log, not in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from graphs.errors import Unknown
from tracker.accounts.tokens import new_id
from tracker.database import metadata, stamp, writing

MOST = 20
"""The newest so many of a person and a form are kept."""
_ID = re.compile(r"K[0-9a-f]{16}")

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("owner", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("form", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("typed", sa.JSON, nullable=False),
)


@dataclass(frozen=True)
class Draft:
    """What somebody typed into a form and did not save yet."""

    id: str
    at: str
    typed: Mapping[str, str]


def new_draft() -> str:
    """An id for a form that is about to be filled in; nothing is kept under it yet.

    Examples:
        >>> is_draft(new_draft()), is_draft("D81")
        (True, False)
    """
    return new_id("K")


def is_draft(draft_id: str) -> bool:
    """Whether something can be kept under this id."""
    return _ID.fullmatch(draft_id) is not None


def keep(engine: sa.Engine, owner: str, form: str, draft_id: str, typed: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed, in the place of what was kept under the same id; the oldest beyond ``MOST`` go.

    Args:
        owner: id of the account; empty for all who use a desk without a login.
        form: which form it is.
        draft_id: of ``new_draft``.

    Raises:
        Unknown: an id under which nothing can be kept.

    Examples:
        >>> import tempfile
        >>> from datetime import UTC
        >>> from tracker.database import open_database
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> one = new_draft()
        >>> keep(engine, "U1", "entry", one, {"title": "No chi"}, datetime(2021, 3, 1, 8, 30, tzinfo=UTC))
        >>> [draft.typed["title"] for draft in listed(engine, "U1", "entry")], listed(engine, "U2", "entry")
        (['No chi'], [])
        >>> forget(engine, "U1", one)
        >>> listed(engine, "U1", "entry")
        []
        >>> engine.dispose()
    """
    if not is_draft(draft_id):
        raise Unknown(draft_id)
    mine = (drafts.c.owner == owner) & (drafts.c.form == form)
    newest = sa.select(drafts.c.id).where(mine).order_by(drafts.c.at.desc(), drafts.c.id).limit(MOST)
    with writing(engine) as connection:
        connection.execute(drafts.delete().where((drafts.c.owner == owner) & (drafts.c.id == draft_id)))
        connection.execute(drafts.insert().values(owner=owner, id=draft_id, form=form, at=stamp(at), typed=dict(typed)))
        kept = list(connection.scalars(newest))
        connection.execute(drafts.delete().where(mine & drafts.c.id.not_in(kept)))


def listed(engine: sa.Engine, owner: str, form: str) -> list[Draft]:
    """What is kept of a form, the newest first."""
    query = (
        sa.select(drafts.c.id, drafts.c.at, drafts.c.typed)
        .where(drafts.c.owner == owner, drafts.c.form == form)
        .order_by(drafts.c.at.desc(), drafts.c.id)
    )
    with engine.connect() as connection:
        return [Draft(*row) for row in connection.execute(query)]


def read(engine: sa.Engine, owner: str, form: str, draft_id: str) -> Draft:
    """One of them.

    Raises:
        Unknown: nothing is kept under this id, or it is somebody else's.
    """
    found = next((one for one in listed(engine, owner, form) if one.id == draft_id), None)
    if found is None:
        raise Unknown(draft_id)
    return found


def forget(engine: sa.Engine, owner: str, draft_id: str) -> None:
    """Let go what is kept under this id, if anything is."""
    if not is_draft(draft_id):
        return
    with writing(engine) as connection:
        connection.execute(drafts.delete().where((drafts.c.owner == owner) & (drafts.c.id == draft_id)))
