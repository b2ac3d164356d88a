"""Hypothetical extraction against separate solves, exact numbers and the laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)
SHARES = st.floats(0, 1)


def coefficients(chain: ValueChain) -> np.ndarray:
    """A = Z x̂⁻¹, anew."""
    x = chain.output
    return chain.flows.toarray() / np.where(x > 0, x, np.inf)


def demand_of(chain: ValueChain) -> np.ndarray:
    return chain.output - np.asarray(chain.flows.sum(axis=1))


def loss_without(chain: ValueChain, node: int) -> float:
    """Output lost if row, column and final demand of a node are deleted and the rest is solved again."""
    rest = np.delete(np.arange(len(chain)), node)
    a = coefficients(chain)[np.ix_(rest, rest)]
    return float(chain.output.sum() - np.linalg.solve(np.eye(len(rest)) - a, demand_of(chain)[rest]).sum())


def loss_with_less_of(chain: ValueChain, kept: np.ndarray) -> float:
    """Output lost if the sales of each node shrink to the share that is kept, to customers and to final users."""
    a, demand = coefficients(chain) * kept[:, None], demand_of(chain) * kept
    return float(chain.output.sum() - np.linalg.solve(np.eye(len(chain)) - a, demand).sum())


def loss_backward(chain: ValueChain, node: int, share: float) -> float:
    """Output lost if the purchases of a node shrink by the share, with final demand as it was."""
    a = coefficients(chain)
    a[:, node] *= 1 - share
    return float(chain.output.sum() - np.linalg.solve(np.eye(len(chain)) - a, demand_of(chain)).sum())


def loss_forward(chain: ValueChain, node: int, share: float) -> float:
    """Output lost in Ghosh's model if the sales of a node shrink by the share, with value added as it was."""
    x, z = chain.output, chain.flows.toarray()
    b = z / np.where(x > 0, x, np.inf)[:, None]
    b[node] *= 1 - share
    return float(x.sum() - np.linalg.solve((np.eye(len(chain)) - b).T, x - z.sum(axis=0)).sum())


@pytest.mark.parametrize("name", ["two_sector", "two_region"])
def test_miller_and_blair(golden, table_of, name):
    case = golden(f"miller_blair/{name}")
    chain, exact = table_of(case), case["exact"]
    for found, wanted in (
        (metrics.hypothetical_extraction(chain), exact["HE_total_extraction_loss"]),
        (metrics.backward_extraction(chain), exact["HE_backward_col_removed"]),
        (metrics.forward_extraction(chain), exact["HE_forward_ghosh_row_removed"]),
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_extraction_is_a_separate_solve_on_the_toy(toy):
    wanted = [loss_without(toy, node) for node in range(12)]
    np.testing.assert_allclose(metrics.hypothetical_extraction(toy), wanted, rtol=1e-9)


@given(chain=RANDOM)
def test_extraction_is_a_separate_solve_on_random_chains(chain):
    wanted = [loss_without(chain, node) for node in range(len(chain))]
    found = metrics.hypothetical_extraction(chain)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * chain.output.sum())


@given(chain=RANDOM, share=SHARES)
def test_extraction_in_part_is_a_separate_solve(chain, share):
    total = metrics.hypothetical_extraction(chain, share)
    backward, forward = metrics.backward_extraction(chain, share), metrics.forward_extraction(chain, share)
    for node in range(len(chain)):
        kept = np.ones(len(chain))
        kept[node] = 1 - share
        near = {"rel": 1e-8, "abs": 1e-9 * chain.output.sum()}
        assert total.iloc[node] == pytest.approx(loss_with_less_of(chain, kept), **near)
        assert backward.iloc[node] == pytest.approx(loss_backward(chain, node, share), **near)
        assert forward.iloc[node] == pytest.approx(loss_forward(chain, node, share), **near)


@given(chain=RANDOM, shares=st.lists(SHARES, min_size=2, max_size=2))
def test_a_larger_part_never_loses_less(chain, shares):
    less, more = sorted(shares)
    for metric in (metrics.backward_extraction, metrics.hypothetical_extraction):
        assert (metric(chain, less) <= metric(chain, more) * (1 + 1e-12) + 1e-9).all()
    assert (metrics.hypothetical_extraction(chain, 0.0) == 0).all()


