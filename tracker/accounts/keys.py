"""Keys for programs: made for some scopes, shown once, expiring."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker.accounts.tables import accounts, keys, memberships
from tracker.accounts.tokens import hashed, new_id, new_token
from tracker.database import note, stamp, writing
from tracker.permissions import SCOPES, Actor

MARK = "vcdt_"
"""Every key begins with it, so that one that was left in a file is found."""
LONGEST_DAYS = 366
_SHOWN = len(MARK) + 6
MOST = 50

_WHO = (  # asked at every request, so put together once
    sa.select(keys.c.id, keys.c.scopes, keys.c.used_on, keys.c.account_id, accounts.c.name)
    .add_columns(memberships.c.association, memberships.c.role)
    .select_from(
        keys.join(accounts, accounts.c.id == keys.c.account_id).outerjoin(
            memberships, memberships.c.account_id == accounts.c.id
        )
    )
    .where(keys.c.key_hash == sa.bindparam("key_hash"), keys.c.revoked_at.is_(None))
    .where(keys.c.expires_at > sa.bindparam("now"), accounts.c.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Key:
    """A key, as it is shown to its owner."""

    id: str
    label: str
    prefix: str
    scopes: tuple[str, ...]
    expires_at: str
    used_on: str | None
    """Day of the last use."""


def make(engine: sa.Engine, account_id: str, label: str, scopes: Collection[str], days: int, at: datetime) -> str:
    """A new key; returned this once, kept as a hash only.

    Args:
        days: how long it lasts, from 1 to 366.

    Raises:
        Faults: no label, scopes that are none, a time that is too long, or too many keys.
    """
    label, found = " ".join(label.split())[:80], []
    if not label:
        found.append(Fault("", "label", "is empty", "say which program it is for"))
    unknown = [one for one in scopes if one not in SCOPES]
    if unknown or not scopes:
        fault = f"{', '.join(map(repr, unknown))} is none" if unknown else "are missing"
        found.append(Fault("", "scopes", fault, f"choose from {', '.join(SCOPES)}"))
    if not 1 <= days <= LONGEST_DAYS:
        found.append(Fault("", "days", f"{days} is out of range", f"give from 1 to {LONGEST_DAYS} days"))
    if len(listed(engine, account_id, at)) >= MOST:
        found.append(Fault("", "label", f"you have {MOST} keys", "revoke one that is no longer used"))
    if found:
        raise Faults(found)
    key = MARK + new_token()
    with writing(engine) as connection:
        connection.execute(
            keys.insert().values(
                id=new_id("K"),
                key_hash=hashed(key),
                prefix=key[:_SHOWN],
                account_id=account_id,
                label=label,
                scopes=" ".join(one for one in SCOPES if one in scopes),
                made_at=stamp(at),
                expires_at=stamp(at + timedelta(days=days)),
            )
        )
    return key


def actor(engine: sa.Engine, key: str, at: datetime) -> Actor | None:
    """For whom this key acts; None if it is none, or no longer."""
    with engine.connect() as connection:
        rows = connection.execute(_WHO, {"key_hash": hashed(key), "now": stamp(at)}).all()
    if not rows:
        return None
    day = stamp(at)[:10]
    if rows[0].used_on != day:
        note(engine, keys.update().where(keys.c.id == rows[0].id).values(used_on=day))
    roles = {row.association: row.role for row in rows if row.role is not None}
    return Actor(rows[0].name, rows[0].account_id, roles, "key", frozenset(rows[0].scopes.split()))


def listed(engine: sa.Engine, account_id: str, at: datetime) -> list[Key]:
    """The keys of an account that work, newest first."""
    columns = (keys.c.id, keys.c.label, keys.c.prefix, keys.c.scopes, keys.c.expires_at, keys.c.used_on)
    query = sa.select(*columns).where(keys.c.account_id == account_id, _alive(at)).order_by(keys.c.made_at.desc())
    with engine.connect() as connection:
        return [
            Key(row.id, row.label, row.prefix, tuple(row.scopes.split()), row.expires_at, row.used_on)
            for row in connection.execute(query)
        ]


def revoke(engine: sa.Engine, account_id: str, key_id: str, at: datetime) -> None:
    """Stop one key of an account; those of others stay."""
    mine = (keys.c.account_id == account_id) & (keys.c.id == key_id)
    with writing(engine) as connection:
        connection.execute(keys.update().where(mine).values(revoked_at=stamp(at)))


def _alive(at: datetime) -> sa.ColumnElement[bool]:
    return keys.c.revoked_at.is_(None) & (keys.c.expires_at > stamp(at))
