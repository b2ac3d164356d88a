"""Files for the planner: measures with what they cost, and what a unit of each kind costs."""

from __future__ import annotations

import dataclasses
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from graphs.errors import Fault, Faults
from graphs.planning.measures import KINDS, Measure
from graphs.planning.volumes import Prices
from tracker import tables
from tracker.tables import Row, Table

COLUMNS = tuple(one.name for one in dataclasses.fields(Measure))
COSTS = ("cost_low_meur", "cost_likely_meur", "cost_high_meur")
_LISTS = ("at", "supplier")


def read_measures(file: Path) -> list[Measure]:
    """The measures of a CSV or XLSX file: a row each, with the fields of ``Measure`` as columns; lists separated by ;.

    Raises:
        Faults: every fault of every row at once, with its row.
    """
    table = _table(file, COLUMNS, ("kind", "amount"))
    faults: list[Fault] = []
    found = []
    for number, row in enumerate(table.rows, 1):
        try:
            found.append(_measure(table, row, number))
        except Faults as told:
            faults += [fault.at(f"row {row.number}") for fault in told.faults]
    if not table.rows:
        faults.append(Fault(file.name, "rows", "there are none", "write one row for each measure"))
    if faults:
        raise Faults(faults)
    return found


def read_prices(file: Path) -> Prices:
    """What a unit of volume of each kind costs: ``kind, cost_low_meur, cost_likely_meur, cost_high_meur``.

    Raises:
        Faults: every fault of every row at once.
    """
    table = _table(file, ("kind", *COSTS), ("kind", "cost_likely_meur"))
    faults: list[Fault] = []
    found: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for row in table.rows:
        words, where = _words(table, row), f"row {row.number}"
        kind = words.get("kind", "")
        if kind not in KINDS:
            faults.append(Fault(where, "kind", f"{kind!r} is not known", f"write one of {', '.join(KINDS)}"))
        elif kind in found:
            faults.append(Fault(where, "kind", f"{kind} stands twice", "keep one of the rows"))
        prices = [
            _price(words.get(name, "") or words.get("cost_likely_meur", ""), name, where, faults) for name in COSTS
        ]
        if prices != sorted(prices):
            faults.append(Fault(where, "cost_low_meur", "costs are not in order", "write low, likely, high"))
        low, likely, high = prices
        found[kind] = low, likely, high
    if faults:
        raise Faults(faults)
    return found


def written_out(measures: list[Measure]) -> pd.DataFrame:
    """Measures as a table that ``read_measures`` reads: to be changed, and to be given costs.

    Examples:
        >>> written_out([Measure("M1", "stock", 4, ("DE_C29",), ("TW_C26",))]).loc[0, ["id", "at", "supplier"]].tolist()
        ['M1', 'DE_C29', 'TW_C26']
    """
    rows = [{name: _cell(getattr(one, name)) for name in COLUMNS} for one in map(_untitled, measures)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _untitled(one: Measure) -> Measure:
    """Without a title that follows from the rest, which would be wrong once the rest is changed."""
    found = dataclasses.replace(one, title="")
    if found.title == one.title:
        object.__setattr__(found, "title", "")
        return found
    return one


def _cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, tuple) else "" if value is None else value


def _measure(table: Table, row: Row, number: int) -> Measure:
    words = _words(table, row)
    faults: list[Fault] = []
    given: dict[str, Any] = {"id": words.get("id") or f"M{number}", "kind": words.get("kind", "").lower()}
    given["amount"] = _number(words.get("amount", ""), "amount", faults)
    delay = _number(words.get("delay_weeks", "") or "0", "delay_weeks", faults)
    if delay != int(delay):
        faults.append(Fault("", "delay_weeks", f"{delay:g} is no whole number", "write whole weeks"))
    given["delay_weeks"] = int(delay)
    for name in _LISTS:
        given[name] = tuple(part for part in (one.strip() for one in words.get(name, "").split(";")) if part)
    given |= {name: words.get(name, "") for name in ("stand_in", "title", "theme", "act")}
    given |= {name: _decimal(words.get(name, "")) for name in COSTS}
    if faults:
        raise Faults(faults)
    return Measure(**given)


def _number(word: str, name: str, faults: list[Fault]) -> float:
    """A number, or a share in per cent: 25 % is 0.25."""
    try:
        value = float(word.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e15:
        fault = f"{word!r} is not a number" if word else "is empty"
        faults.append(Fault("", name, fault, "write a number, such as 4 or 25 %"))
        return 1.0
    return value / 100 if word.endswith("%") else value


def _decimal(word: str) -> str | None:
    return word.replace(" ", "").replace(",", ".") if word else None


def _price(word: str, name: str, where: str, faults: list[Fault]) -> Decimal:
    try:
        value = Decimal(_decimal(word) or "")
    except InvalidOperation:
        value = Decimal(-1)
    if not (value.is_finite() and 0 <= value <= 10**6):
        fault = f"{word!r} is no cost" if word else "is empty"
        faults.append(Fault(where, name, fault, "write million EUR for each unit, such as 0.2"))
        return Decimal(0)
    return value


def _words(table: Table, row: Row) -> dict[str, str]:
    return {name.strip().lower(): cell.strip() for name, cell in zip(table.columns, row.cells, strict=False)}


def _table(file: Path, known: tuple[str, ...], needed: tuple[str, ...]) -> Table:
    if not file.is_file():
        raise Faults([Fault(str(file), "file", "is missing", f"write one with the columns {', '.join(known)}")])
    table = tables.read(file.name, file.read_bytes())
    names = [name.strip().lower() for name in table.columns]
    faults = [Fault(file.name, name, "the column is missing", "add it") for name in needed if name not in names]
    mend = f"the columns are {', '.join(known)}"
    faults += [Fault(file.name, name, "is not a column of this file", mend) for name in names if name not in known]
    if faults:
        raise Faults(faults)
    return table
