"""Metrics of structure: how exposed a node is, and how much hangs on it. Chain in, one number for each node out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.valuechain import Floats, ValueChain


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
    return _series(chain, _ratio(weighted, bought), "supplier_concentration_share")


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
    return _series(chain, _ratio(outside, chain.flows.sum(axis=0)), "extra_eu_share")


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
    content = _ratio(added, chain.output) * ~chain.in_eu
    share = (content @ chain.leontief_inverse) * (chain.output > 0)
    return _series(chain, share, "extra_eu_look_through_share")


def upstreamness(chain: ValueChain) -> pd.Series[float]:
    """Average number of steps from a node's output to final use: U = (I − B)⁻¹1 with b_ij = z_ij / x_i.

    Since (I − B)⁻¹ = x̂⁻¹ L x̂, this is U_i = (L x)_i / x_i.

    Returns:
        Steps, 1 or more: 1 if and only if all output goes to final use; 1 for a node without output.

    References:
        Antràs, Chor, Fally and Hillberry 2012, American Economic Review 102(3).

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> upstreamness(chain).round(4).tolist()
        [1.9142, 1.2541]
    """
    steps = _ratio(chain.leontief_inverse @ chain.output, chain.output)
    return _series(chain, np.where(chain.output > 0, steps, 1.0), "upstreamness_steps")


def hypothetical_extraction(chain: ValueChain) -> pd.Series[float]:
    """Output that all nodes together would lose if a node vanished with its sales, purchases and final demand.

    m_k x_k / l_kk with m = 1'L: the same as deleting row and column k and solving again, own output included.

    Returns:
        Million euro a year, 0 or more where final demand is not negative.

    References:
        Dietzenbacher and Lahr 2013, Economic Systems Research 25(3); by the Sherman–Morrison formula.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> hypothetical_extraction(chain).round(3).tolist()
        [1210.526, 2588.235]
    """
    inverse = chain.leontief_inverse
    loss = inverse.sum(axis=0) * chain.output / np.diagonal(inverse)
    return _series(chain, loss, "extraction_loss_meur")


def extraction_multiplier(chain: ValueChain) -> pd.Series[float]:
    """Hypothetical extraction per euro of the node's own output: how much stands or falls with it.

    Returns:
        Euro of output lost anywhere per euro of own output, 1 or more; 1 for a node without output.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> extraction_multiplier(chain).round(4).tolist()
        [1.2105, 1.2941]
    """
    ratio = _ratio(hypothetical_extraction(chain).to_numpy(), chain.output)
    return _series(chain, np.where(chain.output > 0, ratio, 1.0), "extraction_multiplier")


def _series(chain: ValueChain, values: Floats, name: str) -> pd.Series[float]:
    return pd.Series(np.asarray(values, float), chain.keys, name=name)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
