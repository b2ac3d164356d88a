"""The web application: pages for people and the API for programs, around one desk."""

from __future__ import annotations

import functools
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults, Unknown
from tracker import api, briefings, pages
from tracker.accounts.attempts import TooMany
from tracker.accounts.entrance import Entrance
from tracker.accounts.passwords import Busy
from tracker.accounts.provider import Provider
from tracker.api import answer
from tracker.api.answer import fault
from tracker.api.description import described
from tracker.database import AWAY
from tracker.desk import Desk
from tracker.files.uploads import Uploads
from tracker.gate.across import Across
from tracker.gate.door import Door, every_route
from tracker.gate.guard import Guard
from tracker.gate.kept import Keeper
from tracker.gate.rates import Rates
from tracker.hooks.sending import Sender
from tracker.jobs import Jobs
from tracker.keeping import Changed, Refused
from tracker.mail.postman import Post, Postman
from tracker.pages.frame import error_page
from tracker.timeline import Timeline

_AWAY_SECONDS = 5
"""After which a program may try again while the database does not answer."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(desk: Desk, clock: Callable[[], datetime] = _now) -> FastAPI:
    """The application around a desk that the caller opened and will close.

    Args:
        clock: tells when sessions, keys and invitations expire.

    Examples:
        >>> import tempfile
        >>> from graphs.classification import DATA
        >>> from tracker.settings import Settings
        >>> url = f"sqlite:///{tempfile.mkdtemp()}/log.sqlite"
        >>> desk = Desk(Settings(database_url=url, chain=DATA / "toy"))
        >>> create_app(desk).url_path_for("read_scores")
        '/api/v1/scores'
        >>> desk.close()
    """
    app = FastAPI(
        lifespan=_beside,
        title="Value-chain disruption tracker",
        version="1",
        description="Disruptions of Europe's value chains, and resilience scores with their reasons.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.door, app.state.entrance = Door(desk.engine, desk.settings), Entrance(desk.engine)
    app.state.provider, app.state.clock = Provider(desk.settings), clock
    app.state.reports = briefings.Kept(desk)
    post, report_at = Post.of(desk.settings), desk.settings.report_at
    app.state.postman = Postman(desk.engine, post, report_at, clock, functools.partial(briefings.of_week, desk))
    app.state.sender = Sender(desk.engine, desk.settings.own_hosts, clock, answer.entry)
    app.state.uploads, app.state.imports = Uploads(desk), threading.BoundedSemaphore(2)
    app.state.jobs = Jobs()
    app.add_middleware(Keeper, position=lambda: desk.position, today=date.today)
    origins, rates = desk.settings.origins, Rates(desk.settings.rate_per_minute)
    app.add_middleware(Guard, door=app.state.door, clock=clock, rates=rates, origins=origins)
    app.add_middleware(Across, origins=origins)
    app.add_middleware(_First, timeline=desk.timeline)
    for room in (*api.ROOMS, *pages.ROOMS):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=Path(str(resources.files("tracker") / "static"))), name="static")
    app.openapi = functools.partial(described, app)  # type: ignore[method-assign]
    app.add_exception_handler(Faults, _faults)
    app.add_exception_handler(Unknown, _not_found)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Refused, _not_allowed)
    app.add_exception_handler(Changed, _changed)
    app.add_exception_handler(TooMany, _come_back)
    app.add_exception_handler(Busy, _come_back)
    app.add_exception_handler(briefings.Busy, _come_back)
    app.add_exception_handler(Exception, _failed)
    return app


@asynccontextmanager
async def _beside(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the answers, while there is somebody to answer."""
    app.state.sender.start()
    app.state.postman.start()
    try:
        yield
    finally:
        await run_in_threadpool(app.state.sender.close)
        await run_in_threadpool(app.state.postman.close)


class _First:
    """Whoever asks goes first: before what is computed beside the work."""

    def __init__(self, app: ASGIApp, timeline: Timeline) -> None:
        self.app, self.timeline = app, timeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.timeline.guest():
            await self.app(scope, receive, send)


def _faults(request: Request, error: Exception) -> Response:
    assert isinstance(error, Faults)
    return _problem(request, 422, "The input has faults", f"{len(error.faults)} to mend.", error.faults)


def _not_found(request: Request, error: Exception) -> Response:
    return _problem(request, 404, "Not found", "There is nothing under this name.")


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = []
    for one in error.errors():
        if one["type"] == "json_invalid":
            broken = Fault("", "body", "is not JSON", f"look at character {one['loc'][-1]}")
            return _problem(request, 400, "The body is broken", "It is not JSON.", (broken,))
        if one["loc"] == ("body",) and isinstance(one["input"], bytes):
            return _problem(request, 415, "Not JSON", "Send JSON, with the Content-Type application/json.")
        field = ".".join(str(part) for part in one["loc"][1:]) or "body"
        if field in ("on", "first", "last"):
            mend = f"write a day from {EARLIEST} to {LATEST}, such as 2021-03-23"
            faults.append(Fault("", field, f"{str(one['input'])[:60]!r} is no date in range", mend))
        else:
            faults.append(Fault("", field, one["msg"], "see the description at /docs"))
    return _problem(request, 422, "The request was not understood", f"{len(faults)} to mend.", tuple(faults))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = "There is no page or resource at this address." if error.status_code == 404 else str(error.detail)
    answer = _problem(request, error.status_code, str(error.detail), detail)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_verbs(request)))
    return answer


def _verbs(request: Request) -> set[str]:
    """What may be done at an address, whichever of its routes does it."""
    here = [one for one in every_route(request.app.routes) if one.path_regex.match(request.url.path)]
    return {verb for one in here for verb in one.methods or ()}


def _not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _problem(request, error.refusal.status, "Not allowed", error.refusal.text)


def _changed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Changed)
    changes = [
        Fault(f"entry {entry.number}", name, f"{entry.who} made it {after!r}", "look again, then repeat if it holds")
        for entry in error.entries
        for name, (_, after) in entry.changes().items()
    ]
    told = f"{error}. Nothing of yours was written."
    answer = _problem(request, 412, "Changed in the meantime", told, tuple(changes))
    answer.headers["ETag"] = f'"{error.standing.version}"'
    return answer


def _come_back(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany | Busy | briefings.Busy)
    if isinstance(error, TooMany):
        answer = _problem(request, 429, "Too many attempts", "Ten logins failed: try again in five minutes.")
    elif isinstance(error, briefings.Busy):
        answer = _problem(
            request, 429, "One moment", "Many reports are being made just now: try again in some seconds."
        )
    else:
        answer = _problem(request, 503, "One moment", "Many are logging in just now: try again in some seconds.")
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


def _failed(request: Request, error: Exception) -> Response:
    """In words for who reads the page; the server's own output has the traceback."""
    unsure = "If you sent something, look whether it stands in the log before you send it again."
    if isinstance(error, AWAY):
        answer = _problem(request, 503, "The log cannot be reached", f"Its database does not answer. {unsure}")
        answer.headers["Retry-After"] = str(_AWAY_SECONDS)
        return answer
    return _problem(request, 500, "This went wrong", f"It is a fault of this program. {unsure}")


def _problem(request: Request, status: int, title: str, detail: str, faults: tuple[Fault, ...] = ()) -> Response:
    if not request.url.path.startswith("/api/"):
        return error_page(request, status, title, detail, faults)
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "faults": [fault(one) for one in faults],
    }
    return JSONResponse(content, status, media_type="application/problem+json")
