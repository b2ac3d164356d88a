"""Records of every kind, found and read by programs, and what became of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from graphs import classification
from graphs.classification import ECOSYSTEMS
from graphs.content import EARLIEST, LATEST
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from tracker import log
from tracker.api import answer, schema, sheet
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
    room,
    table,
    tagged,
)
from tracker.kinds import KINDS
from tracker.log import Question

router = room()

State = Literal["draft", "reported", "verified", "rejected", "resolved", "withdrawn", "merged"]
_STATES = tuple(dict.fromkeys(word for shape in KINDS.values() for word in shape.states))
_PLACES = ("origin", "country", "places")
"""Fields that say where a record belongs."""
_MOST = 200
_MOST_ENTRIES = 1_000


def _one_of(words: tuple[str, ...], meaning: str) -> Any:
    return Query(description=f"{meaning} One of: {', '.join(words)}.", json_schema_extra={"enum": list(words)})


@router.get("/records", responses=READS | KEPT_PAGE, dependencies=[MAY_BE_KNOWN], response_model=schema.RecordsOut)
def find_records(
    request: Request,
    desk: AtDesk,
    kind: Annotated[str | None, _one_of(tuple(KINDS), "Only records of this kind.")] = None,
    q: Annotated[str, Query(max_length=500, description="Words that stand in the record, or their beginnings.")] = "",
    state: Annotated[str | None, _one_of(_STATES, "Only those in this state.")] = None,
    country: Annotated[
        str | None,
        Query(
            max_length=60,
            description="Only those that belong to this country or region: where it happens, is seated, or was done. "
            "A code or a name.",
            examples=["DE"],
        ),
    ] = None,
    ecosystem: Annotated[str | None, _one_of(ECOSYSTEMS, "Only those about this ecosystem.")] = None,
    about: Annotated[
        str | None, Query(max_length=40, description="Only what is said about the record with this id.")
    ] = None,
    assigned_to: Annotated[
        str | None, Query(max_length=200, description="Only those that somebody of this name looks after.")
    ] = None,
    on: Annotated[
        date | None,
        Query(
            ge=EARLIEST, le=LATEST, description="Only disruptions in force on this date.", json_schema_extra=IN_RANGE
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most records of a page.")] = 50,
    after: Annotated[
        str, Query(max_length=40, description="Where the page before ended: `next` of an answer has it.")
    ] = "",
    as_table: AsTable = False,
) -> Response:
    """Records that fit every filter, the newest day first, page by page. Follow `next` until it is null.

    As CSV, records of one kind: those of an export, which an import takes. There the header Link says what is next.
    """
    position = desk.position  # before the search: who follows the log from here misses nothing
    place = _place_or_faults(kind, state, country, ecosystem, on, as_table)
    tags = {_PLACES: place, ("ecosystems",): ecosystem, ("about",): about, ("assigned_to",): assigned_to}
    asked = Question(
        "disruption" if on is not None else kind,
        q,
        (state,) if state else (),
        tuple((fields, value) for fields, value in tags.items() if value),
        on,
        desk.duration_weeks,
    )
    found = log.search(desk.engine, asked, after, limit)
    follows = _address(request, after=found.cursor) if found.cursor else None
    if as_table and asked.kind is not None:
        return table(sheet.records(asked.kind, found.standing), follows)
    body = {
        "log_position": position,
        "total": found.total,
        "next": follows,
        "records": [answer.record(one) for one in found.standing],
    }
    return JSONResponse(body)


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
    limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES, description="Most entries of an answer.")] = 200,
    as_table: AsTable = False,
) -> Response:
    """The entries of the log after a position, oldest first, for programs that follow it.

    Begin at 0 or at the `log_position` of any answer, follow `next` until it is null, and ask again later from the
    last number you know: nothing is missed and nothing comes twice. As CSV, each entry has the names of the fields
    that it changed, and the header Link says what is next.
    """
    entries = log.since(desk.engine, after, limit + 1)
    told = entries[:limit]
    follows = _address(request, after=str(told[-1].number)) if len(entries) > limit else None
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


def _place_or_faults(
    kind: str | None, state: str | None, country: str | None, ecosystem: str | None, on: date | None, as_table: bool
) -> str | None:
    """The code of the place that is meant.

    Raises:
        Faults: words that none of the lists has, all at once.
    """
    choices = (("kind", kind, tuple(KINDS)), ("state", state, _STATES), ("ecosystem", ecosystem, ECOSYSTEMS))
    faults = [
        Fault("", name, f"{value!r} is not one of the words for this", f"choose from: {', '.join(words)}")
        for name, value, words in choices
        if value is not None and value not in words
    ]
    place = classification.place(country) if country is not None else None
    if country is not None and place is None:
        faults.append(Fault("", "country", f"{country!r} is no known country or region", "write a name or a code"))
    if on is not None and kind not in (None, "disruption"):
        faults.append(Fault("", "on", f"no {kind} is in force on a day", "leave it out, or ask for disruptions"))
    if as_table and kind is None and on is None:
        faults.append(Fault("", "kind", "is left out, and a table holds one kind", f"choose from: {', '.join(KINDS)}"))
    if faults:
        raise Faults(faults)
    return place


def _in_force(record: Any, on: date, desk: AtDesk) -> bool:
    return isinstance(record, Disruption) and record.in_force(on, desk.duration_weeks)


def _address(request: Request, **changed: str) -> str:
    """The same question from another place on."""
    return f"{request.url.path}?{urlencode({**request.query_params, **changed})}"
