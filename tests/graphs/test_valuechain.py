"""The chain as arrays and as a networkx graph: one content in two shapes, and matrices that exist or are refused."""

from dataclasses import FrozenInstanceError, asdict
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graphs.errors import Faults
from graphs.valuechain import Meta, ValueChain, positions


def same(one: ValueChain, other: ValueChain) -> bool:
    """Whether two chains have the same nodes, flows, final demand and meta data."""
    pd.testing.assert_frame_equal(one.nodes, other.nodes, check_like=True, check_index_type=False, check_dtype=False)
    np.testing.assert_array_equal(one.flows.toarray(), other.flows.toarray())
    np.testing.assert_array_equal(one.final_demand, other.final_demand)
    return one.meta == other.meta


# networkx


def test_the_graph_of_the_toy_and_back(toy):
    graph = toy.graph()
    assert isinstance(graph, nx.DiGraph)
    assert graph.number_of_edges() == toy.flows.nnz == 37
    assert same(ValueChain.from_graph(graph), toy)


@given(chain=st.from_type(ValueChain))
def test_graphs_of_random_chains_and_back(chain):
    assert same(ValueChain.from_graph(chain.graph(0)), chain)


def test_the_order_of_edges_in_a_graph_does_not_matter(toy):
    graph = toy.graph()
    turned = nx.DiGraph(**graph.graph)
    turned.add_nodes_from(graph.nodes(data=True))
    turned.add_edges_from(reversed(list(graph.edges(data=True))))
    assert same(ValueChain.from_graph(turned), toy)


def test_attributes_carry_their_unit_in_the_name(toy):
    """Style rule 3 of ARCHITECTURE.md: every number names its unit."""
    graph = toy.graph()
    assert graph["TW_C26"]["DE_C29"] == {"flow_meur": 40.0}
    for _, attributes in graph.nodes(data=True):
        numbers = {name for name, value in attributes.items() if not isinstance(value, str)}
        assert numbers == {"output_meur", "value_added_meur", "final_demand_meur"}
    assert graph.nodes["DE_A"]["final_demand_meur"] == 240
    assert graph.nodes["DE_A"]["label"] == "Agriculture (Germany)"


def test_a_graph_carries_its_source(toy):
    assert toy.graph(5).graph == asdict(toy.meta) | {"min_flow_meur": 5}


def test_a_graph_holds_plain_python_values(toy):
    """NumPy numbers fail in JSON and in pyvis."""
    graph = toy.graph()
    values = [value for _, data in graph.nodes(data=True) for value in data.values()]
    values += [value for *_, data in graph.edges(data=True) for value in data.values()]
    assert {type(value) for value in values} <= {str, int, float}


@pytest.mark.parametrize("threshold", [0, 10, 10.5, 40, 1e9])
def test_the_threshold_is_kept_and_recorded(toy, threshold: float):
    graph = toy.graph(threshold)
    wanted = {
        (toy.keys[i], toy.keys[j]): toy.flows[i, j]
        for i in range(12)
        for j in range(12)
        if toy.flows[i, j] > 0 and toy.flows[i, j] >= threshold
    }
    assert {(a, b): flow for a, b, flow in graph.edges(data="flow_meur")} == wanted
    assert graph.graph["min_flow_meur"] == threshold
    assert graph.number_of_nodes() == 12


def test_a_graph_of_the_estimate_above_a_threshold(estimate):
    graph = estimate.graph(1000)
    flows = [flow for *_, flow in graph.edges(data="flow_meur")]
    assert len(flows) == (estimate.flows.data >= 1000).sum()
    assert min(flows) >= 1000
    assert graph.graph["estimate"] is True


def test_a_graph_cut_at_a_threshold_is_no_chain(toy):
    with pytest.raises(Faults) as caught:
        ValueChain.from_graph(toy.graph(20))
    words = [str(fault) for fault in caught.value.faults]
    assert words[0] == (
        "node DE_A, output_meur: sells 290 (flows 50 + final demand 240) million EUR, but its output is 300; "
        "correct one of the three"
    )
    lost = [key for key in toy.keys if ((toy.flows[[toy.keys.get_loc(key)]].data < 20).any())]
    assert {fault.where for fault in caught.value.faults if fault.field == "output_meur"} == {
        f"node {key}" for key in lost
    }


def test_final_demand_is_what_sales_leave():
    graph = nx.DiGraph([("a", "b", {"flow_meur": 30})])
    nx.set_node_attributes(graph, {"a": 100, "b": 50}, "output_meur")
    chain = ValueChain.from_graph(graph)
    assert chain.final_demand.to_dict() == {"a": 70, "b": 50}
    assert chain.meta.source == "not stated"


