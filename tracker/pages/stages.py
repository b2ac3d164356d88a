"""Stages: where in Porter's value chain of each ecosystem disruptions lie."""

from __future__ import annotations

import functools
from datetime import date

import pandas as pd
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.disruption import COUNTED
from reports import figures
from reports.charts import heat_map
from reports.charts.words import percent
from tracker.api import AtDesk, On
from tracker.desk import Desk
from tracker.door import needs
from tracker.pages.figure import Column, Figure, source, with_source
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])


@router.get("/stages")
def read_stages(request: Request, desk: AtDesk, on: On = None) -> Response:
    """All on record by stage and ecosystem, or what is in force on a day."""
    return page(request, "stages.html", figure=stages_of(desk, on), day=on, today=date.today())


@router.get("/stages.{form}")
def stages_file(desk: AtDesk, form: str, on: On = None) -> Response:
    """The counts, or their drawing."""
    return stages_of(desk, on).file(form)


def stages_of(desk: Desk, on: date | None) -> Figure:
    """The heat map of the disruptions in force on a day, with what they cost; without a day, of all that count."""
    assessment = desk.assess(on) if on else None
    counted = assessment.disruptions if assessment else [one for one in desk.disruptions() if one.state in COUNTED]
    cells = figures.stages(counted, assessment)
    which = f"in force on {on}" if on else "on record"
    silent = sum(not one.stages for one in counted)
    title = f"Disruptions {which}, by ecosystem and stage of the value chain"
    reading = (
        f"{heat_map.reading(cells)} {silent} of {len(counted)} state no stage, and stand in a column of their own; "
        "a disruption of several stages or ecosystems counts in each."
    )
    return Figure(
        name="stages",
        title=title,
        reading=reading,
        frame=with_source(cells.assign(on=on.isoformat()) if on else cells, desk),
        columns=[Column(name, name.capitalize()) for name in ("ecosystem", *_across(cells))],
        chart=functools.partial(heat_map.heat_map, cells[["ecosystem", "stage", "disruption_count"]], title),
        address="/stages",
        query={"on": on.isoformat()} if on else {},
        notes=source(desk),
        table=_crossed(cells),
    )


def _across(cells: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(cells.stage))


def _crossed(cells: pd.DataFrame) -> pd.DataFrame:
    """A row for each ecosystem, a column for each stage; beside a count what they cost the ecosystem, if known."""
    said = []
    for one in cells.to_dict("records"):
        lost = one.get("loss_share")
        known = one["disruption_count"] and lost is not None and lost == lost
        said.append(f"{one['disruption_count']} ({percent(lost)})" if known else str(one["disruption_count"]))
    wide = cells.assign(said=said).pivot(index="ecosystem", columns="stage", values="said")
    return wide.loc[list(dict.fromkeys(cells.ecosystem)), _across(cells)].reset_index()
