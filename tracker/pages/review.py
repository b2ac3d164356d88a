"""Review: every step of a record from draft to resolved, and what people say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.errors import Fault, Faults
from tracker import intake, keeping, log, workflow
from tracker.api import AtDesk, desk_of, owner_of_last_change, owner_of_record
from tracker.gate.door import needs
from tracker.keeping import Change, Changed
from tracker.log import Standing, Turn
from tracker.pages.frame import Typed, change_of, done
from tracker.pages.records import address_of, record_page
from tracker.values import day

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _step(action: str) -> Callable[..., Response]:
    def step(request: Request, desk: AtDesk, record_id: str, typed: Typed) -> Response:
        def verb(turn: Turn, change: Change) -> Standing:
            end = _last_day(typed) if action == "resolve" else None
            return keeping.review(turn, record_id, action, change, end, desk.duration_weeks)

        return _do(request, record_id, typed, verb)

    return step


for _action in workflow.STEPS:
    router.add_api_route(
        f"/records/{{record_id}}/{_action}",
        _step(_action),
        methods=["POST"],
        name=_action,
        dependencies=[needs(_action, owner_of_record)],
    )


@router.post("/records/{record_id}/assign", dependencies=[needs("assign", owner_of_record)])
def assign(request: Request, record_id: str, typed: Typed) -> Response:
    """Say who looks after a disruption."""

    def verb(turn: Turn, change: Change) -> Standing:
        return keeping.assign(turn, record_id, typed.get("assigned_to", ""), change)

    return _do(request, record_id, typed, verb)


@router.post("/records/{record_id}/withdraw", dependencies=[needs("withdraw", owner_of_record)])
def withdraw(request: Request, record_id: str, typed: Typed) -> Response:
    """Take a record back."""
    return _do(request, record_id, typed, lambda turn, change: keeping.withdraw(turn, record_id, change))


@router.post("/records/{record_id}/undo", dependencies=[needs("undo", owner_of_last_change)])
def undo(request: Request, record_id: str, typed: Typed) -> Response:
    """Take the last change of a record back."""
    return _do(request, record_id, typed, lambda turn, change: keeping.undo(turn, record_id, change))


@router.post("/records/{record_id}/restore", dependencies=[needs("restore", owner_of_record)])
def restore(request: Request, record_id: str, typed: Typed) -> Response:
    """Make a record what it was."""
    return _do(
        request,
        record_id,
        typed,
        lambda turn, change: keeping.restore(turn, record_id, _number("restored", typed.get("restored", "")), change),
    )


@router.post("/records/{record_id}/merge", dependencies=[needs("merge", owner_of_record)])
def merge(request: Request, record_id: str, typed: Typed) -> Response:
    """Say that a record tells of the same as another."""
    into = typed.get("merged_into", "").strip()
    return _do(request, record_id, typed, lambda turn, change: keeping.merge(turn, record_id, into, change))


@router.post("/records/{record_id}/comments", dependencies=[needs("comment")])
def comment(request: Request, record_id: str, typed: Typed) -> Response:
    """Say something to a record."""
    return _say(request, record_id, typed, "comment", ("text",))


@router.post("/records/{record_id}/evidence", dependencies=[needs("add_evidence")])
def add_evidence(request: Request, record_id: str, typed: Typed) -> Response:
    """Show that a record is true."""
    return _say(request, record_id, typed, "evidence", ("address", "quote", "said_by", "cluster", "said_on"))


def _say(request: Request, record_id: str, typed: dict[str, str], kind: str, names: tuple[str, ...]) -> Response:
    desk = desk_of(request)
    log.standing(desk.engine, record_id)
    values = {name: typed.get(name, "") for name in names} | {"about": record_id}

    def verb(turn: Turn, change: Change) -> Standing:
        return keeping.log(turn, [intake.read(values, desk.industries, kind)], change)[0]

    return _do(request, record_id, typed, verb)


def _do(request: Request, record_id: str, typed: dict[str, str], verb: Callable[[Turn, Change], Standing]) -> Response:
    """Carry it out and show the record; what goes wrong is told on its page."""
    desk = desk_of(request)
    try:
        change = change_of(request, typed)
        written = desk.write(verb, change)
    except Faults as found:
        return record_page(request, record_id, found.faults, 422, typed=typed)
    except Changed as changed:
        return record_page(request, record_id, status=409, changed=changed, typed=typed)
    return done(request, address_of(written), typed)


def _last_day(typed: dict[str, str]) -> date:
    return day("end", typed.get("end", ""))


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Faults([Fault("", name, f"{text[:20]!r} is no version", "use the buttons of this page")])
    return int(text)
