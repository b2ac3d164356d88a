"""The page of hooks: which programs are told of every change, how far each is, and what did not arrive."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs.errors import Fault, Faults
from tracker.api import By, desk_of, own, owner_of_hook
from tracker.gate.door import actor_of, needs
from tracker.hooks import register
from tracker.pages.frame import Typed, page
from tracker.permissions import allowed

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SHOWN = 10


@router.get("/account/hooks", dependencies=[needs("keep_hooks", own)])
def hooks(request: Request) -> Response:
    """The hooks that one may see."""
    return _page(request)


@router.post("/account/hooks", dependencies=[needs("keep_hooks", own)])
def make(request: Request, actor: By, typed: Typed) -> Response:
    """Make a hook and show its secret, this once."""
    desk, url = desk_of(request), typed.get("url", "").strip()
    at, newest = request.app.state.clock(), desk.position
    try:
        register.check(url, newest, newest, desk.settings.own_hosts)
        _, secret = desk.write(lambda turn: register.add(turn.connection, url, newest, actor, at))
    except Faults as found:
        return _page(request, found.faults, 422, typed=url)
    return _page(request, secret=secret)


@router.post("/account/hooks/{hook_id}/delete", dependencies=[needs("keep_hooks", owner_of_hook)])
def delete(request: Request, hook_id: str) -> Response:
    """Tell it nothing any more."""
    register.delete(desk_of(request).engine, hook_id)
    return RedirectResponse("/account/hooks", 303)


def _page(
    request: Request, faults: tuple[Fault, ...] = (), status: int = 200, secret: str = "", typed: str = ""
) -> Response:
    desk, actor = desk_of(request), actor_of(request)
    mine = [one for one in register.listed(desk.engine) if allowed(actor, "keep_hooks", one.owner) is None]
    answer = page(
        request,
        "hooks.html",
        status,
        hooks=[(one, register.attempts(desk.engine, one.id, most=_SHOWN)) for one in mine],
        newest=desk.position,
        secret=secret,
        typed=typed,
        faults=faults,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
