"""Scores over time, for programs."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults, Unknown
from tracker.api import answer, schema, sheet
from tracker.api.frame import (
    CSV,
    IN_RANGE,
    KEPT,
    MAY_BE_KNOWN,
    PARQUET,
    READS,
    AtDesk,
    Form,
    errors,
    room,
    table,
)

router = room()

Level = Literal["eu", "ecosystem", "country"]
_MOST = 600
"""Weeks of an answer."""
_AT_ONCE = 4
"""If no more points than these are missing, the answer waits for them."""
_LONGEST_S = 60
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: KEPT[200] | {"content": CSV | PARQUET, "description": "Every week of the range."},
    304: KEPT[304],
    202: {
        "model": schema.SeriesOut,
        "content": CSV | PARQUET,
        "description": "Some weeks are still being computed: they are listed as missing, and have empty cells in CSV. "
        "Ask again after the seconds in Retry-After.",
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds, 1–60."}},
    },
}


@router.get(
    "/series", responses=_ANSWERS | READS | errors(404), dependencies=[MAY_BE_KNOWN], response_model=schema.SeriesOut
)
def read_series(
    desk: AtDesk,
    level: Annotated[Level, Query(description="Whose scores: of the EU, of ecosystems or of countries.")] = "ecosystem",
    key: Annotated[str | None, Query(max_length=60, description="Only this one.", examples=["Electronics"])] = None,
    first: Annotated[
        date | None,
        Query(
            ge=EARLIEST,
            le=LATEST,
            description=f"First day; left out: that of the first record that counts, {_MOST} weeks back at most.",
            examples=["2020-01-06"],
            json_schema_extra=IN_RANGE,
        ),
    ] = None,
    last: Annotated[
        date | None,
        Query(
            ge=EARLIEST,
            le=LATEST,
            description="Last day; today if left out.",
            examples=["2020-12-28"],
            json_schema_extra=IN_RANGE,
        ),
    ] = None,
    form: Form = "json",
) -> Response:
    """Scores of every Monday from the week of one day to another, at most 600 weeks, from the log as it stands now.

    Weeks that were never asked for are computed now, the newest first, some in a second: until all are there the
    answer is 202 and says which are missing. `pandas.read_csv` reads the CSV of the same address.
    """
    position, to = desk.position, last or date.today()
    since = first or max(desk.timeline.first_day(to), to - timedelta(weeks=_MOST - 1))
    _check(since, to)
    found = desk.timeline.series(to, since, _AT_ONCE)
    if key is not None and (level, key) not in found.lines.index:
        raise Unknown(key)
    status, headers = 200, {"Vary": "Accept"}
    if found.missing:
        status = 202
        headers["Retry-After"] = str(min(_LONGEST_S, max(1, math.ceil(desk.timeline.seconds_left))))
    if form != "json":
        content = sheet.series(found, desk.chain, desk.method, position, level, key, form)
        answered = table(content, status=status, form=form)
        answered.headers.update(headers)
        return answered
    return JSONResponse(answer.series(found, desk.chain, desk.method, position, level, key), status, headers)


def _check(first: date, last: date) -> None:
    """Whether it is a range, and no longer than may be asked for.

    Raises:
        Faults: if not.
    """
    if first > last:
        raise Faults([Fault("", "first", f"{first} is after the last day {last}", "exchange them")])
    weeks = (last - first + timedelta(days=first.weekday())).days // 7 + 1
    if weeks > _MOST:
        mend = f"give a first day from {last - timedelta(weeks=_MOST - 1)} on, then ask for what is before"
        raise Faults([Fault("", "first", f"from {first} to {last} are {weeks:,} weeks, over {_MOST}", mend)])
