"""Invitations: a link that works once, and says as what somebody is invited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from graphs.errors import Fault, Faults, Unknown
from tracker.accounts import people
from tracker.accounts.people import Account
from tracker.accounts.tables import invitations
from tracker.accounts.tokens import hashed, new_id, new_token
from tracker.database import stamp, writing
from tracker.permissions import ALLIANCE, ROLES

LASTS = timedelta(days=7)
FIRST_LASTS = timedelta(days=1)
"""The link for the first administrator is printed where others may read it."""
_FIRST = "first start"
_CLOSED = Fault("", "invitation", "was used, withdrawn or has expired", "ask who invited you for a new one")


@dataclass(frozen=True)
class Invitation:
    """What somebody is invited to."""

    id: str
    email: str
    """Empty on the link for the first administrator, who gives it."""
    association: str
    role: str
    made_by: str
    expires_at: str


def invite(engine: sa.Engine, email: str, association: str, role: str, made_by: str, at: datetime) -> str:
    """Invite somebody; the token is returned once and kept as a hash only. Earlier ones to this e-mail end.

    Raises:
        Faults: an e-mail that is none or has an account, a role that is none.
    """
    email = email.strip()
    with writing(engine) as connection:
        found = people.email_faults(connection, email)
        if role not in ROLES:
            found.append(Fault("", "role", f"{role!r} is no role", f"choose from {', '.join(ROLES)}"))
        if len(association) > 40:
            found.append(Fault("", "association", "is no id of an association", "choose one, or none"))
        if found:
            raise Faults(found)
        open_before = [one.id for one in _open(connection, at) if people.fold(one.email) == people.fold(email)]
        connection.execute(invitations.delete().where(invitations.c.id.in_(open_before)))
        return _write(connection, email, association, role, made_by, at, LASTS)


def first_administrator(engine: sa.Engine, at: datetime) -> str | None:
    """The token of a one-time link for the first administrator, None if there is one. Earlier such links end."""
    with writing(engine) as connection:
        if people.administrators(connection):
            return None
        unused = (invitations.c.made_by == _FIRST) & invitations.c.used_at.is_(None)
        connection.execute(invitations.delete().where(unused))
        return _write(connection, "", ALLIANCE, ROLES[-1], _FIRST, at, FIRST_LASTS)


def read(engine: sa.Engine, token: str, at: datetime) -> Invitation:
    """The open invitation of a token; reading does not use it.

    Raises:
        Unknown: if it was used, withdrawn, has expired or never was: it is not told which.
    """
    with engine.connect() as connection:
        for one in _open(connection, at, invitations.c.token_hash == hashed(token)):
            return one
    raise Unknown("invitation")


def waiting(engine: sa.Engine, at: datetime) -> list[Invitation]:
    """All open invitations, oldest first."""
    with engine.connect() as connection:
        return [one for one in _open(connection, at) if one.made_by != _FIRST]


def was_invited(engine: sa.Engine, email: str) -> bool:
    """Whether an invitation to this e-mail was used: then it was a coordinator who named it, not the owner alone."""
    used = sa.select(invitations.c.email).where(invitations.c.used_at.is_not(None), invitations.c.email != "")
    with engine.connect() as connection:
        return people.fold(email) in {people.fold(one) for one in connection.scalars(used)}


def withdraw(engine: sa.Engine, invitation_id: str) -> None:
    """End an invitation before it is used."""
    with writing(engine) as connection:
        gone = (invitations.c.id == invitation_id) & invitations.c.used_at.is_(None)
        connection.execute(invitations.delete().where(gone))


def accept(engine: sa.Engine, token: str, name: str, email: str, password_hash: str, at: datetime) -> Account:
    """Use an invitation: the account is made, the link is dead.

    Args:
        email: only for the first administrator; else the invited one counts.

    Raises:
        Faults: a used invitation, or a name or e-mail that cannot be taken; the invitation then stays open.
    """
    return _use(engine, invitations.c.token_hash == hashed(token), name, email, password_hash, at)


def accept_verified(
    engine: sa.Engine, email: str, name: str, at: datetime, also: Callable[[sa.Connection, Account], None]
) -> Account:
    """Use the invitation to an e-mail that a provider has verified; the account has no password.

    Args:
        also: what is written in the same transaction.

    Raises:
        Faults: if nobody of this e-mail is invited, or the name is taken.
    """
    with engine.connect() as connection:
        invited = [one for one in _open(connection, at) if one.email and people.fold(one.email) == people.fold(email)]
    if not invited:
        raise Faults([Fault("", "email", "is not invited", "ask a coordinator of your association to invite you")])
    return _use(engine, invitations.c.id == invited[0].id, name, email, None, at, also)


def _use(
    engine: sa.Engine,
    wanted: sa.ColumnElement[bool],
    name: str,
    email: str,
    password_hash: str | None,
    at: datetime,
    also: Callable[[sa.Connection, Account], None] = lambda connection, account: None,
) -> Account:
    with writing(engine) as connection:
        still = wanted & invitations.c.used_at.is_(None) & (invitations.c.expires_at > stamp(at))
        # The update comes first: of two who use it at the same time, the second finds nothing left.
        used = connection.execute(invitations.update().where(still).values(used_at=stamp(at))).rowcount
        row = connection.execute(sa.select(invitations).where(wanted)).first()
        if not used or row is None:
            raise Faults([_CLOSED])
        account = people.add(connection, name, row.email or email, password_hash, {row.association: row.role}, at)
        also(connection, account)
        return account


def _open(connection: sa.Connection, at: datetime, *wanted: sa.ColumnElement[bool]) -> list[Invitation]:
    query = (
        sa.select(invitations)
        .where(invitations.c.used_at.is_(None), invitations.c.expires_at > stamp(at), *wanted)
        .order_by(invitations.c.made_at)
    )
    return [
        Invitation(row.id, row.email, row.association, row.role, row.made_by, row.expires_at)
        for row in connection.execute(query)
    ]


def _write(
    connection: sa.Connection, email: str, association: str, role: str, made_by: str, at: datetime, lasts: timedelta
) -> str:
    token = new_token()
    connection.execute(
        invitations.insert().values(
            id=new_id("I"),
            token_hash=hashed(token),
            email=email,
            association=association,
            role=role,
            made_by=made_by,
            made_at=stamp(at),
            expires_at=stamp(at + lasts),
        )
    )
    return token
