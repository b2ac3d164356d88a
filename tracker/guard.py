"""The door keeper: who may talk to a desk without a login, and how much they may say."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_BYTES = 1_000_000
_TOO_LARGE = (413, "More than 1 MB was sent: log one disruption at a time, or import a file from the command line.")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
     b"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)  # fmt: skip


class Guard:
    """Lets in only this machine's own addresses, only writes from its own pages or programs, only bodies of 1 MB.

    A page elsewhere on the web could make a browser send a form here, or name this machine by another host name;
    both are refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
        refusal = _refusal(scope["method"], headers)
        body = b""
        if not refusal and scope["method"] not in _SAFE:
            try:
                read = await _body(receive)
            except ClientDisconnect:
                return  # half a form must not become a record
            refusal, body = (None, read) if read is not None else (_TOO_LARGE, b"")
        if refusal:
            status, detail = refusal
            problem = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail, "faults": []}
            answer = JSONResponse(problem, status, media_type="application/problem+json")
            await answer(scope, receive, sealed)
            return
        if scope["method"] in _SAFE:
            await self.app(scope, receive, sealed)
            return
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(messages, None) or await receive()

        await self.app(scope, again, sealed)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None as soon as it is larger than may be."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _refusal(method: str, headers: Headers) -> tuple[int, str] | None:
    if _host(headers.get("host", "")) not in LOOPBACK:
        return 421, "This desk has no login and answers only on this machine: use http://localhost."
    if method in _SAFE:
        return None
    origin = headers.get("origin")
    elsewhere = origin is not None and origin.partition("://")[2] != headers.get("host")
    if elsewhere or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return 403, "This came from a page of another site and was not carried out."
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,12}", length) or int(length) > MOST_BYTES:
        return _TOO_LARGE
    return None


def _host(header: str) -> str | None:
    """The host name without its port; None if it is none."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
