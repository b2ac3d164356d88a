"""Metrics of structure against plain loops, separate solves and the laws of SCIENCE.md, section 4."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.metrics import (
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    extraction_multiplier,
    hypothetical_extraction,
    supplier_concentration,
    upstreamness,
)
from graphs.valuechain import Meta, ValueChain

ALL = (
    supplier_concentration,
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    upstreamness,
    hypothetical_extraction,
    extraction_multiplier,
)
RANDOM = st.from_type(ValueChain)


def coefficients(chain: ValueChain) -> np.ndarray:
    """A = Z x̂⁻¹, anew."""
    x = chain.output
    return chain.flows.toarray() / np.where(x > 0, x, np.inf)


def added_share(chain: ValueChain, inside: bool) -> np.ndarray:
    """Share of each product's value that was added inside or outside the EU: w (I − A)⁻¹ by one solve."""
    content = np.zeros(len(chain))
    spent = np.asarray(chain.flows.sum(axis=0))
    for i, x in enumerate(chain.output):
        if x > 0 and chain.in_eu[i] == inside:
            content[i] = (x - spent[i]) / x
    return np.linalg.solve((np.eye(len(chain)) - coefficients(chain)).T, content)


def loss_without(chain: ValueChain, node: int) -> float:
    """Output lost if row, column and final demand of a node are deleted and the rest is solved again."""
    rest = np.delete(np.arange(len(chain)), node)
    a = coefficients(chain)[np.ix_(rest, rest)]
    demand = (chain.output - chain.flows.sum(axis=1))[rest]
    return float(chain.output.sum() - np.linalg.solve(np.eye(len(rest)) - a, demand).sum())


def concentration_by_hand(chain: ValueChain) -> list[float]:
    """Σ_p (z_pj / z_j) Σ_c (z_cpj / z_pj)², with dictionaries."""
    z, values = chain.flows.toarray(), []
    for j in range(len(chain)):
        cells: defaultdict[tuple[str, str], float] = defaultdict(float)
        for i in range(len(chain)):
            cells[chain.nodes.industry.iloc[i], chain.nodes.country.iloc[i]] += z[i, j]
        inputs: defaultdict[str, float] = defaultdict(float)
        for (industry, _), flow in cells.items():
            inputs[industry] += flow
        squares = sum(flow**2 / inputs[industry] for (industry, _), flow in cells.items() if flow)
        values.append(squares / sum(inputs.values()) if any(inputs.values()) else 0.0)
    return values


# Supplier concentration


@given(chain=RANDOM)
def test_concentration_by_hand(chain):
    result = supplier_concentration(chain)
    np.testing.assert_allclose(result, concentration_by_hand(chain), rtol=1e-9)
    assert ((result >= 0) & (result <= 1 + 1e-12)).all()


def test_concentration_of_the_estimate(estimate):
    result = supplier_concentration(estimate)
    buys = np.asarray(estimate.flows.sum(axis=0)) > 0
    assert (result[buys] > 1 / 44).all()
    assert (result <= 1 + 1e-12).all()
    assert (result[~buys] == 0).all()


def test_concentration_is_over_countries_not_firms():
    """Two firms of one country are one supplier: 30 + 20 from DE and 50 from FR make 0.5² + 0.5²."""
    nodes = pd.DataFrame(
        {"country": ["DE", "FR", "DE", "DE"], "industry": ["C26", "C26", "C26", "C29"], "output_meur": 100.0},
        index=["b", "f", "a", "cars"],
    )
    flows = pd.DataFrame({"supplier": ["b", "f", "a"], "buyer": "cars", "flow_meur": [30, 50, 20]})
    chain = ValueChain.from_tables(nodes, flows, Meta("firms", 2020, "invented"))
    assert supplier_concentration(chain)["cars"] == pytest.approx(0.5)


# Dependency on what lies outside the EU


@given(chain=RANDOM)
def test_direct_dependency_by_hand(chain):
    z = chain.flows.toarray()
    for j, share in enumerate(extra_eu_dependency(chain)):
        outside = sum(z[i, j] for i in range(len(chain)) if not chain.in_eu[i])
        assert share == pytest.approx(outside / z[:, j].sum() if z[:, j].any() else 0.0, rel=1e-9)


