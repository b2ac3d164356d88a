"""What can be wrong with a network of firms: every fault in words, each kind listed up to a number, then counted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from graphs.errors import Fault
from graphs.valuechain import Integers

NAMED = 20
"""Faults of one kind that are listed one by one; the rest are counted."""

NO_MATRIX = Fault(
    "", "essential", "mode mixed needs to know which inputs are essential, and there is no matrix",
    "give one (0 none, 1 non-essential, 2 essential), or choose mode linear or leontief",
)  # fmt: skip


def faults_of_firms(firms: pd.DataFrame, place: str = "firms") -> list[Fault]:
    """Faults of keys, sectors and revenues as such; the header counts as row 1.

    Examples:
        >>> print(*faults_of_firms(pd.DataFrame({"sector": ["x", ""]}, index=["a", "a"])), sep="\\n")
        firms row 3, firm: 'a' stands in an earlier row already; name each firm once
        firms row 3, sector: is empty; give each firm its sector
    """
    if "sector" not in firms:
        return [Fault(place, "sector", "the column is missing", "give each firm its sector")]
    keys = pd.Index(firms.index)

    def fault(at: int, field: str, words: str, mend: str) -> Fault:
        return Fault(f"{place} row {at + 2}", field, words, mend)

    faults = _listed(_empty(keys.to_series()), lambda at: fault(at, "firm", "is empty", "name each firm"))
    faults += _listed(
        np.flatnonzero(keys.duplicated()),
        lambda at: fault(at, "firm", f"{_text(keys[at])} stands in an earlier row already", "name each firm once"),
    )
    faults += _listed(_empty(firms.sector), lambda at: fault(at, "sector", "is empty", "give each firm its sector"))
    if "revenue" in firms:
        revenue, mend = firms.revenue, "give the revenue of every firm, or leave the column out"
        faults += _listed(
            _no_amount(revenue),
            lambda at: fault(at, "revenue", f"{_text(revenue.iloc[at])} is not a number of 0 or more", mend),
        )
    return faults


def faults_of_links(
    keys: pd.Index[str], links: pd.DataFrame, place: str = "links"
) -> tuple[Integers, Integers, list[Fault]]:
    """Positions of supplier and customer of each link, and the faults of the table of links."""
    missing = [name for name in ("supplier", "customer", "weight") if name not in links]
    if missing:
        mend = "name the columns supplier, customer, weight in the first row"
        return np.zeros(0, np.int64), np.zeros(0, np.int64), [
            Fault(place, name, "the column is missing", mend) for name in missing
        ]  # fmt: skip
    unique = keys[~keys.duplicated()]
    ends, faults = [], []
    for name in ("supplier", "customer"):
        positions = unique.get_indexer(pd.Index(links[name])).astype(np.int64)
        faults += _listed(
            np.flatnonzero(positions < 0),
            lambda at, name=name: Fault(
                f"{place} row {at + 2}", name, f"{_text(links[name].iloc[at])} is not among the firms",
                "add it to the firms, or correct the link",
            ),
        )  # fmt: skip
        ends.append(positions)
    faults += _listed(
        _no_amount(links.weight),
        lambda at: Fault(
            f"{place} row {at + 2}", "weight", f"{_text(links.weight.iloc[at])} is not a number of 0 or more",
            "give the value of the sales, or leave the row out",
        ),
    )  # fmt: skip
    pair = ends[0] * (len(unique) + 1) + ends[1]
    again = pd.Series(pair).duplicated().to_numpy() & (ends[0] >= 0) & (ends[1] >= 0)
    faults += _listed(
        np.flatnonzero(again),
        lambda at: Fault(
            f"{place} row {at + 2}", "supplier",
            f"{links.supplier.iloc[at]} supplies {links.customer.iloc[at]} in an earlier row already",
            "add up what one firm sells to another",
        ),
    )  # fmt: skip
    return ends[0], ends[1], faults


def faults_of_matrix(links: sparse.csr_array, count: int) -> list[Fault]:
    """Faults of the sparse matrix of links."""
    if links.shape != (count, count):
        fault = f"is {links.shape[0]} × {links.shape[1]} for {count} firms"
        return [Fault("links", "links", fault, "give one row and one column for each firm")]
    data = np.asarray(links.data, float)
    bad = int((~(np.isfinite(data) & (data >= 0))).sum())
    if bad:
        return [Fault("links", "weight", f"{bad} are not numbers of 0 or more", "give the value of the sales")]
    return []


def faults_of_essential(essential: pd.DataFrame | None, firms: pd.DataFrame, place: str = "essential") -> list[Fault]:
    """Faults of the essentiality matrix."""
    if essential is None:
        return []
    if essential.shape[0] != essential.shape[1]:
        fault = f"has {essential.shape[0]} rows and {essential.shape[1]} columns"
        return [Fault(place, "matrix", fault, "give one row and one column for each sector")]
    faults = []
    for axis, names in (("row", essential.index), ("column", essential.columns)):
        faults += _listed(
            names[names.duplicated()].unique(),
            lambda name, axis=axis: Fault(
                f"{place} {axis} {name}", "sector", "stands more than once", "name each sector once"
            ),
        )
        if "sector" in firms:
            lacking = sorted({str(name) for name in firms.sector.dropna() if str(name)} - set(names.astype(str)))
            faults += _listed(
                np.array(lacking, object),
                lambda name, axis=axis: Fault(
                    f"{place} {axis} {name}", "sector", "the sector has firms but is missing in the matrix",
                    "add a row and a column for it",
                ),
            )  # fmt: skip
    codes = essential.apply(pd.to_numeric, errors="coerce").to_numpy(float)
    where = np.argwhere(~np.isin(codes, (0.0, 1.0, 2.0)))
    faults += _listed(
        where,
        lambda at: Fault(
            f"{place} row {essential.index[at[0]]}", str(essential.columns[at[1]]),
            f"{_text(essential.iat[at[0], at[1]])} is not a code",
            "write 0 (none), 1 (non-essential) or 2 (essential)",
        ),
    )  # fmt: skip
    return faults


def faults_of_revenue(firms: pd.DataFrame, sales: npt.NDArray[np.float64]) -> list[Fault]:
    """Revenues that are less than what a firm sells in the network."""
    if "revenue" not in firms:
        return []
    revenue = firms.revenue.to_numpy(float)
    return _listed(
        np.flatnonzero(revenue < sales * (1 - 1e-9)),
        lambda at: Fault(
            f"firms row {at + 2}", "revenue", f"{revenue[at]:g} is less than its sales to firms, {sales[at]:g}",
            "use the same unit and year for both, or leave the column out",
        ),
    )  # fmt: skip


def _listed(found: npt.NDArray[np.generic] | pd.Index[str], fault: Callable[..., Fault]) -> list[Fault]:
    """The first of the faults, and how many more there are."""
    faults = [fault(one) for one in found[:NAMED]]
    if len(found) > NAMED:
        last = faults[-1]
        faults.append(Fault(last.where.split(" ")[0], last.field, f"{len(found) - NAMED} more like these", last.mend))
    return faults


def _text(value: object) -> str:
    """A value as it stands in the input."""
    if value is None or value == "" or value != value:
        return "an empty cell"
    return repr(value) if isinstance(value, str) else str(value)


def _empty(texts: pd.Series[str]) -> Integers:
    """Positions of empty cells."""
    return np.flatnonzero(texts.isna() | (texts.astype(str) == ""))


def _no_amount(column: pd.Series[float]) -> Integers:
    """Positions of what is not a number of 0 or more, or so large that sums would no longer be numbers."""
    number = pd.to_numeric(column, errors="coerce").to_numpy(float)
    return np.flatnonzero(~((number < 1e100) & (number >= 0)))
