"""Entry: from what an expert knows to a record, in under a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs import classification, disruption
from graphs.classification import country_name
from graphs.errors import Fault, Faults
from tracker import intake, keeping
from tracker.api import AtDesk, desk_of
from tracker.desk import Preview
from tracker.forms import drafts
from tracker.forms.hints import LIKELY, NAMES, hints, shown, sketch, taken
from tracker.forms.suggestion import Suggestion
from tracker.gate.door import needs, visitor_of
from tracker.gate.guard import WITH_SCRIPT
from tracker.pages.frame import Typed, change_of, done, page
from tracker.pages.today import level_rows

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("log")])

FORM = "entry"
"""Name of this form among what is kept for later."""
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
_KEPT = frozenset(intake.FIELDS) - {"id", "state"} | {"who"}
_BOXES = ("ecosystems", "stages", "actions_required")
_AROUND = frozenset({"who", "draft", "take"})
"""What the form sends beside the fields of the record."""
_MOST_ROWS = 8


def owner_of_drafts(request: Request) -> str:
    """For whom half-filled forms are kept: an account, or all who use a desk without a login."""
    actor = visitor_of(request).actor
    return actor.account if actor else ""


Mine = Annotated[str, Depends(owner_of_drafts)]


@router.get("/disruptions/new")
def new_disruption(request: Request, desk: AtDesk, mine: Mine, draft: str = "") -> Response:
    """The form to log a disruption, empty or as it was left."""
    if not draft:
        return _form(request, {"start": date.today().isoformat()})
    return _form(request, {**drafts.read(desk.engine, mine, FORM, draft).typed, "draft": draft})


@router.post("/disruptions")
def log_disruption(request: Request, desk: AtDesk, mine: Mine, typed: Typed) -> Response:
    """Take the form in; what was typed is never lost."""
    try:
        record = _record(request, typed)
        written = desk.write(keeping.log_one, record, change_of(request, typed))
    except Faults as found:
        return _form(request, typed, found.faults, status=422)
    drafts.forget(desk.engine, mine, typed.get("draft", ""))
    return done(request, f"/disruptions/{written.id}", typed)


@router.post("/disruptions/new/hints")
def check(request: Request, desk: AtDesk, typed: Typed, part: bool = False) -> Response:
    """What the words suggest and what is on record like this; without a script a suggestion is taken here too."""
    take = typed.pop("take", "")
    for one in hints(typed, date.today(), desk.industries):
        if take == f"{one.field}={one.value}" or (take == "likely" and one.score >= LIKELY):
            typed = taken(typed, one)
    if part:
        return page(request, "hints.html", **_hints(request, typed))
    faults = () if take else _faults(request, typed)
    return _form(request, typed, faults, looked=True)


@router.post("/disruptions/new/preview")
def preview(request: Request, desk: AtDesk, typed: Typed, part: bool = False) -> Response:
    """What it would cost and what the score of its first day would become; nothing is stored."""
    try:
        found = desk.preview(_record(request, typed))
    except Faults as error:
        if part:
            return page(request, "impact.html", 422, listed=error.faults, impact=None)
        return _form(request, typed, error.faults, status=422)
    if part:
        return page(request, "impact.html", listed=(), impact=_impact(found))
    return _form(request, typed, impact=_impact(found))


@router.post("/disruptions/new/keep")
def keep(request: Request, desk: AtDesk, mine: Mine, typed: Typed, part: bool = False) -> Response:
    """Keep a half-filled form for later."""
    values = {name: value for name, value in typed.items() if name in _KEPT and value.strip()}
    if values.keys() - {"start", "who"}:
        drafts.keep(desk.engine, mine, FORM, typed.get("draft", ""), values, request.app.state.clock())
    return Response(status_code=204) if part else RedirectResponse("/disruptions/new", status_code=303)


@router.post("/disruptions/new/forget")
def forget(desk: AtDesk, mine: Mine, typed: Typed) -> Response:
    """Let go what was kept."""
    drafts.forget(desk.engine, mine, typed.get("draft", ""))
    return RedirectResponse("/disruptions/new", status_code=303)


def _record(request: Request, typed: dict[str, str]) -> disruption.Disruption:
    """What the form says.

    Raises:
        Faults: all of them.
    """
    values = {name: value for name, value in typed.items() if name not in _AROUND}
    return intake.read(values, desk_of(request).industries)


def _faults(request: Request, typed: dict[str, str]) -> tuple[Fault, ...]:
    try:
        _record(request, typed)
    except Faults as found:
        return found.faults
    return ()


def _form(
    request: Request,
    typed: dict[str, Any],
    faults: Sequence[Fault] = (),
    status: int = 200,
    looked: bool = False,
    impact: dict[str, Any] | None = None,
) -> Response:
    desk, mine = desk_of(request), owner_of_drafts(request)
    draft = typed.get("draft", "")
    answer = page(
        request,
        "form.html",
        status,
        typed=typed,
        chosen={
            name: set(str(typed.get(name, "")).split("; ")) for name in ("ecosystems", "stages", "actions_required")
        },
        faults={fault.field: fault for fault in reversed(faults)},
        listed=faults,
        draft=draft if drafts.is_draft(draft) else drafts.new_draft(),
        kept=[one for one in drafts.listed(desk.engine, mine, FORM) if one.id != draft],
        impact=impact,
        looked=looked,
        **_hints(request, typed if looked else {}),
        **words(request),
    )
    answer.headers["content-security-policy"] = WITH_SCRIPT
    return answer


def words(request: Request) -> dict[str, Any]:
    """What the forms of entry offer to choose from."""
    nodes = desk_of(request).chain.nodes
    industries = nodes.drop_duplicates("industry")[["industry", "label"]]
    return {
        "countries": ["EU", "WORLD", *sorted(set(nodes.country))],
        "country_name": country_name,
        "industries": [(row.industry, row.label.rpartition(" (")[0] or row.label) for row in industries.itertuples()],
        **_VOCABULARY,
    }


def _hints(request: Request, typed: dict[str, str]) -> dict[str, Any]:
    """What the box of suggestions and likely duplicates shows."""
    desk = desk_of(request)
    found: list[Suggestion] = hints(typed, date.today(), desk.industries)
    return {
        "suggested": [(one, NAMES[one.field], shown(one)) for one in found],
        "likely": sum(one.score >= LIKELY for one in found),
        "least": LIKELY,
        "alike": desk.alike([sketch(typed)])[0] if typed.get("title", "").strip() else [],
    }


def _impact(found: Preview) -> dict[str, Any]:
    alone, eu = found.alone, ("eu", "EU")
    return {
        "on": alone.on,
        "weeks": alone.method.horizon_weeks,
        "eu": alone.scores.loc[eu] if eu in alone.scores.index else None,
        "before": found.before.scores.loc[eu] if eu in found.before.scores.index else None,
        "after": found.after.scores.loc[eu] if eu in found.after.scores.index else None,
        "others": len(found.before.disruptions),
        "assumptions": [one for effect in alone.shock.effects for one in effect.assumptions],
        "levels": [
            (name, sorted(_hit(found, level), key=lambda row: -row["loss_meur"])[:_MOST_ROWS])
            for name, level in (("Ecosystems in the EU", "ecosystem"), ("Countries in the EU", "country"))
        ],
    }


def _hit(found: Preview, level: str) -> list[dict[str, Any]]:
    return [row for row in level_rows(found.alone, level) if row["loss_high_meur"] > 0]
