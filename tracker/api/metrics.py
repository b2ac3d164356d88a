"""The metrics of structure by node, for programs: how exposed each is, and how much hangs on it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, create_model

from graphs import metrics
from graphs.errors import Fault, Faults
from graphs.fields import describe
from graphs.subchain import chosen
from graphs.valuechain import ValueChain
from tracker.api import answer, schema, sheet
from tracker.api.frame import CSV, KEPT_PAGE, MAY_BE_KNOWN, PARQUET, READS, AtDesk, Form, page_address, room, table
from tracker.desk import Desk

router = room()

_MOST = 5_000
_SECONDS = 3
"""After which a program may ask again while they are being computed."""
_PLACE = ("label", "country", "industry", "output_meur")


def _row() -> type[BaseModel]:
    texts = {name: (str, Field(description=describe(name))) for name in ("key", *_PLACE[:-1])}
    figures = {name: (float | None, Field(description=describe(name))) for name in metrics.NAMES}
    return create_model(
        "MetricsOfNode",
        __doc__="The metrics of one node, and what they were computed from; null while they are being computed.",
        **texts,
        output_meur=(float, Field(description=describe("output_meur"))),
        **figures,
        min_flow_meur=(float, Field(description=describe("min_flow_meur"))),
        chain_year=(int, Field(description=describe("chain_year"))),
        chain_is_estimate=(bool, Field(description=describe("chain_is_estimate"))),
        chain_version=(str, Field(description=describe("chain_version"))),
        method_version=(str, Field(description=describe("method_version"))),
    )  # type: ignore[call-overload]


MetricsOfNode = _row()


class ProgressOut(BaseModel):
    """How far a computation is."""

    done: int = Field(description="Parts that are done.")
    of: int = Field(description="Parts in all.")
    doing: str = Field(description="What is being computed now; empty if nothing is.")


class MetricsOut(BaseModel):
    """Metrics of structure by node, with what they were computed from. They do not follow from the log."""

    method_version: str = Field(description=describe("method_version"))
    chain: schema.ChainSource = Field(description="The value chain that was measured.")
    min_flow_meur: float = Field(description=describe("min_flow_meur"))
    links: int = Field(description="Flows between two nodes that the metrics of links stand on.")
    total: int = Field(description="Number of all nodes that fit.")
    next: str | None = Field(description="Address of the next page; null on the last.")
    progress: ProgressOut | None = Field(description="How far the computation is; null when it is done.")
    metrics: list[MetricsOfNode] = Field(description="The nodes of this page, in the order of the chain.")  # type: ignore[valid-type]


_ANSWERS: dict[int | str, dict[str, Any]] = KEPT_PAGE | {
    200: KEPT_PAGE[200] | {"content": CSV | PARQUET},
    202: {
        "model": MetricsOut,
        "content": CSV | PARQUET,
        "description": "The metrics of this chain are being computed for the first time: the nodes are there, their "
        "metrics are null, and have empty cells in CSV. Ask again after the seconds in Retry-After.",
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    },
}


@router.get("/metrics", responses=_ANSWERS | READS, dependencies=[MAY_BE_KNOWN], response_model=MetricsOut)
def read_metrics(
    request: Request,
    desk: AtDesk,
    country: Annotated[
        str | None, Query(max_length=60, description="Only nodes of this country: a code or a name.", examples=["DE"])
    ] = None,
    industry: Annotated[
        str | None,
        Query(max_length=20, description="Only nodes of this industry: a NACE Rev.2 code.", examples=["C26"]),
    ] = None,
    ecosystem: Annotated[
        str | None,
        Query(
            max_length=60,
            description="Only nodes whose industry has a part in this ecosystem, inside and outside the EU.",
            examples=["Electronics"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most nodes of a page.")] = 500,
    after: Annotated[
        str, Query(max_length=60, description="Where the page before ended, a key: `next` of an answer has it.")
    ] = "",
    form: Form = "json",
) -> Response:
    """Every metric of structure of each node, page by page; follow `next` until it is null.

    They follow from the chain alone and are computed once, in about a quarter of a minute: until then the answer is
    202 and says how far it is. In CSV and Parquet the header Link says what is next.
    """
    chain = desk.chain
    which = np.flatnonzero(chosen(chain, country, industry, ecosystem))
    page = which[which > _place(chain, after)]
    follows = None
    if len(page) > limit:
        page = page[:limit]
        follows = page_address(request, after=str(chain.keys[page[-1]]))
    found = desk.structure.table()
    rows = _rows(desk, found, page)
    status = 200 if found is not None else 202
    headers = {"Vary": "Accept"} | ({} if status == 200 else {"Retry-After": str(_SECONDS)})
    if form != "json":
        names = ("key", *_PLACE, *metrics.NAMES, "min_flow_meur", *answer.of_each_row(chain.meta, "", desk.method))
        answered = table(sheet.table(rows, form, names), follows, status, form)
        answered.headers.update(headers)
        return answered
    progress = desk.structure.progress
    body = {
        "method_version": desk.method.version,
        "chain": answer.chain_source(chain.meta, chain.version),
        "min_flow_meur": metrics.MIN_FLOW_MEUR,
        "links": chain.once("links of metrics", lambda: len(metrics.links_of(chain))),
        "total": len(which),
        "next": follows,
        "progress": None if found is not None else vars(progress),
        "metrics": rows,
    }
    return JSONResponse(body, status, headers)


def _place(chain: ValueChain, key: str) -> int:
    """Where a key stands in the chain; before all if there is none.

    Raises:
        Faults: a key that is not in it.
    """
    if not key:
        return -1
    if key not in chain.keys:
        raise Faults([Fault("", "after", f"{key!r} is no node of the value chain", "take it from `next` of an answer")])
    return int(chain.keys.get_loc(key))


def _rows(desk: Desk, found: pd.DataFrame | None, page: np.ndarray) -> list[dict[str, Any]]:
    """The nodes of a page with their metrics, or without."""
    chain = desk.chain
    nodes = chain.nodes.iloc[page]
    blank = dict.fromkeys(metrics.NAMES)
    figures = [blank] * len(nodes) if found is None else found.iloc[page].to_dict("records")
    last = {"min_flow_meur": metrics.MIN_FLOW_MEUR} | answer.of_each_row(chain.meta, chain.version, desk.method)
    return [
        {"key": str(key)}
        | {name: row[name] for name in _PLACE}
        | {"output_meur": float(row["output_meur"])}
        | {name: _figure(value) for name, value in measured.items()}
        | last
        for (key, row), measured in zip(nodes[list(_PLACE)].to_dict("index").items(), figures, strict=True)
    ]


def _figure(value: float | None) -> float | None:
    """With ten digits that count; a metric that a node does not have is null."""
    return None if value is None or not np.isfinite(value) else float(f"{value:.10g}")
