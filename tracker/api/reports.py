"""The weekly reports, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response

from reports.to_json import to_json
from tracker import briefings
from tracker.api import schema
from tracker.api.frame import KEPT, MAY_BE_KNOWN, READS, room

router = room()


@router.get("/reports/{week}", responses=READS | KEPT, dependencies=[MAY_BE_KNOWN], response_model=schema.ReportOut)
def read_report(
    request: Request,
    week: Annotated[str, Path(max_length=20, description="ISO week, Monday to Sunday.", examples=["2020-W17"])],
    log_position: Annotated[
        int | None, Query(ge=0, le=2**53, description="Position of the log to report from: an older report again.")
    ] = None,
) -> Response:
    """The weekly report in parts, from the log as it stands now; as a file at `/reports/2020-W17.pdf` and others."""
    last = briefings.sunday_of(week)
    return JSONResponse(to_json(request.app.state.reports.week(last, log_position)))
