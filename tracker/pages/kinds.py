"""Records of every other kind: clusters, associations, practices, actions, sessions; and amending any record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.content import Day, Number, Text, Word
from graphs.errors import Fault, Faults
from graphs.fields import record_fields
from graphs.record import Field
from tracker import intake, keeping, log
from tracker.api import AtDesk, desk_of, owner_of_record
from tracker.gate.door import needs
from tracker.keeping import Changed
from tracker.kinds import KINDS, Kind
from tracker.log import Question
from tracker.pages.differences import difference
from tracker.pages.frame import Typed, change_of, done, page
from tracker.pages.records import address_of, record_page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

LISTED = ("session", "practice", "action", "cluster", "association")
"""Kinds with a list and pages of their own; comments and evidence stand with what they are about."""
_GIVEN = {"id", "state", "merged_into", "assigned_to"}
"""Fields that the log and the review give. How far an action is carried out is said by people."""
_LONG = 2_000
_ON_A_PAGE = 50


def _list(kind: Kind) -> Callable[..., Response]:
    def show(request: Request, desk: AtDesk, q: str = "", after: str = "") -> Response:
        found = log.search(desk.engine, Question(kind=kind.word, text=q), after, _ON_A_PAGE)
        return page(request, "kind.html", kind=kind, found=found, q=q, later=bool(after))

    return show


def _new(kind: Kind) -> Callable[..., Response]:
    def show(request: Request) -> Response:
        about = request.query_params.get("about", "")
        return _form(request, kind, {"about": about}, "")

    return show


def _log(kind: Kind) -> Callable[..., Response]:
    def take(request: Request, desk: AtDesk, typed: Typed) -> Response:
        try:
            record = intake.read(_values(typed, kind), desk.industries, kind.word)
            written = desk.write(keeping.log_one, record, change_of(request, typed))
        except Faults as found:
            return _form(request, kind, typed, "", found.faults, status=422)
        return done(request, address_of(written), typed)

    return take


def _one(kind: Kind) -> Callable[..., Response]:
    def show(request: Request, desk: AtDesk, record_id: str) -> Response:
        log.standing(desk.engine, record_id, kind.word)
        return record_page(request, record_id)

    return show


for _kind in (KINDS[word] for word in LISTED):
    _operation = "record_session" if _kind.word == "session" else "log"
    if _kind.word != "action":  # those have an inventory
        router.add_api_route(f"/{_kind.plural}", _list(_kind), name=_kind.plural)
    router.add_api_route(f"/{_kind.plural}/new", _new(_kind), name=f"new {_kind.word}")
    router.add_api_route(f"/{_kind.plural}/{{record_id}}", _one(_kind), name=f"one {_kind.word}")
    router.add_api_route(
        f"/{_kind.plural}", _log(_kind), methods=["POST"], name=f"log {_kind.word}", dependencies=[needs(_operation)]
    )


@router.get("/records/{record_id}/amend")
def amend_form(request: Request, desk: AtDesk, record_id: str) -> Response:
    """The form of a record, with what it says."""
    standing = log.standing(desk.engine, record_id)
    typed = {field.name: _shown(standing.body.get(field.name)) for field in standing.record.fields()}
    return _form(request, KINDS[standing.kind], typed | {"version": str(standing.version)}, record_id)


@router.post("/records/{record_id}/amend", dependencies=[needs("amend", owner_of_record)])
def amend(request: Request, desk: AtDesk, record_id: str, typed: Typed) -> Response:
    """Say something else in place of what was said; what was typed is never lost."""
    standing = log.standing(desk.engine, record_id)
    kind = KINDS[standing.kind]
    try:
        given = {field.name: standing.body.get(field.name) for field in standing.record.fields()}
        record = intake.read(given | _values(typed, kind) | {"id": record_id}, desk.industries, kind.word)
        written = desk.write(keeping.amend, record, change_of(request, typed))
    except Faults as found:
        return _form(request, kind, typed, record_id, found.faults, status=422)
    except Changed as changed:
        newest = typed | {"version": str(changed.standing.version)}
        return _form(request, kind, newest, record_id, changed=changed, status=409)
    return done(request, address_of(written), typed)


def _form(
    request: Request,
    kind: Kind,
    typed: dict[str, Any],
    record_id: str,
    faults: tuple[Fault, ...] = (),
    changed: Changed | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "record_form.html",
        status,
        kind=kind,
        fields=[(field, _widget(field)) for field in _asked(kind)],
        meanings=record_fields().loc[kind.word],
        typed=typed,
        record_id=record_id,
        faults={fault.field: fault for fault in reversed(faults)},
        listed=faults,
        changed=changed,
        difference=difference,
        industries=sorted(desk_of(request).industries),
    )


def _asked(kind: Kind) -> list[Field]:
    given = _GIVEN - {"state"} if kind.word == "action" else _GIVEN
    return [field for field in kind.cls.fields() if field.name not in given]


def _values(typed: dict[str, str], kind: Kind) -> dict[str, str]:
    """What was typed into the fields; an empty one is empty, also if it was full before."""
    return {field.name: typed.get(field.name, "") for field in _asked(kind)}


def _widget(field: Field) -> str:
    content = field.content
    if isinstance(content, Word):
        return "boxes" if field.many else "choice"
    if isinstance(content, Text):
        return "area" if content.limit > _LONG else "text"
    return "date" if isinstance(content, Day) else "number" if isinstance(content, Number) else "text"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)
