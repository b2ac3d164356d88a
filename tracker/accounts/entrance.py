"""The entrance: a name and a password become a session, slowly for who guesses."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker.accounts import invitations, passwords, people, sessions
from tracker.accounts.attempts import Attempts
from tracker.accounts.people import Account
from tracker.accounts.tables import accounts
from tracker.database import writing

_WRONG = Fault("", "password", "it or the name is not right", "try again, or ask a coordinator to invite you anew")


class Entrance:
    """Lets people in by password: at most ten failures in five minutes for one account, and for one address."""

    def __init__(self, engine: sa.Engine, gate: passwords.Gate | None = None) -> None:
        self.engine = engine
        self.gate = gate or passwords.Gate()
        self._attempts = Attempts()

    def log_in(self, name: str, password: str, address: str, browser: str, at: datetime, held: str = "") -> str:
        """The token of a new session.

        Args:
            name: name or e-mail of the account.
            address: where the request came from.
            held: the token that the browser held before, which ends.

        Raises:
            Faults: name or password is wrong, or the account is disabled: it is not told which.
            TooMany: after ten failures in five minutes.
            Busy: if too many are logging in at this moment.
        """
        known = self._checked(name, password, address)
        return sessions.begin(self.engine, known.id, browser, at, instead_of=held)

    def accept(self, token: str, name: str, email: str, password: str, again: str, at: datetime) -> Account:
        """Make the account of an invitation.

        Raises:
            Unknown: if the invitation is not open.
            Faults: everything that is wrong with name, e-mail and password; the invitation stays open.
            Busy: if too many are logging in at this moment.
        """
        invited = invitations.read(self.engine, token, at)
        email, name = invited.email or email.strip(), " ".join(name.split())
        with self.engine.connect() as connection:
            found = [*people.name_faults(connection, name), *people.email_faults(connection, email)]
        found += passwords.faults(password, again, name, email, email.partition("@")[0])
        if found:
            raise Faults(found)
        return invitations.accept(self.engine, token, name, email, self.gate.hash(password), at)

    def change_password(self, account: Account, old: str, password: str, again: str, address: str, token: str) -> None:
        """Take a new password; every other session of the account ends.

        Raises:
            Faults: the old password is wrong, or the new one will not do.
            TooMany: after ten failures in five minutes.
            Busy: if too many are logging in at this moment.
        """
        found = passwords.faults(password, again, account.name, account.email, account.email.partition("@")[0])
        try:
            self._checked(account.name, old, address)
        except Faults:
            found.insert(0, Fault("", "old", "is not your password", "type the one you log in with"))
        if found:
            raise Faults(found)
        kept = self.gate.hash(password)
        with writing(self.engine) as connection:
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(password_hash=kept))
        sessions.end_others(self.engine, account.id, token)

    def _checked(self, name: str, password: str, address: str) -> Account:
        found = people.find(self.engine, name)
        # One window for an account, whether its name or its e-mail is typed.
        counted = found[0].id if found else people.fold(name)[:254]
        with self._attempts.one(("account", counted), ("address", address)):
            fits = self.gate.fits(password, found[1] if found else None)
            if not found or not fits or found[0].disabled:
                raise Faults([_WRONG])
            return found[0]
