"""The door: who stands before it, and what a route asks of him or her."""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from tracker.accounts import keys, people, sessions
from tracker.permissions import LOCAL, OPERATIONS, Actor, Owner, allowed, depends_on_owner
from tracker.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of a request that came through a proxy, so perhaps from elsewhere."""
FEED = "/api/v1/feed.atom"
"""Readers of feeds know names and passwords only: here a key may come as one."""
VISITOR = "tracker.visitor"
"""Under which the scope of a request says who sends it."""


@dataclasses.dataclass(frozen=True)
class Visitor:
    """Who a request comes from, and what the answer must know of it."""

    actor: Actor | None
    """None if nobody is logged in where a login is demanded."""
    token: str = ""
    """Token of the session that the browser holds, alive or not."""
    csrf: str = ""
    """What the forms of this session carry; empty without a session."""
    login: bool = False
    """Whether there is a login at all."""


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a request shows at the door."""

    authorization: str
    token: str
    from_elsewhere: bool


class Door:
    """Finds out who comes, by key, by session, or as somebody alone at this machine.

    A desk asks for a login as soon as there is an account, and always if it can be reached from elsewhere: by its
    settings, by the address of the client, or through a proxy.
    """

    def __init__(self, engine: sa.Engine, settings: Settings) -> None:
        self.engine = engine
        self.public = urlsplit(settings.url)
        self.secure = self.public.scheme == "https"
        named = {one.strip().casefold() for one in settings.hosts.split(",") if one.strip()}
        self.hosts = LOOPBACK | named | ({self.public.hostname} if self.public.hostname else set())
        if _address(settings.host) is None:
            self.hosts |= {settings.host.casefold()}
        self.open_to_network = settings.host not in LOOPBACK or not self.hosts <= LOOPBACK
        self._somebody, self._asked = False, float("-inf")

    def known_as(self, host: str | None) -> bool:
        """Whether a request to this host name is meant for this desk.

        On the network any address in figures is: a page elsewhere can let its own name point here, never a figure.
        """
        return host is not None and (host in self.hosts or (self.open_to_network and _address(host) is not None))

    @property
    def cookie(self) -> str:
        """Name of the cookie; the one for https cannot be planted by another host or over http."""
        return "__Host-tracker" if self.secure else "tracker"

    @property
    def login_demanded(self) -> bool:
        """Whether everybody logs in: there is an account, or the network reaches this desk."""
        return self.open_to_network or self._has_accounts()

    def shown(self, connection: HTTPConnection) -> Shown:
        """What this request shows of who sends it."""
        token = connection.cookies.get(self.cookie, "") if "cookie" in connection.headers else ""
        authorization = connection.headers.get("authorization", "")
        if connection.scope["path"] == FEED:
            authorization = _from_a_reader(authorization)
        return Shown(authorization, token, self._from_elsewhere(connection))

    def visitor(self, shown: Shown, at: datetime) -> Visitor:
        """Who shows this."""
        kind, _, key = shown.authorization.partition(" ")
        if kind:  # a key counts alone: no cookie makes up for a wrong one
            return Visitor(keys.actor(self.engine, key.strip(), at) if kind.lower() == "bearer" else None, login=True)
        actor = sessions.actor(self.engine, shown.token, at) if shown.token else None
        if actor:
            return Visitor(actor, shown.token, sessions.csrf(shown.token), login=True)
        demanded = self.login_demanded or shown.from_elsewhere
        return Visitor(None if demanded else LOCAL, shown.token, login=demanded)

    def address(self, request: Request) -> str:
        """The address of this desk, for links that are passed on: the public one if it is set."""
        return f"{self.public.scheme}://{self.public.netloc}" if self.public.netloc else str(request.base_url)[:-1]

    def forget(self) -> None:
        """Ask anew whether there are accounts."""
        self._asked = float("-inf")

    def _from_elsewhere(self, connection: HTTPConnection) -> bool:
        if any(name in connection.headers for name in FORWARDED):
            return True
        address = _address(connection.client.host if connection.client else "")
        return address is not None and not address.is_loopback

    def _has_accounts(self) -> bool:
        """Accounts are never deleted, so one is enough for ever; that there is none is asked once a second."""
        if not self._somebody and time.monotonic() - self._asked > 1:
            self._somebody = people.any_account(self.engine)
            self._asked = time.monotonic()
        return self._somebody


