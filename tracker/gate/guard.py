"""The door keeper: who is let in, to what, and how much they may say."""

from __future__ import annotations

import hmac
import html
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.gate.door import Door, Shown, Visitor, seen
from tracker.gate.rates import Rates
from tracker.gate.together import Together
from tracker.permissions import LOCAL

MOST_BYTES = 1_000_000
MOST_BYTES_OF_A_FILE = 21_000_000
"""A file of 20 MB, the most that is read, and what a form puts around it."""
_TOO_LARGE = {
    MOST_BYTES: "More than 1 MB was sent: bring tables in under Files or /api/v1/imports, up to 20 MB.",
    MOST_BYTES_OF_A_FILE: "The file is larger than 20 MB: split it.",
}
_TOO_MUCH = "More than {:,} requests in a minute: come back after the seconds in Retry-After."
_LOGGED_OUT = "You are not logged in any more, and nothing was written. Log in, then send it anew."
_ONLY_HERE = "This desk has no login and answers only on this machine: use http://localhost."
_NOT_HERE = "This desk is not known by this name: use its public address, or name it in TRACKER_HOSTS."
_REFUSED = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Refused · Disruption tracker</title>
<link rel="stylesheet" href="/static/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<main id="main">
<h1>Refused</h1>
<p class="lead">{}</p>
<p>If you filled in a form, go back in your browser: what you typed still stands there.
Or <a href="/">go to today</a>.</p>
</main>
</body>
</html>
"""
_WAYS_IN = ("/login/", "/invitations/")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a page may load and run: no script at all."""
WITH_SCRIPT = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""The same for the few pages that a script of our own makes quicker."""
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)  # fmt: skip


class Guard:
    """Lets in only what is sent to this desk's own names, writes only from its own pages or programs, bodies of 1 MB.

    A page elsewhere on the web could make a browser send a form here, or name this machine by another host name;
    both are refused. Where a login is demanded, nothing but the way in is open without one, whatever a route says
    for itself; and what a session writes must carry the token of its own forms.

    Args:
        rates: how much everybody may ask of the API; whoever is alone at this machine is not counted.
        origins: of pages elsewhere that may use the API with a key.
    """

    def __init__(
        self,
        app: ASGIApp,
        door: Door,
        clock: Callable[[], datetime],
        rates: Rates,
        origins: Collection[str] = (),
    ) -> None:
        self.app = app
        self.rates = rates
        self.origins = origins
        self.door = door
        self.clock = clock
        self._visitors = Together(self._who)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, then pass it on with the security headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _HEADERS if pair[0] not in named)]
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], scope["path"], headers)
        if refusal:
            await _told(scope, headers, *refusal)(scope, receive, sealed)
        elif scope["path"].startswith("/static/"):
            await self.app(scope, receive, sealed)
        else:
            await self._known(scope, headers, receive, sealed)

    async def _known(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Find out who it is, and pass on what he or she may send at all."""
        entering = scope["path"] == "/login" or scope["path"].startswith(_WAYS_IN)
        visitor = await self._visitors.ask(self.door.shown(HTTPConnection(scope)))
        if scope["path"].startswith("/api/") and visitor.actor is not LOCAL:
            left = self.rates.count(_name(scope, visitor))
            send = _with(left.headers, send)
            if left.requests < 0:
                wait = {"Retry-After": str(left.seconds)}
                await _problem(429, _TOO_MUCH.format(left.most), wait)(scope, receive, send)
                return
        if visitor.actor is None and not entering:
            if scope["method"] in _SAFE or not _for_a_person(scope, headers):
                await _log_in_first(scope, headers)(scope, receive, send)
            else:  # to lead on to the login would lose what was typed
                await _told(scope, headers, 401, _LOGGED_OUT)(scope, receive, send)
            return
        if scope["method"] not in _SAFE:
            try:
                body = await _body(receive, _most(scope["path"]))
            except ClientDisconnect:
                return  # half a form must not become a record
            refusal = _too_large(scope["path"]) if body is None else _forged(visitor, entering, headers, body)
            if refusal:
                await _told(scope, headers, *refusal)(scope, receive, send)
                return
            receive = _again(body or b"", receive)
        try:
            await self.app(seen(scope, visitor), receive, send)
        finally:
            if entering:
                self.door.forget()  # the first account may have been made

    def _who(self, shown: Collection[Shown]) -> Mapping[Shown, Visitor]:
        at = self.clock()
        return {one: self.door.visitor(one, at) for one in shown}

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        if not self.door.known_as(_host(headers.get("host", ""))):
            return 421, _NOT_HERE if self.door.open_to_network else _ONLY_HERE
        if method in _SAFE:
            return None
        origin = headers.get("origin")
        with_a_key = path.startswith("/api/") and origin in self.origins and "authorization" in headers
        elsewhere = (origin is not None and not self._own(origin, headers)) or _from_another_site(headers)
        if elsewhere and not with_a_key:  # no page can have a browser send a key that it does not hold itself
            return 403, "This came from a page of another site and was not carried out."
        length = headers.get("content-length", "0")
        if not re.fullmatch("[0-9]{1,12}", length) or int(length) > _most(path):
            return _too_large(path)
        return None

    def _own(self, origin: str, headers: Headers) -> bool:
        scheme, _, name = origin.partition("://")
        public = self.door.public
        if public.netloc and name == public.netloc:
            return scheme == public.scheme
        return name == headers.get("host")


