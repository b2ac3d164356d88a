"""Quick log: many lines of a call become a table, are corrected there, and are saved together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from tracker import intake, keeping
from tracker.api import AtDesk, desk_of
from tracker.desk import Desk
from tracker.forms import drafts, quicklog
from tracker.forms.duplicates import Likeness, Prepared, similar
from tracker.forms.hints import NAMES, shown, sketch
from tracker.forms.suggestion import Suggestion
from tracker.gate.door import needs
from tracker.gate.guard import WITH_SCRIPT
from tracker.pages.entry import Mine, words
from tracker.pages.frame import Typed, change_of, done, page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("quick_log")])

FORM = "quick"
"""Name of this form among what is kept for later."""
SHOWN = ("title", "origin", "industries", "effect", "severity_likely", "start", "end")
"""Fields that stand in the table; the others of a line stand below it where it has them."""
STATES = ("reported", "draft")
_CELL = re.compile(r"([a-z_]{1,20})\.(\d{1,5})")
_PERHAPS = 60
"""Records as like as this are shown beside a line; from ``duplicates.LIKELY`` on the line is not ticked by itself."""
_EXTRA = ("take", "raw", "because")


@router.get("/disruptions/quick")
def quick(request: Request, desk: AtDesk, mine: Mine, draft: str = "", saved: str = "") -> Response:
    """An empty sheet for the lines of a call, or one that was left."""
    typed: Mapping[str, str] = {}
    if draft:
        typed = drafts.read(desk.engine, mine, FORM, draft).typed
    wanted = set(saved.split(",")) if saved else set()
    saved_now = [one for one in desk.disruptions() if one.id in wanted]
    return _page(request, mine, {**typed, "draft": draft}, saved=saved_now)


@router.post("/disruptions/quick/read")
def read_lines(request: Request, desk: AtDesk, mine: Mine, typed: Typed) -> Response:
    """Read the lines into the table, below what stands there already."""
    try:
        lines = quicklog.parse(typed.get("text", ""), desk.industries, date.today())
    except Faults as found:
        return _page(request, mine, typed, found.faults, status=422)
    rows = _rows(typed)
    first = max(rows, default=0)
    values = {name: value for name, value in typed.items() if name != "text"}
    for line in lines:
        cells = {name: _text(name, value) for name, value in line.values.items()}
        cells |= {"raw": line.raw, "because": "\n".join(_because(one) for one in line.suggestions)}
        values |= {f"{name}.{first + line.number}": value for name, value in cells.items()}
    new = {first + line.number for line in lines}
    parts = [one.at(_name(first + line.number)) for line in lines for one in line.faults if not one.field]
    return _page(request, mine, values, ticked=_ticked(typed) | new, new=new, parts=parts)


@router.post("/disruptions/quick")
def save(request: Request, desk: AtDesk, mine: Mine, typed: Typed) -> Response:
    """Write all lines that are ticked, or none; what is left out is kept for later."""
    rows, ticked = _rows(typed), _ticked(typed)
    if not rows and typed.get("text", "").strip():
        return read_lines(request, desk, mine, typed)  # nothing was read yet that could be saved
    chosen = {number: cells for number, cells in rows.items() if number in ticked}
    try:
        state = typed.get("state", STATES[0])
        records = _records({n: cells | {"state": state} for n, cells in chosen.items()}, desk)
        written = desk.write(keeping.log_together, records, change_of(request, typed))
    except Faults as found:
        return _page(request, mine, typed, found.faults, status=422)
    left = {
        name: value
        for name, value in typed.items()
        if not (cell := _CELL.fullmatch(name)) or int(cell[2]) not in ticked
    }
    draft = typed.get("draft", "")
    drafts.forget(desk.engine, mine, draft)
    address = f"/disruptions/quick?saved={','.join(one.id for one in written)}"
    if rows.keys() - chosen.keys() or left.get("text", "").strip():
        draft = draft if drafts.is_draft(draft) else drafts.new_draft()
        drafts.keep(desk.engine, mine, FORM, draft, _kept(left), request.app.state.clock())
        address += f"&draft={draft}"
    return done(request, address, typed)


@router.post("/disruptions/quick/keep")
def keep(request: Request, desk: AtDesk, mine: Mine, typed: Typed, part: bool = False) -> Response:
    """Keep the sheet for later."""
    values = _kept(typed)
    if values.keys() - {"who", "state"}:
        drafts.keep(desk.engine, mine, FORM, typed.get("draft", ""), values, request.app.state.clock())
    return Response(status_code=204) if part else RedirectResponse("/disruptions/quick", status_code=303)


@router.post("/disruptions/quick/forget")
def forget(desk: AtDesk, mine: Mine, typed: Typed) -> Response:
    """Let go what was kept."""
    drafts.forget(desk.engine, mine, typed.get("draft", ""))
    return RedirectResponse("/disruptions/quick", status_code=303)


def _kept(typed: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in typed.items()
        if value.strip() and (name in ("text", "who", "state") or _CELL.fullmatch(name))
    }


def _rows(typed: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The cells of the table by line and field."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in typed.items():
        cell = _CELL.fullmatch(name)
        if cell and (cell[1] in _EXTRA or cell[1] in intake.FIELDS):
            rows.setdefault(int(cell[2]), {})[cell[1]] = value
    return dict(sorted(row for row in rows.items() if row[1].keys() - {"take"}))


def _ticked(typed: Mapping[str, str]) -> set[int]:
    return {number for number, cells in _rows(typed).items() if cells.get("take")}


def _records(rows: Mapping[int, Mapping[str, str]], desk: Desk) -> dict[str, Disruption]:
    """The records of the lines by the names of these.

    Raises:
        Faults: every fault of every line at once; also if there is no line at all.
    """
    if not rows:
        raise Faults([Fault("", "", "no line is ticked", "tick the lines to save")])
    records, faults = {}, []
    for number, cells in rows.items():
        try:
            values = {name: value for name, value in cells.items() if name not in _EXTRA}
            records[_name(number)] = intake.read(values, desk.industries)
        except Faults as found:
            faults += [one.at(_name(number)) for one in found.faults]
    if faults:
        raise Faults(faults)
    return records


def _page(
    request: Request,
    mine: str,
    typed: Mapping[str, str],
    faults: Sequence[Fault] = (),
    status: int = 200,
    ticked: set[int] | None = None,
    new: Iterable[int] = (),
    parts: Sequence[Fault] = (),
    saved: Sequence[Disruption] = (),
) -> Response:
    desk, rows, draft = desk_of(request), _rows(typed), typed.get("draft", "")
    alike = _alike(rows, desk)
    chosen = _ticked(typed) if ticked is None else ticked
    chosen = chosen - {number for number in new if any(one.likely for one in alike[number])}
    marked = [*faults, *(one for one in _faults_of(rows, desk) if one.where not in {fault.where for fault in faults})]
    answer = page(
        request,
        "quick.html",
        status,
        typed=typed,
        rows=rows,
        shown=SHOWN,
        ticked=chosen,
        alike=alike,
        faults=_by_row([*parts, *marked]),
        listed=faults,
        states=STATES,
        saved=saved,
        draft=draft if drafts.is_draft(draft) else drafts.new_draft(),
        kept=[one for one in drafts.listed(desk.engine, mine, FORM) if one.id != draft],
        most=quicklog.MOST_LINES,
        **words(request),
    )
    answer.headers["content-security-policy"] = WITH_SCRIPT
    return answer


def _faults_of(rows: Mapping[int, Mapping[str, str]], desk: Desk) -> Sequence[Fault]:
    try:
        _records(rows, desk)
    except Faults as found:
        return found.faults if rows else ()
    return ()


def _alike(rows: Mapping[int, Mapping[str, str]], desk: Desk) -> dict[int, list[Likeness]]:
    """What is on record like each line, and which line above it is."""
    sketches = [sketch(cells) for cells in rows.values()]
    above, found = Prepared(), {}
    for number, sought, known in zip(rows, sketches, desk.alike(sketches, 2, _PERHAPS), strict=True):
        found[number] = sorted([*known, *similar(sought, above, 1, _PERHAPS)], key=lambda one: -one.score)
        try:
            line = Disruption(
                sought.title,
                sought.origin or ("WORLD",),
                sought.start or date.today(),
                f"line-{number}",
                industries=sought.industries,
            )
        except Faults:
            continue  # it says so itself
        above = above.extended([line])
    return found


def _by_row(faults: Iterable[Fault]) -> dict[int, list[Fault]]:
    found: dict[int, list[Fault]] = {}
    for one in faults:
        number = one.where.removeprefix("line ")
        if number.isdigit():
            found.setdefault(int(number), []).append(one)
    return found


def _name(number: int) -> str:
    return f"line {number}"


def _text(name: str, value: Any) -> str:
    if name.startswith("severity") and re.fullmatch(r"0?\.\d+", str(value)):
        return f"{100 * float(value):g} %"
    return "; ".join(value) if isinstance(value, list | tuple) else str(value)


def _because(one: Suggestion) -> str:
    return f"{NAMES.get(one.field, one.field)}: {shown(one)} — {one.because}"
