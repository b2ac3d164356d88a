"""The value chain: who sells how much to whom, as arrays for the economics and as a networkx graph to look at."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.linalg import lapack

from graphs import accounts, classification
from graphs.errors import Fault, Faults

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True)
class Meta:
    """Where the figures come from; printed wherever a result is shown."""

    title: str
    year: int
    source: str
    licence: str = "not stated"
    estimate: bool = False
    accuracy: str = ""
    unit: str = "million EUR a year"


@dataclass(frozen=True)
class Inputs:
    """All flows as arrays, sorted by buyer, then by input industry, then by the supplier's country.

    ``supplier`` and ``buyer`` are positions in ``chain.nodes``; ``group_start`` marks where the inputs of one
    industry into one buyer begin, and ends with the total.
    """

    supplier: Integers
    buyer: Integers
    industry: Integers
    flow_meur: Floats
    group_start: Integers


@dataclass(frozen=True, eq=False)
class ValueChain:
    """Nodes that sell to each other: industries of countries, or firms.

    With Z the flows (row sells to column), f final demand and x output, the sales account is x = Z1 + f.
    A matrix that follows from these (A, L) is computed at first use and kept.

    Args:
        nodes: indexed by key (``DE_C29``); columns ``country``, ``industry``, ``label``, ``output_meur`` and, where
            known, ``value_added_meur``, ``taxes_meur``, ``discrepancy_inputs_meur``.
        flows: n × n sparse matrix, million euro a year.
        final_demand: million euro a year by key; may be negative (stocks run down, statistical corrections).
        meta: source, year, licence, and whether it is an estimate.
        membership: share of each industry in each ecosystem; by default the shipped file.

    Raises:
        Faults: every fault of keys, values and accounts at once.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> float(chain.nodes.output_meur["TW_C26"]), chain.graph(100).number_of_edges()
        (400.0, 2)
    """

    nodes: pd.DataFrame
    flows: sparse.csr_array
    final_demand: pd.Series[float]
    meta: Meta
    membership: pd.DataFrame = field(default_factory=pd.DataFrame)
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        faults = accounts.faults_of_chain(self.nodes, self.flows, self.final_demand)
        if faults:
            raise Faults(faults)
        if self.membership.empty:
            object.__setattr__(self, "membership", classification.membership(self.nodes.industry))

    def __len__(self) -> int:
        return len(self.nodes)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Something that follows from the chain: made at first use, then kept with it.

        Threads that ask at the same time may each make it; they get the same.

        Examples:
            >>> from graphs import sources
            >>> chain = sources.toy()
            >>> chain.once("nodes", lambda: len(chain)), chain.once("nodes", lambda: 0)
            (12, 12)
        """
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    @property
    def keys(self) -> pd.Index[str]:
        """Keys of the nodes, in the order of every array."""
        return self.nodes.index

    @functools.cached_property
    def version(self) -> str:
        """Twelve letters that tell this chain from any other: of the hash of its nodes, flows, demand and memberships.

        Examples:
            >>> from graphs import sources
            >>> len(sources.toy().version), sources.toy().version == sources.toy().version
            (12, True)
        """
        seal = hashlib.sha256()
        for table in (self.nodes, self.membership):
            seal.update(table.to_csv().encode())
        flows = self.flows.tocsr().sorted_indices()
        for array in (flows.indptr, flows.indices, flows.data, self.final_demand.to_numpy(float)):
            seal.update(np.ascontiguousarray(array).astype("<f8").tobytes())
        return seal.hexdigest()[:12]

    @functools.cached_property
    def output(self) -> Floats:
        """Gross output x, million euro a year."""
        return self.nodes.output_meur.to_numpy(float)

    def series(self, values: npt.ArrayLike, name: str) -> pd.Series[float]:
        """Values in the order of the nodes as a named Series by key: the shape of every metric.

        Examples:
            >>> from graphs import sources
            >>> sources.toy().series(range(12), "rank")["DE_C26"]
            np.float64(1.0)
        """
        return pd.Series(np.asarray(values, float), self.keys, name=name)

    @functools.cached_property
    def in_eu(self) -> npt.NDArray[np.bool_]:
        """True for nodes in one of the 27 member states."""
        return self.nodes.country.isin(classification.EU27).to_numpy(bool)

    @functools.cached_property
    def industry_codes(self) -> Integers:
        """Position of each node's industry among all industries in alphabetical order."""
        return pd.factorize(self.nodes.industry, sort=True)[0].astype(np.int64)

    @functools.cached_property
    def technical_coefficients(self) -> Floats:
        """A = Z x̂⁻¹: input from i for one euro of j's output; 0 where output is 0."""
        flows = self.flows
        shares = share_of(flows.data, self.output[flows.indices])
        return _frozen(sparse.csr_array((shares, flows.indices, flows.indptr), flows.shape).toarray())

    @functools.cached_property
    def leontief_inverse(self) -> Floats:
        """L = (I − A)⁻¹: output of i needed for one euro of final demand for j.

        Raises:
            Faults: if the chain is not productive (spectral radius of A is 1 or more), so that L does not exist
                or has negative entries.
        """
        inverse = _inverse_of_rest(self.technical_coefficients)
        if inverse is None:
            fault = "the spectral radius of the technical coefficients is 1 or more"
            mend = "look for nodes whose inputs exceed their output in a circle"
            raise Faults([Fault("value chain", "flows", fault, mend)])
        return _frozen(inverse)

    @functools.cached_property
    def inputs(self) -> Inputs:
        """All flows sorted by buyer, input industry and the supplier's country."""
        flows = self.flows.tocoo()
        codes = self.industry_codes
        country = pd.factorize(self.nodes.country)[0]
        order = np.lexsort((flows.row, country[flows.row], codes[flows.row], flows.col))
        supplier, buyer = flows.row[order].astype(np.int64), flows.col[order].astype(np.int64)
        industry = codes[supplier]
        starts = _starts(buyer * (codes.max(initial=0) + 1) + industry)
        return Inputs(supplier, buyer, industry, flows.data[order], starts)

    def graph(self, min_flow_meur: float = 0.0) -> nx.DiGraph[str]:
        """The chain as a networkx graph.

        Node attributes: every column of ``nodes`` and ``final_demand_meur``; edge attribute ``flow_meur``;
        graph attributes: the meta data and ``min_flow_meur``.

        Args:
            min_flow_meur: smaller flows are left out, million euro a year. A dense table has as many flows as
                pairs, so give a threshold to look at one, and print it.

        Examples:
            >>> from graphs import sources
            >>> graph = sources.toy().graph(min_flow_meur=20)
            >>> graph["TW_C26"]["DE_C29"]["flow_meur"], graph.graph["min_flow_meur"]
            (40.0, 20)
        """
        graph: nx.DiGraph[str] = nx.DiGraph(**vars(self.meta), min_flow_meur=min_flow_meur)
        table = self.nodes.assign(final_demand_meur=self.final_demand)
        graph.add_nodes_from((str(key), row) for key, row in table.to_dict("index").items())
        flows = self.flows.tocoo()
        kept = flows.data >= max(min_flow_meur, np.finfo(float).tiny)
        names = self.keys.astype(str).to_numpy()
        suppliers, buyers = names[flows.row[kept]], names[flows.col[kept]]
        graph.add_weighted_edges_from(
            zip(suppliers.tolist(), buyers.tolist(), flows.data[kept].tolist(), strict=True), "flow_meur"
        )
        return graph

    @classmethod
    def from_graph(cls, graph: nx.DiGraph[str]) -> ValueChain:
        """The chain that a networkx graph describes: the inverse of ``graph(0)``.

        A node without ``final_demand_meur`` gets what its output leaves after its sales.

        Raises:
            Faults: nodes without output, flows without a value, unbalanced accounts (such as those of a graph cut
                at a threshold).

        Examples:
            >>> from graphs import sources
            >>> chain = sources.toy()
            >>> bool((ValueChain.from_graph(chain.graph()).flows != chain.flows).nnz == 0)
            True
        """
        flows = pd.DataFrame(
            [(a, b, data.get("flow_meur", np.nan)) for a, b, data in graph.edges(data=True)],
            columns=["supplier", "buyer", "flow_meur"],
        )
        nodes = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
        named = {name: graph.graph[name] for name in Meta.__dataclass_fields__ if name in graph.graph}
        defaults: dict[str, Any] = {"title": "from a graph", "year": 0, "source": "not stated"}
        meta = Meta(**(defaults | named))
        return cls.from_tables(nodes.rename_axis(index="key"), flows, meta)

    @classmethod
    def from_tables(
        cls, nodes: pd.DataFrame, flows: pd.DataFrame, meta: Meta, ecosystems: Path | None = None
    ) -> ValueChain:
        """The chain in two tables: nodes by key, and flows with ``supplier``, ``buyer``, ``flow_meur``.

        Args:
            ecosystems: a file that replaces the shipped memberships of industries in ecosystems.

        Raises:
            Faults: every fault of both tables.
        """
        nodes = _completed(nodes)
        faults = accounts.faults_of_tables(nodes, flows)
        if faults:
            raise Faults(faults)
        matrix = accounts.matrix_of(nodes.index, flows)
        rest = nodes.output_meur - matrix.sum(axis=1)
        demand = nodes.get("final_demand_meur", rest).fillna(rest)
        nodes = nodes.drop(columns="final_demand_meur", errors="ignore")
        shares = classification.membership(nodes.industry, ecosystems) if ecosystems else pd.DataFrame()
        return cls(nodes, matrix, demand, meta, shares)

    @classmethod
    def from_matrix(cls, keys: Sequence[str], flows: npt.ArrayLike, final_demand: npt.ArrayLike) -> ValueChain:
        """The chain in a square matrix, as textbooks print it; output is what the rows add up to.

        Examples:
            >>> ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700]).output
            array([1000., 2000.])
        """
        matrix, demand = np.asarray(flows, float), np.asarray(final_demand, float)
        parts = [key.partition("_") for key in keys]
        nodes = pd.DataFrame(
            {
                "country": [part[0] for part in parts],
                "industry": [part[2] for part in parts],
                "label": list(keys),
                "output_meur": matrix.sum(axis=1) + demand,
            },
            index=pd.Index(list(keys), name="key"),
        )
        meta = Meta("from a matrix", 0, "not stated")
        return cls(nodes, sparse.csr_array(matrix), pd.Series(demand, nodes.index), meta)


