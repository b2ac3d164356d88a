"""What could be done about a disruption, for programs: practices and actions with reasons, and what could pay."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.matching import Match
from graphs.programmes import CAVEAT, CouldPay, could_pay
from tracker import log
from tracker.api import schema, sheet
from tracker.api.frame import CSV, KEPT, MAY_BE_KNOWN, READS, AsTable, AtDesk, RecordId, errors, room, table
from tracker.desk import Desk
from tracker.kinds import KINDS, kind_of

router = room()

_MOST = 100


@router.get(
    "/records/{record_id}/proposals",
    responses=READS | KEPT | {200: KEPT[200] | {"content": CSV}} | errors(404),
    response_model=schema.ProposalsOut,
    dependencies=[MAY_BE_KNOWN],
)
def read_proposals(
    desk: AtDesk,
    record_id: RecordId,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most proposals.")] = 5,
    as_table: AsTable = False,
) -> Response:
    """Good practices and actions that fit a disruption, ranked: those that name it, then by their points of 100.

    Each has the reasons, which add up to its points, and the programmes of the European budget that could pay for it:
    check the call, a programme is no promise. As CSV a row for each proposal.
    """
    position, record = desk.position, log.standing(desk.engine, record_id).record
    if not isinstance(record, Disruption):
        fault = f"{record_id} is {KINDS[kind_of(record)].one}, and only disruptions have proposals"
        raise Faults([Fault("", "record_id", fault, "give the id of a disruption")])
    told = [_told(desk, one, date.today()) for one in desk.proposals.of(record, limit)]
    if as_table:
        return table(sheet.proposals(record_id, told))
    body = {"log_position": position, "record_id": record_id, "caveat": CAVEAT, "proposals": told}
    return JSONResponse(body)


def _told(desk: Desk, one: Match, today: date) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "kind": kind_of(one.record),
        "title": one.record.title,
        "state": one.record.state,
        "theme": one.record.theme,
        "about": list(one.record.about),
        "tied": one.tied,
        "points": round(one.score, 6),
        "reasons": [{"points": round(reason.points, 6), "text": reason.text} for reason in one.reasons],
        "could_pay": [_paying(pay) for pay in could_pay(one.record, desk.programmes, today)],
    }


def _paying(one: CouldPay) -> dict[str, Any]:
    return {
        "name": one.programme.name,
        "act": one.programme.act,
        "first": one.programme.first.isoformat(),
        "last": one.programme.last.isoformat(),
        "over": one.over,
        "reasons": list(one.reasons),
        "source_url": one.programme.source_url,
    }
