"""Where a node's inputs come from, and how many others could supply them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.valuechain import ValueChain, share_of


def supplier_concentration(chain: ValueChain) -> pd.Series[float]:
    """Concentration of a node's suppliers over countries, taken per input industry and weighted by input value.

    HHI_j = Σ_p (z_pj / z_j) Σ_c (z_cpj / z_pj)², with z_cpj what j buys from industry p of country c. The domestic
    supplier counts as one of the countries.

    Returns:
        Share in 0–1: 1 where every input comes from one country; 0 where nothing is bought.

    References:
        Herfindahl–Hirschman index as in the US DOJ merger guidelines (there × 10,000).

    Examples:
        >>> from graphs import sources
        >>> round(float(supplier_concentration(sources.toy())["FR_C29"]), 4)
        0.5169
    """
    links = chain.inputs
    if not len(links.flow_meur):
        return pd.Series(0.0, chain.keys, name="supplier_concentration_share")
    country = pd.factorize(chain.nodes.country)[0][links.supplier]
    new = np.diff(country, prepend=-1) != 0
    new[links.group_start[:-1]] = True
    cells = np.flatnonzero(new)
    by_country = np.add.reduceat(links.flow_meur, cells)
    groups = np.searchsorted(cells, links.group_start[:-1])
    squares = np.add.reduceat(by_country**2, groups)
    totals = np.add.reduceat(links.flow_meur, links.group_start[:-1])
    buyer = links.buyer[links.group_start[:-1]]
    weighted = np.bincount(buyer, squares / totals, minlength=len(chain)).astype(float)
    bought = np.bincount(buyer, totals, minlength=len(chain)).astype(float)
    return chain.series(share_of(weighted, bought), "supplier_concentration_share")


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
    added = (chain.output - chain.flows.sum(axis=0)) * (chain.output > 0)
    content = share_of(added, chain.output) * ~chain.in_eu
    share = (content @ chain.leontief_inverse) * (chain.output > 0)
    return chain.series(share, "extra_eu_look_through_share")
