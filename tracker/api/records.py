"""Records of every kind, found and read by programs, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from graphs.content import EARLIEST, LATEST
from graphs.disruption import Disruption
from tracker import log, values
from tracker.api import answer, schema, sheet
from tracker.api.filters import PLACES, Chosen, UpdatedAfter, one_of, place_and_moment
from tracker.api.frame import (
    IN_RANGE,
    KEPT,
    KEPT_PAGE,
    MAY_BE_KNOWN,
    READS,
    AsTable,
    AtDesk,
    RecordId,
    errors,
    etag_of,
    page_address,
    room,
    table,
    tagged,
)
from tracker.kinds import KINDS
from tracker.log import Question

router = room()

State = Literal["draft", "reported", "verified", "rejected", "resolved", "withdrawn", "merged"]
_MOST_ENTRIES = 1_000


@router.get("/records", responses=READS | KEPT_PAGE, dependencies=[MAY_BE_KNOWN], response_model=schema.RecordsOut)
def find_records(
    request: Request,
    desk: AtDesk,
    chosen: Chosen,
    kind: Annotated[str | None, one_of(tuple(KINDS), "Only records of this kind.")] = None,
    on: Annotated[
        date | None,
        Query(
            ge=EARLIEST, le=LATEST, description="Only disruptions in force on this date.", json_schema_extra=IN_RANGE
        ),
    ] = None,
    as_table: AsTable = False,
) -> Response:
    """Records that fit every filter, the newest day first, page by page. Follow `next` until it is null.

    As CSV, records of one kind: those of an export, which an import takes. There the header Link says what is next.
    """
    position = desk.position  # before the search: who follows the log from here misses nothing
    place, since = place_and_moment(kind, chosen, on, as_table)
    tags = {
        PLACES: place,
        ("ecosystems",): chosen.ecosystem,
        ("about",): chosen.about,
        ("assigned_to",): chosen.assigned_to,
    }
    asked = Question(
        "disruption" if on is not None else kind,
        chosen.q,
        (chosen.state,) if chosen.state else (),
        tuple((fields, value) for fields, value in tags.items() if value),
        on,
        desk.duration_weeks,
        since,
    )
    found = log.search(desk.engine, asked, chosen.after, chosen.limit)
    follows = page_address(request, after=found.cursor) if found.cursor else None
    if as_table and asked.kind is not None:
        return table(sheet.records(asked.kind, found.standing), follows)
    body = {
        "log_position": position,
        "total": found.total,
        "next": follows,
        "records": [answer.record(one) for one in found.standing],
    }
    return JSONResponse(body)


def _of_kind(kind: str) -> Callable[..., Response]:
    def find(request: Request, desk: AtDesk, chosen: Chosen, as_table: AsTable = False) -> Response:
        return find_records(request, desk, chosen, kind, None, as_table)

    return find


for _kind in KINDS.values():
    if _kind.word != "disruption":  # those have an address of their own below
        router.add_api_route(
            f"/{_kind.plural}",
            _of_kind(_kind.word),
            name=f"find_{_kind.plural}",
            summary=f"Find {_kind.plural}",
            description=f"The same as `/api/v1/records` with kind={_kind.word}: page by page, the newest day first.",
            responses=READS | KEPT_PAGE,
            dependencies=[MAY_BE_KNOWN],
            response_model=schema.RecordsOut,
        )


@router.get(
    "/records/{record_id}",
    responses=READS | KEPT | errors(404),
    response_model=schema.AnyRecordOut,
    dependencies=[MAY_BE_KNOWN],
)
def read_record(desk: AtDesk, record_id: RecordId) -> Response:
    """One record as it stands. Its ETag is its version: send it as If-Match to change just this one."""
    standing = log.standing(desk.engine, record_id)
    return tagged(etag_of(standing.version), answer.record(standing))


@router.get("/records/{record_id}/history", responses=READS | errors(404), response_model=list[schema.EntryOut])
def read_history_of_record(desk: AtDesk, record_id: RecordId) -> list[dict[str, Any]]:
    """Every entry of one record, oldest first: who changed what, when and why."""
    log.standing(desk.engine, record_id)
    return [answer.entry(one) for one in log.history(desk.engine, record_id)]


@router.get("/changes", responses=READS | KEPT_PAGE, dependencies=[MAY_BE_KNOWN], response_model=schema.ChangesOut)
def read_changes(
    request: Request,
    desk: AtDesk,
    after: Annotated[
        int, Query(ge=0, le=2**53, description="Position of the log that you know: only entries after it.")
    ] = 0,
    updated_after: UpdatedAfter = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES, description="Most entries of an answer.")] = 200,
    as_table: AsTable = False,
) -> Response:
    """The entries of the log after a position or a moment, oldest first, for programs that follow it.

    Begin at 0 or at the `log_position` of any answer, follow `next` until it is null, and ask again later from the
    last number you know: nothing is missed and nothing comes twice. As CSV, each entry has the names of the fields
    that it changed, and the header Link says what is next.
    """
    moment = values.moment("updated_after", updated_after) if updated_after is not None else None
    entries = log.since(desk.engine, after, limit + 1, moment)
    told = entries[:limit]
    follows = page_address(request, after=str(told[-1].number)) if len(entries) > limit else None
    if as_table:
        return table(sheet.entries(told), follows)
    body = {"log_position": desk.position, "next": follows, "entries": [answer.entry(one) for one in told]}
    return JSONResponse(body)


@router.get("/disruptions", responses=READS | KEPT, dependencies=[MAY_BE_KNOWN], response_model=schema.DisruptionsOut)
def read_disruptions(
    desk: AtDesk,
    on: Annotated[
        date | None,
        Query(ge=EARLIEST, le=LATEST, description="Only those in force on this date.", json_schema_extra=IN_RANGE),
    ] = None,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
) -> dict[str, Any]:
    """All disruptions as they stand, in the order in which they were logged."""
    position = desk.position
    found = [
        answer.record(one)
        for one in log.every(desk.engine, "disruption")
        if (state is None or one.body["state"] == state) and (on is None or _in_force(one.record, on, desk))
    ]
    return {"log_position": position, "disruptions": found}


@router.get(
    "/disruptions/{record_id}",
    responses=READS | KEPT | errors(404),
    dependencies=[MAY_BE_KNOWN],
    response_model=schema.RECORDS_OUT["disruption"],
)
def read_disruption(desk: AtDesk, record_id: RecordId) -> Response:
    """One disruption as it stands."""
    log.standing(desk.engine, record_id, "disruption")
    return read_record(desk, record_id)


@router.get("/disruptions/{record_id}/history", responses=READS | errors(404), response_model=list[schema.EntryOut])
def read_history(desk: AtDesk, record_id: RecordId) -> list[dict[str, Any]]:
    """Every entry of one disruption, oldest first: who changed what, and when."""
    log.standing(desk.engine, record_id, "disruption")
    return read_history_of_record(desk, record_id)


def _in_force(record: Any, on: date, desk: AtDesk) -> bool:
    return isinstance(record, Disruption) and record.in_force(on, desk.duration_weeks)
