"""Steps up and down the chain and linkages, against solves, pymrio, the books and the laws."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pymrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)


def with_stocks(chain: ValueChain, into_stock) -> ValueChain:
    nodes = chain.nodes.assign(inventory_change_meur=np.asarray(into_stock, float))
    return ValueChain(nodes, chain.flows, chain.final_demand, chain.meta, chain.membership)


@pytest.fixture(scope="module")
def mrio() -> tuple[pymrio.IOSystem, ValueChain]:
    """pymrio's own test system, six regions × eight sectors, and the same as a chain."""
    system = pymrio.load_test().calc_all()
    keys = ["_".join(pair) for pair in system.Z.index]
    return system, ValueChain.from_matrix(keys, system.Z.to_numpy(), system.Y.to_numpy().sum(axis=1))


@pytest.mark.parametrize("name", ["two_sector", "two_region"])
def test_miller_and_blair(golden, table_of, name):
    """Exact rational arithmetic on the tables of chapters 2 and 3 (field "exact")."""
    case = golden(f"miller_blair/{name}")
    chain, exact = table_of(case), case["exact"]
    for found, wanted in (
        (metrics.upstreamness(chain), exact["upstreamness"]),
        (metrics.upstreamness(chain), exact["input_multiplier_ghosh_rowsum"]),
        (metrics.downstreamness(chain), exact["downstreamness"]),
        (metrics.downstreamness(chain), exact["output_multiplier"]),
        (metrics.backward_linkage(chain), exact["backward_linkage_normalised"]),
        (metrics.forward_linkage(chain), exact["forward_linkage_normalised"]),
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_pymrio_agrees(mrio):
    system, chain = mrio
    np.testing.assert_allclose(chain.technical_coefficients, system.A, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(chain.leontief_inverse, system.L, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(metrics.downstreamness(chain), system.L.sum(axis=0), rtol=1e-10)
    b = pymrio.calc_B(system.Z, system.x)
    ghosh = pymrio.calc_G(b)
    np.testing.assert_allclose(metrics.upstreamness(chain), ghosh.sum(axis=1), rtol=1e-10)
    g, m = ghosh.sum(axis=1), system.L.sum(axis=0)
    np.testing.assert_allclose(metrics.forward_linkage(chain), g / g.mean(), rtol=1e-10)
    np.testing.assert_allclose(metrics.backward_linkage(chain), m / m.mean(), rtol=1e-10)


# Upstreamness


@given(chain=RANDOM)
def test_upstreamness_by_the_sales_coefficients(chain):
    """U = (I − B)⁻¹1 with b_ij = z_ij / x_i (Antràs, Chor, Fally and Hillberry 2012), and at least Σ_j z_ij below."""
    z = chain.flows.toarray()
    used = np.maximum(chain.output, z.sum(axis=1))[:, None]
    b = z / np.where(used > 0, used, np.inf)
    np.testing.assert_allclose(
        metrics.upstreamness(chain), np.linalg.solve(np.eye(len(chain)) - b, np.ones(len(chain)))
    )


@given(chain=RANDOM)
def test_upstreamness_by_leontief_where_no_final_demand_is_negative(chain):
    """(L x)_i / x_i: the Ghosh row sums."""
    if (chain.final_demand >= 0).all():
        wanted = chain.leontief_inverse @ chain.output / np.where(chain.output > 0, chain.output, np.inf)
        made = chain.output > 0
        np.testing.assert_allclose(metrics.upstreamness(chain)[made], wanted[made], rtol=1e-10)


@given(chain=RANDOM, data=st.data())
def test_stocks_are_taken_out_of_use(chain, data):
    """b_ij = z_ij / (x_i − N_i) to the letter, where final use other than stocks is positive."""
    sold = np.asarray(chain.flows.sum(axis=1))
    share = np.array(data.draw(st.lists(st.floats(-2, 0.95), min_size=len(chain), max_size=len(chain))))
    into_stock = share * np.maximum(chain.output - sold, 0) - np.maximum(sold - chain.output, 0) * 2
    found = metrics.upstreamness(with_stocks(chain, into_stock))
    used = (chain.output - into_stock)[:, None]
    b = chain.flows.toarray() / np.where(used > 0, used, np.inf)
    np.testing.assert_allclose(found, np.linalg.solve(np.eye(len(chain)) - b, np.ones(len(chain))), rtol=1e-9)


@given(chain=RANDOM, data=st.data())
def test_upstreamness_with_any_stocks_is_finite_and_1_or_more(chain, data):
    into_stock = data.draw(st.lists(st.floats(-500, 500), min_size=len(chain), max_size=len(chain)))
    steps = metrics.upstreamness(with_stocks(chain, into_stock))
    sold = np.asarray(chain.flows.sum(axis=1))
    assert np.isfinite(steps).all()
    assert (steps >= 1).all()
    assert (steps[sold == 0] == 1).all()


def test_stocks_by_hand():
    """Of 100, 40 are sold to a shop, 20 put into stock, 40 used: 40/80 of use is one step more."""
    chain = ValueChain.from_matrix(["DE_A", "DE_G"], [[0, 40], [0, 0]], [60, 100])
    assert metrics.upstreamness(chain).tolist() == pytest.approx([1.4, 1])
    assert metrics.upstreamness(with_stocks(chain, [20, 0])).tolist() == pytest.approx([1.5, 1])
    assert metrics.upstreamness(with_stocks(chain, [np.nan, 0])).tolist() == pytest.approx([1.4, 1])
    # 60 into stock: all that is used goes to the shop. 90: more than can be, so the same.
    for much in (60, 90, 1e6):
        assert metrics.upstreamness(with_stocks(chain, [much, 0])).tolist() == pytest.approx([2, 1])


def test_a_refinery_that_lives_on_its_stocks():
    """Output 2.5, sales 218, final demand −216 of which stocks −391: not 88 times its output away from final use."""
    chain = ValueChain.from_matrix(["CY_C19", "CY_H50"], [[0, 218.5], [0, 0]], [-216, 400])
    assert metrics.upstreamness(with_stocks(chain, [-391, 0])).iloc[0] == pytest.approx(1 + 218.5 / (2.5 + 391))
    assert metrics.upstreamness(chain).iloc[0] == pytest.approx(2)


def test_a_circle_that_fills_its_stocks():
    """All final output of two nodes that sell to each other goes into stock: that is their final use then."""
    chain = ValueChain.from_matrix(["DE_A", "DE_B"], [[0, 40], [20, 0]], [60, 80])
    assert metrics.upstreamness(with_stocks(chain, [60, 80])).tolist() == pytest.approx(
        metrics.upstreamness(chain).tolist()
    )


def test_a_circle_without_final_use_is_refused():
    chain = ValueChain.from_matrix(["DE_A", "DE_B"], [[0, 40], [40, 0]], [0, 0])
    with pytest.raises(Faults, match="part of the output never reaches a final use"):
        metrics.upstreamness(chain)


@given(chain=RANDOM)
def test_upstreamness_is_1_if_and_only_if_all_output_is_final(chain):
    steps, sold = metrics.upstreamness(chain), np.asarray(chain.flows.sum(axis=1))
    assert (abs(steps[sold == 0] - 1) < 1e-12).all()
    assert (steps[sold > 0] > 1 + 1e-6).all()


def test_upstreamness_of_the_estimate(estimate):
    """1 to 6 steps, without exception; retail is near final use, mining far from it."""
    steps = metrics.upstreamness(estimate)
    assert steps.min() == 1
    assert steps.max() < 6
    assert steps["DE_G47"] < 2 < steps["AU_B"]
    assert metrics.upstreamness(with_stocks(estimate, [0.0] * len(estimate))).max() < 20


def test_upstreamness_counts_what_a_node_without_output_buys():
    """Sales to a node that makes nothing are one step more than final, or such a chain is refused."""
    flows, demand = [[0, 20], [0, 0]], [80, 0]
    try:
        steps = metrics.upstreamness(ValueChain.from_matrix(["DE_A", "FR_A"], flows, demand)).tolist()
    except ValueError:
        steps = [1.2, 1.0]
    assert steps == pytest.approx([1.2, 1.0])


# Downstreamness and linkages


@given(chain=RANDOM)
def test_downstreamness_by_one_solve(chain):
    """D' = 1'(I − A)⁻¹: column sums."""
    x = chain.output
    a = chain.flows.toarray() / np.where(x > 0, x, np.inf)
    found = metrics.downstreamness(chain)
    np.testing.assert_allclose(found, np.linalg.solve((np.eye(len(x)) - a).T, np.ones(len(x))), rtol=1e-10)
    buys = np.asarray(chain.flows.sum(axis=0)) > 0
    assert (found[buys] > 1).all()
    assert (found[~buys] == 1).all()


def test_up_and_down_are_not_the_same():
    """A makes 100 from nothing and sells half to B: A is 1.5 steps from final use, with nothing behind it."""
    chain = ValueChain.from_matrix(["DE_A", "DE_B"], [[0, 50], [0, 0]], [50, 100])
    assert metrics.upstreamness(chain).tolist() == [1.5, 1]
    assert metrics.downstreamness(chain).tolist() == [1, 1.5]


@given(chain=RANDOM)
def test_linkages_are_1_on_average(chain):
    for metric in (metrics.backward_linkage, metrics.forward_linkage):
        found = metric(chain)
        assert found.mean() == pytest.approx(1, rel=1e-12)
        assert (found > 0).all()


def test_forward_linkages_are_no_row_sums_of_leontief():
    """g in fractions: G = (I − B)⁻¹ of the two-sector table of Miller and Blair, chapter 2."""
    chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
    b = [[Fraction(150, 1000), Fraction(1, 2)], [Fraction(1, 10), Fraction(1, 20)]]
    det = (1 - b[0][0]) * (1 - b[1][1]) - b[0][1] * b[1][0]
    g = [((1 - b[1][1]) + b[0][1]) / det, (b[1][0] + (1 - b[0][0])) / det]
    wanted = pd.Series([float(2 * one / sum(g)) for one in g])
    np.testing.assert_allclose(metrics.forward_linkage(chain), wanted, rtol=1e-14)
    rows = chain.leontief_inverse.sum(axis=1)
    assert abs(metrics.forward_linkage(chain) - rows / rows.mean()).max() > 0.03