def test_extraction_is_a_separate_solve_on_the_estimate(estimate):
    """Fifteen nodes, among them the largest, one without output and two with odd accounts."""
    named = ["TW_C26", "DE_C29", "CN_C26", "LU_C19", "LU_H50", "MT_B", estimate.nodes.output_meur.idxmax()]
    keys = dict.fromkeys([*named, *estimate.keys[100::180]])
    assert len(keys) == 15
    losses = metrics.hypothetical_extraction(estimate)
    for key in keys:
        wanted = loss_without(estimate, estimate.keys.get_loc(key))
        assert losses[key] == pytest.approx(wanted, rel=1e-9, abs=1e-9 * estimate.output.max()), key


@given(chain=RANDOM)
def test_the_multiplier_is_extraction_per_euro_of_output(chain):
    multiplier, x = metrics.extraction_multiplier(chain), chain.output
    np.testing.assert_allclose((multiplier * x)[x > 0], metrics.hypothetical_extraction(chain)[x > 0])
    assert (multiplier[x == 0] == 1).all()
    assert (multiplier >= 1 - 1e-12).all()


# Groups


@given(chain=RANDOM, data=st.data())
def test_a_group_is_a_separate_solve(chain, data):
    """Whole nodes, parts of nodes, one group beside the other."""
    shares = st.lists(st.sampled_from((0.0, 0.0, 0.3, 1.0)), min_size=len(chain), max_size=len(chain))
    members = pd.DataFrame({"one": data.draw(shares), "other": data.draw(shares)}, index=chain.keys)
    found = metrics.group_extraction(chain, members)
    for name in members:
        wanted = loss_with_less_of(chain, 1 - members[name].to_numpy())
        assert found.extraction_loss_meur[name] == pytest.approx(wanted, rel=1e-8, abs=1e-9 * chain.output.sum())
        assert found.output_meur[name] == pytest.approx(chain.output @ members[name], rel=1e-12)


@given(chain=RANDOM)
def test_a_group_of_one_is_the_node_and_the_group_of_all_is_all(chain):
    single = pd.DataFrame(np.eye(len(chain)), index=chain.keys, columns=chain.keys)
    found = metrics.group_extraction(chain, single.assign(all=1.0))
    np.testing.assert_allclose(
        found.extraction_loss_meur[chain.keys], metrics.hypothetical_extraction(chain), rtol=1e-9
    )
    np.testing.assert_allclose(found.extraction_multiplier[chain.keys], metrics.extraction_multiplier(chain), rtol=1e-9)
    assert found.extraction_loss_meur["all"] == pytest.approx(chain.output.sum(), rel=1e-9)


def test_groups_of_the_estimate(estimate):
    """As in a separate solve, an ecosystem by its shares; whole nodes together lose less than their sum."""
    members = metrics.groups(estimate)
    found = metrics.group_extraction(estimate, members)
    for group in (("country", "TW"), ("eu", "EU"), ("ecosystem", "Mobility-Transport-Automotive")):
        wanted = loss_with_less_of(estimate, 1 - members[group].to_numpy())
        assert found.extraction_loss_meur[group] == pytest.approx(wanted, rel=1e-9), group
    alone = metrics.by_group(estimate, metrics.hypothetical_extraction(estimate), members)
    whole = members.isin([0.0, 1.0]).all()
    assert whole.sum() > 70
    assert (found.extraction_loss_meur <= alone * (1 + 1e-9))[whole].all()
    assert found.extraction_multiplier.between(1, 4).all()


def test_a_group_may_be_any_list_of_keys(toy):
    found = metrics.group_extraction(toy, pd.DataFrame({"chips": 1.0}, index=["TW_C26", "FR_C26"]))
    kept = (~toy.keys.isin(["TW_C26", "FR_C26"])).astype(float)
    assert found.extraction_loss_meur["chips"] == pytest.approx(loss_with_less_of(toy, kept), rel=1e-12)


def test_all_faults_of_a_group_at_once(toy):
    members = pd.DataFrame({"one": [0.5, 1.5], "other": [np.nan, 0.0]}, index=["XX_A", "DE_A"])
    with pytest.raises(Faults) as found:
        metrics.group_extraction(toy, members)
    assert [fault.field for fault in found.value.faults] == ["key", "one", "other"]
    with pytest.raises(Faults, match="stands more than once"):
        metrics.group_extraction(toy, pd.DataFrame({"one": 1.0}, index=["DE_A", "DE_A"]))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_within_0_and_1(toy, share):
    for metric in (metrics.hypothetical_extraction, metrics.backward_extraction, metrics.forward_extraction):
        with pytest.raises(Faults, match="is not within 0 and 1"):
            metric(toy, share)
