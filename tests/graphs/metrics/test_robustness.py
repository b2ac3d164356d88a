"""Robustness against plain removal with networkx, closed formulas and golden numbers."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)


def both(pairs):
    return [(a, b, 1) for pair in pairs for a, b in (pair, pair[::-1])]


def attacked(chain: ValueChain, least: float, adaptive: bool) -> tuple[list[str], list[float]]:
    """Remove node by node and look for the largest part, with networkx; ties by key (these keys have no numbers ≥ 10
    beside smaller ones)."""
    graph = nx.Graph(chain.graph(least).to_undirected())
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    first, removed, shares = dict(graph.degree), [], []
    while graph:
        degree = graph.degree if adaptive else first
        worst = min(graph, key=lambda key: (-degree[key], removed_rank(key)))
        graph.remove_node(worst)
        removed.append(worst)
        shares.append(max(map(len, nx.connected_components(graph)), default=0) / len(chain))
    return removed, shares


def removed_rank(key: str) -> tuple[str, int]:
    """Keys of the random chains in natural order: letters, then the number."""
    letters = key.rstrip("0123456789")
    return letters, int(key[len(letters) :] or -1)


def test_closed_formulas_and_golden_numbers(golden, network_of, karate):
    """Complete graph (N − 1)/2N, star (N − 1)/N²; ties by number."""
    case = golden("structure/schneider_R")
    networks = {
        "complete10": network_of(both(nx.complete_graph(10).edges), range(10)),
        "star10_hub0": network_of(both(nx.star_graph(9).edges), range(10)),
        "cycle10": network_of(both(nx.cycle_graph(10).edges), range(10)),
        "path5": network_of(both(nx.path_graph(5).edges), range(5)),
        "karate": karate,
    }
    for name, chain in networks.items():
        found = metrics.attack(chain, 0)
        assert [int(key[3:]) for key in found.index] == case[name]["order_static_degree_desc_tie_index"]
        assert metrics.robustness(chain, 0) == pytest.approx(case[name]["R"], abs=1e-12)
    assert metrics.robustness(networks["complete10"], 0) == pytest.approx(9 / 20)
    assert metrics.robustness(networks["star10_hub0"], 0) == pytest.approx(9 / 100)


@given(chain=RANDOM, least=st.sampled_from((0.0, 20.0)), adaptive=st.booleans())
def test_the_curve_is_that_of_plain_removal(chain, least, adaptive):
    found = metrics.attack(chain, least, "adaptive" if adaptive else "static")
    removed, shares = attacked(chain, least, adaptive)
    assert found.index.tolist() == removed
    np.testing.assert_allclose(found, shares, atol=1e-12)


@pytest.mark.parametrize("adaptive", [False, True])
def test_networks(random_network, adaptive):
    chain = random_network(90, 220, seed=1)
    found = metrics.attack(chain, 0, "adaptive" if adaptive else "static")
    removed, shares = attacked(chain, 0, adaptive)
    assert found.index.tolist() == removed
    np.testing.assert_allclose(found, shares, atol=1e-12)
    assert metrics.robustness(chain, 0, "adaptive") < metrics.robustness(chain, 0)


def test_one_node(network_of):
    assert metrics.robustness(network_of([], ["a"]), 0) == 0.0


def test_what_was_fixed_is_said(toy):
    found = metrics.attack(toy, 20, "adaptive")
    assert found.attrs["order"] == "adaptive"
    assert found.attrs["min_flow_meur"] == 20
    assert "C9 before C10" in found.attrs["ties"]


@given(chain=RANDOM, data=st.data())
def test_the_order_of_the_table_does_not_matter(permuted, chain, data):
    turned = permuted(chain, data.draw(st.permutations(range(len(chain)))))
    for order in ("static", "adaptive"):
        assert metrics.attack(turned, 10, order).equals(metrics.attack(chain, 10, order))