def needs(operation: str, owner: Callable[..., Owner] | None = None) -> Any:
    """A dependency that binds a route to an operation: ``dependencies=[needs("verify", owner_of_record)]``.

    Args:
        owner: a dependency that finds whose it is; may raise ``Unknown``. Left out only where it does not matter.

    Raises:
        ValueError: an operation that the table of permissions does not name, or that needs the owner.

    Examples:
        >>> needs("log").dependency.operation
        'log'
        >>> needs("verify")
        Traceback (most recent call last):
        ValueError: whether somebody may verify depends on whose it is: give the owner
    """
    if operation not in OPERATIONS:
        raise ValueError(f"{operation!r} is no operation")
    if owner is None and depends_on_owner(operation):
        raise ValueError(f"whether somebody may {operation} depends on whose it is: give the owner")

    def alone(request: Request) -> None:
        refuse(visitor_of(request).actor, operation)

    def owned(request: Request, of: Owner = Depends(owner)) -> None:  # noqa: B008
        refuse(visitor_of(request).actor, operation, of)

    check: Any = alone if owner is None else owned
    check.operation = operation
    return Depends(check)


def refuse(actor: Actor | None, operation: str, owner: Owner | None = None) -> None:
    """Go on only if the actor may.

    Raises:
        HTTPException: 401 or 403, in words that say who may.
    """
    refusal = allowed(actor, operation, owner)
    if refusal:
        raise HTTPException(refusal.status, refusal.text)


def visitor_of(request: Request) -> Visitor:
    """Who sends this request, as the guard found out; nobody if it did not come by the guard."""
    found: Visitor = request.scope.get(VISITOR, Visitor(None, login=True))
    return found


def actor_of(request: Request) -> Actor:
    """Who acts; to be used as a dependency.

    Raises:
        HTTPException: 401 if nobody is logged in.
    """
    actor = visitor_of(request).actor
    if actor is None:
        raise HTTPException(401, "Log in first.")
    return actor


def named(actor: Actor, typed: str, otherwise: str) -> Actor:
    """The actor with the name that goes into the log: of the account; only without a login as it was typed."""
    if actor.through != "local":
        return actor
    return dataclasses.replace(actor, name=" ".join(typed.split()) or otherwise)


def seen(scope: Mapping[str, Any], visitor: Visitor) -> dict[str, Any]:
    """The scope of a request with who sends it."""
    return {**scope, VISITOR: visitor}


def every_route(routes: Sequence[Any]) -> Iterator[APIRoute]:
    """The routes of an application, those of included routers too; files and mounted applications are none."""
    for one in routes:
        if isinstance(one, APIRoute):
            yield one
        else:
            included = getattr(one, "original_router", None)
            yield from every_route(included.routes if included else ())


def operations_of(route: APIRoute) -> Iterator[str]:
    """The operations that a route is bound to."""
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        waiting += one.dependencies
        operation = getattr(one.call, "operation", None)
        if operation:
            yield operation


def _from_a_reader(authorization: str) -> str:
    """A password, whatever the name before it, as the key that it is.

    Examples:
        >>> _from_a_reader("Basic YW5hOnZjZHRfeA=="), _from_a_reader("Basic ?"), _from_a_reader("Bearer vcdt_x")
        ('Bearer vcdt_x', 'Basic ?', 'Bearer vcdt_x')
    """
    kind, _, given = authorization.partition(" ")
    if kind.lower() != "basic":
        return authorization
    try:
        return f"Bearer {base64.b64decode(given, validate=True).decode().partition(':')[2]}"
    except ValueError:
        return authorization


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
