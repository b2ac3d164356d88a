"""The weekly reports: a list of weeks, each report as a page, and in every form as a file."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from graphs.errors import Faults, Unknown
from reports.publish import MEDIA_TYPES
from reports.sections.words import span
from reports.to_html import to_html
from reports.weekly import monday_of, name_of
from tracker import briefings
from tracker.api import AtDesk, IfNoneMatch, unless_known
from tracker.gate.door import needs
from tracker.pages.frame import page

router = APIRouter(include_in_schema=False, dependencies=[needs("read")])

Position = Annotated[int | None, Query(ge=0, le=2**53)]
_FORMS = (("PDF", "pdf"), ("XLSX", "xlsx"), ("Markdown", "md"), ("Tables as CSV", "zip"), ("HTML", "html"))


@router.get("/reports", response_class=HTMLResponse)
def read_reports(request: Request, desk: AtDesk) -> Response:
    """The weeks with a record in force, newest first."""
    weeks = [(name, span(monday_of(last), last), count) for name, last, count in briefings.weeks(desk, date.today())]
    return page(request, "reports.html", weeks=weeks, forms=_FORMS)


@router.get("/reports/{week}.{form}")
def report_file(
    request: Request, week: str, form: str, position: Position = None, known: IfNoneMatch = None
) -> Response:
    """The report of a week as a file."""
    if form not in MEDIA_TYPES:
        raise Unknown(form)
    last = _sunday(week)
    if "text/html" in request.headers.get("accept", "") and (steps := request.app.state.reports.soon(last, position)):
        return _under_way(request, last, steps)  # a browser; a program waits
    content = request.app.state.reports.file(last, form, position)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if (same := unless_known(etag, known)) is not None:
        return same
    headers = {"content-disposition": f'inline; filename="{name_of(last)}.{form}"', "etag": etag}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@router.get("/reports/{week}", response_class=HTMLResponse)
def read_report(request: Request, week: str, position: Position = None) -> Response:
    """The report of a week, as it would be mailed, under links to its files."""
    last = _sunday(week)
    if steps := request.app.state.reports.soon(last, position):
        return _under_way(request, last, steps)
    briefing = request.app.state.reports.week(last, position)
    asked = f"?position={position}" if position is not None else ""
    files = [(words, f"/reports/{briefing.name}.{form}{asked}") for words, form in _FORMS]
    return HTMLResponse(to_html(briefing, links=[("All weekly reports", "/reports"), *files]))


def _under_way(request: Request, last: date, steps: tuple[int, int]) -> Response:
    """How far a report is; the browser looks again by itself."""
    here = f"{request.url.path}?{request.url.query}".removesuffix("?")
    days = span(monday_of(last), last)
    answer = page(request, "report_under_way.html", 202, name=name_of(last), days=days, steps=steps, here=here)
    answer.headers["Refresh"] = "2"
    return answer


def _sunday(week: str) -> date:
    """The last day of the week of an address.

    Raises:
        Unknown: if it names no week.
    """
    try:
        return briefings.sunday_of(week)
    except Faults:
        raise Unknown(week) from None
