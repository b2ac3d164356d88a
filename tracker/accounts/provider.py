"""Login at a provider elsewhere: OpenID Connect, authorization code with PKCE, state and nonce."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from graphs.errors import Fault, Faults
from tracker.accounts import invitations, people
from tracker.accounts.people import Account
from tracker.accounts.tables import identities
from tracker.accounts.tokens import derived
from tracker.database import writing
from tracker.settings import Settings

_ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signed with a key that only the provider has: never with the secret that both know, never unsigned."""
_PATIENCE_SECONDS = 5
_CLOCKS_APART_SECONDS = 60
_UNSURE = Fault("", "provider", "it did not confirm who you are", "log in again, or use your password")


@dataclass(frozen=True)
class Identity:
    """Somebody as a provider knows him or her: issuer and subject never change."""

    issuer: str
    subject: str
    email: str
    verified: bool
    name: str


class Provider:
    """One provider, found by its issuer.

    All that must be kept between the two steps follows from one random token, which stays in the browser: who did not
    begin the login cannot end it.
    """

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()

    @property
    def name(self) -> str:
        """Host name of the provider, as it is shown; empty if none is set."""
        return urlsplit(self.issuer).hostname or ""

    def begin(self, token: str, back: str) -> str:
        """The address to send the browser to.

        Args:
            token: random, kept by the browser until it comes back.
            back: the address of this desk that the provider sends it back to.

        Raises:
            Faults: if the provider cannot be reached or is not what it should be.
        """
        with self._session(back) as session:
            url, _ = session.create_authorization_url(
                self._described(session)["authorization_endpoint"],
                state=derived(token, "state"),
                nonce=derived(token, "nonce"),
                code_verifier=derived(token, "verifier"),
            )
        return str(url)

    def finish(self, token: str, back: str, answer: Mapping[str, str], at: datetime) -> Identity:
        """Who came back, after the provider has confirmed it to this desk itself.

        Args:
            answer: the query with which the browser came back.

        Raises:
            Faults: anything that does not fit; it is not told what.
        """
        state, issuer = answer.get("state", ""), answer.get("iss", self.issuer)
        same = hmac.compare_digest(state.encode(), derived(token, "state").encode())
        if not token or not same or issuer != self.issuer or not answer.get("code"):
            raise Faults([_UNSURE])
        with self._session(back) as session:
            described = self._described(session)
            try:
                given = session.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=derived(token, "verifier"),
                )
                keys = KeySet.import_key_set(session.get(described["jwks_uri"], withhold_token=True).json())
                claims = self._checked(given, keys, derived(token, "nonce"), at)
            except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, TypeError):
                raise Faults([_UNSURE]) from None
        return Identity(
            self.issuer,
            str(claims["sub"]),
            str(claims.get("email", "")),
            claims.get("email_verified") is True,
            str(claims.get("name", "")),
        )

    def _session(self, back: str) -> Any:
        return OAuth2Session(
            self._client_id,
            self._secret or None,
            scope="openid email profile",
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=_PATIENCE_SECONDS,
        )

    def _described(self, session: Any) -> dict[str, str]:
        """What the provider says of itself; its addresses are as safe as its issuer."""
        try:
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            answer = session.get(url, withhold_token=True)
            answer.raise_for_status()
            described = dict(answer.json())
            addresses = [described[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        except (requests.RequestException, ValueError, KeyError, TypeError):
            fault = Fault("", "provider", f"{self.name} does not answer as it should", "use your password, or wait")
            raise Faults([fault]) from None
        scheme = urlsplit(self.issuer).scheme
        if described.get("issuer") != self.issuer or any(urlsplit(one).scheme != scheme for one in addresses):
            raise Faults([_UNSURE])
        return described

    def _checked(self, given: Mapping[str, Any], keys: KeySet, nonce: str, at: datetime) -> CodeIDToken:
        decoded = jwt.decode(given["id_token"], keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self._client_id}},
            {"nonce": nonce, "client_id": self._client_id, "access_token": given.get("access_token")},
        )
        claims.validate(int(at.timestamp()), _CLOCKS_APART_SECONDS)
        return claims


def enter(engine: sa.Engine, identity: Identity, at: datetime) -> Account:
    """The account of an identity; at the first time it is linked, or made from the invitation to its e-mail.

    Raises:
        Faults: an e-mail that is not verified or not invited, or an account that is disabled.
    """
    found = _linked(engine, identity)
    if found is None:
        if not identity.verified or not people.is_email(identity.email):
            mend = "confirm your e-mail at the provider first"
            raise Faults([Fault("", "email", "is not verified by the provider", mend)])
        known = people.find(engine, identity.email)
        if known and known[0].disabled:
            raise Faults([_UNSURE])
        if known and invitations.was_invited(engine, identity.email):
            with writing(engine) as connection:
                _link(connection, identity, known[0])
            found = known[0]
        else:
            name = _free_name(engine, identity)
            found = invitations.accept_verified(
                engine, identity.email, name, at, lambda connection, account: _link(connection, identity, account)
            )
    if found.disabled:
        raise Faults([_UNSURE])
    return found


def _linked(engine: sa.Engine, identity: Identity) -> Account | None:
    here = (identities.c.issuer == identity.issuer) & (identities.c.subject == identity.subject)
    with engine.connect() as connection:
        account_id = connection.scalar(sa.select(identities.c.account_id).where(here))
    return people.account(engine, account_id) if account_id else None


def _link(connection: sa.Connection, identity: Identity, account: Account) -> None:
    here = (identities.c.issuer == identity.issuer) & (identities.c.subject == identity.subject)
    if connection.scalar(sa.select(identities.c.account_id).where(here)) is None:
        row = {"issuer": identity.issuer, "subject": identity.subject, "account_id": account.id}
        connection.execute(identities.insert().values(row))


def _free_name(engine: sa.Engine, identity: Identity) -> str:
    """The name at the provider; if it is taken here, with a number."""
    first = " ".join(identity.name.split()) or identity.email.partition("@")[0]
    with engine.connect() as connection:
        for name in (first, *(f"{first} {number}" for number in range(2, 100))):
            if not people.name_faults(connection, name):
                return name
    return identity.email.partition("@")[0]
