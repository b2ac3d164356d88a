"""How far a node leans on what lies abroad or outside the EU, directly and over all steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.metrics.grouping import groups
from graphs.valuechain import Floats, ValueChain, share_of

NO_EXPORTS = 9999.0
"""Imports over exports where nothing is exported, as in CEPII's GeoDep."""


def extra_eu_dependency(chain: ValueChain) -> pd.Series[float]:
    """Share of a node's inputs that it buys directly from outside the EU: Σ_{i∉EU} z_ij / Σ_i z_ij.

    Returns:
        Share in 0–1; 0 where nothing is bought.

    Examples:
        >>> from graphs import sources
        >>> round(float(extra_eu_dependency(sources.toy())["DE_C29"]), 4)
        0.1778
    """
    outside = chain.flows[~chain.in_eu].sum(axis=0)
    return chain.series(share_of(outside, chain.flows.sum(axis=0)), "extra_eu_share")


def extra_eu_dependency_look_through(chain: ValueChain) -> pd.Series[float]:
    """Share of the value of a node's product that was added outside the EU, however many steps back.

    Σ_{i∉EU} (v_i/x_i) l_ij with v' = x' − 1'Z. Own value added counts; with the share added inside the EU it
    makes 1.

    Returns:
        Share, in 0–1 where no value added is negative; 0 for a node without output.

    References:
        Value added in trade: Johnson and Noguera 2012, doi:10.1016/j.jinteco.2011.10.003.

    Examples:
        >>> from graphs import sources
        >>> round(float(extra_eu_dependency_look_through(sources.toy())["DE_C29"]), 4)
        0.1006
    """
    content = _value_added_content(chain) * ~chain.in_eu
    share = (content @ chain.leontief_inverse) * (chain.output > 0)
    return chain.series(share, "extra_eu_look_through_share")


def foreign_input_reliance(chain: ValueChain) -> pd.Series[float]:
    """Foreign output behind one euro of a node's product, over all steps: Σ_{i foreign} l_ij.

    Foreign is what lies in another country than the node. Gross: what crosses several borders, or is worked on in
    several steps, counts each time, so it can exceed 1. It is not to be mixed with ``foreign_value_added``, which
    counts every euro once.

    Returns:
        Euro of foreign output per euro of output, 0 or more; 0 for a node without output.

    References:
        Baldwin, Freeman and Theodorakopoulos 2023, Hidden exposure: measuring US supply chain reliance (there FPR).

    Examples:
        >>> from graphs import sources
        >>> round(float(foreign_input_reliance(sources.toy())["DE_C29"]), 4)
        0.2311
    """
    return chain.series(_from_abroad(chain, np.ones(len(chain))), "foreign_input_reliance_index")


def foreign_value_added(chain: ValueChain) -> pd.Series[float]:
    """Share of the value of a node's product that was added in other countries: Σ_{i foreign} (v_i/x_i) l_ij.

    The value-added version of ``foreign_input_reliance``: every euro counts once.

    Returns:
        Share, in 0–1 where no value added is negative; 0 for a node without output.

    References:
        Foreign value added in output: Hummels, Ishii and Yi 2001; Johnson and Noguera 2012.

    Examples:
        >>> from graphs import sources
        >>> round(float(foreign_value_added(sources.toy())["DE_C29"]), 4)
        0.1591
    """
    return chain.series(_from_abroad(chain, _value_added_content(chain)), "foreign_value_added_share")


@dataclass(frozen=True)
class DependencyThresholds:
    """Above which figures a product counts as a strategic dependency.

    The three core indicators of the Commission's bottom-up analysis, SWD(2021) 352 final.
    """

    concentration_share: float = 0.4
    """HHI over the countries outside the EU that it is imported from."""
    extra_eu_share: float = 0.5
    """Imports from outside the EU over all imports."""
    imports_over_exports: float = 1.0
    """Imports from outside the EU over exports."""


