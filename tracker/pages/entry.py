"""Entry: from what an expert knows to a record, in under a minute."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs import classification, disruption
from graphs.classification import country_name
from graphs.errors import Fault, Faults
from tracker import intake, keeping
from tracker.api import AtDesk, By, desk_of
from tracker.door import named, needs
from tracker.keeping import Change
from tracker.pages.frame import Typed, page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_VOCABULARY = {
    "ecosystems": classification.ECOSYSTEMS,
    "stages": classification.STAGES,
    "effects": {
        "supply": "Supply: less can be made",
        "demand": "Demand: customers buy less",
        "link": "Link: sales from one place to another are cut",
    },
    "horizons": disruption.HORIZONS,
    "confidences": disruption.CONFIDENCES,
    "actions": disruption.ACTIONS,
    "source_kinds": disruption.SOURCE_KINDS,
}


@router.get("/disruptions/new")
def new_disruption(request: Request, desk: AtDesk) -> Response:
    """The form to log a disruption."""
    return _form(request, {"start": date.today().isoformat()}, ())


@router.post("/disruptions", dependencies=[needs("log")])
def log_disruption(request: Request, desk: AtDesk, actor: By, typed: Typed) -> Response:
    """Take the form in; what was typed is never lost."""
    who = typed.pop("who", "").strip()
    try:
        record = intake.read(typed, desk.industries)
        written = desk.write(keeping.log_one, record, Change(named(actor, who, keeping.NOBODY), datetime.now(UTC)))
    except Faults as found:
        return _form(request, typed | {"who": who}, found.faults, status=422)
    return RedirectResponse(f"/disruptions/{written.id}", status_code=303)


def _form(request: Request, typed: dict[str, Any], faults: tuple[Fault, ...], status: int = 200) -> Response:
    chosen = {name: set(str(typed.get(name, "")).split("; ")) for name in ("ecosystems", "stages", "actions_required")}
    industries = desk_of(request).chain.nodes.drop_duplicates("industry")[["industry", "label"]]
    return page(
        request,
        "form.html",
        status,
        typed=typed,
        chosen=chosen,
        faults={fault.field: fault for fault in reversed(faults)},
        listed=faults,
        countries=["EU", "WORLD", *sorted(set(desk_of(request).chain.nodes.country))],
        country_name=country_name,
        industries=[(row.industry, row.label.rpartition(" (")[0] or row.label) for row in industries.itertuples()],
        **_VOCABULARY,
    )
