"""Records: found by words and filters, shown one by one, and carried through their review."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs import disruption
from graphs.assessment import Assessment
from graphs.classification import country_name
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from tracker import intake, keeping, log
from tracker.api import AtDesk, By, desk_of, owner_of_record
from tracker.door import named, needs
from tracker.keeping import Change
from tracker.pages.frame import Typed, page
from tracker.pages.today import level_rows

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_MOST_ROWS = 12


@router.get("/disruptions")
def disruptions(request: Request, desk: AtDesk, q: str = "", state: str = "", on: str = "") -> Response:
    """The list of records, with a filter whose state is in the address."""
    day = intake.day("on", on) if on else None  # an empty field of the form is no fault
    words = q.casefold().split()
    found = [
        one
        for one in sorted(log.disruptions(desk.engine), key=lambda one: str(one.start), reverse=True)
        if all(word in _searchable(one) for word in words)
        and (not state or one.state == state)
        and (day is None or one.in_force(day, max(desk.method.duration_weeks)))
    ]
    return page(request, "disruptions.html", found=found, q=q, state=state, on=on, states=disruption.STATES)


@router.get("/disruptions/{record_id}")
def one_disruption(request: Request, desk: AtDesk, record_id: str) -> Response:
    """One disruption: what was said, what it does alone, its history."""
    return _disruption_page(request, record_id, ())


@router.post("/disruptions/{record_id}/resolve", dependencies=[needs("resolve", owner_of_record)])
def resolve(request: Request, desk: AtDesk, actor: By, record_id: str, typed: Typed) -> Response:
    """Close a disruption."""
    try:
        last = intake.day("end", typed.get("end", ""))
        change = Change(named(actor, typed.get("who", ""), keeping.NOBODY), datetime.now(UTC))
        desk.write(keeping.review, record_id, "resolve", change, last, desk.duration_weeks)
    except Faults as found:
        return _disruption_page(request, record_id, found.faults, status=422)
    return RedirectResponse(f"/disruptions/{record_id}", status_code=303)


def _disruption_page(request: Request, record_id: str, faults: tuple[Fault, ...], status: int = 200) -> Response:
    desk = desk_of(request)
    record = log.disruption(desk.engine, record_id)
    assert record.start is not None
    alone = desk.assess(record.start, only=record_id)
    return page(
        request,
        "disruption.html",
        status,
        record=record,
        effect=next(iter(alone.shock.effects), None),
        assessment=alone,
        ecosystems=_hit(alone, "ecosystem"),
        countries=_hit(alone, "country"),
        nodes=alone.nodes[alone.nodes.loss_share > 0].sort_values("loss_meur", ascending=False).head(_MOST_ROWS),
        wave=_wave(alone),
        history=log.history(desk.engine, record_id),
        today=date.today(),
        still=record.in_force(date.today(), max(desk.method.duration_weeks)),
        faults=faults,
    )


def _hit(assessment: Assessment, level: str) -> list[dict[str, Any]]:
    rows = [row for row in level_rows(assessment, level) if row["loss_high_meur"] > 0]
    return sorted(rows, key=lambda row: -row["loss_meur"])[:_MOST_ROWS]


def _wave(assessment: Assessment) -> dict[str, Any]:
    """Points of a line for the share of EU output lost by week, in a box of 600 × 120."""
    lost = assessment.path["EU"] if "EU" in assessment.path else assessment.path.sum(axis=1)
    top = max(float(lost.max()), 1e-9)
    step = 600 / max(1, len(lost) - 1)
    points = [f"{position * step:.1f},{120 - 116 * float(share) / top:.1f}" for position, share in enumerate(lost)]
    return {"points": " ".join(points), "top": top if lost.max() > 0 else 0.0, "weeks": len(lost)}


def _searchable(record: Disruption) -> str:
    places = " ".join(country_name(code) for code in record.origin + record.felt)
    parts = (record.id, record.title, record.description, record.cause, places, *record.ecosystems, *record.industries)
    return " ".join((*parts, *record.origin, *record.felt)).casefold()
