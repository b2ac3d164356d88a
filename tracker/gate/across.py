"""Pages of other sites that may read the API, if the desk names them."""

from __future__ import annotations

from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_ASKED_WITH = ("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key")
_TOLD = ("ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy")
_SECONDS = 600
"""For so long a browser need not ask again whether it may."""


class Across:
    """Lets browsers hand the API's answers to pages of named origins, which show a key of their own.

    Cookies are never taken along, so nobody's session is used from there. Where no origin is named, and for all pages
    of the desk itself, nothing is let across.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self.app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=tuple(origins),
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=_ASKED_WITH,
            expose_headers=_TOLD,
            max_age=_SECONDS,
        )
        self._any = bool(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say who may read the answer."""
        across = self._any and scope["type"] == "http" and scope["path"].startswith("/api/")
        await (self._open if across else self.app)(scope, receive, send)
