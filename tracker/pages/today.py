"""Today: the state of a day on one screen, its graph and its briefing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.assessment import Assessment
from graphs.disruption import COUNTED
from reports.morning import headline, morning
from reports.to_html import to_html
from tracker import log
from tracker.api import AtDesk, On
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.log import Question
from tracker.pages.frame import page
from tracker.pages.history import EU, history_of
from tracker.pages.map import map_of
from tracker.pages.scores import league_of
from tracker.pages.stages import stages_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_MOST_LISTED = 5
_BEFORE, _AFTER = timedelta(weeks=52), timedelta(weeks=26)
"""How much of the history of a day stands on its page."""


@router.get("/")
def home(request: Request, desk: AtDesk, on: On = None, ecosystem: str = "") -> Response:
    """Today's state on one screen; below it how it came about, and where it lies.

    Args:
        ecosystem: whose history stands beside that of the EU; the one with the lowest score if left out.
    """
    day = on or date.today()
    newest = log.search(desk.engine, Question(states=tuple(COUNTED)), most=_MOST_LISTED)
    waiting = log.search(desk.engine, Question(states=("reported",)), most=_MOST_LISTED)
    return page(
        request,
        "home.html",
        **_state(desk, day, ecosystem),
        worst=desk.worst_day(),
        newest=[one.record for one in newest.standing],
        unreviewed=[one.record for one in waiting.standing],
        waiting=waiting.total,
        logged=desk.position,
    )


def prepare(desk: Desk, day: date) -> None:
    """Compute and draw what the first page shows of a day, so that nobody waits for it."""
    found = _state(desk, day, "")
    for figure in (found["tiles"], found["stages"], *found["leagues"], *(line.figure for line in found["lines"])):
        assert figure.drawings


def _state(desk: Desk, day: date, ecosystem: str) -> dict[str, Any]:
    """What the first page says of a day, but for the log."""
    assessment = desk.assess(day)
    ecosystems, scored = level_rows(assessment, "ecosystem"), desk.timeline.lines.index.get_level_values("level")
    chosen = ecosystem or next((row["key"] for row in ecosystems), "")
    lines = {"eu": EU, "ecosystem": f"ecosystem:{chosen}"}
    span = day - _BEFORE, max(day, min(day + _AFTER, date.today()))
    return {
        "assessment": assessment,
        "day": day,
        "headline": headline(assessment),
        "ecosystems": ecosystems,
        "change": desk.timeline.change(day).score_change.to_dict(),
        "chosen": chosen,
        "tiles": map_of(desk, day, world=False),
        "lines": [history_of(desk, of, *span, on=day) for level, of in lines.items() if level in scored],
        "stages": stages_of(desk, None),
        "leagues": [league_of(desk, day, level) for level in ("ecosystem", "country") if level in scored],
        "silent": sum("severity" in one.missing() for one in assessment.disruptions),
    }


@router.get("/briefing")
def read_briefing(desk: AtDesk, on: On = None) -> Response:
    """The briefing of a date."""
    return HTMLResponse(to_html(morning(desk.assess(on or date.today()), position=desk.position)))


@router.get("/docs")
def docs(request: Request) -> Response:
    """The API described, from its own OpenAPI document, without a script."""
    return page(request, "docs.html", spec=request.app.openapi(), port=request.url.port or 80)


def level_rows(assessment: Assessment, level: str) -> list[dict[str, Any]]:
    """The scores of a level as rows of a table, the lowest first."""
    rows = assessment.level(level).sort_values("score")
    rows["recovery_weeks"] = rows.recovery_weeks.astype(object).where(rows.recovery_weeks.notna(), None)
    return list(rows.reset_index().to_dict("records"))
