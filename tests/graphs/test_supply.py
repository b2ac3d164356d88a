"""The strongest paths of supply are those that trying all of them finds."""

import itertools
import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.errors import Faults
from graphs.supply import supply_paths
from graphs.valuechain import ValueChain


def chain_of(flows: list[list[float]], demand: float) -> ValueChain:
    keys = [f"R{number}_X" for number in range(len(flows))]
    return ValueChain.from_matrix(keys, flows, [demand] * len(flows))


def tried(chain: ValueChain, supplier: str, buyer: str, steps: int) -> list[float]:
    """What every simple path is worth, the strongest first."""
    a, place = chain.technical_coefficients, {key: number for number, key in enumerate(chain.keys)}
    graph = nx.DiGraph([(chain.keys[i], chain.keys[j]) for i, j in np.argwhere(a > 0)])
    graph.add_nodes_from(chain.keys)
    paths = nx.all_simple_paths(graph, supplier, buyer, cutoff=steps)
    return sorted((math.prod(a[place[i], place[j]] for i, j in pairwise(path)) for path in paths), reverse=True)


FLOW = st.sampled_from([0.0, 0.0, 1.0, 2.0, 5.0])


@settings(max_examples=60, deadline=None)
@given(flows=st.lists(st.lists(FLOW, min_size=5, max_size=5), min_size=5, max_size=5), steps=st.integers(1, 5))
def test_they_are_the_best_of_all(flows: list[list[float]], steps: int) -> None:
    chain = chain_of(flows, 30.0)
    found = supply_paths(chain, "R0_X", "R4_X", most=6, steps=steps)
    wanted = tried(chain, "R0_X", "R4_X", steps)[:6]
    assert [one.coefficient for one in found] == pytest.approx(wanted, rel=1e-12)
    assert len({one.keys for one in found}) == len(found)
    table = chain.graph()
    for one in found:
        assert (one.keys[0], one.keys[-1]) == ("R0_X", "R4_X")
        assert len(set(one.keys)) == len(one.keys) <= steps + 1
        assert [table[i][j]["flow_meur"] for i, j in pairwise(one.keys)] == list(one.flows_meur)
        assert one.narrowest_meur == min(one.flows_meur)


def test_all_paths_together_are_no_more_than_the_whole(toy: ValueChain) -> None:
    for supplier, buyer in itertools.permutations(toy.keys, 2):
        worth = sum(one.coefficient for one in supply_paths(toy, supplier, buyer, most=100, steps=6))
        whole = toy.leontief_inverse[toy.keys.get_loc(supplier), toy.keys.get_loc(buyer)]
        assert worth <= whole * (1 + 1e-12)


def test_equal_ways_do_not_take_for_ever() -> None:
    """In a chain where all is equal no bound tells one way from another."""
    chain = chain_of([[1.0] * 60] * 60, 10.0)
    found = supply_paths(chain, "R0_X", "R59_X", most=20, steps=6)
    assert len(found) == 20
    assert [len(one.keys) for one in found] == [2] + [3] * 19


def test_what_cannot_be_asked(toy: ValueChain) -> None:
    with pytest.raises(Faults, match="is the supplier itself"):
        supply_paths(toy, "DE_A", "DE_A")
    with pytest.raises(Faults, match="DE_X"):
        supply_paths(toy, "DE_A", "DE_X")
