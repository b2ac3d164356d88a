"""Scores and the chain, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import networkx as nx
from fastapi import Query
from fastapi.responses import JSONResponse, Response

from graphs.errors import Fault, Faults
from tracker.api import answer, schema, sheet
from tracker.api.frame import KEPT, KEPT_TABLE, MAY_BE_KNOWN, READS, AsTable, AtDesk, On, errors, room, table

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


@router.get("/chain", responses=READS | KEPT, dependencies=[MAY_BE_KNOWN])
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
