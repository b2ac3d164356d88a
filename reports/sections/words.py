"""Days, places, counts and columns that several sections say: the same everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from graphs.classification import country_name
from graphs.disruption import Disruption
from reports.briefing import Column

NOT_STATED = "not stated"
_MOST_IDS = 8

ID = Column("id", "Record", "Name of the record in the log")
TITLE = Column("title", "Disruption", "What happened, as it was reported")
ORIGIN = Column("origin", "Where", "Countries or regions where it happens")
START = Column("start", "Since", "First day")
COUNT = Column("disruption_count", "Number", "Disruptions; one that names several counts in each", digits=0)
IDS = Column("ids", "Records", "Names of the records in the log")
ACTIONS = Column("actions_required", "Action required", "Funding, regulation or coordination, as reported")
POINTS = Column(
    "score_points", "Takes from the EU score", "Part of the loss of the EU score put down to it", "points", 2
)


def day(on: date, year: bool = True) -> str:
    """A day in a sentence.

    Examples:
        >>> day(date(2020, 4, 26)), day(date(2020, 4, 20), year=False)
        ('26 April 2020', '20 April')
    """
    return f"{on.day} {on:%B %Y}" if year else f"{on.day} {on:%B}"


def span(first: date, last: date) -> str:
    """A range of days, said once what they share.

    Examples:
        >>> span(date(2020, 4, 20), date(2020, 4, 26)), span(date(2020, 4, 27), date(2020, 5, 3))
        ('20–26 April 2020', '27 April – 3 May 2020')
    """
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first, first.year != last.year)} – {day(last)}"


def counted(number: int, one: str, many: str = "") -> str:
    """How many of something.

    Examples:
        >>> counted(1, "disruption"), counted(2, "disruption"), counted(0, "entry", "entries")
        ('1 disruption', '2 disruptions', 'no entries')
    """
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words in a row.

    Examples:
        >>> listed(["a"]), listed(["a", "b", "c"])
        ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def some(ids: Collection[str], most: int = _MOST_IDS) -> str:
    """Names of records; of many the first.

    Examples:
        >>> some(["D1", "D2", "D3"], most=2)
        'D1, D2 and 1 more'
    """
    shown = list(ids)[:most]
    return ", ".join(shown) + (f" and {len(ids) - len(shown)} more" if len(ids) > len(shown) else "")


def places(codes: Iterable[str]) -> str:
    """Places by their names.

    Examples:
        >>> places(("DE", "EU")), places(())
        ('Germany, EU', 'not stated')
    """
    return ", ".join(country_name(code) for code in codes) or NOT_STATED


def where(record: Disruption) -> str:
    """Where a disruption happens; where that is not stated, where it is felt."""
    return places(record.origin or record.felt)


def share(value: float) -> float:
    """A share as reports keep it: to a ten-thousandth of a per cent, so that two computers write the same."""
    return round(float(value), 6)


def meur(value: float) -> float:
    """Million euro as reports keep them."""
    return round(float(value), 2)


def points(value: float) -> float:
    """Points of a score as reports keep them."""
    return round(float(value), 3)
