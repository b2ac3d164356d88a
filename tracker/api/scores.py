"""Scores of a date, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query
from fastapi.responses import JSONResponse, Response

from graphs.assessment import Assessment, regrouped
from graphs.clusters import members_of_clusters
from graphs.errors import Fault, Faults
from graphs.organisation import Cluster
from tracker import log
from tracker.api import answer, schema, sdmx, sheet
from tracker.api.frame import CSV, KEPT, MAY_BE_KNOWN, PARQUET, READS, AtDesk, On, errors, preferred, room, table
from tracker.desk import Desk
from tracker.gate.media import MEDIA

router = room()

Level = Literal["eu", "ecosystem", "country", "industry", "node", "cluster"]
_SDMX = {MEDIA["sdmx-csv"]: {"schema": {"type": "string"}}}
_STRUCTURE = "application/vnd.sdmx.structure+json"
_ANSWERS: dict[int | str, dict[str, Any]] = KEPT | {200: KEPT[200] | {"content": CSV | PARQUET | _SDMX}}


def _form(
    form: Annotated[
        Literal["json", "csv", "parquet", "sdmx-csv"] | None,
        Query(
            alias="format",
            description="Also asked for by the header Accept: text/csv, application/vnd.apache.parquet or "
            "application/vnd.sdmx.data+csv;version=2.0.0. JSON if left out.",
        ),
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> str:
    """The form that is asked for."""
    return preferred(form, accept, ("json", "csv", "parquet", "sdmx-csv"))


ScoresForm = Annotated[str, Depends(_form)]


@router.get(
    "/scores", responses=READS | _ANSWERS | errors(404), dependencies=[MAY_BE_KNOWN], response_model=schema.ScoresOut
)
def read_scores(
    desk: AtDesk,
    level: Annotated[
        Level,
        Query(
            description="What is scored: the EU, ecosystems, countries, industries (across the EU), nodes (an industry "
            "of a country), or clusters on record, each by the industries of its country that it is about."
        ),
    ] = "ecosystem",
    on: On = None,
    log_position: Annotated[
        int | None, Query(ge=0, le=2**53, description="Position of the log to score from: an older answer, recomputed.")
    ] = None,
    key: Annotated[str | None, Query(max_length=60, description="Only this one.", examples=["Electronics"])] = None,
    form: ScoresForm = "json",
) -> Response:
    """Resilience scores with interval and reasons, from the log as it stands now.

    As JSON, CSV, Parquet, or SDMX-CSV 2.0 with one row for each figure, whose structure is at /api/v1/scores/structure.
    """
    position = desk.position
    if log_position is not None:
        if level == "cluster":
            raise Faults([Fault("", "log_position", "clusters are told as they stand now", "leave it out")])
        if log_position > position:
            raise Faults([Fault("", "log_position", f"the log ends at {position}", "give an earlier position")])
        position = log_position
    assessment = desk.assess(on or date.today(), position=position)
    if level == "cluster":
        assessment = _of_clusters(desk, assessment)
    if form != "json":
        return table(sheet.scores(assessment, position, level, key, form), form=form)
    return JSONResponse(answer.scores(assessment, position, level, key))


@router.get(
    "/scores/structure",
    responses=READS | KEPT | {200: KEPT[200] | {"content": {_STRUCTURE: {"schema": {"type": "object"}}}}},
    dependencies=[MAY_BE_KNOWN],
    response_class=Response,
)
def read_structure() -> Response:
    """The structure of scores as SDMX-CSV: dimensions, attributes and what they mean, as SDMX-JSON 2.0."""
    return Response(sdmx.structure(), media_type=_STRUCTURE)


def _of_clusters(desk: Desk, assessment: Assessment) -> Assessment:
    """The same for the clusters on record that have industries of the EU's chain to stand on."""
    known = [one.record for one in log.every(desk.engine, "cluster")]
    clusters = {one.id: one for one in known if isinstance(one, Cluster)}
    members = members_of_clusters(desk.chain, clusters.values())
    if members.empty:
        return assessment  # which has none of this level
    labels = tuple(clusters[str(key)].name for _, key in members.columns)
    return regrouped(desk.chain, assessment, members, labels)
