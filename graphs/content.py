"""What a field of a record may hold: text, words, places, dates, shares, … and what is wrong with a value."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from graphs import classification

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
LARGEST = 1_000_000
ID = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""Ids stand in addresses; a digit keeps them apart from the names of pages."""

_URL = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f\ud800-\udfff]+")

Wrong = Iterator[tuple[str, str]]
"""What is wrong with a value, each with its mend."""


class Content(ABC):
    """What a field may hold. A list holds several of it.

    ``needed`` says how to mend a field that may not be left empty; where it is "", empty means unknown.
    """

    needed: str = ""
    absent: ClassVar[str] = "is empty"
    """What is wrong with an empty field that is needed."""

    def wrong_type(self, value: Any) -> Wrong:
        """Whether it can be looked at in its kind at all."""
        if not isinstance(value, str):
            yield f"{value!r} is not text", "write text"

    @abstractmethod
    def wrong(self, value: Any) -> Wrong:
        """What is wrong with a single value of the right type."""


@dataclass(frozen=True)
class Text(Content):
    """Free text."""

    limit: int
    needed: str = ""

    def wrong(self, value: str) -> Wrong:
        """Longer than the limit, or with control characters."""
        if len(value) > self.limit:
            yield f"has {len(value):,} characters", f"shorten it to {self.limit:,}"
        odd = "" if value.isprintable() else value  # most texts are, and need no look at each letter
        if any(unicodedata.category(one) in ("Cc", "Cs") for one in odd if one not in "\r\n\t"):
            yield "holds control characters", "type it again as plain text"


@dataclass(frozen=True)
class Word(Content):
    """A word of a vocabulary."""

    words: tuple[str, ...]

    def wrong(self, value: str) -> Wrong:
        """Not one of the words."""
        if value not in self.words:
            near = classification.closest(value, self.words)
            mend = f"did you mean {' or '.join(near)}?" if near else f"choose from: {', '.join(self.words)}"
            yield f"{value!r} is not one of the words for this", mend


@dataclass(frozen=True)
class Place(Content):
    """The code of a country or NUTS region, ``EU`` or ``WORLD``."""

    def wrong(self, value: str) -> Wrong:
        """No place, or a place by another name than its code."""
        code = classification.place(value)
        if code is None:
            mend = "write an ISO code (DE), a NUTS code (DE21), EU or WORLD"
            yield f"{value!r} is no known country or region", mend
        elif code != value:
            yield f"{value!r} is not the code of a place", f"write {code}"


@dataclass(frozen=True)
class Country(Content):
    """The code of a country, or ``EU`` for what is European."""

    def wrong(self, value: str) -> Wrong:
        """No country, or a country by another name than its code."""
        code = classification.country(value)
        if code is None or code in ("WORLD", classification.REST_OF_WORLD):
            yield f"{value!r} is no known country", "write an ISO code (DE), or EU"
        elif code != value:
            yield f"{value!r} is not the code of a country", f"write {code}"


@dataclass(frozen=True)
class Region(Content):
    """The code of a NUTS region."""

    def wrong(self, value: str) -> Wrong:
        """No region, or a region in other letters."""
        code = classification.place(value)
        if code is None or classification.country(value):
            yield f"{value!r} is no known region", "write a NUTS code (DE21)"
        elif code != value:
            yield f"{value!r} is not the code of a region", f"write {code}"


@dataclass(frozen=True)
class Industry(Content):
    """A NACE Rev.2 code or a code of the chain at hand."""

    def wrong(self, value: str) -> Wrong:
        """Signs that no code has."""
        if not re.fullmatch(r"[\w.-]{1,20}", value):
            yield f"{value!r} is no industry code", "write NACE Rev.2 codes such as C26, C10-C12 or H"


@dataclass(frozen=True)
class Address(Content):
    """A web address."""

    def wrong(self, value: str) -> Wrong:
        """Not http or https, or too long."""
        if not _URL.fullmatch(value) or len(value) > 2_000:
            yield f"{value!r} is no web address", "give addresses that begin with http:// or https://"


@dataclass(frozen=True)
class Reference(Content):
    """The id of a record."""

    needed: str = ""

    def wrong(self, value: str) -> Wrong:
        """Nothing that can be an id; whether the log has it, only the log knows."""
        if not ID.fullmatch(value):
            yield f"{value!r} is no id of a record", "write the id as it stands in the log, such as D81"


@dataclass(frozen=True)
class Day(Content):
    """A date."""

    needed: str = ""
    absent = "no date is given"

    def wrong_type(self, value: Any) -> Wrong:
        """A time of day is no date."""
        if not isinstance(value, date) or isinstance(value, datetime):
            yield f"{value!r} is no date", "give a date such as 2021-03-23"

    def wrong(self, value: date) -> Wrong:
        """Outside the years that a crisis of today can lie in."""
        if not EARLIEST <= value <= LATEST:
            yield f"{value} is out of range", f"give a day from {EARLIEST} to {LATEST}"


@dataclass(frozen=True)
class Share(Content):
    """A share of a whole, 0–1."""

    def wrong_type(self, value: Any) -> Wrong:
        """Not a number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{value!r} is no number", "give a share such as 0.4"

    def wrong(self, value: float) -> Wrong:
        """Less than nothing or more than the whole."""
        if not 0 <= value <= 1:
            fault = f"{value:.6g} as a share is {value:.4%}".replace("%", " %")
            yield f"{fault}, outside 0–100 %", "write 40 % as 0.4"


@dataclass(frozen=True)
class Number(Content):
    """A number, 0 or more; ``whole`` if it counts things."""

    whole: bool = False

    def wrong_type(self, value: Any) -> Wrong:
        """Not a number, or a part of one where things are counted."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            yield f"{value!r} is no {'whole ' if self.whole else ''}number", f"give {'12' if self.whole else '2.5'}"

    def wrong(self, value: float) -> Wrong:
        """Less than nothing, or more than anything that is counted here."""
        if not 0 <= value <= LARGEST:
            yield f"{value:.6g} is out of range", f"give a number from 0 to {LARGEST:,}"


Id = Annotated[str, Text(40)]
Short = Annotated[str, Text(2_000)]
Long = Annotated[str, Text(20_000)]
Places = Annotated[tuple[str, ...], Place()]
Ecosystems = Annotated[tuple[str, ...], Word(classification.ECOSYSTEMS)]
Industries = Annotated[tuple[str, ...], Industry()]
Stages = Annotated[tuple[str, ...], Word(classification.STAGES)]
Addresses = Annotated[tuple[str, ...], Address()]
References = Annotated[tuple[str, ...], Reference()]
AnyDay = Annotated[date | None, Day()]
AnyShare = Annotated[float | None, Share()]
AnyCount = Annotated[int | None, Number(whole=True)]
