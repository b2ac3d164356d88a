"""The inventory of actions: how far each is carried out, what is missing, what moved; and carrying one on."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from graphs.classification import ECOSYSTEMS
from graphs.disruption import ACTIONS
from graphs.errors import Faults, Unknown
from graphs.recommendation import ACTION_STATES, THEMES, Action
from reports.charts.words import day as day_said
from tracker import keeping, log, workflow
from tracker.api import AtDesk, owner_of_record
from tracker.gate.door import needs
from tracker.inventory import STATES, Wanted, by_ecosystem, moves, over_time, unproved
from tracker.keeping import Changed
from tracker.pages.disruption import Link
from tracker.pages.frame import Typed, change_of, done, page
from tracker.pages.records import record_page
from tracker.values import day, strange

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_ON_A_PAGE = 50
_MOVES = 10


@router.get("/actions")
def actions(
    request: Request,
    desk: AtDesk,
    q: str = "",
    state: str = "",
    ecosystem: str = "",
    theme: str = "",
    act: str = "",
    unproved: bool = False,
    after: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """The actions that fit the filters of the address, with counts and with what moved last."""
    choices = (
        ("state", state or None, ACTION_STATES),
        ("ecosystem", ecosystem or None, ECOSYSTEMS),
        ("theme", theme or None, THEMES),
        ("act", act or None, ACTIONS),
    )
    if faults := strange(choices):
        raise Faults(faults)
    wanted = Wanted(q, state, ecosystem, theme, act, unproved)
    every = [one.record for one in log.every(desk.engine, "action")]
    found = [one for one in reversed(every) if isinstance(one, Action) and wanted.fits(one)]
    ids = {one.id for one in found}
    moved = [one for one in moves(log.entries_of(desk.engine, "action")) if one.record_id in ids]
    chosen = {"q": q, "state": state, "ecosystem": ecosystem, "theme": theme, "act": act}
    return page(
        request,
        "actions.html",
        found=found[after : after + _ON_A_PAGE],
        total=len(found),
        after=after,
        next=after + _ON_A_PAGE if after + _ON_A_PAGE < len(found) else 0,
        chosen={name: value for name, value in chosen.items() if value} | ({"unproved": "true"} if unproved else {}),
        states=STATES,
        counts={one: sum(action.state == one for action in found) for one in STATES},
        doubtful=sum(bool(_unproved(one)) for one in found),
        crossed=by_ecosystem(found),
        moved=sorted((one for one in moved if one.before), key=lambda one: one.on, reverse=True)[:_MOVES],
        months=over_time(moved, date.today()),
        today=date.today(),
        choices={name: known for name, _, known in choices},
        unproved_of=_unproved,
        link_of=Link.of,
        day=day_said,
    )


@router.post("/actions/{record_id}/move", dependencies=[needs("amend", owner_of_record)])
def move(request: Request, desk: AtDesk, record_id: str, typed: Typed) -> Response:
    """Say that an action came into another state, since when, and who says so."""
    action = log.standing(desk.engine, record_id, "action").record
    if not isinstance(action, Action):
        raise Unknown(record_id)
    try:
        on = day("state_on", typed["state_on"]) if typed.get("state_on", "").strip() else None
        carried = workflow.moved(action, typed.get("state", ""), on, typed.get("state_source", ""))
        desk.write(keeping.amend, carried, change_of(request, typed))
    except Faults as found:
        return record_page(request, record_id, found.faults, 422, typed=typed)
    except Changed as changed:
        return record_page(request, record_id, status=409, changed=changed, typed=typed)
    return done(request, f"/actions/{record_id}", typed)


_unproved = unproved
"""The same under a name that no filter has."""
