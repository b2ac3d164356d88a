"""What every room of the API shares: who asks at which desk, what may go wrong, and what has not changed since."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from graphs.content import EARLIEST, LATEST
from graphs.errors import Fault, Faults
from tracker import keeping, log
from tracker.api import schema
from tracker.desk import Desk
from tracker.gate.door import actor_of, needs
from tracker.gate.kept import holds
from tracker.gate.media import MEDIA, taken
from tracker.log import Answer, Asked
from tracker.permissions import Actor, Owner

_MEANINGS = {
    400: "The body is broken: no JSON, or not in UTF-8.",
    401: "Nobody is logged in, and the key is missing or not known.",
    403: "Who asks may not do this, or the request came from a page of another site.",
    404: "There is no such record, score or job.",
    405: "Nothing is done here by this verb: Allow has those that do something.",
    412: "Somebody was quicker: the faults say who made what of which field. Nothing was written.",
    413: "The body is larger than 1 MB, or a file larger than 20 MB.",
    415: "The body is of another kind than the Content-Type that is asked for here.",
    421: "This desk is not known by the host name that was asked for.",
    422: "The input has faults; all are listed.",
    428: "If-Match is missing: say which version you read.",
    429: "Too many requests in a minute, or too much at once: come back after the seconds in Retry-After.",
    503: "The database does not answer just now: come back after the seconds in Retry-After.",
}
_SECONDS = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}}
_VERBS = {"Allow": {"required": True, "schema": {"type": "string"}, "description": "Verbs, separated by commas."}}
_HEADERS = {405: _VERBS, 429: _SECONDS, 503: _SECONDS}
_ALWAYS = (401, 403, 405, 421, 422, 429, 503)
"""What may happen to any request."""


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of an operation that tell what went wrong, for its description."""
    return {
        one: {"model": schema.Problem, "description": _MEANINGS[one]}
        | ({"headers": _HEADERS[one]} if one in _HEADERS else {})
        for one in statuses
    }


READS = errors(*_ALWAYS)
WRITES = errors(*_ALWAYS, 400, 404, 412, 413, 415)
KEPT: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {"ETag": {"schema": {"type": "string"}, "description": "Send it as If-None-Match the next time."}}
    },
    304: {"description": "Nothing has changed since: the body is empty."},
}
"""What an answer adds that ``tracker.gate.kept`` keeps, for its description."""
CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}
PARQUET: dict[str, Any] = {MEDIA["parquet"]: {"schema": {"type": "string", "format": "binary"}}}
_LINK = {"Link": {"schema": {"type": "string"}, "description": "With CSV: the address of the next page, if any."}}
KEPT_PAGE: dict[int | str, dict[str, Any]] = KEPT | {200: {"content": CSV, "headers": KEPT[200]["headers"] | _LINK}}


def room() -> APIRouter:
    """A router for a room: all of its routes may at least read."""
    return APIRouter(prefix="/api/v1", tags=["version 1"], dependencies=[needs("read")])


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


def owner_of_last_change(request: Request) -> Owner:
    """Who changed the record of this address last: it is theirs to undo.

    Raises:
        Unknown: if there is no such record.
    """
    engine, record_id = desk_of(request).engine, request.path_params["record_id"]
    owner = keeping.owner_of(log.standing(engine, record_id))
    return dataclasses.replace(owner, by=frozenset({log.history(engine, record_id)[-1].who}))


_A_VERSION = r"^[ \t]*(\*|\"?[0-9]{1,15}\"?)[ \t]*$"


