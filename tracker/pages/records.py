"""Records of disruptions: found by words and filters, and shown with what they do and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs import classification, disruption
from graphs.content import EARLIEST, ID, LATEST
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults, Unknown
from graphs.programmes import CAVEAT, could_pay
from graphs.recommendation import Action, Practice
from tracker import log, workflow
from tracker.api import AtDesk, desk_of
from tracker.desk import Desk
from tracker.gate.door import actor_of, needs
from tracker.keeping import Changed, owner_of
from tracker.kinds import KINDS, Record
from tracker.log import Question, Standing
from tracker.pages.differences import difference
from tracker.pages.disruption import Link, pointing, story
from tracker.pages.frame import page
from tracker.permissions import Actor, allowed
from tracker.values import day

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_ON_A_PAGE = 50
_FREE = ("assign", "withdraw", "undo", "restore", "merge", "amend", "comment", "add_evidence", "log")
"""What can be done with a record besides the steps of its review."""


@router.get("/disruptions")
def disruptions(
    request: Request,
    desk: AtDesk,
    q: str = "",
    state: str = "",
    on: str = "",
    country: str = "",
    ecosystem: str = "",
    assigned: str = "",
    after: str = "",
) -> Response:
    """The list of records, page by page, with filters whose state is in the address."""
    faults = []
    if state and state not in disruption.STATES:
        faults.append(Fault("", "state", f"{state!r} is no state", f"choose from {', '.join(disruption.STATES)}"))
    if ecosystem and ecosystem not in classification.ECOSYSTEMS:
        faults.append(Fault("", "ecosystem", f"{ecosystem!r} is no ecosystem", "choose one from the list"))
    place = classification.place(country) if country else None
    if country and place is None:
        faults.append(Fault("", "country", f"{country!r} is no known country or region", "write a name or a code"))
    when = day("on", on) if on else None  # an empty field of the form is no fault
    if when is not None and not EARLIEST <= when <= LATEST:
        faults.append(Fault("", "on", f"{when} is out of range", f"give a day from {EARLIEST} to {LATEST}"))
    if faults:
        raise Faults(faults)
    tags = {"origin": place, "ecosystems": ecosystem, "assigned_to": assigned}
    asked = Question(
        text=q,
        states=(state,) if state else (),
        tags=tuple((field, value) for field, value in tags.items() if value),
        on=when,
        duration_weeks=desk.duration_weeks,
    )
    found = log.search(desk.engine, asked, after, _ON_A_PAGE)
    chosen = {"q": q, "state": state, "on": on, "country": country, "ecosystem": ecosystem, "assigned": assigned}
    return page(
        request,
        "disruptions.html",
        found=[one.record for one in found.standing],
        total=found.total,
        cursor=found.cursor,
        later=bool(after),
        chosen={name: value for name, value in chosen.items() if value},
        feed={name: chosen[name] for name in ("country", "ecosystem") if chosen[name]},
        states=disruption.STATES,
        ecosystems=classification.ECOSYSTEMS,
        waiting=log.search(desk.engine, Question(states=("reported",)), most=1).total,
        drafts=log.search(desk.engine, Question(states=("draft",)), most=1).total,
    )


@router.get("/disruptions/{record_id}")
def one_disruption(request: Request, desk: AtDesk, record_id: str) -> Response:
    """One disruption: what was said, what it does alone, its history."""
    log.standing(desk.engine, record_id, "disruption")
    return record_page(request, record_id)


@router.get("/records/{record_id}")
def any_record(desk: AtDesk, record_id: str) -> Response:
    """The page of a record whose kind is not known."""
    return RedirectResponse(address_of(log.standing(desk.engine, record_id)), status_code=303)


def address_of(standing: Standing) -> str:
    """Where a record is shown: on a page of its own, or on that of the record it is about."""
    if standing.kind in ("comment", "evidence"):
        return f"/records/{standing.body['about']}#{standing.id}"
    return f"/{KINDS[standing.kind].plural}/{standing.id}"


def record_page(
    request: Request,
    record_id: str,
    faults: tuple[Fault, ...] = (),
    status: int = 200,
    changed: Changed | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """A record of any kind, with what is said of it and what can be done.

    Args:
        faults: of what somebody tried to do.
        changed: what somebody else did in the meantime.
        typed: what was typed, which is not lost.

    Raises:
        Unknown: if there is no such record.
    """
    desk = desk_of(request)
    standing = log.standing(desk.engine, record_id)
    record = standing.record
    actor = actor_of(request)
    said, today = pointing(request, "about", record_id, None), date.today()
    values: dict[str, Any] = {
        "record": record,
        "standing": standing,
        "kind": KINDS[standing.kind],
        "links": [Link.of(one) for one in standing.body.get("sources", ())],
        "link_of": Link.of,
        "named": _named(desk, [one.body["cluster"] for one in said if one.kind == "evidence"]),
        "said": {kind: [one for one in reversed(said) if one.kind == kind] for kind in KINDS},
        "history": log.history(desk.engine, record_id),
        "difference": difference,
        "may": _may(actor, standing),
        "steps": {name: allowed(actor, name, owner_of(standing)) for name in _steps(record)},
        "told": workflow.STEPS,
        "faults": faults,
        "changed": changed,
        "typed": typed or {},
        "today": today,
    }
    if isinstance(record, Disruption):
        return page(request, "disruption.html", status, **values, **story(request, record, today))
    pays = could_pay(record, desk.programmes, today) if isinstance(record, Action | Practice) else ()
    return page(request, "record.html", status, **values, pays=pays, caveat=CAVEAT)


def _steps(record: Record) -> list[str]:
    """What may come next, the likeliest first: nobody comes to reject what was verified."""
    return sorted(workflow.steps_from(record), key=lambda name: name == "reject")


def _named(desk: Desk, names: Iterable[str]) -> dict[str, str]:
    """What the organisations are called that are named by their ids."""
    found = {}
    for name in names:
        if ID.fullmatch(name):
            with suppress(Unknown):
                body = log.standing(desk.engine, name).body
                found[name] = str(body.get("name") or body.get("title") or name)
    return found


def _may(actor: Actor, standing: Standing) -> set[str]:
    closed = standing.body["state"] in workflow.CLOSED
    open_to = {"restore", "undo", "comment"} if closed else set(_FREE)
    return {name for name in open_to if allowed(actor, name, owner_of(standing)) is None}
