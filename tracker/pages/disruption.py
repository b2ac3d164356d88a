"""One disruption by itself, as its page tells it: impact, how it got there, what is like it; and as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from graphs.assessment import Assessment
from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults
from graphs.explanation import explain
from graphs.levels import percent
from graphs.programmes import CAVEAT
from reports.amounts import between, euros
from reports.charts.words import day
from reports.impact import impact_table
from reports.to_csv import safe
from reports.ways import ways_said
from tracker import log
from tracker.api import AtDesk, desk_of
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.log import Question, Standing
from tracker.pages.could import could_be_done
from tracker.pages.impact import impact_of, severity_said, wave_of
from tracker.precedents import precedents

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_MOST_ABOUT = 500
_MOST_ALIKE = 3
_MOST_ROWS = 6


@router.get("/disruptions/{record_id}/impact.csv")
def impact_csv(desk: AtDesk, record_id: str) -> Response:
    """What it costs by itself, place by place, for a spreadsheet."""
    _, alone = _alone(desk, record_id)
    table = impact_table(alone)
    table.insert(0, "disruption", record_id)
    for column in ("disruption", "key", "label"):
        table[column] = [safe(str(text)) for text in table[column]]
    return _file(table, f"{record_id}-impact.csv")


@router.get("/disruptions/{record_id}/wave.{form}")
def wave(desk: AtDesk, record_id: str, form: str, wave: str = "") -> Response:
    """The wave as CSV or SVG; ``wave`` says whose, as on the page."""
    record, alone = _alone(desk, record_id)
    return wave_of(desk, alone, record, wave).file(form)


def story(request: Request, record: Disruption, today: date) -> dict[str, Any]:
    """What the page of a disruption says beyond its record.

    Raises:
        Faults: a wave in the address that the chain does not have.
    """
    desk = desk_of(request)
    assert record.start is not None  # the constructor saw to it
    alone = desk.assess(record.start, only=record.id)
    alike = [one for one in desk.alike([record], _MOST_ALIKE + 1)[0] if one.record.id != record.id][:_MOST_ALIKE]
    past = precedents(record, desk.disruptions(), today, but=[one.record.id for one in alike])
    counts = bool(alone.disruptions)
    return {
        "impact": impact_of(desk, alone, record, request.query_params.get("wave", "")) if counts else None,
        "explanation": explain(desk.chain, alone) if counts else None,
        "alike": alike,
        "precedents": [(one, _tied(request, one.record.id)) for one in past],
        "could": could_be_done(desk, record, today),
        "caveat": CAVEAT,
        "gone_in": pointing(request, "merged_into", record.id, "disruption"),
        "still": record.in_force(today, desk.duration_weeks),
        "severity": severity_said(record, alone.shock.effects[0] if counts else None),
        "ways": ways_said,
        "lasted": lasted,
        "most": _MOST_ROWS,
        "euros": euros,
        "between": between,
        "percent": percent,
        "day": day,
    }


def lasted(record: Disruption) -> str:
    """When a disruption began and ended, and how long that was.

    Examples:
        >>> lasted(Disruption("Strike", ("FR",), date(2021, 3, 1), end=date(2021, 3, 6)))
        '6 days, 1 Mar 2021 to 6 Mar 2021'
        >>> lasted(Disruption("Strike", ("FR",), date(2021, 3, 1), end=date(2021, 8, 1), state="resolved"))
        '22 weeks, 1 Mar 2021 to 1 Aug 2021, said to be over'
        >>> lasted(Disruption("Strike", ("FR",), date(2021, 3, 1)))
        'Since 1 Mar 2021, end not known'
    """
    assert record.start is not None  # the constructor saw to it
    if record.end is None:
        return f"Since {day(record.start)}, end not known"
    days = (record.end - record.start).days + 1
    length = f"{round(days / 7)} weeks" if days > 20 else f"{days} day{'s' * (days != 1)}"
    over = ", said to be over" if record.state == "resolved" else ""
    return f"{length}, {day(record.start)} to {day(record.end)}{over}"


@dataclass(frozen=True)
class Link:
    """A web address, with the host apart from the rest."""

    address: str
    host: str
    rest: str

    @classmethod
    def of(cls, address: str) -> Link:
        """The parts of an address; one whose host cannot be read is shown whole.

        Examples:
            >>> link = Link.of("https://www.dailysabah.com/business/cars?x=1")
            >>> link.host, link.rest
            ('dailysabah.com', '/business/cars?x=1')
            >>> Link.of("https://[").host
            'https://['
        """
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            return cls(address, address, "")
        rest = address.partition(parts.netloc)[2]
        return cls(address, host.removeprefix("www.") or address, "" if rest == "/" or not host else rest)


def pointing(request: Request, field: str, record_id: str, kind: str | None) -> list[Standing]:
    """Records that name another in a field; the search knows N-1 and n1 by one word, so they are told apart here."""
    found = log.search(desk_of(request).engine, Question(kind=kind, tags=((field, record_id),)), most=_MOST_ABOUT)
    named = ((one, one.body[field]) for one in found.standing)
    return [one for one, names in named if record_id in (names if isinstance(names, list) else [names])]


def _tied(request: Request, record_id: str) -> list[Standing]:
    """The actions and good practices that name a disruption."""
    about = pointing(request, "about", record_id, None)
    return [one for one in about if one.kind in ("action", "practice") and one.body["state"] != "withdrawn"]


def _alone(desk: Desk, record_id: str) -> tuple[Disruption, Assessment]:
    """A disruption, and the assessment of it alone from its first day on.

    Raises:
        Unknown: if there is none.
        Faults: one that counts nowhere.
    """
    record = log.disruption(desk.engine, record_id)
    if record.state not in COUNTED:
        fault = f"a {record.state} disruption has no impact"
        raise Faults([Fault(record_id, "state", fault, f"those that count are {', '.join(sorted(COUNTED))}")])
    assert record.start is not None  # the constructor saw to it
    return record, desk.assess(record.start, only=record.id)


def _file(table: pd.DataFrame, name: str) -> Response:
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.9g")
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
