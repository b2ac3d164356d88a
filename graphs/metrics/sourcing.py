"""How many could supply a node's inputs: concentration of suppliers, over countries or over single suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from graphs.errors import Fault, Faults
from graphs.metrics.grouping import groups
from graphs.valuechain import Floats, Integers, ValueChain, share_of

Over = Literal["countries", "suppliers"]


def supplier_concentration(chain: ValueChain, over: Over = "countries", domestic: bool = True) -> pd.Series[float]:
    """Concentration of a node's suppliers, taken per input industry and weighted by input value.

    HHI_j = Σ_p (z_pj / z_j) Σ_c (z_cpj / z_pj)², with z_cpj what j buys from industry p of country c, or, over
    suppliers, from node c of industry p.

    Args:
        over: ``countries``: all suppliers of a country are one; ``suppliers``: each node is one.
        domestic: True: suppliers in the buyer's own country count (together as one country); False: only what is
            bought abroad is looked at, so the home country is neither a source nor part of the value.

    Returns:
        Share in 0–1: 1 where every input comes from one source; 0 where nothing is bought.

    References:
        Herfindahl–Hirschman index as in the US DOJ merger guidelines (there × 10,000).

    Examples:
        >>> from graphs import sources
        >>> round(float(supplier_concentration(sources.toy())["FR_C29"]), 4)
        0.5169
    """
    cells = _Cells.of(chain, _purchases(chain, domestic), over)
    return chain.series(cells.weighted(cells.concentration()), _name("concentration_share", over, domestic))


def normalised_supplier_concentration(
    chain: ValueChain, over: Over = "countries", domestic: bool = True
) -> pd.Series[float]:
    """Concentration against an even split over the sources there are: (HHI − 1/n) / (1 − 1/n) per input industry.

    n is the number of sources that the node buys the input from. One source is full concentration: 1.

    Returns:
        Share in 0–1, weighted by input value: 0 where every input is split evenly, or nothing is bought.

    Examples:
        >>> from graphs import sources
        >>> round(float(normalised_supplier_concentration(sources.toy())["FR_C29"]), 4)
        0.1594
    """
    cells = _Cells.of(chain, _purchases(chain, domestic), over)
    return chain.series(cells.weighted(cells.normalised()), _name("concentration_normalised_share", over, domestic))


def concentration_ratio(
    chain: ValueChain, k: int = 3, over: Over = "countries", domestic: bool = True
) -> pd.Series[float]:
    """CR_k: what the k largest sources of each input industry supply, weighted by input value.

    Returns:
        Share in 0–1: 1 where no input has more than k sources; 0 where nothing is bought.

    Raises:
        Faults: if ``k`` is less than 1.

    Examples:
        >>> from graphs import sources
        >>> round(float(concentration_ratio(sources.toy(), k=1)["FR_C29"]), 4)
        0.6087
    """
    if k < 1:
        raise Faults([Fault("", "k", f"{k} is less than 1", "say how many of the largest sources count")])
    cells = _Cells.of(chain, _purchases(chain, domestic), over)
    found = chain.series(cells.weighted(cells.largest(k)), _name("concentration_ratio_share", over, domestic))
    found.attrs["k"] = k
    return found


def concentration_by_input(chain: ValueChain, over: Over = "countries", domestic: bool = True) -> pd.DataFrame:
    """Concentration of each input industry of each buyer: what ``supplier_concentration`` is the mean of.

    Returns:
        By (``buyer``, ``input_industry``), where anything is bought: ``purchases_meur``, ``sources`` (how many),
        ``supplier_concentration_share`` and ``supplier_concentration_normalised_share``.

    Examples:
        >>> from graphs import sources
        >>> concentration_by_input(sources.toy()).loc[("FR_C29", "C26")].round(3).tolist()
        [45.0, 3.0, 0.358, 0.037]
    """
    cells = _Cells.of(chain, _purchases(chain, domestic), over)
    index = pd.MultiIndex.from_arrays(
        [chain.keys[cells.buyer], pd.Index(cells.industries[cells.industry])], names=["buyer", "input_industry"]
    )
    columns = {
        "purchases_meur": cells.bought,
        "sources": cells.count,
        "supplier_concentration_share": cells.concentration(),
        "supplier_concentration_normalised_share": cells.normalised(),
    }
    return pd.DataFrame(columns, index=index)


def group_sourcing(chain: ValueChain, members: pd.DataFrame | None = None) -> pd.DataFrame:
    """Where a whole group buys, as one buyer: its concentration by country, and its share from outside the EU.

    The group's purchases are those of its nodes added up, by their share in it. So two members that each depend on
    one country, but not the same, are less concentrated together.

    Args:
        members: nodes × groups; by default ``groups(chain)``.

    Returns:
        By group: ``purchases_meur``, ``supplier_concentration_share``, ``supplier_concentration_normalised_share``,
        ``extra_eu_share``.

    Examples:
        >>> from graphs import sources
        >>> group_sourcing(sources.toy()).extra_eu_share["eu", "EU"].round(4)
        np.float64(0.1333)
    """
    members = groups(chain) if members is None else members
    shares = members.reindex(chain.keys, fill_value=0.0).to_numpy(float)
    bought = sparse.csr_array(chain.flows @ shares)
    cells = _Cells.of(chain, bought, "countries")
    total = np.asarray(bought.sum(axis=0), float)
    columns = {
        "purchases_meur": total,
        "supplier_concentration_share": cells.weighted(cells.concentration()),
        "supplier_concentration_normalised_share": cells.weighted(cells.normalised()),
        "extra_eu_share": share_of(np.asarray(bought[~chain.in_eu].sum(axis=0), float), total),
    }
    return pd.DataFrame(columns, index=members.columns)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Purchases by buyer, input industry and source, in that order, each group of sources in a row.

    ``value``: one for each source; the rest: one for each group (buyer × input industry).
    """

    buyers: int
    industries: np.ndarray
    value: Floats
    start: Integers
    buyer: Integers
    industry: Integers
    bought: Floats
    count: Integers

    @classmethod
    def of(cls, chain: ValueChain, purchases: sparse.csr_array, over: Over) -> _Cells:
        """Cells of purchases (nodes × buyers)."""
        industry, industries = pd.factorize(chain.nodes.industry, sort=True)
        source = pd.factorize(chain.nodes.country)[0] if over == "countries" else np.arange(len(chain))
        kinds, cell = np.unique(industry * len(chain) + source, return_inverse=True)
        where = (cell, np.arange(len(chain)))
        added = sparse.csr_array((np.ones(len(chain)), where), (len(kinds), len(chain))) @ purchases
        table = sparse.csc_array(added)
        table.eliminate_zeros()
        table.sort_indices()
        buyer = np.repeat(np.arange(purchases.shape[1]), np.diff(table.indptr))
        label = buyer * len(industries) + kinds[table.indices] // len(chain)
        start = np.flatnonzero(np.diff(label, prepend=-1))
        value, count = table.data, np.diff(np.append(start, len(label)))
        bought = np.add.reduceat(value, start) if len(start) else np.zeros(0)
        group = label[start]
        return cls(
            purchases.shape[1], np.asarray(industries), value, start,
            group // len(industries), group % len(industries), bought, count,
        )  # fmt: skip

    def concentration(self) -> Floats:
        """HHI of each group."""
        return self._added((self.value / np.repeat(self.bought, self.count)) ** 2)

    def normalised(self) -> Floats:
        """(HHI − 1/n) / (1 − 1/n) of each group; 1 where n = 1."""
        even = 1.0 / self.count
        several = np.divide(self.concentration() - even, 1.0 - even, out=np.ones(len(even)), where=self.count > 1)
        return np.clip(several, 0.0, 1.0)

    def largest(self, k: int) -> Floats:
        """Share of the k largest sources of each group."""
        group = np.repeat(np.arange(len(self.start)), self.count)
        order = np.lexsort((-self.value, group))
        first = np.arange(len(group)) - np.repeat(self.start, self.count) < k
        return self._added(self.value[order] * first) / self.bought

    def weighted(self, values: Floats) -> Floats:
        """Mean over the input industries of each buyer, weighted by value; 0 where nothing is bought."""
        total = np.bincount(self.buyer, self.bought, minlength=self.buyers).astype(float)
        return share_of(np.bincount(self.buyer, values * self.bought, minlength=self.buyers).astype(float), total)

    def _added(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.start) if len(self.start) else np.zeros(0)


def _purchases(chain: ValueChain, domestic: bool) -> sparse.csr_array:
    """Flows, or those that cross a border."""
    if domestic:
        return chain.flows
    flows, country = chain.flows.tocoo(), pd.factorize(chain.nodes.country)[0]
    abroad = country[flows.row] != country[flows.col]
    return sparse.csr_array((flows.data[abroad], (flows.row[abroad], flows.col[abroad])), chain.flows.shape)


def _name(what: str, over: Over, domestic: bool) -> str:
    """Name of the column: whose concentration it is."""
    whose = "supplier" if over == "countries" else "single_supplier"
    return f"{'' if domestic else 'foreign_'}{whose}_{what}"
