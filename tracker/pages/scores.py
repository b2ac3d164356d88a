"""Scores: the league of a level with intervals, ranks and reasons."""

from __future__ import annotations

import functools
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.errors import Fault, Faults
from graphs.levels import percent
from graphs.score.resilience import LEVELS
from graphs.score.uncertainty import INTERVAL
from graphs.series import LEVELS as FOLLOWED
from reports import figures
from reports.charts import league
from reports.charts.words import points
from tracker.api import AtDesk, On
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.pages.figure import Column, Figure, origin, over_time, source
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

PLURALS = {
    "eu": "the EU27",
    "ecosystem": "ecosystems in the EU27",
    "country": "countries of the EU27",
    "industry": "industries in the EU27",
    "node": "industries of single countries",
}
"""What is scored on a level."""
_MOST_ROWS = 300
_COLUMNS = (
    Column("label", "Name"),
    Column("score", "Score", points),
    Column(("score_low", "score_high"), "Score, low–high", points),
    Column("rank", "Rank", lambda place: f"{place}"),
    Column(("rank_low", "rank_high"), "Rank, low–high", lambda place: f"{place}"),
    Column("loss_share", "Output lost", percent),
)


@router.get("/scores")
def scores(request: Request, desk: AtDesk, level: str = "ecosystem", on: On = None) -> Response:
    """A league table with intervals and reasons."""
    day = on or date.today()
    figure = league_of(desk, day, level)
    assessment = desk.assess(day)
    rows = figure.frame.to_dict("records")
    moves = assessment.sensitivity(level) if level in ("ecosystem", "country") and len(rows) > 1 else None
    return page(
        request,
        "scores.html",
        figure=figure,
        day=day,
        level=level,
        levels=LEVELS,
        rows=rows[:_MOST_ROWS],
        more=max(0, len(rows) - _MOST_ROWS),
        drawn=league.MOST,
        reasons={row["key"]: assessment.reasons(level, row["key"]) for row in rows[:_MOST_ROWS]},
        interval=INTERVAL,
        moves=""
        if moves is None
        else "; ".join(f"{one.label.lower()} {one.rank_shift:.1f}" for one in moves.itertuples()),
    )


@router.get("/scores.{form}")
def scores_file(desk: AtDesk, form: str, level: str = "ecosystem", on: On = None) -> Response:
    """The scores of a level, or their drawing."""
    return league_of(desk, on or date.today(), level).file(form)


def league_of(desk: Desk, on: date, level: str) -> Figure:
    """The league of a level on a day.

    Raises:
        Faults: if there is no such level.
    """
    if level not in LEVELS:
        mend = f"choose from {', '.join(LEVELS)}"
        raise Faults([Fault("", "level", f"{level[:60]!r} is no level of a score", mend)])
    table = figures.league(desk.assess(on), level).rename_axis("key").reset_index()
    title = f"Scores of {PLURALS[level]} on {on}"
    drawn = table[["label", "score", "score_low", "score_high", "rank", "rank_low", "rank_high"]].head(league.MOST)
    return Figure(
        name="scores",
        title=title,
        reading=league.reading(table),
        frame=table,
        origin=origin(desk, on=on.isoformat(), level=level),
        columns=_COLUMNS,
        chart=functools.partial(league.league, drawn, title),
        address="/scores",
        query={"level": level, "on": on.isoformat()},
        notes=f"100 is best; low–high holds {INTERVAL}. {source(desk)}",
        links={
            label: over_time(level, key) for key, label in zip(table.key, table.label, strict=True) if level in FOLLOWED
        },
    )
