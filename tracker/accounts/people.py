"""Accounts and their roles. An account is never deleted, so its name is never somebody else's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from graphs.errors import Fault, Faults, Unknown
from tracker.accounts.tables import accounts, keys, memberships, sessions
from tracker.accounts.tokens import new_id
from tracker.database import stamp, writing
from tracker.permissions import ALLIANCE, ROLES

RESERVED = frozenset({"embedded record", "command line", "this desk", "nobody", "alliance"})
"""Names that the log writes by itself."""
_ADMINISTRATOR = ROLES[-1]
_EMAIL = r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+"


@dataclass(frozen=True)
class Account:
    """A person with a login."""

    id: str
    name: str
    email: str
    disabled: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role by association; under "" the role in the alliance itself."""


def any_account(engine: sa.Engine) -> bool:
    """Whether there is any account: from then on everybody logs in."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(accounts.c.id).limit(1)) is not None


def everybody(engine: sa.Engine) -> list[Account]:
    """All accounts by name, the disabled ones too."""
    with engine.connect() as connection:
        return _read(connection, sa.true())


def account(engine: sa.Engine, account_id: str) -> Account:
    """One account.

    Raises:
        Unknown: if there is none.
    """
    with engine.connect() as connection:
        return _one(connection, account_id)


def find(engine: sa.Engine, name_or_email: str) -> tuple[Account, str | None] | None:
    """The account of this name or e-mail with its password hash; None if there is none."""
    folded = fold(name_or_email)
    wanted = sa.or_(accounts.c.name_folded == folded, accounts.c.email_folded == folded)
    with engine.connect() as connection:
        row = connection.execute(sa.select(accounts.c.id, accounts.c.password_hash).where(wanted)).first()
        return (_one(connection, row.id), row.password_hash) if row else None


def add(
    connection: sa.Connection, name: str, email: str, password_hash: str | None, roles: Mapping[str, str], at: datetime
) -> Account:
    """Write a new account within a transaction of the caller.

    Raises:
        Faults: if the name or the e-mail cannot be one, or is taken.
    """
    name, email = " ".join(name.split()), email.strip()
    found = [*name_faults(connection, name), *email_faults(connection, email)]
    if found:
        raise Faults(found)
    row = {
        "id": new_id("U"),
        "name": name,
        "name_folded": fold(name),
        "email": email,
        "email_folded": fold(email),
        "password_hash": password_hash,
        "made_at": stamp(at),
    }
    try:
        with connection.begin_nested():
            connection.execute(accounts.insert().values(row))
    except sa.exc.IntegrityError:  # somebody took it between the look and the write
        raise Faults([*name_faults(connection, name), *email_faults(connection, email)]) from None
    for association, role in roles.items():
        connection.execute(memberships.insert().values(account_id=row["id"], association=association, role=role))
    return Account(str(row["id"]), name, email, roles=dict(roles))


def name_faults(connection: sa.Connection, name: str) -> list[Fault]:
    """What is wrong with a name for a new account."""
    mend = "write your name as it shall stand in the history of records"
    if not 2 <= len(name) <= 80:
        return [Fault("", "name", "is empty" if not name else f"has {len(name)} characters", f"{mend}, from 2 to 80")]
    if "@" in name or any(unicodedata.category(letter)[0] == "C" for letter in name):
        return [Fault("", "name", "holds a character that no name has", mend)]
    if any(len(_alphabets(word)) > 1 for word in re.split(r"[\W_]+", name)):
        return [
            Fault(
                "", "name", "has a word in two alphabets", "write each word in one, so that no name looks like another"
            )
        ]
    if fold(name) in RESERVED or _taken(connection, accounts.c.name_folded, name):
        return [Fault("", "name", f"{name!r} is taken", "add your cluster or a middle name")]
    return []


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word} & {"LATIN", "CYRILLIC", "GREEK"}


def email_faults(connection: sa.Connection, email: str) -> list[Fault]:
    """What is wrong with an e-mail for a new account."""
    if not is_email(email):
        return [Fault("", "email", f"{email[:60]!r} is no e-mail address", "write it as name@place.eu")]
    if _taken(connection, accounts.c.email_folded, email):
        return [Fault("", "email", "has an account already", "log in with it")]
    return []


def is_email(text: str) -> bool:
    """Whether this can be an e-mail address."""
    return len(text) <= 254 and re.fullmatch(_EMAIL, text) is not None


def set_role(engine: sa.Engine, account_id: str, association: str, role: str) -> Account:
    """Give a role in an association, or with an empty role end the membership.

    Raises:
        Unknown: if there is no such account.
        Faults: if there is no such role, or nobody would administer the alliance.
    """
    if role and role not in ROLES:
        raise Faults([Fault("", "role", f"{role!r} is no role", f"choose from {', '.join(ROLES)}")])
    with writing(engine) as connection:
        _one(connection, account_id)
        _keep_one(connection, account_id, association == ALLIANCE and role != _ADMINISTRATOR)
        here = (memberships.c.account_id == account_id) & (memberships.c.association == association)
        if not role:
            connection.execute(memberships.delete().where(here))
        elif not connection.execute(memberships.update().where(here).values(role=role)).rowcount:
            connection.execute(memberships.insert().values(account_id=account_id, association=association, role=role))
        return _one(connection, account_id)


def disable(engine: sa.Engine, account_id: str, at: datetime) -> Account:
    """Lock somebody out at once: sessions end, keys stop. The name stays in the log.

    Raises:
        Unknown: if there is no such account.
        Faults: if nobody would administer the alliance.
    """
    with writing(engine) as connection:
        _one(connection, account_id)
        _keep_one(connection, account_id, True)
        connection.execute(accounts.update().where(accounts.c.id == account_id).values(disabled_at=stamp(at)))
        connection.execute(sessions.delete().where(sessions.c.account_id == account_id))
        mine = (keys.c.account_id == account_id) & keys.c.revoked_at.is_(None)
        connection.execute(keys.update().where(mine).values(revoked_at=stamp(at)))
        return _one(connection, account_id)


def enable(engine: sa.Engine, account_id: str) -> Account:
    """Let somebody in again, who then logs in anew; keys stay revoked.

    Raises:
        Unknown: if there is no such account.
    """
    with writing(engine) as connection:
        _one(connection, account_id)
        connection.execute(accounts.update().where(accounts.c.id == account_id).values(disabled_at=None))
        return _one(connection, account_id)


def fold(text: str) -> str:
    """Names and e-mails that look the same are the same.

    Examples:
        >>> fold(" ANA@Cluster.EU ") == fold("ana@cluster.eu")
        True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(
        unicodedata.normalize("NFKC", folded).encode("utf-8", "replace").decode().replace("\0", "?").split()
    )


