"""Metrics of structure: extraction of all nodes, betweenness and maximum flow, the whole table of the estimate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from measure import Row, seconds
from scipy import sparse

from graphs import metrics, sources
from graphs.metrics.network import betweenness_from
from graphs.valuechain import Meta, ValueChain

TABLE, NODES, LINKS = 2944, 10_000, 100_000
SOLVES, SOURCES, PAIRS = 3, 12, 3


def rows() -> Iterator[Row]:
    """One after the other; results are compared before a row is given."""
    yield from _extraction()
    yield from _networks()
    yield from _estimate()


def _extraction() -> Iterator[Row]:
    """A dense table of 46 countries × 64 industries, invented."""
    random = np.random.default_rng(1)
    flows = random.lognormal(0.0, 2.0, (TABLE, TABLE))
    output = 2.0 * np.maximum(flows.sum(axis=0), flows.sum(axis=1))
    keys = [f"{country:02d}_{industry:02d}" for country in range(TABLE // 64) for industry in range(64)]

    def fresh() -> ValueChain:
        return _chain(keys, sparse.csr_array(flows), output)

    chains = [fresh() for _ in range(4)]
    cold = min(seconds(partial(metrics.hypothetical_extraction, chain), runs=1) for chain in chains[:2])
    chain = chains[0]
    found = metrics.hypothetical_extraction(chain)
    warm = seconds(lambda: metrics.hypothetical_extraction(chain), runs=20)
    a, demand = chain.technical_coefficients, chain.output - chain.flows.sum(axis=1)
    some = random.choice(TABLE, SOLVES, replace=False)
    solved = [seconds(partial(_loss_without, a, demand, output, node), runs=1) for node in some]
    _equal([_loss_without(a, demand, output, node) for node in some], found.iloc[some].tolist(), 1e-9)
    other = float(np.median(solved)) * TABLE
    note = f"extrapolated from {SOLVES} solves of {TABLE}"
    yield Row(f"extraction of all {TABLE} nodes, table new", cold, "separate solves", other, 400, note)
    yield Row(f"extraction of all {TABLE} nodes, inverse at hand", warm, bar=0.010)
    inverse, numpy_inverse = np.inf, np.inf
    for other_chain in chains[2:]:
        inverse = min(inverse, seconds(partial(getattr, other_chain, "leontief_inverse"), runs=1))
        numpy_inverse = min(numpy_inverse, seconds(lambda: np.linalg.inv(np.eye(TABLE) - a), runs=1))
    _equal(chain.leontief_inverse[::97], np.linalg.inv(np.eye(TABLE) - a)[::97], 1e-9)
    yield Row(f"inverse of {TABLE}, with A and the proof that it is one", inverse, "numpy.linalg.inv", numpy_inverse)
    members = metrics.groups(chain)[["country"]]
    groups = seconds(lambda: metrics.group_extraction(chain, members))
    yield Row(f"extraction of {members.shape[1]} countries as groups, inverse at hand", groups)


def _networks() -> Iterator[Row]:
    """10,000 nodes, 100,000 links at random, flows of any size."""
    random = np.random.default_rng(2)
    pairs = np.unique(random.integers(0, NODES * NODES, LINKS + 500))
    pairs = random.permutation(pairs[pairs // NODES != pairs % NODES])[:LINKS]
    table = sparse.csr_array((random.lognormal(2, 1, LINKS), (pairs // NODES, pairs % NODES)), shape=(NODES, NODES))
    output = 3.0 * np.maximum(table.sum(axis=0), table.sum(axis=1)) + 1.0
    chain = _chain([f"XX_{node}" for node in range(NODES)], table, output)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(NODES))
    ends = (links := metrics.links_of(chain, 0)).supplier.tolist(), links.buyer.tolist(), links.flow_meur.tolist()
    graph.add_edges_from((a, b, {"flow": z, "length": 1.0 / z}) for a, b, z in zip(*ends, strict=True))
    metrics.betweenness(sources.toy(), 0)
    own = seconds(lambda: metrics.betweenness(chain, 0), runs=1)
    some = random.choice(NODES, SOURCES, replace=False)
    wanted: dict[int, float] = {}
    other = seconds(
        lambda: wanted.update(nx.betweenness_centrality_subset(graph, some.tolist(), range(NODES), weight="length")),
        runs=1,
    )
    _equal(betweenness_from(links, some) * (NODES - 1) * (NODES - 2), [wanted[node] for node in range(NODES)], 1e-9)
    note = f"networkx extrapolated from {SOURCES} sources of {NODES}"
    yield Row(f"betweenness, {NODES} nodes, {LINKS} links", own, "networkx", other * NODES / SOURCES, 50, note)

    names = chain.keys.tolist()
    chosen = [(names[a], names[b]) for a, b in random.choice(NODES, (PAIRS, 2), replace=False)]
    metrics.max_flow(chain, *chosen[0], min_flow_meur=0)
    own = seconds(lambda: [metrics.max_flow(chain, a, b, 0) for a, b in chosen])
    flows: list[float] = []
    other = seconds(
        lambda: flows.extend(
            nx.maximum_flow_value(graph, names.index(a), names.index(b), capacity="flow") for a, b in chosen
        ),
        runs=1,
    )
    _equal([metrics.max_flow(chain, a, b, 0) for a, b in chosen], flows, 1e-9)
    yield Row(f"maximum flow, {PAIRS} pairs, same network", own, "networkx", other, 50)


def _estimate() -> Iterator[Row]:
    metrics.table(sources.estimate_2014())
    chain = sources.estimate_2014()
    whole = seconds(lambda: metrics.table(chain), runs=1)
    note = f"flows of {metrics.MIN_FLOW_MEUR:g} million EUR a year or more in the network metrics; inverse not at hand"
    yield Row("every metric of the 1,452 nodes of the estimate", whole, bar=5.0, note=note)
    table = metrics.table(chain)
    yield Row("the same by 92 groups", seconds(lambda: metrics.group_table(chain, table)))


def _chain(keys: list[str], flows: sparse.csr_array, output: np.ndarray) -> ValueChain:
    parts = [key.partition("_") for key in keys]
    nodes = pd.DataFrame(
        {
            "country": [part[0] for part in parts],
            "industry": [part[2] if len(keys) == TABLE else "x" for part in parts],
            "label": keys,
            "output_meur": output,
        },
        index=pd.Index(keys, name="key"),
    )
    return ValueChain(nodes, flows, pd.Series(output - flows.sum(axis=1), nodes.index), Meta("invented", 0, "random"))


def _loss_without(a: np.ndarray, demand: np.ndarray, output: np.ndarray, node: int) -> float:
    """Row and column deleted, and solved again."""
    rest = np.delete(np.arange(len(a)), node)
    return float(output.sum() - np.linalg.solve(np.eye(len(rest)) - a[np.ix_(rest, rest)], demand[rest]).sum())


def _equal(found: Any, wanted: Any, tolerance: float) -> None:
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
