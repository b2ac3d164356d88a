"""The record of a disruption: a fact somebody reported, of which most may be unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from graphs.content import (
    Addresses,
    AnyDay,
    AnyShare,
    Day,
    Ecosystems,
    Id,
    Industries,
    Long,
    Places,
    Reference,
    Short,
    Stages,
    Text,
    Word,
)
from graphs.errors import Fault
from graphs.record import Record

EFFECTS = ("supply", "demand", "link")
"""Capacity to produce is lost; final customers buy less; sales from one place to another are cut."""
HORIZONS = ("short", "medium", "long")
CONFIDENCES = ("low", "medium", "high")
ACTIONS = ("funding", "regulation", "coordination")
SOURCE_KINDS = ("daily session", "forum", "survey", "other")
STATES = ("draft", "reported", "verified", "rejected", "resolved", "withdrawn", "merged")
COUNTED = frozenset({"reported", "verified", "resolved"})
"""States in which a record counts in an assessment."""


@dataclass(frozen=True)
class Disruption(Record):
    """One disruption. A title, a place and a start are enough; ``missing`` says what is not known.

    Places are ISO alpha-2 codes, NUTS regions, ``EU`` or ``WORLD``; industries are NACE Rev.2 codes or the codes of
    the chain at hand; severity is the share of capacity (supply), of final demand (demand) or of sales to ``felt``
    (link) that is lost, 0–1.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> from datetime import date
        >>> chips = Disruption("No chips from Taiwan", origin=("TW",), start=date(2021, 3, 1), industries=("C26",))
        >>> chips.missing()[:3]
        ['effect', 'severity', 'end']
        >>> Disruption(" ", origin=("Narnia",), start=date(2021, 3, 1))
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: title: is empty; say what happened in a few words
        origin: 'Narnia' is no known country or region; write an ISO code (DE), a NUTS code (DE21), EU or WORLD
    """

    title: Annotated[str, Text(300, "say what happened in a few words")]
    origin: Places = ()
    start: Annotated[date | None, Day("give the first day, such as 2021-03-23")] = None
    id: Id = ""
    description: Long = ""
    ecosystems: Ecosystems = ()
    industries: Industries = ()
    felt: Places = ()
    stages: Stages = ()
    effect: Annotated[str | None, Word(EFFECTS)] = None
    end: AnyDay = None
    horizon: Annotated[str | None, Word(HORIZONS)] = None
    severity_low: AnyShare = None
    severity_likely: AnyShare = None
    severity_high: AnyShare = None
    confidence: Annotated[str | None, Word(CONFIDENCES)] = None
    cause: Short = ""
    actions_required: Annotated[tuple[str, ...], Word(ACTIONS)] = ()
    proposals: Long = ""
    sources: Addresses = ()
    source_kind: Annotated[str | None, Word(SOURCE_KINDS)] = None
    magnitude: Short = ""
    note: Long = ""
    state: Annotated[str, Word(STATES)] = "reported"
    merged_into: Annotated[str, Reference()] = ""
    assigned_to: Annotated[str, Text(200)] = ""

    def rules(self) -> Iterator[Fault]:
        """A place, days in their order, severities in theirs, and what a state asks for."""
        if not self.origin and not self.felt:
            yield Fault("", "origin", "no place is given", "say where it happens: a country, a region, EU or WORLD")
        if self.start and self.end and self.end < self.start:
            fault = f"{self.end} is before the start {self.start}"
            yield Fault("", "end", fault, "exchange them, or leave the end empty if it is not known")
        if self.state == "resolved" and self.end is None:
            yield Fault("", "end", "a resolved disruption has no end", "give the last day")
        if self.severity != tuple(sorted(self.severity)) and all(0 <= value <= 1 for value in self.severity):
            fault = f"low, likely and high are {', '.join(f'{value:g}' for value in self.severity)}"
            yield Fault("", "severity_low", fault, "order them from the least to the most severe")
        yield from self._rules_of_merging()

    def _rules_of_merging(self) -> Iterator[Fault]:
        if self.state == "merged" and not self.merged_into:
            fault = "a merged disruption does not say into which"
            yield Fault("", "merged_into", fault, "give the id of the record that goes on, such as D81")
        if self.state != "merged" and self.merged_into:
            fault = f"a {self.state} disruption is not merged into another"
            yield Fault("", "merged_into", fault, "leave it empty, or set the state to merged")
        if self.merged_into and self.merged_into == self.id:
            yield Fault("", "merged_into", "is the record itself", "give the id of the other record")

    @property
    def severity(self) -> tuple[float, ...]:
        """What is stated of the severity, from low to high; empty if it is unknown."""
        stated = (self.severity_low, self.severity_likely, self.severity_high)
        return tuple(value for value in stated if value is not None)

    def last_day(self, duration_weeks: float) -> date:
        """The last day in force; if no end is known, after ``duration_weeks``."""
        assert self.start is not None  # the constructor saw to it
        return self.end or self.start + timedelta(days=round(7 * duration_weeks) - 1)

    def in_force(self, on: date, duration_weeks: float) -> bool:
        """Whether it counts on a date, followed for ``duration_weeks`` if no end is known.

        Examples:
            >>> from datetime import date
            >>> Disruption("Strike", ("FR",), date(2021, 3, 1)).in_force(date(2021, 3, 28), duration_weeks=4)
            True
        """
        assert self.start is not None
        return self.state in COUNTED and self.start <= on <= self.last_day(duration_weeks)

    def missing(self) -> list[str]:
        """What the record does not say and an assessment would like to know.

        Examples:
            >>> from datetime import date
            >>> Disruption("Strike", ("FR",), date(2021, 3, 1), effect="supply").missing()
            ['industries', 'severity', 'end', 'sources']
        """
        unknown = {
            "industries": not self.industries and not self.ecosystems,
            "effect": self.effect is None,
            "severity": not self.severity,
            "end": self.end is None,
            "felt": self.effect == "link" and not self.felt,
            "sources": not self.sources,
        }
        return [name for name, absent in unknown.items() if absent]


def in_force(disruptions: Iterable[Disruption], on: date, duration_weeks: float) -> list[Disruption]:
    """The disruptions that count on a date, oldest first."""
    found = [one for one in disruptions if one.in_force(on, duration_weeks)]
    return sorted(found, key=lambda one: (one.start or date.min, one.id))
