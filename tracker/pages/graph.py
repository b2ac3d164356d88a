"""The value chain on a day: as a picture, and as a file for other tools."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from graphs import exchange
from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults, Unknown
from graphs.picture import picture, picture_page
from graphs.valuechain import Floats
from reports.morning import headline
from tracker.api import AtDesk, IfNoneMatch, On, unless_known
from tracker.gate.door import needs
from tracker.values import day

router = APIRouter(include_in_schema=False, dependencies=[needs("read")])

MOST_LINKS = 50_000
"""No file for a request has more: with them GEXF takes some 12 MB."""


@router.get("/graph", response_class=HTMLResponse)
def graph(desk: AtDesk, on: On = None, other: Annotated[str, Query(alias="with")] = "") -> Response:
    """The graph page: one file, as it would be mailed; with another date to compare the first one with."""
    days = list(dict.fromkeys([on or date.today(), *_other(other)]))
    told = [(one, headline(one)) for one in map(desk.assess, days)]
    # The page brings its own, stricter policy in a meta element; the header must allow its hashed scripts.
    allowed = "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; form-action 'self'"
    policy = f"default-src 'none'; {allowed}; frame-ancestors 'none'"
    return HTMLResponse(picture_page(desk.chain, told, "/graph"), headers={"content-security-policy": policy})


@router.get("/graph.{form}")
def graph_file(
    desk: AtDesk,
    form: str,
    on: On = None,
    min_flow_meur: Annotated[float | None, Query(ge=0, le=1e12)] = None,
    known: IfNoneMatch = None,
) -> Response:
    """The graph for Gephi, networkx, igraph or a spreadsheet: its backbone, or flows from a threshold on."""
    if form not in exchange.FORMS:
        raise Unknown(form)
    _refuse_too_many(desk.chain.flows.data, min_flow_meur)
    when = on or date.today()
    of = (desk.position, when, form, min_flow_meur, desk.chain.version, desk.method.version)
    etag = f'"{hashlib.sha256(repr(of).encode()).hexdigest()[:32]}"'
    if (same := unless_known(etag, known)) is not None:
        return same
    content = exchange.write(picture(desk.chain, desk.assess(when), min_flow_meur), form)
    headers = {"Content-Disposition": f'attachment; filename="value-chain-{when}.{form}"', "ETag": etag}
    return Response(content, media_type=exchange.FORMS[form].media_type, headers=headers)


def _other(text: str) -> list[date]:
    """The date to compare with; none where the form left it empty.

    Raises:
        Faults: no date, or one out of range.
    """
    if not text.strip():
        return []
    found = day("with", text)
    if not EARLIEST <= found <= LATEST:
        raise Faults([Fault("", "with", f"{found} is out of range", f"give a day from {EARLIEST} to {LATEST}")])
    return [found]


def _refuse_too_many(flows_meur: Floats, min_flow_meur: float | None) -> None:
    """Refuse a threshold above which there are more links than a request may ask for.

    Raises:
        Faults: with the threshold from which on they are few enough.
    """
    if min_flow_meur is None:
        return
    count = int((flows_meur >= min_flow_meur).sum())
    if count > MOST_LINKS:
        least = float(-np.partition(-flows_meur, MOST_LINKS)[MOST_LINKS])  # the largest flow that is one too many
        mend = f"give a threshold above {least:,}, or none for the backbone; the command line has no limit"
        fault = f"{count:,} flows are {min_flow_meur:,.10g} million EUR a year or more: more than {MOST_LINKS:,}"
        raise Faults([Fault("", "min_flow_meur", fault, mend)])
