"""A FIGARO table in its places: every label known, every cell there once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphs.errors import Fault, Faults
from graphs.sources.figaro.cells import Cells
from graphs.sources.figaro.labels import DOMESTIC, FINAL_USES, PRIMARY, STOCKS, TAXES, VALUE_ADDED, country, industry
from graphs.valuechain import Floats, Integers

MOST = 20
"""Faults of one kind that are named; the rest is counted."""


@dataclass(frozen=True)
class Table:
    """A whole table: flows and final uses by seller, primary inputs by buyer, in million euro."""

    nodes: list[tuple[str, str, str]]
    """Country, industry as we write it, industry as the table does."""
    flows: Floats
    final_uses: Floats
    stocks: Floats
    value_added: Floats
    taxes: Floats


def table_of(cells: Cells, name: str) -> Table:
    """The cells in their places.

    Raises:
        Faults: codes that are not known, cells that stand twice or are missing, values that are no numbers.
    """
    sellers = [label for label in cells.rows if label[1] not in PRIMARY]
    n, uses = len(sellers), [label for label in cells.columns if label[1] in FINAL_USES]
    rows = {label: at for at, label in enumerate([*sellers, *(one for one in cells.rows if one[1] in PRIMARY)])}
    columns = {label: at for at, label in enumerate([*sellers, *uses])}
    faults = _faults_of_labels(cells, sellers, columns, name)
    if faults:
        raise Faults(faults)
    place = np.array([rows[one] for one in cells.rows])[cells.row] * len(columns)
    place += np.array([columns[one] for one in cells.columns])[cells.column]
    faults = _faults_of_cells(cells, place, (list(rows), list(columns)), name)
    if faults:
        raise Faults(faults)
    whole = np.zeros((len(rows), len(columns)))
    whole.flat[place] = cells.value
    primary = {code: np.zeros(n) for code in PRIMARY}
    for (_, code), at in list(rows.items())[n:]:
        primary[code] += whole[at, :n]
    is_stock = np.array([code == STOCKS for _, code in uses], bool)
    return Table(
        nodes=[(country(area) or "", industry(code) or "", code) for area, code in sellers],
        flows=whole[:n, :n],
        final_uses=whole[:n, n:].sum(axis=1),
        stocks=whole[:n, n:][:, is_stock].sum(axis=1),
        value_added=np.sum([primary[code] for code in VALUE_ADDED], axis=0),
        taxes=np.sum([primary[code] for code in TAXES], axis=0),
    )


def _faults_of_labels(
    cells: Cells, sellers: list[tuple[str, str]], columns: dict[tuple[str, str], int], name: str
) -> list[Fault]:
    faults = []
    for area in dict.fromkeys(area for area, code in (*cells.rows, *cells.columns) if code not in PRIMARY):
        if country(area) is None:
            faults.append(Fault(name, "refArea", f"{area!r} is no known area", "write a code such as DE, or FIGW1"))
    for code in dict.fromkeys(code for _, code in sellers):
        if industry(code) is None:
            mend = f"write an industry of NACE Rev.2, or one of {', '.join(sorted(PRIMARY))}"
            faults.append(Fault(name, "rowIi", f"{code!r} is no known industry", mend))
    for area, code in cells.rows:
        if code in PRIMARY and area not in DOMESTIC:
            fault = f"{area}_{code} is no row of the table"
            faults.append(Fault(name, "refArea", fault, f"primary inputs are written W2_{code}"))
    strange = [f"{area}_{code}" for area, code in cells.columns if (area, code) not in columns]
    faults += [
        Fault(name, "colIi", f"{one} buys, but has no row of its own", "add its row, or correct the code")
        for one in strange
    ]
    bought = set(cells.columns)
    faults += [
        Fault(name, "rowIi", f"{area}_{code} sells, but has no column of its own", "add its column")
        for area, code in sellers
        if (area, code) not in bought
    ]
    found = {code for _, code in cells.rows}
    for code in (*VALUE_ADDED, TAXES[0]):
        if code not in found:
            faults.append(Fault(name, "rowIi", f"W2_{code} is missing", "give the whole file"))
    return shortened(faults, name)


def _faults_of_cells(
    cells: Cells, place: Integers, labels: tuple[list[tuple[str, str]], list[tuple[str, str]]], name: str
) -> list[Fault]:
    width = len(labels[1])
    times = np.bincount(place, minlength=len(labels[0]) * width)
    faults = []
    for at in np.flatnonzero(times > 1)[: MOST + 1]:
        faults.append(Fault(name, "cell", f"{_pair(labels, at, width)} stands {times[at]} times", "keep one"))
    faults = shortened(faults, name, int((times > 1).sum()))
    missing = np.flatnonzero(times == 0)
    if len(missing) < 0.01 * times.size:  # all cells are published, also the empty ones
        lost = [Fault(name, "cell", f"{_pair(labels, at, width)} is missing", "add its row") for at in missing[:MOST]]
        faults += shortened(lost, name, len(missing))
    return faults


def _pair(labels: tuple[list[tuple[str, str]], list[tuple[str, str]]], at: int, width: int) -> str:
    row, column = labels[0][at // width], labels[1][at % width]
    return f"{'_'.join(row)} → {'_'.join(column)}"


def shortened(faults: list[Fault], name: str, total: int | None = None) -> list[Fault]:
    """No more than a screen of one kind; the rest is counted."""
    more = (len(faults) if total is None else total) - MOST
    if more <= 0:
        return faults
    return [*faults[:MOST], Fault(name, faults[0].field, f"{more:,} more of this kind", "mend them alike")]