def _completed(nodes: pd.DataFrame) -> pd.DataFrame:
    """Nodes with country, industry and label filled from the key where they are not given."""
    nodes = nodes.copy()
    keys = nodes.index.astype(str).str
    defaults = {"country": keys.split("_").str[0], "industry": keys.split("_", n=1).str[-1], "label": nodes.index}
    for name, values in defaults.items():
        known = nodes[name] if name in nodes else pd.Series(None, nodes.index, dtype=object)
        nodes[name] = known.where(known.notna(), pd.Series(values, nodes.index)).astype(str)
    return nodes


def _starts(labels: Integers) -> Integers:
    """Where each run of equal labels begins, and the total."""
    changes = np.flatnonzero(np.diff(labels)) + 1
    return np.concatenate(([0], changes, [len(labels)])).astype(np.int64) if len(labels) else np.zeros(1, np.int64)


def _inverse_of_rest(a: Floats) -> Floats | None:
    """(I − A)⁻¹ of A with no negative entry; None if the spectral radius of A is 1 or more, or too near to it.

    Inverted in place by LAPACK, on the transpose, so that no copy is made. That some y > 0 has y − Ay > 0 is proof
    of a spectral radius below 1 (Collatz and Wielandt); y = (I − A)⁻¹1 is such a one if there is any.
    """
    rest = np.negative(a)
    rest.flat[:: len(a) + 1] += 1.0
    factors, pivots, singular = lapack.dgetrf(rest.T, overwrite_a=True)
    if singular:
        return None
    work, _ = lapack.dgetri_lwork(len(a))
    turned, singular = lapack.dgetri(factors, pivots, lwork=int(work), overwrite_lu=True)
    inverse = np.asarray(turned, float).T
    if singular or not (inverse.min() >= -1e-9 and inverse.max() <= 1e8):
        return None
    np.maximum(inverse, 0.0, out=inverse)
    needed = inverse @ np.ones(len(a))
    return inverse if (needed > 0.5).all() and (needed - a @ needed > 0.5).all() else None


