"""Files that programs bring in: looked at, and then written if they are good."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from graphs.errors import Fault, Faults
from tracker import keeping, repeating, tables
from tracker.api import answer, schema
from tracker.api.frame import WRITES, AtDesk, By, MayComeAgain, room, sent
from tracker.files import importing
from tracker.files.importing import Preview, Source
from tracker.gate.door import named, needs
from tracker.keeping import Change, Taken
from tracker.kinds import KINDS
from tracker.log import Answer, Turn

router = room()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = ("text/csv", XLSX, "application/octet-stream")
_SECONDS = 5
"""After which a program may try again while other files are read."""
_FILE: dict[str, Any] = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}, "example": "title,origin,start\nStrike,FR,2021-03-01\n"},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
    },
}
_RESPONSES = {one: told for one, told in WRITES.items() if one not in (404, 412)}


async def _content(request: Request) -> bytes:
    """The file itself.

    Raises:
        HTTPException: 415 for what is no file that could be read here.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise HTTPException(415, f"Send the file as it is, with the Content-Type text/csv or {XLSX}.")
    return await request.body()


@router.post(
    "/imports",
    responses=_RESPONSES,
    response_model=schema.ImportOut,
    dependencies=[needs("import")],
    openapi_extra={"requestBody": _FILE},
)
def import_file(
    request: Request,
    desk: AtDesk,
    actor: By,
    asked: MayComeAgain,
    content: Annotated[bytes, Depends(_content)],
    kind: Annotated[
        str,
        Query(
            description=f"Kind of the records; by its columns if left out. One of: {', '.join(KINDS)}.",
            json_schema_extra={"enum": list(KINDS)},
        ),
    ] = "",
    dry_run: Annotated[bool, Query(description="Only say what would be done.")] = False,
    partial: Annotated[bool, Query(description="Write the good rows even if others have faults.")] = False,
    amend: Annotated[bool, Query(description="Change records that the log knows by their id.")] = False,
    who: Annotated[str, Query(max_length=200, description="Who imports. Counts only without a login.")] = "API",
) -> Response:
    """Log every row of a CSV or XLSX file of up to 20 MB, or none if any has a fault; all faults name their cells.

    Rows that the log already holds are left out, so the same file twice changes nothing.
    """
    at: datetime = request.app.state.clock()
    if kind and kind not in KINDS:
        raise Faults([Fault("", "kind", f"{kind!r} is no kind of record", f"choose from: {', '.join(KINDS)}")])
    if asked and (known := desk.write(repeating.answered, asked, at)):
        return sent(known)
    found, remarks = _looked_at(request, content, kind, amend)
    if dry_run:
        return JSONResponse(_told(found, remarks))
    if found.faults and not partial:
        raise Faults(found.faults)
    records = [one.record for one in found.rows if one.record and one.status in ("new", "amended")]
    change = Change(named(actor, who, "API"), at)

    def work(turn: Turn) -> Answer:
        taken = keeping.import_records(turn, records, change, amend)
        return Answer(200, {}, _told(found, remarks, taken))

    return sent(desk.write(repeating.once, asked, at, work))


def _looked_at(request: Request, content: bytes, kind: str, amend: bool) -> tuple[Preview, tuple[str, ...]]:
    """What an import would do; two files are read at once.

    Raises:
        HTTPException: 429 while others are read.
        Faults: a file that cannot be read at all.
    """
    places: threading.Semaphore = request.app.state.imports
    if not places.acquire(blocking=False):
        told = "Two files are being read just now: try again in some seconds."
        raise HTTPException(429, told, {"Retry-After": str(_SECONDS)})
    try:
        desk = request.app.state.desk
        table = tables.read("file", content, kind=kind)
        [found] = importing.previews(desk.engine, [Source("file", table, kind=kind)], desk.industries, amend)
        return found, table.remarks
    finally:
        places.release()


def _told(found: Preview, remarks: tuple[str, ...], taken: Taken | None = None) -> dict[str, Any]:
    """What was written, or would be, if it was only asked."""
    rows: dict[str, int] = {one: len(found.of(one)) for one in importing.STATUSES}
    if taken is not None:  # somebody may have been quicker than the look at the file
        rows |= {"new": len(taken.new), "amended": len(taken.amended), "known": rows["known"] + taken.known}
    return {
        "dry_run": taken is None,
        "kind": found.kind,
        "rows": rows,
        "new": [one.id for one in taken.new] if taken else [],
        "amended": [one.id for one in taken.amended] if taken else [],
        "differences": {one.record.id: _changes(one.differences) for one in found.of("amended") if one.record},
        "faults": [answer.fault(one) for one in found.faults],
        "remarks": list(remarks),
    }


def _changes(differences: Mapping[str, tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"before": before, "after": after} for name, (before, after) in differences.items()}
