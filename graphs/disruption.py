"""The record of a disruption: a fact somebody reported, of which most may be unknown."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from graphs import classification
from graphs.classification import ECOSYSTEMS, STAGES
from graphs.errors import Fault, Faults

EFFECTS = ("supply", "demand", "link")
"""Capacity to produce is lost; final customers buy less; sales from one place to another are cut."""
HORIZONS = ("short", "medium", "long")
CONFIDENCES = ("low", "medium", "high")
ACTIONS = ("funding", "regulation", "coordination")
SOURCE_KINDS = ("daily session", "forum", "survey", "other")
STATES = ("draft", "reported", "verified", "rejected", "resolved")
COUNTED = frozenset({"reported", "verified", "resolved"})
"""States in which a record counts in an assessment."""

_VOCABULARIES = {
    "ecosystems": ECOSYSTEMS,
    "stages": STAGES,
    "effect": EFFECTS,
    "horizon": HORIZONS,
    "confidence": CONFIDENCES,
    "actions_required": ACTIONS,
    "source_kind": SOURCE_KINDS,
    "state": STATES,
}
_SEVERITIES = ("severity_low", "severity_likely", "severity_high")
_LIMITS = {"id": 40, "title": 300, "description": 20_000, "cause": 2_000, "proposals": 20_000, "magnitude": 2_000,
           "note": 20_000}  # fmt: skip
MOST_VALUES = 200
_URL = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f\ud800-\udfff]+")
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Disruption:
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

    title: str
    origin: tuple[str, ...] = ()
    start: date | None = None
    id: str = ""
    description: str = ""
    ecosystems: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    felt: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    effect: str | None = None
    end: date | None = None
    horizon: str | None = None
    severity_low: float | None = None
    severity_likely: float | None = None
    severity_high: float | None = None
    confidence: str | None = None
    cause: str = ""
    actions_required: tuple[str, ...] = ()
    proposals: str = ""
    sources: tuple[str, ...] = ()
    source_kind: str | None = None
    magnitude: str = ""
    note: str = ""
    state: str = "reported"

    def __post_init__(self) -> None:
        faults = _faults_of_types(self)
        if faults:
            raise Faults(faults)
        faults = [
            *_faults_of_text(self),
            *_faults_of_words(self),
            *_faults_of_places(self),
            *_faults_of_industries(self),
            *_faults_of_dates(self),
            *_faults_of_severity(self),
        ]
        if faults:
            raise Faults(faults)

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

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: lists and ISO dates.

        Examples:
            >>> from datetime import date
            >>> Disruption("Strike", ("FR",), date(2021, 3, 1)).to_dict()["start"]
            '2021-03-01'
        """
        values = dataclasses.asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value
            for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Disruption:
        """The inverse of ``to_dict``.

        Examples:
            >>> from datetime import date
            >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1))
            >>> Disruption.from_dict(strike.to_dict()) == strike
            True
        """
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        for name in ("start", "end"):
            if plain.get(name):
                plain[name] = date.fromisoformat(plain[name])
        return cls(**plain)


def _faults_of_types(record: Disruption) -> list[Fault]:
    faults = []
    for name in ("origin", "felt", "ecosystems", "industries", "stages", "actions_required", "sources"):
        value = getattr(record, name)
        if not isinstance(value, tuple) or not all(isinstance(word, str) for word in value):
            faults.append(Fault("", name, f"{value!r} is not a list of words", "give a list of texts"))
        elif len(value) > MOST_VALUES:
            faults.append(Fault("", name, "holds too many values", f"give at most {MOST_VALUES}"))
    return faults


def _faults_of_text(record: Disruption) -> list[Fault]:
    faults = []
    if not record.title.strip():
        faults.append(Fault("", "title", "is empty", "say what happened in a few words"))
    for name, limit in _LIMITS.items():
        length = len(getattr(record, name))
        if length > limit:
            faults.append(Fault("", name, f"has {length:,} characters", f"shorten it to {limit:,}"))
        if any(unicodedata.category(one) in ("Cc", "Cs") for one in getattr(record, name) if one not in "\r\n\t"):
            faults.append(Fault("", name, "holds control characters", "type it again as plain text"))
    faults += [
        Fault("", "sources", f"{source!r} is no web address", "give addresses that begin with http:// or https://")
        for source in record.sources
        if not _URL.fullmatch(source) or len(source) > 2_000
    ]
    return faults


def _faults_of_words(record: Disruption) -> list[Fault]:
    faults = []
    for name, words in _VOCABULARIES.items():
        value = getattr(record, name)
        for word in value if isinstance(value, tuple) else (value,):
            if word is not None and word not in words:
                near = classification.closest(word, words)
                mend = f"did you mean {' or '.join(near)}?" if near else f"choose from: {', '.join(words)}"
                faults.append(Fault("", name, f"{word!r} is not one of the words for this", mend))
    return faults


def _faults_of_places(record: Disruption) -> list[Fault]:
    faults = []
    if not record.origin and not record.felt:
        mend = "say where it happens: a country, a region, EU or WORLD"
        faults.append(Fault("", "origin", "no place is given", mend))
    for name in ("origin", "felt"):
        for word in getattr(record, name):
            code = classification.place(word)
            if code is None:
                mend = "write an ISO code (DE), a NUTS code (DE21), EU or WORLD"
                faults.append(Fault("", name, f"{word!r} is no known country or region", mend))
            elif code != word:
                faults.append(Fault("", name, f"{word!r} is not the code of a place", f"write {code}"))
    return faults


def _faults_of_industries(record: Disruption) -> list[Fault]:
    return [
        Fault("", "industries", f"{code!r} is no industry code", "write NACE Rev.2 codes such as C26, C10-C12 or H")
        for code in record.industries
        if not re.fullmatch(r"[\w.-]{1,20}", code)
    ]


def _faults_of_dates(record: Disruption) -> list[Fault]:
    faults = []
    if record.start is None:
        faults.append(Fault("", "start", "no date is given", "give the first day, such as 2021-03-23"))
    for name in ("start", "end"):
        day = getattr(record, name)
        if day is not None and not EARLIEST <= day <= LATEST:
            faults.append(Fault("", name, f"{day} is out of range", f"give a day from {EARLIEST} to {LATEST}"))
    if record.start and record.end and record.end < record.start:
        fault = f"{record.end} is before the start {record.start}"
        faults.append(Fault("", "end", fault, "exchange them, or leave the end empty if it is not known"))
    if record.state == "resolved" and record.end is None:
        faults.append(Fault("", "end", "a resolved disruption has no end", "give the last day"))
    return faults


def _faults_of_severity(record: Disruption) -> list[Fault]:
    faults = []
    values = {name: getattr(record, name) for name in _SEVERITIES}
    for name, value in values.items():
        if value is not None and not 0 <= value <= 1:
            fault = f"{value:.6g} as a share is {value:.4%}".replace("%", " %")
            faults.append(Fault("", name, f"{fault}, outside 0–100 %", "write 40 % as 0.4"))
    given = [value for value in values.values() if value is not None]
    if not faults and given != sorted(given):
        fault = f"low, likely and high are {', '.join(f'{value:g}' for value in given)}"
        faults.append(Fault("", "severity_low", fault, "order them from the least to the most severe"))
    return faults


def in_force(disruptions: Iterable[Disruption], on: date, duration_weeks: float) -> list[Disruption]:
    """The disruptions that count on a date, oldest first."""
    found = [one for one in disruptions if one.in_force(on, duration_weeks)]
    return sorted(found, key=lambda one: (one.start or date.min, one.id))
