"""The pages for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs import classification, disruption
from graphs.assessment import Assessment
from graphs.classification import country_name
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.picture import picture_page
from graphs.score.resilience import LEVELS
from graphs.score.uncertainty import INTERVAL
from reports.briefing import briefing, headline
from reports.to_html import to_html
from tracker import intake, keeping, log
from tracker.api import AtDesk, By, On, desk_of, owner_of_record
from tracker.door import named, needs
from tracker.keeping import Change
from tracker.page import page

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
_MOST_ROWS = 12


async def _typed(request: Request) -> dict[str, str]:
    """What a form of these pages holds, lists joined by semicolons.

    Raises:
        Faults: anything that no form of these pages sends.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise Faults([Fault("", "form", "cannot be read", "use the form of this page, or the API for JSON")])
    form = await request.form()
    names = [name for name in form if name != "csrf"]  # that one is for the guard
    return {name: "; ".join(str(one) for one in form.getlist(name) if str(one).strip()) for name in names}


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/")
def home(request: Request, desk: AtDesk, on: On = None) -> Response:
    """Today's state on one screen."""
    day = on or date.today()
    assessment = desk.assess(day)
    newest = sorted(log.disruptions(desk.engine), key=lambda one: str(one.start), reverse=True)[:6]
    return page(
        request,
        "home.html",
        assessment=assessment,
        day=day,
        headline=headline(assessment),
        ecosystems=_level(assessment, "ecosystem"),
        countries=_level(assessment, "country"),
        worst=desk.worst_day(),
        newest=newest,
        logged=desk.position,
    )


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


@router.get("/scores")
def scores(request: Request, desk: AtDesk, level: str = "ecosystem", on: On = None) -> Response:
    """A league table with intervals and reasons."""
    if level not in LEVELS:
        mend = f"choose from {', '.join(LEVELS)}"
        raise Faults([Fault("", "level", f"{level!r} is no level of a score", mend)])
    day = on or date.today()
    assessment = desk.assess(day)
    rows = _level(assessment, level)
    ranks = assessment.ranks(level)
    for row in rows:
        row |= ranks.loc[row["key"]].to_dict()
    moves = assessment.sensitivity(level) if level in ("ecosystem", "country") and len(rows) > 1 else None
    reasons = {row["key"]: assessment.reasons(level, row["key"]) for row in rows[:300]}
    return page(
        request,
        "scores.html",
        assessment=assessment,
        day=day,
        level=level,
        levels=LEVELS,
        rows=rows[:300],
        more=max(0, len(rows) - 300),
        reasons=reasons,
        interval=INTERVAL,
        moves=""
        if moves is None
        else "; ".join(f"{one.label.lower()} {one.rank_shift:.1f}" for one in moves.itertuples()),
    )


@router.get("/graph")
def graph(desk: AtDesk, on: On = None) -> Response:
    """The graph page: one file, as it would be mailed."""
    assessment = desk.assess(on or date.today())
    page = picture_page(desk.chain, assessment, headline(assessment))
    # The page brings its own, stricter policy in a meta element; the header must allow its hashed scripts.
    allowed = "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
    policy = f"default-src 'none'; {allowed}; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"content-security-policy": policy})


@router.get("/briefing")
def read_briefing(desk: AtDesk, on: On = None) -> Response:
    """The briefing of a date."""
    return HTMLResponse(to_html(briefing(desk.assess(on or date.today()))))


@router.get("/docs")
def docs(request: Request) -> Response:
    """The API described, from its own OpenAPI document, without a script."""
    return page(request, "docs.html", spec=request.app.openapi(), port=request.url.port or 80)


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


def _level(assessment: Assessment, level: str) -> list[dict[str, Any]]:
    rows = assessment.level(level).sort_values("score")
    rows["recovery_weeks"] = rows.recovery_weeks.astype(object).where(rows.recovery_weeks.notna(), None)
    return list(rows.reset_index().to_dict("records"))


def _hit(assessment: Assessment, level: str) -> list[dict[str, Any]]:
    rows = [row for row in _level(assessment, level) if row["loss_high_meur"] > 0]
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
