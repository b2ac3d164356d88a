"""The register of hooks: who wants to be told, where, and how that went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from graphs.errors import Fault, Faults, Unknown
from tracker.accounts.tokens import new_id
from tracker.database import stamp, writing
from tracker.hooks import target
from tracker.hooks.signing import new_secret
from tracker.hooks.tables import deliveries, hooks
from tracker.permissions import Actor, Owner

MOST = 20
"""Hooks of one account."""


@dataclass(frozen=True)
class Hook:
    """An address that is told of every entry of the log after ``position``.

    ``failures`` counts the attempts that did not arrive since one did; there is no other before ``next_at``.
    """

    id: str
    url: str
    account_id: str | None
    made_by: str
    association: str
    made_at: str
    position: int
    failures: int
    next_at: str

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner(frozenset({self.account_id or ""}), self.association)


@dataclass(frozen=True)
class Delivery:
    """An attempt to tell of an entry: ``status`` of the answer, None if there was none; ``fault`` says why."""

    number: int
    entry: int
    attempt: int
    at: str
    took_ms: int
    status: int | None
    fault: str


_HOOK = [hooks.c[name] for name in Hook.__dataclass_fields__]
_DELIVERY = [deliveries.c[name] for name in Delivery.__dataclass_fields__]


def check(url: str, after: int, newest: int, to: Collection[str]) -> None:
    """Whether a hook may be made: it leads to a host that is found, outside private networks. Takes a while.

    Args:
        newest: number of the newest entry of the log.
        to: hosts of own networks that may be told.

    Raises:
        Faults: if not.
    """
    faults = []
    if after > newest:
        faults.append(Fault("", "after", f"{after} is not written yet", f"give at most {newest}, or leave it out"))
    try:
        target.check(target.read(url, to), to)
    except Faults as found:
        faults += found.faults
    if faults:
        raise Faults(faults)


def add(connection: sa.Connection, url: str, after: int, actor: Actor, at: datetime) -> tuple[Hook, str]:
    """A new hook, within a turn to write, and its secret, which is told this once.

    Args:
        url: one that ``check`` has let pass.
        after: it is told of the entries after this number.

    Raises:
        Faults: too many hooks, or one that is there already.
    """
    account = actor.account or None
    mine = sa.select(hooks.c.url).where(hooks.c.account_id == account if account else hooks.c.account_id.is_(None))
    known = list(connection.scalars(mine))
    faults = []
    if url in known:
        faults.append(Fault("", "url", "has a hook already", "delete that first, or use it"))
    if len(known) >= MOST:
        faults.append(Fault("", "url", f"you have {MOST} hooks", "delete one that is no longer used"))
    if faults:
        raise Faults(faults)
    made_at, secret = stamp(at), new_secret()
    hook = Hook(new_id("H"), url, account, actor.name, actor.association, made_at, after, 0, made_at)
    connection.execute(hooks.insert().values(**vars(hook), secret=secret))
    return hook, secret


def listed(engine: sa.Engine) -> list[Hook]:
    """All hooks, the newest first."""
    with engine.connect() as connection:
        query = sa.select(*_HOOK).order_by(hooks.c.made_at.desc(), hooks.c.id)
        return [Hook(**row._mapping) for row in connection.execute(query)]


def hook(engine: sa.Engine, hook_id: str) -> Hook:
    """One hook.

    Raises:
        Unknown: if there is none.
    """
    with engine.connect() as connection:
        row = connection.execute(sa.select(*_HOOK).where(hooks.c.id == _plain(hook_id))).first()
    if row is None:
        raise Unknown(hook_id)
    return Hook(**row._mapping)


def delete(engine: sa.Engine, hook_id: str) -> None:
    """Tell it nothing any more, and forget what was tried."""
    with writing(engine) as connection:
        connection.execute(deliveries.delete().where(deliveries.c.hook_id == _plain(hook_id)))
        connection.execute(hooks.delete().where(hooks.c.id == _plain(hook_id)))


def attempts(engine: sa.Engine, hook_id: str, before: int | None = None, most: int = 50) -> list[Delivery]:
    """What was tried, the newest first.

    Args:
        before: only attempts before this number.
    """
    query = sa.select(*_DELIVERY).where(deliveries.c.hook_id == hook_id).order_by(deliveries.c.number.desc())
    if before is not None:
        query = query.where(deliveries.c.number < min(before, 2**31 - 1))
    with engine.connect() as connection:
        return [Delivery(**row._mapping) for row in connection.execute(query.limit(most))]


def _plain(text: str) -> str:
    """A text that every database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
