"""Scores of a date, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from graphs.errors import Fault, Faults
from tracker.api import answer, schema, sheet
from tracker.api.frame import KEPT_TABLE, MAY_BE_KNOWN, READS, AsTable, AtDesk, On, errors, room, table

router = room()

Level = Literal["eu", "ecosystem", "country", "industry", "node"]


@router.get(
    "/scores", responses=READS | KEPT_TABLE | errors(404), dependencies=[MAY_BE_KNOWN], response_model=schema.ScoresOut
)
def read_scores(
    desk: AtDesk,
    level: Annotated[Level, Query(description="What is scored.")] = "ecosystem",
    on: On = None,
    log_position: Annotated[
        int | None, Query(ge=0, le=2**53, description="Position of the log to score from: an older answer, recomputed.")
    ] = None,
    key: Annotated[str | None, Query(max_length=60, description="Only this one.", examples=["Electronics"])] = None,
    as_table: AsTable = False,
) -> Response:
    """Resilience scores with interval and reasons, from the log as it stands now, as JSON or CSV."""
    position = desk.position
    if log_position is not None:
        if log_position > position:
            raise Faults([Fault("", "log_position", f"the log ends at {position}", "give an earlier position")])
        position = log_position
    assessment = desk.assess(on or date.today(), position=position)
    if as_table:
        return table(sheet.scores(assessment, position, level, key))
    return JSONResponse(answer.scores(assessment, position, level, key))
