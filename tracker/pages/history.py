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
from graphs.series import Series
from reports.charts import history
from reports.charts.words import percent, points
from tracker.api import AtDesk
from tracker.desk import Desk
from tracker.door import needs
from tracker.pages.figure import Column, Figure, source, with_source
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


def history_of(desk: Desk, of: str, first: date | None, last: date) -> History:
    """A line between two days, as far as it is computed; the rest is begun.

    Args:
        of: level and key, as in ``ecosystem:Textiles``.
        first: the first day of the record if left out.

    Raises:
        Faults: if there is no such line, or the days are in the wrong order or too far apart.
    """
    level, _, key = of.partition(":")
    lines = desk.timeline.lines
    if (level, key) not in lines.index:
        mend = "choose one from the list" if len(lines) else "this value chain has no place in the EU27"
        raise Faults([Fault("", "of", f"{of[:80]!r} has no scores over time", mend)])
    if first and not first <= last <= first + timedelta(days=366 * _MOST_YEARS):
        fault, mend = (
            f"{first} to {last} cannot be shown",
            f"give a first and a last day up to {_MOST_YEARS} years later",
        )
        raise Faults([Fault("", "first", fault, mend)])
    series = desk.timeline.series(last, first, _AT_ONCE)
    label = str(lines.label[level, key])
    days = sorted((*series.days, *series.missing))
    events = _events(desk, level, key, days)
    table = series.line(level, key).rename_axis("on").reset_index()
    title = f"Scores of {label}{' in the EU27' if level == 'ecosystem' else ''} over time"
    return History(
        figure=Figure(
            name="history",
            title=title,
            reading=history.reading(table.set_index("on")),
            frame=with_source(table.assign(level=level, key=key, label=label), desk),
            columns=_COLUMNS,
            chart=_chart(series, level, key, title, events),
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
    found = desk.timeline.events(level, key, days[0], days[-1]).sort_values(["on", "id"])
    return [{"number": number, **row} for number, row in enumerate(found.to_dict("records"), 1)]


def _chart(series: Series, level: str, key: str, title: str, events: list[dict[str, Any]]) -> functools.partial[str]:
    weeks: pd.DataFrame = series.line(level, key)[["score", "score_low", "score_high"]]
    numbers: Mapping[int, date] = {one["number"]: one["on"] for one in events}
    return functools.partial(history.history, weeks, title, numbers)
