"""What could pay for an action: programmes of the European budget, matched by what they fund.

The shipped table holds programmes of the Multiannual Financial Framework 2021–2027 and of Next Generation EU: name,
period and what is funded as the regulation says, whose address stands with each. Themes and ecosystems were coded from
these words. A programme is no call: whether, when and for whom it pays, its calls and the national plans say.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from graphs.classification import DATA, ECOSYSTEMS
from graphs.content import Address, Day, Text, Word
from graphs.errors import Fault, Faults
from graphs.recommendation import THEMES, Action, Practice

COLUMNS = ("name", "act", "framework", "first", "last", "funds", "themes", "ecosystems", "source_url")
SHIPPED = DATA / "programmes.csv"
CAVEAT = "Could pay: check the call. A programme is no promise."
_THEME, _ECOSYSTEM, _FUNDING = 3, 2, 1


@dataclass(frozen=True)
class Programme:
    """A programme: its legal act, of which framework it is, from when to when, what it funds.

    ``ecosystems`` are those that it is for; none means that it is for all.
    """

    name: str
    act: str
    framework: tuple[str, ...]
    first: date
    last: date
    funds: str
    themes: tuple[str, ...]
    ecosystems: tuple[str, ...]
    source_url: str


@dataclass(frozen=True)
class CouldPay:
    """A programme that could pay for something, why, and whether its period is over on the day that was asked about."""

    programme: Programme
    reasons: tuple[str, ...]
    over: bool
    weight: int


def programmes(path: Path = SHIPPED) -> list[Programme]:
    """The programmes of a file with the columns of ``COLUMNS``; lists are separated by semicolons.

    Raises:
        Faults: a file that cannot be read, and every fault of every row at once.

    Examples:
        >>> found = programmes()
        >>> found[0].name, found[0].act, found[0].last.year
        ('Single Market Programme', '(EU) 2021/690', 2027)
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise Faults([Fault(path.name, "file", f"cannot be read ({error})", "give a CSV file in UTF-8")]) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = f"the columns are {', '.join(COLUMNS)}"
    missing = [one for one in COLUMNS if one not in (reader.fieldnames or ())]
    if missing:
        raise Faults(Fault(path.name, one, "the column is missing", columns) for one in missing)
    found, faults, names = [], list[Fault](), set[str]()
    for number, row in enumerate(reader, start=2):
        wrong = [one.at(f"{path.name} row {number}") for one in _faults(row, names)]
        names.add((row["name"] or "").strip())
        faults += wrong
        if not wrong:
            found.append(_programme(row))
    if faults:
        raise Faults(faults)
    return found


def could_pay(record: Action | Practice, known: Iterable[Programme], on: date, most: int = 3) -> list[CouldPay]:
    """The programmes that fund the theme of a record, those for its ecosystem alone first, over ones last.

    A programme that is for other ecosystems only, or funds other themes, is left out; so is everything for a record
    without a theme. That funding is asked for counts a little.

    Args:
        on: the day on which a programme is over or not.

    Examples:
        >>> skills = Action("Train welders", theme="skills", ecosystems=("Construction",))
        >>> [one.programme.name for one in could_pay(skills, programmes(), date(2025, 1, 1), most=2)]
        ['Digital Europe Programme', 'Erasmus+']
        >>> could_pay(skills, programmes(), date(2025, 1, 1))[0].reasons
        ('funds skills',)
    """
    found = [one for programme in known for one in _fitting(record, programme, on)]
    return sorted(found, key=lambda one: (one.over, -one.weight, one.programme.name))[:most]


def _fitting(record: Action | Practice, programme: Programme, on: date) -> Sequence[CouldPay]:
    if record.theme is None or record.theme not in programme.themes:
        return ()
    same = [one for one in record.ecosystems if one in programme.ecosystems]
    if programme.ecosystems and not same:
        return ()
    reasons, weight = [f"funds {record.theme}" if record.theme != "funding" else "gives or guarantees finance"], _THEME
    if same:
        reasons.append(f"is for {' and '.join(same)}")
        weight += _ECOSYSTEM
    if isinstance(record, Action) and "funding" in record.actions_required:
        reasons.append("funding is asked for")
        weight += _FUNDING
    return (CouldPay(programme, tuple(reasons), programme.last < on, weight),)


def _programme(row: dict[str, str]) -> Programme:
    given = {one: row[one].strip() for one in COLUMNS}
    return Programme(
        given["name"],
        given["act"],
        _listed(given["framework"]),
        date.fromisoformat(given["first"]),
        date.fromisoformat(given["last"]),
        given["funds"],
        _listed(given["themes"]),
        _listed(given["ecosystems"]),
        given["source_url"],
    )


def _faults(row: dict[str, str], names: set[str]) -> list[Fault]:
    given = {one: (row.get(one) or "").strip() for one in COLUMNS}
    found = [Fault("", one, "is empty", "fill it in") for one in ("name", "first", "last", "funds") if not given[one]]
    if given["name"] and given["name"] in names:
        found.append(Fault("", "name", f"{given['name']!r} stands twice", "keep one"))
    days = {}
    for one in ("first", "last"):
        try:
            days[one] = date.fromisoformat(given[one])
            found += [Fault("", one, *wrong) for wrong in Day().wrong(days[one])]
        except ValueError:
            if given[one]:
                found.append(Fault("", one, f"{given[one]!r} is no date", "write 2021-01-01"))
    if len(days) == 2 and days["last"] < days["first"]:
        found.append(Fault("", "last", f"{days['last']} is before {days['first']}", "exchange them"))
    if not given["themes"]:
        found.append(Fault("", "themes", "is empty", f"choose from: {', '.join(THEMES)}"))
    for one, words in (("themes", THEMES), ("ecosystems", ECOSYSTEMS)):
        found += [Fault("", one, *wrong) for word in _listed(given[one]) for wrong in Word(words).wrong(word)]
    found += [Fault("", one, *wrong) for one in ("name", "act", "funds") for wrong in Text(2_000).wrong(given[one])]
    if not given["source_url"]:
        found.append(Fault("", "source_url", "is empty", "say where the facts stand: a web address"))
    else:
        found += [Fault("", "source_url", *wrong) for wrong in Address().wrong(given["source_url"])]
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(";") if one.strip())
