"""A network of firms: who supplies whom, in which sector, and what a sector cannot do without."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from graphs.binding import SERVICES, kind
from graphs.errors import Faults
from graphs.firms import checks
from graphs.valuechain import Floats, Integers, ValueChain

NEITHER, NON_ESSENTIAL, ESSENTIAL = 0, 1, 2
"""What a product means for a buyer: nothing; production falls by its share of all inputs; production stops without."""


@dataclass(frozen=True, eq=False)
class FirmNetwork:
    """Firms that supply each other, with sales W_ij of supplier i (row) to customer j (column).

    A link of weight 0 is no link. A firm's sales to itself stay, as the formulas have them: they count in its sales
    and its inputs. The unit of the weights is free, but one: a sector that has less than 1e-10 of it left counts as a
    market of 1 (see ``graphs.firms.cascade``), so choose a unit in which sales are well above 1, such as euro.

    Args:
        firms: indexed by key; column ``sector``; if known ``revenue`` by firm, at least its sales in the network, in
            the same unit: what it sells beyond is final sales, which no customer in the network can take away.
        links: n × n sparse matrix W.
        essential: sectors × sectors, what the product of the row's sector is for the column's: 2 essential,
            1 non-essential, 0 neither. Rows and columns are found by name, in any order. Only mode "mixed" needs it.

    Raises:
        Faults: every fault of keys, sectors, weights, revenues and the matrix at once.

    Examples:
        >>> network = FirmNetwork.from_matrix([[0, 3.0], [0, 0]], sectors=["mines", "steel"])
        >>> len(network), network.sales.tolist()
        (2, [3.0, 0.0])
    """

    firms: pd.DataFrame
    links: sparse.csr_array
    essential: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        faults = [*checks.faults_of_firms(self.firms), *checks.faults_of_matrix(self.links, len(self.firms))]
        faults += checks.faults_of_essential(self.essential, self.firms)
        if faults:
            raise Faults(faults)
        links = sparse.csr_array(self.links, dtype=float, copy=True)
        links.sum_duplicates()
        links.eliminate_zeros()
        object.__setattr__(self, "links", links)
        faults = checks.faults_of_revenue(self.firms, self.sales)
        if faults:
            raise Faults(faults)

    def __len__(self) -> int:
        return len(self.firms)

    @property
    def keys(self) -> pd.Index[str]:
        """Keys of the firms, in the order of every array."""
        return self.firms.index

    @property
    def leaks(self) -> bool:
        """Whether revenues are known, so that final sales leak out of the upstream cascade."""
        return "revenue" in self.firms

    @functools.cached_property
    def sales(self) -> Floats:
        """s_out by firm: sales to other firms, in the unit of the links."""
        return np.asarray(self.links.sum(axis=1), float).reshape(-1)

    @property
    def revenue_or_sales(self) -> Floats:
        """What Λu divides by: revenue where it is known, else sales."""
        return self.firms.revenue.to_numpy(float) if self.leaks else self.sales

    @functools.cached_property
    def sector_names(self) -> list[str]:
        """Sectors that have firms, sorted by name."""
        return sorted(set(self.firms.sector))

    @functools.cached_property
    def sector_codes(self) -> Integers:
        """Position of each firm's sector in ``sector_names``."""
        return pd.Index(self.sector_names, dtype=object).get_indexer(self.firms.sector.astype(object)).astype(np.int64)

    @functools.cached_property
    def essential_codes(self) -> npt.NDArray[np.int8]:
        """The essentiality matrix in the order of ``sector_names``.

        Raises:
            Faults: if the network has none.
        """
        if self.essential is None:
            raise Faults([checks.NO_MATRIX])
        return self.essential.loc[self.sector_names, self.sector_names].to_numpy().astype(np.int8)

    @classmethod
    def from_tables(
        cls,
        firms: pd.DataFrame,
        links: pd.DataFrame,
        essential: pd.DataFrame | None = None,
        places: tuple[str, str, str] = ("firms", "links", "essential"),
    ) -> FirmNetwork:
        """The network in tables: firms by key, and links with ``supplier``, ``customer``, ``weight``.

        Args:
            places: names of the three tables, to tell where a fault is.

        Raises:
            Faults: every fault of all tables; a pair that stands twice is one, as it may be counted twice.

        Examples:
            >>> firms = pd.DataFrame({"sector": ["mines", "steel"]}, index=["a", "b"])
            >>> links = pd.DataFrame({"supplier": ["a"], "customer": ["b"], "weight": [3.0]})
            >>> FirmNetwork.from_tables(firms, links).links.sum()
            np.float64(3.0)
        """
        faults = [*checks.faults_of_firms(firms, places[0]), *checks.faults_of_essential(essential, firms, places[2])]
        row, column, bad = checks.faults_of_links(firms.index, links, places[1])
        if faults or bad:
            raise Faults([*faults, *bad])
        weight = links.weight.to_numpy(float)
        return cls(firms, sparse.csr_array((weight, (row, column)), shape=(len(firms), len(firms))), essential)

    @classmethod
    def from_matrix(
        cls, links: npt.ArrayLike, sectors: list[str], essential: npt.ArrayLike | None = None
    ) -> FirmNetwork:
        """The network in a square matrix, with firms named 1 to n; ``essential`` in the order of the sorted sectors.

        Examples:
            >>> FirmNetwork.from_matrix([[0, 1.0], [2.0, 0]], ["x", "y"]).keys.tolist()
            ['1', '2']
        """
        names = sorted(set(sectors))
        firms = pd.DataFrame(
            {"sector": sectors}, index=pd.Index([str(i + 1) for i in range(len(sectors))], name="firm")
        )
        matrix = None if essential is None else pd.DataFrame(np.asarray(essential), names, names)
        return cls(firms, sparse.csr_array(np.asarray(links, float)), matrix)

    @classmethod
    def of(cls, chain: ValueChain, essential: pd.DataFrame | None = None) -> FirmNetwork:
        """A value chain, its nodes taken as firms: sector is industry, revenue is output, final demand leaks.

        Without a matrix, goods, energy and transport are essential to all and services are non-essential, the kinds
        of ``graphs.binding``: an ASSUMPTION, and a hard one for tables, where every trace is a link.
        Where final demand is negative (stocks run down) sales stand for revenue.

        Examples:
            >>> from graphs import sources
            >>> network = FirmNetwork.of(sources.toy())
            >>> network.essential.loc["C26", "C29"], network.leaks
            (np.int64(2), True)
        """
        sales = np.asarray(chain.flows.sum(axis=1), float)
        firms = pd.DataFrame(
            {"sector": chain.nodes.industry.astype(str), "revenue": np.maximum(chain.output, sales)},
            index=chain.keys.rename("firm"),
        )
        if essential is None:
            names = sorted(set(firms.sector))
            rows = [NON_ESSENTIAL if kind(name) == SERVICES else ESSENTIAL for name in names]
            essential = pd.DataFrame(np.repeat(np.array(rows)[:, None], len(names), axis=1), names, names)
        return cls(firms, chain.flows, essential)
