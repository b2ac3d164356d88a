"""What the tests of metrics share: golden numbers, chains from lists of links, and the chain anew as plain arrays."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from graphs.valuechain import Meta, ValueChain


@pytest.fixture(scope="session")
def golden(shared: Path) -> Callable[[str], dict[str, Any]]:
    """Golden numbers by name, such as ``structure/karate``."""
    return lambda name: json.loads((shared / "golden" / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def table_of() -> Callable[[dict[str, Any]], ValueChain]:
    """The chain of a golden table: ``Z``, ``f``, ``regions``."""

    def make(case: dict[str, Any]) -> ValueChain:
        regions = case.get("regions", ["r"] * len(case["f"]))
        return ValueChain.from_matrix([f"{region}_{i}" for i, region in enumerate(regions, 1)], case["Z"], case["f"])

    return make


@pytest.fixture(scope="session")
def network_of() -> Callable[..., ValueChain]:
    """A chain from links (supplier, buyer, flow) between named or numbered nodes, with enough final demand."""

    def make(links: Iterable[tuple[Any, Any, float]], nodes: Iterable[Any]) -> ValueChain:
        names = [f"XX_{node}" for node in nodes]
        place = {name: at for at, name in enumerate(names)}
        ends = [(place[f"XX_{a}"], place[f"XX_{b}"], flow) for a, b, flow in links]
        row, column, flow = zip(*ends, strict=True) if ends else ((), (), ())
        flows = sparse.csr_array((np.array(flow, float), (row, column)), shape=(len(names), len(names)))
        most = float(max(flows.sum(axis=0).max(initial=0), flows.sum(axis=1).max(initial=0))) + 1
        table = pd.DataFrame({"country": "XX", "industry": "x", "label": names, "output_meur": 3 * most}, index=names)
        demand = pd.Series(3 * most - flows.sum(axis=1), names)
        return ValueChain(table, flows, demand, Meta("network", 0, "test"))

    return make


@pytest.fixture(scope="session")
def karate(network_of: Callable[..., ValueChain]) -> ValueChain:
    """Zachary's karate club: 34 nodes, each pair of friends sells 1 to the other."""
    graph = nx.karate_club_graph()
    return network_of([(a, b, 1) for pair in graph.edges for a, b in (pair, pair[::-1])], range(34))


@pytest.fixture(scope="session")
def random_network(network_of: Callable[..., ValueChain]) -> Callable[..., ValueChain]:
    """A chain of so many nodes and links at random, flows of a few whole or broken sizes."""

    def make(nodes: int, links: int, seed: int, whole: bool = False) -> ValueChain:
        random = np.random.default_rng(seed)
        pairs = random.choice(nodes * nodes, links, replace=False)
        flows = random.integers(1, 6, links) if whole else random.uniform(0.5, 9.0, links)
        ends = zip((pairs // nodes).tolist(), (pairs % nodes).tolist(), flows.tolist(), strict=True)
        return network_of([one for one in ends if one[0] != one[1]], range(nodes))

    return make
