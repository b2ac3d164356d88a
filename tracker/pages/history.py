"""History: the scores of the EU, an ecosystem or a country week by week, and what happened."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults
from graphs.levels import percent
from reports.charts import history
from reports.charts.words import points
from tracker.api import AtDesk
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.pages.figure import Column, Figure, origin, source
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

Of = Annotated[str, Query(max_length=120)]
Day = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]
EU = "eu:EU"
_AT_ONCE = 4
"""So many weeks that are missing are waited for; more are computed beside."""
_MOST_YEARS = 30
_LEVELS = {"eu": "EU", "ecosystem": "Ecosystems", "country": "Countries"}
_COLUMNS = (
    Column("on", "Day"),
    Column("score", "Score", points),
    Column(("score_low", "score_high"), "Low–high", points),
    Column("structure", "Structure", points),
    Column("state", "State", points),
    Column("loss_share", "Output lost", percent),
)


@dataclass(frozen=True)
class History:
    """A line over time: its figure, the events that are numbered in it, and how much of it is computed."""

    figure: Figure
    first: date
    events: list[dict[str, Any]]
    known: int
    wanted: int


@router.get("/history")
def read_history(request: Request, desk: AtDesk, of: Of = EU, first: Day = None, last: Day = None) -> Response:
    """The scores of one line over time."""
    line = history_of(desk, of, first, last or date.today())
    lines = desk.timeline.lines.reset_index()
    choices = [
        (name, [(f"{level}:{row.key}", row.label) for row in lines[lines.level == level].itertuples()])
        for level, name in _LEVELS.items()
    ]
    return page(request, "history.html", line=line, of=of, choices=choices, first=first or line.first)


@router.get("/history.{form}")
def history_file(desk: AtDesk, form: str, of: Of = EU, first: Day = None, last: Day = None) -> Response:
    """The scores of one line over time, or their drawing."""
    return history_of(desk, of, first, last or date.today()).figure.file(form)


def history_of(desk: Desk, of: str, first: date | None, last: date, on: date | None = None) -> History:
    """A line between two days, as far as it is computed; the rest is begun.

    Args:
        of: level and key, as in ``ecosystem:Textiles``.
        first: the first day of the record if left out.
        on: a day to mark.

    Raises:
        Faults: if there is no such line, or the days are in the wrong order or too far apart.
    """
    level, _, key = of.partition(":")
    lines = desk.timeline.lines
    if (level, key) not in lines.index:
        mend = "choose one from the list" if len(lines) else "this value chain has no place in the EU27"
        raise Faults([Fault("", "of", f"{of[:80]!r} has no scores over time", mend)])
    if first and not first <= last <= first + timedelta(days=366 * _MOST_YEARS):
        mend = f"give a first day, and a last one up to {_MOST_YEARS} years later"
        raise Faults([Fault("", "first", f"{first} to {last} cannot be shown", mend)])
    series = desk.timeline.series(last, first, _AT_ONCE)
    label = "the EU27" if level == "eu" else str(lines.label[level, key])
    days = sorted((*series.days, *series.missing))
    events = _events(desk, level, key, days)
    weeks = series.line(level, key)
    title = f"Scores of {label}{' in the EU27' if level == 'ecosystem' else ''} over time"
    return History(
        figure=Figure(
            name="history",
            title=title,
            reading=f"{history.reading(weeks)}{' Some weeks are still being computed.' if series.missing else ''}",
            frame=weeks.reset_index(),
            origin=origin(desk, level=level, key=key, label=label),
            columns=_COLUMNS,
            chart=_chart(weeks, title, events, on),
            address="/history",
            query={"of": of, **({"first": first.isoformat()} if first else {}), "last": last.isoformat()},
            notes=f"Each Monday is assessed by itself; 100 is best. {source(desk)}",
        ),
        first=days[0],
        events=events,
        known=len(series.days),
        wanted=len(days),
    )


def _events(desk: Desk, level: str, key: str, days: list[date]) -> list[dict[str, Any]]:
    """What began in these weeks and cost the line most, numbered by time."""
    found = desk.timeline.events(level, key, days[0], days[-1]).to_dict("records")
    found.sort(key=lambda one: (one["on"], one["id"]))
    return [{"number": number, **one} for number, one in enumerate(found, 1)]


def _chart(weeks: pd.DataFrame, title: str, events: list[dict[str, Any]], on: date | None) -> functools.partial[str]:
    numbers: Mapping[int, date] = {one["number"]: one["on"] for one in events}
    return functools.partial(history.history, weeks[["score", "score_low", "score_high"]], title, numbers, on)
