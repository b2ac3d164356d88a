"""Network metrics against networkx on the same links, and golden numbers of the karate club."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.metrics.network import betweenness_from
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")
RANDOM = st.from_type(ValueChain)
THRESHOLDS = st.sampled_from((0.0, 10.0, 30.0))


def graph_of(chain: ValueChain, least: float) -> nx.DiGraph:
    """The same links in networkx, without those of a node to itself."""
    graph = chain.graph(least)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    for _, _, data in graph.edges(data=True):
        data["length"] = 1.0 / data["flow_meur"]
    return graph


@given(chain=RANDOM, least=THRESHOLDS)
def test_betweenness_of_random_chains_is_that_of_networkx(chain, least):
    wanted = nx.betweenness_centrality(graph_of(chain, least), weight="length")
    np.testing.assert_allclose(metrics.betweenness(chain, least), [wanted[key] for key in chain.keys], atol=1e-12)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("links", [200, 900])
def test_betweenness_of_networks_is_that_of_networkx(random_network, links, whole):
    """Whole flows make many routes of equal length."""
    chain = random_network(120, links, seed=links, whole=whole)
    wanted = nx.betweenness_centrality(graph_of(chain, 0), weight="length")
    np.testing.assert_allclose(metrics.betweenness(chain, 0), [wanted[key] for key in chain.keys], atol=1e-12)


def test_betweenness_of_the_estimate_is_that_of_networkx(estimate):
    """Routes from forty nodes, at 1,000 million euro: 7,000 links."""
    some = np.arange(3, len(estimate), 37)
    graph = graph_of(estimate, 1000)
    keys = estimate.keys[some].tolist()
    wanted = nx.betweenness_centrality_subset(graph, keys, list(graph), weight="length")
    n = len(estimate)
    found = betweenness_from(metrics.links_of(estimate, 1000), some) * (n - 1) * (n - 2)
    assert found.max() > 100
    np.testing.assert_allclose(found, [wanted[key] for key in estimate.keys], rtol=1e-10, atol=1e-10)


def test_betweenness_of_the_karate_club(golden, karate):
    """Both directions of a pair count, over 33 × 32 pairs: twice the number that networkx prints unnormalised."""
    wanted = np.array(golden("structure/karate")["betweenness"])
    np.testing.assert_allclose(metrics.betweenness(karate, 0), 2 * wanted / (33 * 32), rtol=1e-12, atol=1e-15)


def test_a_thick_link_is_a_short_way(network_of):
    """From a to c: 1/10 + 1/10 over b is shorter than 1/4 straight."""
    thick = network_of([("a", "b", 10), ("b", "c", 10), ("a", "c", 4)], "abc")
    thin = network_of([("a", "b", 10), ("b", "c", 10), ("a", "c", 6)], "abc")
    assert metrics.betweenness(thick, 0).tolist() == [0, 0.5, 0]
    assert metrics.betweenness(thin, 0).tolist() == [0, 0, 0]


@given(chain=RANDOM, least=THRESHOLDS, of_suppliers=st.booleans())
def test_pagerank_is_that_of_networkx(chain, least, of_suppliers):
    graph = graph_of(chain, least)
    wanted = nx.pagerank(graph.reverse() if of_suppliers else graph, weight="flow_meur", tol=1e-14, max_iter=5000)
    found = metrics.pagerank(chain, least, of_suppliers=of_suppliers)
    np.testing.assert_allclose(found, [wanted[key] for key in chain.keys], rtol=1e-10)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_pagerank_of_the_estimate_is_that_of_networkx(estimate):
    wanted = nx.pagerank(graph_of(estimate, 1000), weight="flow_meur", tol=1e-15, max_iter=5000)
    found = metrics.pagerank(estimate, 1000)
    np.testing.assert_allclose(found, [wanted[key] for key in estimate.keys], rtol=1e-9)


def test_pagerank_of_the_karate_club(golden, karate):
    """networkx stops at n × 1e-12, so its numbers are so far from the solution of p = d P'p + (1 − d)/n."""
    found = metrics.pagerank(karate, 0).to_numpy()
    wanted = {int(node): rank for node, rank in golden("structure/karate")["pagerank085"].items()}
    np.testing.assert_allclose(found, [wanted[node] for node in range(34)], rtol=0, atol=34e-12)
    links = karate.flows.toarray()
    exact = np.linalg.solve(np.eye(34) - 0.85 * (links / links.sum(axis=1)[:, None]).T, np.full(34, 0.15 / 34))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


def test_cores_cut_nodes_and_bridges_of_the_karate_club(golden, karate):
    case = golden("structure/karate")
    assert metrics.core_number(karate, 0).tolist() == case["core"]
    cut = metrics.articulation_points(karate, 0)
    assert np.flatnonzero(cut).tolist() == case["articulation_points"]
    pairs = metrics.bridges(karate, 0)
    assert set(zip(pairs.supplier, pairs.buyer, strict=True)) == {("XX_0", "XX_11"), ("XX_11", "XX_0")}
    assert np.flatnonzero(metrics.bridge_count(karate, 0)).tolist() == sorted(case["bridges"][0])


@given(chain=RANDOM, least=THRESHOLDS)
def test_cut_nodes_and_bridges_by_their_meaning(chain, least):
    """Without a cut node there is one more part of its neighbours; without a bridge one more part in all."""
    graph = nx.Graph(graph_of(chain, least))
    parts = nx.number_connected_components
    for key, cut in metrics.articulation_points(chain, least).items():
        rest = graph.subgraph(set(graph) - {key})
        assert cut == (parts(rest) > parts(graph) - (graph.degree[key] == 0))
    count = dict.fromkeys(chain.keys, 0)
    for a, b in list(graph.edges):
        rest = graph.copy()
        rest.remove_edge(a, b)
        for end in (a, b):
            count[end] += parts(rest) > parts(graph)
    assert metrics.bridge_count(chain, least).to_dict() == count
    pairs = metrics.bridges(chain, least)
    assert (pairs.flow_meur >= least).all()
    assert {frozenset(pair) for pair in zip(pairs.supplier, pairs.buyer, strict=True)} == {
        frozenset(pair) for pair in nx.bridges(graph)
    }


@given(chain=RANDOM, least=THRESHOLDS)
def test_cores_are_those_that_remain_when_the_loose_are_taken_off(chain, least):
    cores, graph = metrics.core_number(chain, least), nx.Graph(graph_of(chain, least))
    for k in range(int(cores.max()) + 2):
        left = graph.copy()
        while loose := [key for key, degree in left.degree if degree < k]:
            left.remove_nodes_from(loose)
        assert set(left) == set(cores[cores >= k].index)


def test_the_threshold_is_attached_and_checked(toy):
    found = metrics.core_number(toy, 20)
    assert found.attrs == {"min_flow_meur": 20.0, "links": 13}
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(Faults, match=r"min_flow_meur: .* is not a number of 0 or more; give million euro a year"):
            metrics.betweenness(toy, wrong)