@pytest.mark.parametrize("outputs", [{}, {"a": 100}])
def test_a_graph_without_outputs_is_refused(outputs: dict[str, float]):
    graph = nx.DiGraph([("a", "b", {"flow_meur": 30})])
    nx.set_node_attributes(graph, outputs, "output_meur")
    with pytest.raises(Faults, match="output_meur"):
        ValueChain.from_graph(graph)


def test_a_graph_without_flow_on_an_edge_is_refused():
    graph = nx.DiGraph([("a", "b")])
    nx.set_node_attributes(graph, 100, "output_meur")
    with pytest.raises(Faults, match="flow_meur: flow nan is not a number"):
        ValueChain.from_graph(graph)


def test_a_graph_without_nodes_is_refused():
    with pytest.raises(Faults, match="there are no nodes"):
        ValueChain.from_graph(nx.DiGraph())


# Arrays


@given(chain=st.from_type(ValueChain))
def test_coefficients_and_inverse_are_those_of_the_textbook(chain):
    """A = Z x̂⁻¹, (I − A) L = I and x = L f; without output a column of A is 0."""
    n, x = len(chain), chain.output
    z = chain.flows.toarray()
    a = np.array([[z[i, j] / x[j] if x[j] else 0.0 for j in range(n)] for i in range(n)])
    np.testing.assert_allclose(chain.technical_coefficients, a, rtol=1e-12)
    inverse = chain.leontief_inverse
    np.testing.assert_allclose((np.eye(n) - a) @ inverse, np.eye(n), atol=1e-9)
    np.testing.assert_allclose(inverse @ chain.final_demand, x, rtol=1e-9, atol=1e-9)
    assert (inverse >= 0).all()
    assert (np.diagonal(inverse) >= 1 - 1e-12).all()


def test_the_inverse_of_the_estimate(estimate):
    """shared/data/README.md: spectral radius 0.64, output multipliers median 2.3."""
    inverse, n = estimate.leontief_inverse, len(estimate)
    residual = (np.eye(n) - estimate.technical_coefficients) @ inverse[:, ::50]
    np.testing.assert_allclose(residual, np.eye(n)[:, ::50], atol=1e-9)
    vector = np.ones(n)
    for _ in range(200):
        vector = estimate.technical_coefficients @ vector
        radius, vector = np.linalg.norm(vector), vector / np.linalg.norm(vector)
    assert radius == pytest.approx(0.64, abs=0.005)
    assert np.median(inverse.sum(axis=0)[estimate.output > 0]) == pytest.approx(2.3, abs=0.05)


@given(chain=st.from_type(ValueChain))
def test_inputs_are_the_flows_sorted(chain):
    """By buyer, then input industry, then the supplier's country; groups begin where they say."""
    links = chain.inputs
    country, industry = chain.nodes.country.to_numpy(), chain.nodes.industry.to_numpy()
    z = chain.flows.toarray()
    assert len(links.flow_meur) == np.count_nonzero(z)
    np.testing.assert_array_equal(z[links.supplier, links.buyer], links.flow_meur)
    ends = links.group_start
    cells = [set(zip(links.buyer[a:b], industry[links.supplier[a:b]], strict=True)) for a, b in pairwise(ends)]
    assert all(len(cell) == 1 for cell in cells)
    assert len(set().union(*cells)) == len(cells)
    for buyer in range(len(chain)):
        assert sorted(links.supplier[links.buyer == buyer]) == sorted(np.flatnonzero(z[:, buyer]))
    assert list(links.buyer) == sorted(links.buyer)
    for a, b in pairwise(ends):
        seen = list(dict.fromkeys(country[links.supplier[a:b]]))
        assert len(seen) == len(set(country[links.supplier[a:b]]))


