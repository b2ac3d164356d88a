"""From one year to another: output predicted from the first table and the change of final demand, and the error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.propagation import leontief
from graphs.valuechain import Floats, ValueChain, share_of

BASELINES = {
    "own_demand": "own final demand alone",
    "country_wide": "the same change in all of a country",
    "same_everywhere": "the same change everywhere",
}
"""Predictions that know no supplier or customer, from the same change of final demand."""

_COMPARED = (("all", "All"), ("all", "EU27"), ("kind", "Manufacturing, all"), ("kind", "Manufacturing, EU27"))
"""Groups that are followed over several pairs of years."""
_FEWEST = 3
"""Nodes that a rank correlation needs."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """A prediction of one year from another.

    ``nodes`` has output of both years, the prediction and the baselines by key; ``errors`` is indexed by
    (level, group), levels ``all``, ``kind``, ``sales``, ``country`` and ``industry``.
    """

    first: int
    second: int
    nodes: pd.DataFrame
    errors: pd.DataFrame
    unit: str


def backtest(before: ValueChain, after: ValueChain) -> Backtest:
    """Predict output of a later year by x' = L f', with L of the first year and f' of the later one.

    Final demand f' is taken as known (that of all users, by the industry that supplies it, changes of stock included),
    so this tests one thing: whether the input structure of the first year carries a change of final demand to
    the suppliers. It is no forecast. Three baselines know the same final demand and no network:

    * ``own_demand``: x f'/f, each node by its own final demand's relative change, at the most twice the change of its
      country and at the least to nothing; where there was no final demand, the change of its country;
    * ``country_wide``: x Σf'/Σf over its country;
    * ``same_everywhere``: x Σf'/Σf over all nodes.

    The error of a group is Σ|x' − observed| / Σx: the mean absolute error of the relative change, weighted by output.
    Rank correlations (Spearman) are of relative changes, every node with output counting once.

    What L cannot know is shown beside it: ``input_use_change_share`` is what industries really bought from the group in
    the later year, over what they would have bought for their real output with the coefficients of the first, less 1.

    Raises:
        Faults: if the two chains do not have the same nodes, or the first has no output or is not productive.

    Examples:
        >>> before = ValueChain.from_matrix(["DE_A", "DE_C"], [[0, 50], [0, 0]], [50, 100])
        >>> after = ValueChain.from_matrix(["DE_A", "DE_C"], [[0, 41], [0, 0]], [50, 80])
        >>> found = backtest(before, after)
        >>> found.nodes[["output_meur", "predicted_meur", "own_demand_meur", "observed_meur"]].loc["DE_A"].tolist()
        [100.0, 90.0, 100.0, 91.0]
        >>> found.errors.loc[("all", "All"), ["error_share", "own_demand_error_share"]].tolist()
        [0.005, 0.045]
    """
    if not before.keys.equals(after.keys):
        other = len(before.keys.symmetric_difference(after.keys))
        fault = f"{other} nodes stand in one of the two tables only" if other else "the nodes stand in another order"
        raise Faults([Fault("value chains", "key", fault, "give two years of the same tables")])
    if not before.output.sum() > 0:
        raise Faults([Fault("first year", "output_meur", "no node has output", "give a year in which some have")])
    x, f, later = before.output, _demand(before), _demand(after)
    country = before.nodes.country
    whole = share_of(later.sum(), f.sum())
    of_country = pd.Series(later).groupby(country.to_numpy()).transform("sum").to_numpy(float)
    land = share_of(of_country, pd.Series(f).groupby(country.to_numpy()).transform("sum").to_numpy(float))
    own = np.where(f > 0, np.clip(share_of(later, f), 0.0, 2.0 * land), land)
    nodes = before.nodes[["label", "country", "industry", "output_meur"]].copy()
    nodes["final_demand_share"] = share_of(f, x)
    nodes["observed_meur"] = after.output
    nodes["predicted_meur"] = leontief(before, later)
    nodes["sold_meur"] = after.flows.sum(axis=1)
    nodes["sold_as_before_meur"] = before.technical_coefficients @ after.output
    for name, change in zip(BASELINES, (own, land, np.full(len(x), whole)), strict=True):
        nodes[f"{name}_meur"] = x * change
    return Backtest(before.meta.year, after.meta.year, nodes, _errors(nodes, before.in_eu), before.meta.unit)


def pairs_table(found: Iterable[Backtest]) -> pd.DataFrame:
    """Errors of several pairs of years side by side, for all nodes, the EU27 and manufacturing.

    Returns:
        One row for each pair and group: ``first_year, second_year, level, group`` and the columns of
        ``Backtest.errors``.

    Examples:
        >>> before = ValueChain.from_matrix(["DE_A", "DE_C"], [[0, 50], [0, 0]], [50, 100])
        >>> after = ValueChain.from_matrix(["DE_A", "DE_C"], [[0, 41], [0, 0]], [50, 80])
        >>> pairs_table([backtest(before, after)])[["group", "error_share"]].values.tolist()[0]
        ['All', 0.005]
    """
    rows = []
    for one in found:
        table = one.errors[one.errors.index.isin(_COMPARED)].reset_index()
        table.insert(0, "first_year", one.first)
        table.insert(1, "second_year", one.second)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def _demand(chain: ValueChain) -> Floats:
    return chain.final_demand.to_numpy(float)


def _errors(nodes: pd.DataFrame, in_eu: npt.NDArray[np.bool_]) -> pd.DataFrame:
    rows = {}
    for level, group, inside in _groups(nodes, in_eu):
        part = nodes[inside]
        if part.output_meur.sum() > 0:
            rows[level, group] = _error(part)
    index = pd.MultiIndex.from_tuples(rows, names=["level", "group"])
    table = pd.DataFrame(list(rows.values()), index=index)
    return table.astype({name: "Float64" for name in table if name.endswith("rank_correlation")})


def _groups(nodes: pd.DataFrame, in_eu: npt.NDArray[np.bool_]) -> Iterable[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Level, name and members of each group that errors are shown for."""
    every = np.ones(len(nodes), bool)
    kind = nodes.industry.map(_kind).to_numpy(str)
    yield "all", "All", every
    yield "all", "EU27", in_eu
    yield "all", "Outside the EU27", ~in_eu
    for place, inside in (("all", every), ("EU27", in_eu)):
        for name in ("manufacturing", "services", "other"):
            title = {"other": "farming, mining, energy, water, building"}.get(name, name)
            yield "kind", f"{title.capitalize()}, {place}", inside & (kind == name)
    final = nodes.final_demand_share.to_numpy(float)
    yield "sales", "Nodes that sell mostly to industries", final < 0.5
    yield "sales", "Nodes that sell mostly to final users", final >= 0.5
    for level in ("country", "industry"):
        values = nodes[level].to_numpy(str)
        for value in dict.fromkeys(values.tolist()):
            yield level, value, values == value


