"""Sessions: who is logged in, kept on the server, so that they can be listed and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.accounts.tables import accounts, memberships, sessions
from tracker.accounts.tokens import derived, hashed, new_id, new_token
from tracker.database import note, stamp, writing
from tracker.permissions import Actor

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_NOTED = timedelta(minutes=1)
"""A session in use is written down at most this often."""

_WHO = (  # asked at every request, so put together once
    sa.select(sessions.c.id, sessions.c.seen_at, sessions.c.account_id, accounts.c.name)
    .add_columns(memberships.c.association, memberships.c.role)
    .select_from(
        sessions.join(accounts, accounts.c.id == sessions.c.account_id).outerjoin(
            memberships, memberships.c.account_id == accounts.c.id
        )
    )
    .where(sessions.c.token_hash == sa.bindparam("token_hash"), accounts.c.disabled_at.is_(None))
    .where(sessions.c.expires_at > sa.bindparam("now"), sessions.c.seen_at > sa.bindparam("idle_since"))
)


@dataclass(frozen=True)
class Session:
    """One login, as it is shown to its owner."""

    id: str
    browser: str
    made_at: str
    seen_at: str


def begin(engine: sa.Engine, account_id: str, browser: str, at: datetime, instead_of: str = "") -> str:
    """The token of a new session; whatever token the browser held before is dead from now on."""
    token = new_token()
    with writing(engine) as connection:
        gone = (sessions.c.token_hash == hashed(instead_of)) | (sessions.c.expires_at <= stamp(at))
        connection.execute(sessions.delete().where(gone))
        connection.execute(
            sessions.insert().values(
                id=new_id("S"),
                token_hash=hashed(token),
                account_id=account_id,
                made_at=stamp(at),
                seen_at=stamp(at),
                expires_at=stamp(at + LONGEST),
                browser=" ".join(browser.encode("utf-8", "replace").decode().split())[:200],
            )
        )
    return token


def actor(engine: sa.Engine, token: str, at: datetime) -> Actor | None:
    """Who is logged in with this token; None if nobody is, or no longer."""
    given = {"token_hash": hashed(token), "now": stamp(at), "idle_since": stamp(at - IDLE)}
    with engine.connect() as connection:
        rows = connection.execute(_WHO, given).all()
    if not rows:
        return None
    if rows[0].seen_at < stamp(at - _NOTED):
        note(engine, sessions.update().where(sessions.c.id == rows[0].id).values(seen_at=stamp(at)))
    roles = {row.association: row.role for row in rows if row.role is not None}
    return Actor(rows[0].name, rows[0].account_id, roles, "session")


def listed(engine: sa.Engine, account_id: str, at: datetime) -> list[Session]:
    """The sessions of an account, last used first."""
    query = (
        sa.select(sessions.c.id, sessions.c.browser, sessions.c.made_at, sessions.c.seen_at)
        .where(sessions.c.account_id == account_id, _alive(at))
        .order_by(sessions.c.seen_at.desc())
    )
    with engine.connect() as connection:
        return [Session(*row) for row in connection.execute(query)]


def session_id(engine: sa.Engine, token: str) -> str:
    """Id of the session of a token; empty if there is none."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(sessions.c.id).where(sessions.c.token_hash == hashed(token))) or ""


def end(engine: sa.Engine, token: str) -> None:
    """Log out."""
    _remove(engine, sessions.c.token_hash == hashed(token))


def end_one(engine: sa.Engine, account_id: str, session_id: str) -> None:
    """End one session of an account; those of others stay."""
    _remove(engine, (sessions.c.account_id == account_id) & (sessions.c.id == session_id))


def end_others(engine: sa.Engine, account_id: str, token: str) -> None:
    """End every session of an account but the one with this token."""
    _remove(engine, (sessions.c.account_id == account_id) & (sessions.c.token_hash != hashed(token)))


def csrf(token: str) -> str:
    """What a form of this session carries, so that no page elsewhere can send it."""
    return derived(token, "csrf")


def _alive(at: datetime) -> sa.ColumnElement[bool]:
    return (sessions.c.expires_at > stamp(at)) & (sessions.c.seen_at > stamp(at - IDLE))


def _remove(engine: sa.Engine, gone: sa.ColumnElement[bool]) -> None:
    with writing(engine) as connection:
        connection.execute(sessions.delete().where(gone))