def test_inputs_of_firms_stand_by_country():
    """Suppliers of one industry, two of them of one country with another between: DE, DE, FR or FR, DE, DE."""
    nodes = pd.DataFrame(
        {"country": ["DE", "FR", "DE", "DE"], "industry": ["C26", "C26", "C26", "C29"], "output_meur": 100.0},
        index=["b", "f", "a", "cars"],
    )
    flows = pd.DataFrame({"supplier": ["b", "f", "a"], "buyer": "cars", "flow_meur": [30.0, 50.0, 20.0]})
    links = ValueChain.from_tables(nodes, flows, Meta("firms", 2020, "invented")).inputs
    assert nodes.country.iloc[links.supplier].tolist() in (["DE", "DE", "FR"], ["FR", "DE", "DE"])
    assert links.group_start.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("flows", "demand"),
    [
        pytest.param([[100]], [0], id="sells all to itself"),
        pytest.param([[0, 60], [200, 0]], [40, -150], id="radius above 1"),
        pytest.param([[0, 50], [50, 0]], [0, 0], id="closed pair"),
        pytest.param([[1, 2], [2, 1]], [0, 0], id="closed pair, thirds"),
        pytest.param([[10, 0, 0], [0, 1, 2], [0, 2, 1]], [90, 0, 0], id="closed pair beside an open node"),
    ],
)
def test_a_chain_that_is_not_productive_is_refused(flows: list[list[float]], demand: list[float]):
    """No inverse where the spectral radius of A is 1 or more (Miller and Blair 2009, section 2.4)."""
    chain = ValueChain.from_matrix([f"DE_{i}" for i in range(len(demand))], flows, demand)
    with pytest.raises(Faults, match="spectral radius of the technical coefficients is 1 or more"):
        chain.leontief_inverse  # noqa: B018


def test_a_chain_that_uses_far_more_than_it_makes_is_refused():
    """A = 1e12: the inverse of I − A exists and is −1e-12, so small that it looks like rounding."""
    chain = ValueChain.from_matrix(["DE_A"], [[2.0**40]], [1 - 2.0**40])
    assert chain.output.tolist() == [1]
    with pytest.raises(Faults, match="spectral radius"):
        chain.leontief_inverse  # noqa: B018


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 7), radius=st.floats(0.05, 20))
def test_productive_is_a_radius_below_1(seed: int, n: int, radius: float):
    """Random A of any spectral radius, sparse to full: an inverse below 1, none above."""
    random = np.random.default_rng(seed)
    a = random.uniform(0, 1, (n, n)) * (random.random((n, n)) < 0.7)
    found = max(abs(np.linalg.eigvals(a)))
    assume(found > 1e-3 and abs(radius - 1) > 1e-3)
    a *= radius / found
    output = random.uniform(1, 9, n)
    flows = a * output
    chain = ValueChain.from_matrix([f"DE_{i}" for i in range(n)], flows, output - flows.sum(axis=1))
    if radius < 1:
        np.testing.assert_allclose(chain.leontief_inverse, np.linalg.inv(np.eye(n) - a), rtol=1e-7, atol=1e-7)
    else:
        with pytest.raises(Faults, match="spectral radius"):
            chain.leontief_inverse  # noqa: B018


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6))
def test_a_closed_economy_is_refused(seed: int, n: int):
    """Sums of permutations: every node's inputs are its output, and nothing is final. Radius 1, to rounding."""
    random = np.random.default_rng(seed)
    flows = sum(random.uniform(1, 50) * np.eye(n)[random.permutation(n)] for _ in range(4))
    chain = ValueChain.from_matrix([f"DE_{i}" for i in range(n)], flows, np.zeros(n))
    with pytest.raises(Faults, match="spectral radius"):
        chain.leontief_inverse  # noqa: B018


def test_facts_are_frozen(toy):
    with pytest.raises(FrozenInstanceError):
        toy.meta = None
    for matrix in (toy.technical_coefficients, toy.leontief_inverse):
        with pytest.raises(ValueError, match="read-only"):
            matrix[0, 0] = 1


def test_faults_of_a_chain_are_raised_at_once():
    with pytest.raises(Faults) as caught:
        ValueChain.from_matrix(["a", "a"], [[1, -2], [3, 4]], [5, np.nan])
    assert {fault.field for fault in caught.value.faults} == {"key", "flow_meur", "output_meur", "final_demand_meur"}


def test_the_eu_is_that_of_27_members():
    chain = ValueChain.from_matrix(["GB_A", "FR_A", "ROW_A", "GR_A", "HR_A"], np.zeros((5, 5)), np.ones(5))
    assert chain.in_eu.tolist() == [False, True, False, True, True]


def test_positions_of_keys(toy):
    assert positions(toy, ["TW_C26", "DE_A", "TW_C26"]).tolist() == [9, 0, 9]
    assert positions(toy, []).tolist() == []
    with pytest.raises(Faults) as caught:
        positions(toy, ["DE_A", "XX_A", "YY_A"])
    assert [fault.fault for fault in caught.value.faults] == [
        "'XX_A' is not in the value chain",
        "'YY_A' is not in the value chain",
    ]