def _frozen(array: Floats) -> Floats:
    array.flags.writeable = False
    return array


def share_of(part: Floats, whole: Floats) -> Floats:
    """part / whole, and 0 where there is no whole.

    Args:
        whole: of the shape of ``part``, or one that broadcasts to it.

    Examples:
        >>> share_of(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist()
        [0.25, 0.0]
    """
    part = np.asarray(part, float)
    return np.divide(part, whole, out=np.zeros(part.shape), where=np.broadcast_to(whole > 0, part.shape))


def residual_demand(chain: ValueChain) -> Floats:
    """Final demand as output less flows, so that x = Z1 + f holds to the last digit; million euro a year."""
    return np.asarray(chain.output - chain.flows.sum(axis=1), float)


def positions(chain: ValueChain, keys: Iterable[str]) -> Integers:
    """Positions of keys in the arrays of a chain.

    Raises:
        Faults: every key that is not in the chain.

    Examples:
        >>> from graphs import sources
        >>> positions(sources.toy(), ["DE_A", "TW_C26"])
        array([0, 9])
    """
    wanted = list(keys)
    found = chain.keys.get_indexer(pd.Index(wanted, dtype=object))
    unknown = [key for key, position in zip(wanted, found, strict=True) if position < 0]
    if unknown:
        raise Faults(
            Fault("", "key", f"{key!r} is not in the value chain", "write country_industry, such as DE_C29")
            for key in unknown
        )
    return found.astype(np.int64)
