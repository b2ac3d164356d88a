"""The API for programs, version 1."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import networkx as nx
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults
from tracker import answer, intake, keeping, log, schema
from tracker.desk import Desk
from tracker.door import actor_of, named, needs
from tracker.keeping import Change
from tracker.permissions import Actor, Owner

router = APIRouter(prefix="/api/v1", tags=["version 1"], dependencies=[needs("read")])

Level = Literal["eu", "ecosystem", "country", "industry", "node"]
State = Literal["draft", "reported", "verified", "rejected", "resolved", "withdrawn", "merged"]


def _problem(status: int, meaning: str) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": schema.Problem, "description": meaning}}


NOT_FOUND = _problem(404, "There is no such record or score.")
FAULTY = _problem(422, "The input has faults; all are listed.")
REFUSED = (
    _problem(400, "The body cannot be read at all.")
    | _problem(401, "Nobody is logged in, and the key is missing or not known.")
    | _problem(403, "Who asks may not do this, or the request came from a page of another site.")
    | _problem(413, "The body is larger than 1 MB.")
)


def desk_of(request: Request) -> Desk:
    """The desk that this application was made with."""
    desk: Desk = request.app.state.desk
    return desk


def owner_of_record(request: Request) -> Owner:
    """Whose the record of this address is.

    Raises:
        Unknown: if there is none.
    """
    return keeping.owner_of(log.standing(desk_of(request).engine, request.path_params["record_id"]))


AtDesk = Annotated[Desk, Depends(desk_of)]
By = Annotated[Actor, Depends(actor_of)]
On = Annotated[
    date | None,
    Query(ge=EARLIEST, le=LATEST, description="Date to assess; today if left out.", examples=["2021-03-01"]),
]
RecordId = Annotated[str, Path(max_length=40, description="Id of the record.", examples=["R79"])]


@router.get("/scores", responses=NOT_FOUND | FAULTY, response_model=schema.ScoresOut)
def read_scores(
    desk: AtDesk,
    level: Annotated[Level, Query(description="What is scored.")] = "ecosystem",
    on: On = None,
    log_position: Annotated[
        int | None, Query(ge=0, le=2**53, description="Position of the log to score from: an older answer, recomputed.")
    ] = None,
    key: Annotated[str | None, Query(max_length=60, description="Only this one.", examples=["Electronics"])] = None,
) -> dict[str, Any]:
    """Resilience scores with interval and reasons, from the log as it stands now."""
    position = desk.position
    if log_position is not None:
        if log_position > position:
            raise Faults([Fault("", "log_position", f"the log ends at {position}", "give an earlier position")])
        position = log_position
    return answer.scores(desk.assess(on or date.today(), position=position), position, level, key)


@router.get("/disruptions", responses=FAULTY, response_model=schema.DisruptionsOut)
def read_disruptions(
    desk: AtDesk,
    on: Annotated[date | None, Query(ge=EARLIEST, le=LATEST, description="Only those in force on this date.")] = None,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
) -> dict[str, Any]:
    """The records as they stand, in the order in which they were logged."""
    position = desk.position
    found = [
        answer.record(one)
        for one in log.disruptions(desk.engine, upto=position)
        if (state is None or one.state == state) and (on is None or one.in_force(on, max(desk.method.duration_weeks)))
    ]
    return {"log_position": position, "disruptions": found}


@router.post(
    "/disruptions",
    status_code=201,
    responses=FAULTY | REFUSED,
    response_model=schema.DisruptionOut,
    dependencies=[needs("log")],
)
def log_disruption(desk: AtDesk, actor: By, given: schema.DisruptionIn, response: Response) -> dict[str, Any]:
    """Log a disruption. Scores take it into account at once."""
    values = given.model_dump(exclude={"who"}, exclude_none=True)
    record = intake.read({"start": date.today()} | values, desk.industries)
    written = desk.write(keeping.log_one, record, Change(named(actor, given.who, "API"), datetime.now(UTC)))
    response.headers["Location"] = f"/api/v1/disruptions/{written.id}"
    return answer.record(written.record)


@router.get("/disruptions/{record_id}", responses=NOT_FOUND | FAULTY, response_model=schema.DisruptionOut)
def read_disruption(desk: AtDesk, record_id: RecordId) -> dict[str, Any]:
    """One record as it stands."""
    return answer.record(log.disruption(desk.engine, record_id))


@router.get("/disruptions/{record_id}/history", responses=NOT_FOUND | FAULTY, response_model=list[schema.EntryOut])
def read_history(desk: AtDesk, record_id: RecordId) -> list[dict[str, Any]]:
    """Every entry of one record, oldest first: who changed what, and when."""
    log.disruption(desk.engine, record_id)
    return [answer.entry(one) for one in log.history(desk.engine, record_id)]


@router.post(
    "/disruptions/{record_id}/resolve",
    responses=NOT_FOUND | FAULTY | REFUSED,
    response_model=schema.DisruptionOut,
    dependencies=[needs("resolve", owner_of_record)],
)
def resolve_disruption(desk: AtDesk, actor: By, record_id: RecordId, given: schema.ResolveIn) -> dict[str, Any]:
    """Say that a disruption is over. It counts until its last day; later dates score without it."""
    end = intake.day("end", given.end) if given.end is not None else None
    log.disruption(desk.engine, record_id)
    change = Change(named(actor, given.who, "API"), datetime.now(UTC))
    return answer.record(desk.write(keeping.review, record_id, "resolve", change, end, desk.duration_weeks).record)


@router.get("/chain", responses=FAULTY)
def read_chain(
    desk: AtDesk,
    min_flow_meur: Annotated[
        float, Query(ge=1, le=1e9, description="Leave out smaller flows (million EUR a year).")
    ] = 1000,
) -> JSONResponse:
    """The value chain as a networkx node-link graph; `networkx.node_link_graph(answer, edges="links")` reads it."""
    graph = nx.node_link_data(desk.chain.graph(min_flow_meur), edges="links")
    return JSONResponse(_plain(graph))


def _plain(value: Any) -> Any:
    """Numbers of numpy as numbers of Python, for JSON; what is not a number as null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
