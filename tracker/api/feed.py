"""What changed last, for feed readers."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Query, Request
from fastapi.responses import Response

from graphs import classification
from graphs.classification import ECOSYSTEMS
from graphs.content import EARLIEST
from tracker import log
from tracker.api import atom
from tracker.api.filters import PLACES, one_of, place_or_faults
from tracker.api.frame import KEPT, MAY_BE_KNOWN, READS, AtDesk, room
from tracker.api.sentences import sentence, title
from tracker.kinds import KINDS
from tracker.log import Entry, Question

router = room()

_MOST = 100
_MEDIA = "application/atom+xml"
_SENT = KEPT | {200: KEPT[200] | {"content": {_MEDIA: {"schema": {"type": "string"}}}, "description": "A feed."}}
_NEVER = f"{EARLIEST}T00:00:00Z"
"""When an empty log was changed last."""


@router.get("/feed.atom", responses=READS | _SENT, dependencies=[MAY_BE_KNOWN], response_class=Response)
def read_feed(
    request: Request,
    desk: AtDesk,
    kind: Annotated[str | None, one_of(tuple(KINDS), "Only about records of this kind.")] = None,
    country: Annotated[
        str | None,
        Query(
            max_length=60,
            description="Only about records that belong to this country or region. A code or a name.",
            examples=["DE"],
        ),
    ] = None,
    ecosystem: Annotated[str | None, one_of(ECOSYSTEMS, "Only about records of this ecosystem.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Only entries before this number.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most entries of a page.")] = 50,
) -> Response:
    """The newest changes as an Atom feed (RFC 4287), each with who, when and a sentence; older ones under `next`.

    An entry has the same id for ever, as long as the desk keeps its public address. A record counts to its country
    and ecosystem as it stands now; what is said about it is a record of its own and has neither. A reader of feeds may
    send a key as its password (Basic), with any name.
    """
    place = place_or_faults(kind, country, ecosystem)
    tags = {PLACES: place, ("ecosystems",): ecosystem}
    asked = Question(kind, tags=tuple((fields, value) for fields, value in tags.items() if value))
    found = log.newest(desk.engine, asked, before, limit + 1)
    told, home = found[:limit], desk.settings.url.rstrip("/")
    chosen = {"kind": kind, "country": place, "ecosystem": ecosystem}
    query = {name: value for name, value in chosen.items() if value} | ({"limit": str(limit)} if limit != 50 else {})
    address = f"{home}{request.url.path}"
    links = {"self": _at(address, query | ({"before": str(before)} if before else {})), "first": _at(address, query)}
    if len(found) > limit:
        links["next"] = _at(address, query | {"before": str(told[-1].number)})
    links["alternate"] = f"{home}/disruptions"
    about = [word for word in (kind, classification.country_name(place) if place else None, ecosystem) if word]
    heading = f"Changes of the disruption tracker{': ' if about else ''}{', '.join(about)}"
    id = _tag(home, _at("changes", {name: value for name, value in chosen.items() if value}))
    at = max((one.at for one in told), default=_NEVER)
    content = atom.feed(heading, id, at, links, [_item(home, one) for one in told])
    return Response(content, media_type=_MEDIA)


def _item(home: str, one: Entry) -> atom.Item:
    """An entry of the log for readers; its seal makes its id that of no other log."""
    return atom.Item(
        id=_tag(home, f"{one.number}/{one.hash[:16]}"),
        title=title(one),
        at=one.at,
        who=one.who or "somebody",
        summary=sentence(one),
        links={"alternate": f"{home}/records/{one.record_id}", "related": f"{home}/api/v1/records/{one.record_id}"},
        terms=(one.kind, one.action, *one.after.get("ecosystems", ())),
    )


def _tag(home: str, name: str) -> str:
    """A name for ever, as RFC 4151 has it."""
    host = re.sub("[^a-z0-9.-]", "-", urlsplit(home).hostname or "localhost")
    return f"tag:{host},2020:{name}"


def _at(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