def _version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=60,
            json_schema_extra={"pattern": _A_VERSION},
            description="ETag of the version that was read; refused if there is a newer one.",
        ),
    ] = None,
) -> int | None:
    """The version that was read; None for any.

    Raises:
        Faults: what is no ETag of a record.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if not re.fullmatch(_A_VERSION, if_match):
        raise Faults(
            [Fault("", "If-Match", f"{if_match!r} is no ETag of a record", 'send it as it came, such as "81"')]
        )
    return int(if_match.strip().strip('"'))


async def _asked(
    request: Request,
    actor: Annotated[Actor, Depends(actor_of)],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=200,
            pattern=r"^[!-~]+$",
            description="A key of your own for this request. Sent again with the same key within 24 hours, it gets the "
            "same answer and nothing is done twice, even if the answer was lost on its way.",
            examples=["7f3a-0001"],
        ),
    ] = None,
) -> Asked | None:
    """The request as one that may come again; None if it has no key."""
    if idempotency_key is None:
        return None
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    return Asked(actor.account, idempotency_key, hashlib.sha256(address.encode() + await request.body()).hexdigest())


IN_RANGE: dict[str, Any] = {"pattern": r"^(199[0-9]|20[0-9]{2})-|^2100-01-01$"}
"""The days from ``EARLIEST`` to ``LATEST``, as a description can say it."""
AtDesk = Annotated[Desk, Depends(desk_of)]
By = Annotated[Actor, Depends(actor_of)]
On = Annotated[
    date | None,
    Query(
        ge=EARLIEST,
        le=LATEST,
        description="Date to assess; today if left out.",
        examples=["2021-03-01"],
        json_schema_extra=IN_RANGE,
    ),
]
RecordId = Annotated[str, Path(min_length=1, max_length=40, description="Id of the record.", examples=["R79"])]
Version = Annotated[int | None, Depends(_version)]
MayComeAgain = Annotated[Asked | None, Depends(_asked)]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="ETags that you have: 304 if one of them still holds."),
]


def _known(known: IfNoneMatch = None) -> None:
    """Stands in the description of a route; the header itself is for ``tracker.gate.kept``."""


MAY_BE_KNOWN = Depends(_known)


def _wants_csv(
    form: Annotated[
        Literal["json", "csv"] | None,
        Query(alias="format", description="Also asked for by the header Accept: text/csv. JSON if left out."),
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> bool:
    """Whether the answer is to be a table."""
    return preferred(form, accept, ("json", "csv")) == "csv"


def _form(
    form: Annotated[
        Literal["json", "csv", "parquet"] | None,
        Query(
            alias="format",
            description="Also asked for by the header Accept: text/csv or application/vnd.apache.parquet. JSON if left "
            "out. In Parquet each column says its unit and meaning, and numbers and dates are such.",
        ),
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> str:
    """The form that is asked for."""
    return preferred(form, accept, ("json", "csv", "parquet"))


def preferred(form: str | None, accept: str, offered: Collection[str]) -> str:
    """The form of the address, or else the dearest of the header Accept that is offered; JSON if there is none."""
    return form or next((one for one in taken(accept) if one in offered), "json")


_SENT = {"csv": "text/csv; charset=utf-8", "sdmx-csv": f"{MEDIA['sdmx-csv']}; version=2.0.0; charset=utf-8"}
AsTable = Annotated[bool, Depends(_wants_csv)]
Form = Annotated[str, Depends(_form)]


def table(content: bytes | str, next_page: str | None = None, status: int = 200, form: str = "csv") -> Response:
    """A table on its way; where the next page is stands in the header Link."""
    link = {"Link": f'<{next_page}>; rel="next"'} if next_page else {}
    return Response(content, status, link, _SENT.get(form, MEDIA[form]))


def page_address(request: Request, **changed: str) -> str:
    """The same question from another place on."""
    return f"{request.url.path}?{urlencode({**request.query_params, **changed})}"


def sent(answer: Answer) -> Response:
    """An answer on its way."""
    return JSONResponse(answer.body, answer.status, dict(answer.headers))


def unless_known(etag: str, known: str | None) -> Response | None:
    """An empty answer if the program has what it asks for already."""
    return Response(status_code=304, headers={"ETag": etag}) if holds(etag, known) else None


def tagged(etag: str, body: Mapping[str, Any]) -> Response:
    """An answer with the tag by which it is known again."""
    return JSONResponse(body, headers={"ETag": etag})


def etag_of(version: int) -> str:
    """The tag of a version of a record, or of a position of the log."""
    return f'"{version}"'