@given(chain=RANDOM)
def test_look_through_and_its_complement_make_the_whole_of_random_chains(chain):
    share, made = extra_eu_dependency_look_through(chain), chain.output > 0
    np.testing.assert_allclose(share[made], added_share(chain, inside=False)[made], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose((share + added_share(chain, inside=True))[made], 1, rtol=1e-9)
    assert (share[~made] == 0).all()


def test_look_through_and_its_complement_make_the_whole_of_the_estimate(estimate):
    """SCIENCE.md, section 1: the look-through share and its complement add to 1; test it."""
    share, made = extra_eu_dependency_look_through(estimate), estimate.output > 0
    assert made.sum() == 1442
    np.testing.assert_allclose((share + added_share(estimate, inside=True))[made], 1, rtol=1e-9)


@given(chain=RANDOM)
def test_look_through_is_a_share_where_no_value_added_is_negative(chain):
    added = chain.output - chain.flows.sum(axis=0)
    share = extra_eu_dependency_look_through(chain)
    if (added >= 0).all():
        assert share.between(-1e-12, 1 + 1e-12).all()


# Upstreamness


@given(chain=RANDOM)
def test_upstreamness_by_the_sales_coefficients(chain):
    """U = (I − B)⁻¹1 with b_ij = z_ij / x_i (Antràs, Chor, Fally and Hillberry 2012)."""
    x = chain.output[:, None]
    b = chain.flows.toarray() / np.where(x > 0, x, np.inf)
    np.testing.assert_allclose(upstreamness(chain), np.linalg.solve(np.eye(len(chain)) - b, np.ones(len(chain))))


@given(chain=RANDOM)
def test_upstreamness_is_1_if_and_only_if_all_output_is_final(chain):
    steps, sold = upstreamness(chain), np.asarray(chain.flows.sum(axis=1))
    assert (abs(steps[sold == 0] - 1) < 1e-12).all()
    assert (steps[sold > 0] > 1 + 1e-6).all()


def test_upstreamness_of_the_estimate(estimate):
    """1 to 6 steps where final demand is not negative; retail is near final use, mining far from it."""
    steps = upstreamness(estimate)
    assert steps.min() == 1
    assert steps[estimate.final_demand >= 0].max() < 6
    assert steps["DE_G47"] < 2 < steps["AU_B"]


def test_upstreamness_counts_what_a_node_without_output_buys():
    """Sales to a node that makes nothing are one step more than final, or such a chain is refused."""
    flows, demand = [[0, 20], [0, 0]], [80, 0]
    try:
        steps = upstreamness(ValueChain.from_matrix(["DE_A", "FR_A"], flows, demand)).tolist()
    except ValueError:
        steps = [1.2, 1.0]
    assert steps == pytest.approx([1.2, 1.0])


# Hypothetical extraction


def test_extraction_is_a_separate_solve_on_the_toy(toy):
    wanted = [loss_without(toy, node) for node in range(12)]
    np.testing.assert_allclose(hypothetical_extraction(toy), wanted, rtol=1e-9)


@given(chain=RANDOM)
def test_extraction_is_a_separate_solve_on_random_chains(chain):
    wanted = [loss_without(chain, node) for node in range(len(chain))]
    np.testing.assert_allclose(hypothetical_extraction(chain), wanted, rtol=1e-9, atol=1e-9 * chain.output.sum())


def test_extraction_is_a_separate_solve_on_the_estimate(estimate):
    """Fifteen nodes, among them the largest, one without output and two with odd accounts."""
    named = ["TW_C26", "DE_C29", "CN_C26", "LU_C19", "LU_H50", "MT_B", estimate.nodes.output_meur.idxmax()]
    keys = dict.fromkeys([*named, *estimate.keys[100::180]])
    assert len(keys) == 15
    losses = hypothetical_extraction(estimate)
    for key in keys:
        wanted = loss_without(estimate, estimate.keys.get_loc(key))
        assert losses[key] == pytest.approx(wanted, rel=1e-9, abs=1e-9 * estimate.output.max()), key


@given(chain=RANDOM)
def test_the_multiplier_is_extraction_per_euro_of_output(chain):
    multiplier, x = extraction_multiplier(chain), chain.output
    np.testing.assert_allclose((multiplier * x)[x > 0], hypothetical_extraction(chain)[x > 0])
    assert (multiplier[x == 0] == 1).all()
    assert (multiplier >= 1 - 1e-12).all()


# Laws


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.__name__)
@given(chain=RANDOM, data=st.data())
def test_the_order_of_nodes_does_not_matter(permuted, metric: Any, chain, data: st.DataObject):
    order = data.draw(st.permutations(range(len(chain))))
    turned = metric(permuted(chain, order))
    pd.testing.assert_series_equal(turned.reindex(chain.keys), metric(chain), rtol=1e-9)


