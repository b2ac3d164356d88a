"""Disjoint paths and maximum flow against networkx, Menger's theorem by hand, and golden numbers."""

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")
RANDOM = st.from_type(ValueChain)


def graph_of(chain: ValueChain, least: float = 0.0) -> nx.DiGraph:
    graph = chain.graph(least)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def paths_between(graph: nx.DiGraph, source: str, target: str) -> int:
    try:
        return len(list(nx.node_disjoint_paths(graph, source, target)))
    except nx.NetworkXNoPath:
        return 0


def from_origins(graph: nx.DiGraph, target: str, origins: set[str], capacity: str | None) -> float:
    """Flow or paths from a source that feeds all origins but the target; a path passes a node once."""
    if capacity:
        joined = graph.copy()
        joined.add_edges_from(("", origin) for origin in origins - {target})
        joined.add_nodes_from(["", target])
        return nx.maximum_flow_value(joined, "", target, capacity=capacity)
    joined = nx.DiGraph(graph.edges)
    joined.add_edges_from(("", origin) for origin in origins - {target})
    joined.add_nodes_from(["", target])
    return paths_between(joined, "", target)


def origins_of(chain: ValueChain, graph: nx.DiGraph) -> set[str]:
    return {
        key
        for key in graph
        if graph.out_degree[key] and (chain.nodes.industry[key] == "A" or graph.in_degree[key] == 0)
    }


def test_the_flow_of_the_book(golden, network_of):
    """Cormen, Leiserson, Rivest and Stein, figure 26.1: 23; two paths without a common node."""
    case = golden("structure/clrs_flow")
    chain = network_of(case["edges"], ["s", "v1", "v2", "v3", "v4", "t"])
    assert metrics.max_flow(chain, "XX_s", "XX_t", 0) == case["maxflow"] == 23
    assert metrics.disjoint_paths(chain, "XX_s", "XX_t", 0) == case["node_disjoint_paths"]
    only = metrics.supply_max_flow(chain, 0, origins=["XX_s"])
    assert only["XX_t"] == 23
    assert metrics.disjoint_supply_paths(chain, 0, origins=["XX_s"])["XX_t"] == 2 - 1


def test_the_karate_club(golden, karate):
    wanted = golden("structure/karate")
    assert metrics.disjoint_paths(karate, "XX_0", "XX_33", 0) == wanted["node_connectivity_0_33"]
    assert metrics.max_flow(karate, "XX_0", "XX_33", 0) == wanted["edge_connectivity_0_33"]


@given(chain=RANDOM, least=st.sampled_from((0.0, 20.0)))
def test_pairs_of_random_chains_are_those_of_networkx(chain, least):
    graph = graph_of(chain, least)
    for source, target in list(permutations(chain.keys, 2))[:12]:
        flow = nx.maximum_flow_value(graph, source, target, capacity="flow_meur")
        assert metrics.max_flow(chain, source, target, least) == pytest.approx(flow, rel=1e-12)
        assert metrics.disjoint_paths(chain, source, target, least) == paths_between(graph, source, target)


@given(chain=RANDOM, least=st.sampled_from((0.0, 20.0)))
def test_supply_of_random_chains_is_that_of_networkx(chain, least):
    graph = graph_of(chain, least)
    origins = origins_of(chain, graph)
    paths, flows = metrics.disjoint_supply_paths(chain, least), metrics.supply_max_flow(chain, least)
    for key in chain.keys:
        assert paths[key] == from_origins(graph, key, origins, None), key
        assert flows[key] == pytest.approx(from_origins(graph, key, origins, "flow_meur"), rel=1e-12), key


@pytest.mark.parametrize("links", [150, 600])
def test_networks_are_those_of_networkx(random_network, links):
    chain = random_network(80, links, seed=links)
    graph, origins = graph_of(chain), [f"XX_{i}" for i in range(7)]
    paths, flows = metrics.disjoint_supply_paths(chain, 0, origins), metrics.supply_max_flow(chain, 0, origins)
    for key in chain.keys[::4]:
        assert paths[key] == from_origins(graph, key, set(origins), None)
        assert flows[key] == pytest.approx(from_origins(graph, key, set(origins), "flow_meur"), rel=1e-12)
        if key != "XX_5":
            flow = nx.maximum_flow_value(graph, "XX_5", key, capacity="flow_meur")
            assert metrics.max_flow(chain, "XX_5", key, 0) == pytest.approx(flow, rel=1e-12)
            assert metrics.disjoint_paths(chain, "XX_5", key, 0) == paths_between(graph, "XX_5", key)


def test_the_estimate_is_that_of_networkx(estimate):
    graph = graph_of(estimate, 1000)
    primary = {key for key in graph if key.endswith(("_A", "_B")) and graph.out_degree[key]}
    origins = primary | {key for key in graph if graph.out_degree[key] and not graph.in_degree[key]}
    paths, flows = metrics.disjoint_supply_paths(estimate, 1000), metrics.supply_max_flow(estimate, 1000)
    for key in ("DE_C29", "TW_C26", "IE_C21", "US_A", "MT_B"):
        assert paths[key] == from_origins(graph, key, origins, None), key
        assert flows[key] == pytest.approx(from_origins(graph, key, origins, "flow_meur"), rel=1e-9), key
    assert paths["DE_C29"] > 20


def test_suppliers_that_hang_on_one_are_one_path(network_of):
    """Five suppliers, all of them supplied by one node alone: the hidden single source."""
    middle = [("raw", i, 10) for i in range(5)] + [(i, "end", 10) for i in range(5)]
    chain = network_of(middle, ["raw", *range(5), "end"])
    assert metrics.disjoint_supply_paths(chain, 0)["XX_end"] == 1
    assert metrics.disjoint_paths(chain, "XX_raw", "XX_end", 0) == 5
    assert metrics.supply_max_flow(chain, 0)["XX_end"] == 50


@given(chain=RANDOM)
def test_no_more_than_what_is_bought_and_from_whom(chain):
    graph = graph_of(chain)
    bought = np.array([sum(data["flow_meur"] for *_, data in graph.in_edges(key, data=True)) for key in chain.keys])
    assert (metrics.supply_max_flow(chain, 0) <= bought * (1 + 1e-12)).all()
    assert (metrics.disjoint_supply_paths(chain, 0) <= [graph.in_degree[key] for key in chain.keys]).all()


def test_faults(toy):
    with pytest.raises(Faults, match="'DE_X' is not in the value chain"):
        metrics.max_flow(toy, "DE_X", "DE_A")
    with pytest.raises(Faults, match="name two different nodes"):
        metrics.disjoint_paths(toy, "DE_A", "DE_A")
    with pytest.raises(Faults) as found:
        metrics.supply_max_flow(toy, 0, origins=["DE_X", "DE_Y"])
    assert len(found.value.faults) == 2
