"""Parts of a chain: by filter, and by trades around a node; held against networkx."""

import networkx as nx
import numpy as np
import pytest

from graphs.errors import Faults
from graphs.subchain import around, chosen, links_between, subchain, threshold_for
from graphs.valuechain import ValueChain


@pytest.mark.parametrize("steps", [0, 1, 2, 9])
@pytest.mark.parametrize("min_flow_meur", [5, 15, 25])
def test_what_lies_around_a_node_is_what_networkx_finds(toy: ValueChain, steps: int, min_flow_meur: float) -> None:
    for key in toy.keys:
        graph = toy.graph(min_flow_meur).to_undirected()
        wanted = set(nx.single_source_shortest_path_length(graph, key, cutoff=steps))
        assert set(toy.keys[around(toy, key, steps, min_flow_meur)]) == wanted


def test_filters_hold_together(toy: ValueChain) -> None:
    assert chosen(toy).all()
    found = chosen(toy, country="DE", ecosystem="Electronics")
    assert toy.keys[found].tolist() == ["DE_C26"]
    with pytest.raises(Faults) as faults:
        chosen(toy, "XX", "C27", "Magic")
    assert [one.field for one in faults.value.faults] == ["country", "industry", "ecosystem"]
    with pytest.raises(Faults, match="DE_X"):
        around(toy, "DE_X", 1, 1)


def test_a_sub_chain_is_induced(toy: ValueChain) -> None:
    which = chosen(toy, industry="C")
    graph = subchain(toy, which, 10)
    assert set(graph) == set(toy.keys[which])
    assert set(graph.edges) == set(toy.graph(10).subgraph(graph).edges)
    assert links_between(toy, which, 10) == graph.number_of_edges()


@pytest.mark.parametrize("most", [0, 1, 7, 20])
def test_the_threshold_fits(toy: ValueChain, most: int) -> None:
    which = np.ones(len(toy), bool)
    least = threshold_for(toy, which, most)
    assert links_between(toy, which, np.nextafter(least, np.inf)) <= most
    assert links_between(toy, which, least) > most