def _kind(industry: str) -> str:
    """Manufacturing, services or other, by the section of NACE."""
    section = min(classification.divisions(industry), default="?")[0]
    return "manufacturing" if section == "C" else "services" if section >= "G" else "other"


def _error(part: pd.DataFrame) -> dict[str, float | int | None]:
    x, observed = part.output_meur.to_numpy(float), part.observed_meur.to_numpy(float)
    produced = x > 0
    change = observed[produced] / x[produced]
    row: dict[str, float | int | None] = {"nodes": len(part), "output_meur": x.sum()}
    for name in ("observed", "predicted", "own_demand"):
        row[f"{name}_change_share"] = part[f"{name}_meur"].sum() / x.sum() - 1.0
    errors = []
    for name in ("predicted", *BASELINES):
        values = part[f"{name}_meur"].to_numpy(float)
        before = "" if name == "predicted" else f"{name}_"
        errors.append(float(np.abs(values - observed).sum() / x.sum()))
        row[f"{before}error_share"] = errors[-1]
        row[f"{before}rank_correlation"] = _rank_correlation(values[produced] / x[produced], change)
    best = min(errors[1:])
    sold, as_before = part.sold_meur.sum(), part.sold_as_before_meur.sum()
    moved = sold / as_before - 1.0 if as_before > 0 else 0.0
    return row | {"best_baseline_error_share": best, "gain_share": best - errors[0], "input_use_change_share": moved}


def _rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's rank correlation, ties in the middle; None where it is not defined."""
    if len(one) < _FEWEST or np.ptp(one) <= 1e-12 or np.ptp(other) <= 1e-12:
        return None
    return float(np.corrcoef(pd.Series(one).rank(), pd.Series(other).rank())[0, 1])