def strategic_dependency(
    chain: ValueChain, place: str = "EU", thresholds: DependencyThresholds | None = None
) -> pd.DataFrame:
    """The Commission's test for strategic dependencies, for each product industry that a place imports.

    With the imports M_cp of product p from country c: concentration Σ_{c∉EU} (M_cp / Σ_{c∉EU} M_cp)², the share from
    outside the EU Σ_{c∉EU} M_cp / Σ_c M_cp, and what stands for the place's own capacity, Σ_{c∉EU} M_cp over its
    exports of p. A product is dependent where all three are above their thresholds.

    Imports and exports are flows between the nodes of the table: trade in inputs, since a chain does not say where
    final goods go. For the EU they are those of all members, also with each other. The test was made for 5,200
    products; a table of a few dozen industries averages most dependencies away: read the figures, not the verdict
    alone. One product in five changes class from one year to the next (CEPII Policy Brief 2023-41).

    Args:
        place: a country of the chain, or ``EU`` for the 27 members.
        thresholds: by default those of SWD(2021) 352.

    Returns:
        By product industry that is imported: ``imports_meur``, ``extra_eu_concentration_share`` (0–1),
        ``extra_eu_import_share`` (0–1), ``imports_over_exports_ratio`` (0 or more; 9999 where nothing is exported)
        and ``dependent``.

    Raises:
        Faults: if the place is not in the chain.

    Examples:
        >>> from graphs import sources
        >>> found = strategic_dependency(sources.toy(), "DE")
        >>> found.imports_over_exports_ratio["C26"], found.index[found.dependent].tolist()
        (np.float64(6.0), ['C26'])
    """
    thresholds = thresholds or DependencyThresholds()
    importers = (chain.in_eu if place == "EU" else (chain.nodes.country == place).to_numpy(bool)).astype(bool)
    if not importers.any():
        mend = "name EU, or one of its countries: " + ", ".join(sorted(set(chain.nodes.country)))
        raise Faults([Fault("", "place", f"{place!r} is not in the value chain", mend)])
    trade = chain.flows.tocoo()
    country, countries = pd.factorize(chain.nodes.country)
    abroad = country[trade.row] != country[trade.col]
    industry, industries = pd.factorize(chain.nodes.industry, sort=True)
    table = np.zeros((len(industries), len(countries)))
    imported, exported = abroad & importers[trade.col], abroad & importers[trade.row]
    np.add.at(table, (industry[trade.row[imported]], country[trade.row[imported]]), trade.data[imported])
    exports = np.bincount(industry[trade.row[exported]], trade.data[exported], len(industries)).astype(float)
    inside = np.zeros(len(countries), bool)
    inside[country[chain.in_eu]] = True
    imports, outside = table.sum(axis=1), table[:, ~inside].sum(axis=1)
    found = pd.DataFrame(
        {
            "imports_meur": imports,
            "extra_eu_concentration_share": share_of((table[:, ~inside] ** 2).sum(axis=1), outside**2),
            "extra_eu_import_share": share_of(outside, imports),
            "imports_over_exports_ratio": np.where(
                exports > 0, share_of(outside, exports), np.where(outside > 0, NO_EXPORTS, 0.0)
            ),
        },
        index=pd.Index(industries, name="industry"),
    )
    found["dependent"] = (
        (found.extra_eu_concentration_share > thresholds.concentration_share)
        & (found.extra_eu_import_share > thresholds.extra_eu_share)
        & (found.imports_over_exports_ratio > thresholds.imports_over_exports)
    )
    return found[imports > 0]


def group_reliance(chain: ValueChain, members: pd.DataFrame | None = None) -> pd.DataFrame:
    """What was added outside the EU in the final goods of a whole group, over all steps.

    Weighted by final demand where a group has some (its products are counted once, not again in each other), by
    output where it has none: Σ_k w_k s_k / Σ_k w_k with the look-through share s_k.

    Args:
        members: nodes × groups; by default ``groups(chain)``.

    Returns:
        By group: ``final_demand_meur`` (negative demand of a node as 0) and ``extra_eu_look_through_share``.

    Examples:
        >>> from graphs import sources
        >>> group_reliance(sources.toy()).extra_eu_look_through_share["eu", "EU"].round(4)
        np.float64(0.0493)
    """
    members = groups(chain) if members is None else members
    shares = members.reindex(chain.keys, fill_value=0.0).to_numpy(float)
    final = np.maximum(chain.output - chain.flows.sum(axis=1), 0.0) * (chain.output > 0)
    demand = final @ shares
    weights = shares * np.where(demand > 0, final[:, None], chain.output[:, None])
    content = extra_eu_dependency_look_through(chain).to_numpy()
    columns = {
        "final_demand_meur": demand,
        "extra_eu_look_through_share": share_of(content @ weights, weights.sum(axis=0)),
    }
    return pd.DataFrame(columns, index=members.columns)


def _value_added_content(chain: ValueChain) -> Floats:
    """v_i / x_i with v' = x' − 1'Z; 0 for a node without output."""
    return share_of(chain.output - chain.flows.sum(axis=0), chain.output)


def _from_abroad(chain: ValueChain, content: Floats) -> Floats:
    """Σ_{i foreign} w_i l_ij for every node j with output."""
    country = pd.factorize(chain.nodes.country)[0]
    found = np.zeros(len(chain))
    for code in range(country.max() + 1):
        home: npt.NDArray[np.bool_] = country == code
        found[home] = (content * ~home) @ chain.leontief_inverse[:, home]
    return found * (chain.output > 0)