def _keep_one(connection: sa.Connection, account_id: str, leaves: bool) -> None:
    """The last administrator stays; two who leave at the same time wait for each other."""
    if leaves and administrators(connection, locked=True) == {account_id}:
        mend = "make somebody else an administrator first"
        raise Faults([Fault("", "role", "this is the only administrator", mend)])


def administrators(connection: sa.Connection, locked: bool = False) -> set[str]:
    """Ids of those who administer the alliance; locked against a change at the same time."""
    query = (
        sa.select(accounts.c.id)
        .join(memberships, memberships.c.account_id == accounts.c.id)
        .where(memberships.c.association == ALLIANCE, memberships.c.role == _ADMINISTRATOR)
        .where(accounts.c.disabled_at.is_(None))
        .order_by(accounts.c.id)
    )
    return set(connection.scalars(query.with_for_update() if locked else query))


def _taken(connection: sa.Connection, column: sa.Column[str], text: str) -> bool:
    return connection.scalar(sa.select(accounts.c.id).where(column == fold(text))) is not None


def _one(connection: sa.Connection, account_id: str) -> Account:
    found = _read(connection, accounts.c.id == account_id.encode("utf-8", "replace").decode().replace("\0", "?"))
    if not found:
        raise Unknown(account_id)
    return found[0]


def _read(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[Account]:
    joined = accounts.outerjoin(memberships, memberships.c.account_id == accounts.c.id)
    columns = (accounts.c.id, accounts.c.name, accounts.c.email, accounts.c.disabled_at)
    query = (
        sa.select(*columns, memberships.c.association, memberships.c.role)
        .select_from(joined)
        .where(wanted)
        .order_by(accounts.c.name_folded, memberships.c.association)
    )
    found: dict[str, Account] = {}
    for row in connection.execute(query):
        one = found.setdefault(row.id, Account(row.id, row.name, row.email, row.disabled_at is not None, {}))
        if row.role is not None:
            found[row.id] = Account(one.id, one.name, one.email, one.disabled, {**one.roles, row.association: row.role})
    return list(found.values())
