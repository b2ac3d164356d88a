"""Today: the state of a day, its scores, its graph and its briefing."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.assessment import Assessment
from graphs.disruption import COUNTED
from graphs.errors import Fault, Faults
from graphs.score.resilience import LEVELS
from graphs.score.uncertainty import INTERVAL
from reports.briefing import briefing, headline
from reports.to_html import to_html
from tracker import log
from tracker.api import AtDesk, On
from tracker.door import needs
from tracker.log import Question
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_MOST_ROWS = 12


@router.get("/")
def home(request: Request, desk: AtDesk, on: On = None) -> Response:
    """Today's state on one screen."""
    day = on or date.today()
    assessment = desk.assess(day)
    newest = log.search(desk.engine, Question(states=tuple(COUNTED)), most=6).standing
    waiting = log.search(desk.engine, Question(states=("reported",)), most=1).total
    return page(
        request,
        "home.html",
        assessment=assessment,
        day=day,
        headline=headline(assessment),
        ecosystems=level_rows(assessment, "ecosystem"),
        countries=level_rows(assessment, "country"),
        worst=desk.worst_day(),
        newest=[one.record for one in newest],
        waiting=waiting,
        logged=desk.position,
    )


@router.get("/scores")
def scores(request: Request, desk: AtDesk, level: str = "ecosystem", on: On = None) -> Response:
    """A league table with intervals and reasons."""
    if level not in LEVELS:
        mend = f"choose from {', '.join(LEVELS)}"
        raise Faults([Fault("", "level", f"{level!r} is no level of a score", mend)])
    day = on or date.today()
    assessment = desk.assess(day)
    rows = level_rows(assessment, level)
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


@router.get("/briefing")
def read_briefing(desk: AtDesk, on: On = None) -> Response:
    """The briefing of a date."""
    return HTMLResponse(to_html(briefing(desk.assess(on or date.today()))))


@router.get("/docs")
def docs(request: Request) -> Response:
    """The API described, from its own OpenAPI document, without a script."""
    return page(request, "docs.html", spec=request.app.openapi(), port=request.url.port or 80)


def level_rows(assessment: Assessment, level: str) -> list[dict[str, Any]]:
    """The scores of a level as rows of a table, the lowest first."""
    rows = assessment.level(level).sort_values("score")
    rows["recovery_weeks"] = rows.recovery_weeks.astype(object).where(rows.recovery_weeks.notna(), None)
    return list(rows.reset_index().to_dict("records"))
