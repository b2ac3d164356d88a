"""Stages: where in Porter's value chain of each ecosystem disruptions lie."""

from __future__ import annotations

import functools
from datetime import date

import pandas as pd
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.classification import STAGES
from graphs.disruption import COUNTED
from graphs.levels import percent
from reports import figures
from reports.charts import heat_map
from tracker.api import AtDesk, On
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.pages.figure import Column, Figure, origin, source
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
        frame=cells,
        origin=origin(desk, on=on.isoformat()) if on else origin(desk),
        columns=[Column(name, name.capitalize()) for name in ("ecosystem", *STAGES, figures.NO_STAGE)],
        chart=functools.partial(heat_map.heat_map, cells[["ecosystem", "stage", "disruption_count"]], title),
        address="/stages",
        query={"on": on.isoformat()} if on else {},
        notes=source(desk),
        table=_crossed(cells),
    )


def _crossed(cells: pd.DataFrame) -> list[dict[str, str]]:
    """A row for each ecosystem, a column for each stage; beside a count what they cost the ecosystem, if known."""
    rows: dict[str, dict[str, str]] = {}
    for one in cells.to_dict("records"):
        count, lost = one["disruption_count"], one.get("loss_share")
        known = count and lost is not None and lost == lost
        row = rows.setdefault(one["ecosystem"], {"ecosystem": one["ecosystem"]})
        row[one["stage"]] = f"{count} ({percent(lost)})" if known else f"{count}"
    return list(rows.values())