@given(chain=RANDOM, data=st.data(), share=st.floats(0.05, 0.95))
def test_two_nodes_of_identical_coefficients_are_as_good_as_one(halved, chain, data: st.DataObject, share: float):
    """Both parts are what the whole was, nothing changes for others, and the world loses them together as one."""
    position = data.draw(st.integers(0, len(chain) - 1))
    parts, key = halved(chain, position, share), chain.keys[position]
    for metric in ALL[:4]:
        split, whole = metric(parts), metric(chain)
        np.testing.assert_allclose(split[chain.keys], whole, rtol=1e-9, atol=1e-12)
        assert split[f"{key}+"] == pytest.approx(split[key], rel=1e-9)
    others = chain.keys.drop(key)
    split, whole = hypothetical_extraction(parts), hypothetical_extraction(chain)
    np.testing.assert_allclose(split[others], whole[others], rtol=1e-9)
    assert parts.leontief_inverse.sum(axis=0)[position] == pytest.approx(
        chain.leontief_inverse.sum(axis=0)[position], rel=1e-9
    )


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.__name__)
@given(chain=RANDOM)
def test_a_metric_is_one_number_for_each_node(metric: Any, chain):
    result = metric(chain)
    assert list(result.index) == list(chain.keys)
    assert np.isfinite(result).all()
    assert result.name.rpartition("_")[2] in {"share", "steps", "meur", "multiplier"}


def test_no_metric_of_the_estimate_is_missing(estimate):
    assert all(np.isfinite(metric(estimate)).all() for metric in ALL)


# Odd chains, by hand


@pytest.mark.parametrize(
    ("keys", "flows", "demand", "wanted"),
    [
        pytest.param(
            ["DE_C29"],
            [[20]],
            [80],
            {supplier_concentration: [1], upstreamness: [1.25], hypothetical_extraction: [100]},
            id="one node that sells to itself",
        ),
        pytest.param(
            ["DE_C29"],
            [[0]],
            [80],
            {supplier_concentration: [0], upstreamness: [1], hypothetical_extraction: [80], extra_eu_dependency: [0]},
            id="one node without flows",
        ),
        pytest.param(
            ["TW_C29"],
            [[0]],
            [80],
            {extra_eu_dependency: [0], extra_eu_dependency_look_through: [1]},
            id="one node outside the EU",
        ),
        pytest.param(
            ["DE_A", "TW_A"],
            [[0, 0], [0, 0]],
            [0, 0],
            {
                supplier_concentration: [0, 0],
                extra_eu_dependency_look_through: [0, 0],
                upstreamness: [1, 1],
                hypothetical_extraction: [0, 0],
                extraction_multiplier: [1, 1],
            },
            id="no output at all",
        ),
        pytest.param(
            ["DE_A", "TW_A", "FR_A"],
            [[0, 0, 0], [50, 0, 0], [0, 0, 0]],
            [40, 50, 10],
            {
                extra_eu_dependency: [1, 0, 0],
                extra_eu_dependency_look_through: [1.25, 1, 0],
                upstreamness: [1, 1.5, 1],
                hypothetical_extraction: [40 + 50, 100, 10],
            },
            id="negative value added, and a node apart",
        ),
    ],
)
def test_odd_chains(keys: list[str], flows: Any, demand: Any, wanted: dict[Any, list[float]]):
    """Negative value added: a product of 40 with inputs of 50 from outside has 125 % of its value from there."""
    chain = ValueChain.from_matrix(keys, flows, demand)
    for metric, values in wanted.items():
        assert metric(chain).tolist() == pytest.approx(values), metric.__name__


def test_metrics_write_nothing_back(toy):
    before = toy.nodes.copy(), toy.flows.copy()
    for metric in ALL:
        metric(toy)
    pd.testing.assert_frame_equal(toy.nodes, before[0])
    assert (toy.flows != before[1]).nnz == 0


def test_every_metric_is_tested_here():
    """A metric that is added to the package must be added to this file."""
    assert set(metrics.__all__) == {metric.__name__ for metric in ALL}