def _name(scope: Scope, visitor: Visitor) -> str:
    """Under which requests are counted: the account, else the address."""
    if visitor.actor is not None:
        return f"account {visitor.actor.account}"
    return f"address {scope['client'][0] if scope.get('client') else ''}"


def _with(headers: Iterable[tuple[bytes, bytes]], send: Send) -> Send:
    """Send an answer with these headers too."""

    async def more(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return more


def _most(path: str) -> int:
    return MOST_BYTES_OF_A_FILE if path in ("/files", "/api/v1/imports") else MOST_BYTES


def _too_large(path: str) -> tuple[int, str]:
    return 413, _TOO_LARGE[_most(path)]


def _log_in_first(scope: Scope, headers: Headers) -> Response:
    """Pages lead to the login and back; programs are told."""
    if scope["path"].startswith("/api/") or "authorization" in headers:
        told = "This key is not known, or no longer." if "authorization" in headers else "Log in, or send a key."
        return _problem(401, told, {"WWW-Authenticate": "Bearer"})
    back = scope["path"] if scope["method"] in ("GET", "HEAD") else "/"
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"/login?back={quote(f'{back}?{query}' if query and back != '/' else back, safe='/')}", 303)


def _told(scope: Scope, headers: Headers, status: int, detail: str) -> Response:
    """A refusal as a page for browsers, as a problem for programs."""
    if not _for_a_person(scope, headers):
        return _problem(status, detail)
    return HTMLResponse(_REFUSED.format(html.escape(detail)), status)


def _for_a_person(scope: Scope, headers: Headers) -> bool:
    return not scope["path"].startswith("/api/") and "text/html" in headers.get("accept", "")


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    problem = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail, "faults": []}
    return JSONResponse(problem, status, headers, media_type="application/problem+json")


def _forged(visitor: Visitor, entering: bool, headers: Headers, body: bytes) -> tuple[int, str] | None:
    """Refuses what a page elsewhere could have made a browser send."""
    if entering:  # there is no session yet whose token a form could carry
        shown = "origin" in headers or headers.get("sec-fetch-site") in ("same-origin", "none")
        return None if shown else (403, "The browser does not say which page this came from: use another one.")
    if not visitor.csrf:
        return None
    given = [headers.get("x-csrf-token", ""), *_typed(headers, body)]
    if any(hmac.compare_digest(one.encode(), visitor.csrf.encode()) for one in given):
        return None
    return 403, "This form belongs to an earlier login: load its page again and send it anew."


def _typed(headers: Headers, body: bytes) -> list[str]:
    """What stands in the field ``csrf`` of a form."""
    if headers.get("content-type", "").startswith("multipart/"):
        return [one.decode() for one in re.findall(rb'name="csrf"\r\n\r\n([0-9a-f]{64})\r\n', body)]
    return [one.decode() for one in re.findall(rb"(?:^|&)csrf=([0-9a-f]{64})(?=&|$)", body)]


def _from_another_site(headers: Headers) -> bool:
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, to be read once more."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(messages, None) or await receive()

    return again


async def _body(receive: Receive, most: int) -> bytes | None:
    """The whole body; None as soon as it is larger than may be."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _host(header: str) -> str | None:
    """The host name without its port; None if it is none."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
