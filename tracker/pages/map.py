"""The map: what each country loses on a day, or how it scores."""

from __future__ import annotations

import functools
from collections import Counter
from datetime import date
from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from graphs import levels
from graphs.errors import Fault, Faults
from graphs.levels import percent
from reports import figures
from reports.charts import tile_map
from reports.charts.words import points
from tracker.api import AtDesk, On
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.pages.figure import Column, Figure, origin, over_time, source
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

Show = Annotated[str, Query(max_length=20)]
_COLUMNS = (
    Column("label", "Country"),
    Column("loss_share", "Output lost", percent),
    Column(("loss_low_share", "loss_high_share"), "Loss, low–high", percent),
    Column("loss_meur", "Million €", lambda amount: f"{amount:,.0f}"),
    Column("score", "Score", points),
    Column(("score_low", "score_high"), "Score, low–high", points),
)
_SAID = {
    "loss": "Share of output in per cent over the {} weeks from the day, likely reading.",
    "score": "Scores from 0 to 100, 100 is best.",
}


@router.get("/map")
def read_map(request: Request, desk: AtDesk, on: On = None, show: Show = "loss") -> Response:
    """Europe as tiles, with the table of all countries."""
    figure = map_of(desk, on or date.today(), show)
    return page(
        request, "map.html", figure=figure, show=show, day=on or date.today(), legend=legend(figure.frame, show)
    )


@router.get("/map.{form}")
def map_file(desk: AtDesk, form: str, on: On = None, show: Show = "loss") -> Response:
    """The figures of the map, or its drawing."""
    return map_of(desk, on or date.today(), show).file(form)


def map_of(desk: Desk, on: date, show: str = "loss", world: bool = True) -> Figure:
    """The map of a day.

    Raises:
        Faults: if ``show`` is neither loss nor score.
    """
    if show not in tile_map.SHOWS:
        raise Faults([Fault("", "show", f"{show[:20]!r} is nothing that a map shows", "choose loss or score")])
    countries = figures.countries(desk.assess(on))
    title = {"loss": f"Output lost by country, {on}", "score": f"Scores by country, {on}"}[show]
    drawn = countries[["loss_share", "score"]]
    return Figure(
        name="map",
        title=title,
        reading=tile_map.reading(countries, show),
        frame=countries.reset_index(),
        origin=origin(desk, on=on.isoformat()),
        columns=_COLUMNS,
        chart=functools.partial(tile_map.tile_map, drawn, title, show=show, world=world),
        address="/map",
        query={"on": on.isoformat(), "show": show},
        notes=f"{_SAID[show].format(desk.method.horizon_weeks)} {source(desk)}",
        narrow=False,
        links={label: over_time("country", code) for code, label in countries.label[countries.score.notna()].items()},
    )


def legend(countries: pd.DataFrame, show: str = "loss") -> list[tuple[str, str, int]]:
    """The steps of colour of a map: class, words, and how many countries it holds."""
    if show == "loss":
        counts = Counter(map(levels.level, countries.loss_share))
        return [(f"level{step}", words, counts[step]) for step, words in enumerate(levels.LEVELS)]
    counts = Counter(map(levels.score_level, countries.score.dropna()))
    return [(f"blue{step}", words, counts[step]) for step, words in enumerate(levels.SCORE_LEVELS)]
