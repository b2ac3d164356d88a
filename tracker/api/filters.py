"""What a list of records can be narrowed to: words of the lists, a place, a moment; all faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query

from graphs import classification
from graphs.classification import ECOSYSTEMS
from graphs.errors import Fault, Faults
from tracker import values
from tracker.kinds import KINDS

PLACES = ("origin", "country", "places")
"""Fields that say where a record belongs."""
_STATES = tuple(dict.fromkeys(word for shape in KINDS.values() for word in shape.states))
_MOST = 200
UpdatedAfter = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Only what was changed at this moment or later, by the time of its newest entry (ISO 8601 with a "
        "zone). To follow without a gap, take positions of the log instead: /api/v1/changes.",
        examples=["2021-03-01T08:30:00Z"],
    ),
]


def one_of(words: tuple[str, ...], meaning: str) -> Any:
    """A parameter that is one of some words; which, the answer to another one says."""
    return Query(description=f"{meaning} One of: {', '.join(words)}.", json_schema_extra={"enum": list(words)})


@dataclass(frozen=True)
class Filters:
    """What records have to be, whatever their kind."""

    q: str
    state: str | None
    country: str | None
    ecosystem: str | None
    about: str | None
    assigned_to: str | None
    updated_after: str | None
    limit: int
    after: str


def _filters(
    q: Annotated[str, Query(max_length=500, description="Words that stand in the record, or their beginnings.")] = "",
    state: Annotated[str | None, one_of(_STATES, "Only those in this state.")] = None,
    country: Annotated[
        str | None,
        Query(
            max_length=60,
            description="Only those that belong to this country or region: where it happens, is seated, or was done. "
            "A code or a name.",
            examples=["DE"],
        ),
    ] = None,
    ecosystem: Annotated[str | None, one_of(ECOSYSTEMS, "Only those about this ecosystem.")] = None,
    about: Annotated[
        str | None, Query(max_length=40, description="Only what is said about the record with this id.")
    ] = None,
    assigned_to: Annotated[
        str | None, Query(max_length=200, description="Only those that somebody of this name looks after.")
    ] = None,
    updated_after: UpdatedAfter = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most records of a page.")] = 50,
    after: Annotated[
        str, Query(max_length=40, description="Where the page before ended: `next` of an answer has it.")
    ] = "",
) -> Filters:
    return Filters(q, state, country, ecosystem, about, assigned_to, updated_after, limit, after)


Chosen = Annotated[Filters, Depends(_filters)]


def place_and_moment(
    kind: str | None, chosen: Filters, on: date | None, as_table: bool
) -> tuple[str | None, datetime | None]:
    """The code of the place that is meant, and the moment.

    Raises:
        Faults: words that none of the lists has, all at once.
    """
    faults, place, since = list[Fault](), None, None
    try:
        place = place_or_faults(kind, chosen.country, chosen.ecosystem, chosen.state)
    except Faults as found:
        faults += found.faults
    if on is not None and kind not in (None, "disruption"):
        faults.append(Fault("", "on", f"no {kind} is in force on a day", "leave it out, or ask for disruptions"))
    if as_table and kind is None and on is None:
        faults.append(Fault("", "kind", "is left out, and a table holds one kind", f"choose from: {', '.join(KINDS)}"))
    if chosen.updated_after is not None:
        try:
            since = values.moment("updated_after", chosen.updated_after)
        except Faults as found:
            faults += found.faults
    if faults:
        raise Faults(faults)
    return place, since


def place_or_faults(
    kind: str | None, country: str | None, ecosystem: str | None, state: str | None = None
) -> str | None:
    """The code of the place that is meant.

    Raises:
        Faults: words that none of the lists has, all at once.
    """
    faults = values.strange(
        (("kind", kind, tuple(KINDS)), ("state", state, _STATES), ("ecosystem", ecosystem, ECOSYSTEMS))
    )
    place = classification.place(country) if country is not None else None
    if country is not None and place is None:
        faults.append(Fault("", "country", f"{country!r} is no known country or region", "write a name or a code"))
    if faults:
        raise Faults(faults)
    return place
