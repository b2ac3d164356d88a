"""Dependency on what lies abroad or outside the EU, against plain loops and separate solves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.classification import EU27
from graphs.errors import Faults
from graphs.metrics import DependencyThresholds
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)


def coefficients(chain: ValueChain) -> np.ndarray:
    """A = Z x̂⁻¹, anew."""
    x = chain.output
    return chain.flows.toarray() / np.where(x > 0, x, np.inf)


def content(chain: ValueChain) -> np.ndarray:
    """v / x, anew."""
    spent = np.asarray(chain.flows.sum(axis=0))
    return np.array([(x - z) / x if x > 0 else 0.0 for x, z in zip(chain.output, spent, strict=True)])


def behind(chain: ValueChain, weights: np.ndarray) -> np.ndarray:
    """w (I − A)⁻¹ by one solve."""
    return np.linalg.solve((np.eye(len(chain)) - coefficients(chain)).T, weights)


@given(chain=RANDOM)
def test_direct_dependency_by_hand(chain):
    z = chain.flows.toarray()
    for j, share in enumerate(metrics.extra_eu_dependency(chain)):
        outside = sum(z[i, j] for i in range(len(chain)) if not chain.in_eu[i])
        assert share == pytest.approx(outside / z[:, j].sum() if z[:, j].any() else 0.0, rel=1e-9)


@given(chain=RANDOM)
def test_look_through_and_its_complement_make_the_whole_of_random_chains(chain):
    share, made = metrics.extra_eu_dependency_look_through(chain), chain.output > 0
    np.testing.assert_allclose(share[made], behind(chain, content(chain) * ~chain.in_eu)[made], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose((share + behind(chain, content(chain) * chain.in_eu))[made], 1, rtol=1e-9)
    assert (share[~made] == 0).all()


def test_look_through_and_its_complement_make_the_whole_of_the_estimate(estimate):
    """SCIENCE.md, section 1: the look-through share and its complement add to 1; test it."""
    share, made = metrics.extra_eu_dependency_look_through(estimate), estimate.output > 0
    assert made.sum() == 1442
    np.testing.assert_allclose((share + behind(estimate, content(estimate) * estimate.in_eu))[made], 1, rtol=1e-9)


@given(chain=RANDOM)
def test_shares_where_no_value_added_is_negative(chain):
    if (chain.output >= chain.flows.sum(axis=0)).all():
        for metric in (metrics.extra_eu_dependency_look_through, metrics.foreign_value_added):
            assert metric(chain).between(0, 1 + 1e-12).all()


@given(chain=RANDOM)
def test_foreign_reliance_by_separate_solves(chain):
    """Σ_{i foreign} l_ij and Σ_{i foreign} (v_i/x_i) l_ij, one country after the other."""
    gross, value = metrics.foreign_input_reliance(chain), metrics.foreign_value_added(chain)
    for place in set(chain.nodes.country):
        abroad = (chain.nodes.country != place).to_numpy()
        here = ~abroad & (chain.output > 0)
        np.testing.assert_allclose(gross[here], behind(chain, abroad.astype(float))[here], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(value[here], behind(chain, content(chain) * abroad)[here], rtol=1e-9, atol=1e-12)
    assert (gross[chain.output == 0] == 0).all()


@given(chain=RANDOM)
def test_one_country_relies_on_no_other(chain):
    nodes = chain.nodes.assign(country="DE")
    alone = ValueChain(nodes, chain.flows, chain.final_demand, chain.meta, chain.membership)
    assert (metrics.foreign_input_reliance(alone) == 0).all()
    assert (metrics.foreign_value_added(alone) == 0).all()


def test_gross_reliance_can_exceed_1():
    """A euro of output that crosses borders 80 per cent at each step: 0.8 / (1 − 0.8²) from the other country."""
    chain = ValueChain.from_matrix(["DE_A", "FR_A"], [[0, 80], [80, 0]], [20, 20])
    assert metrics.foreign_input_reliance(chain).tolist() == pytest.approx([0.8 / 0.36] * 2)
    assert metrics.foreign_value_added(chain).tolist() == pytest.approx([0.2 * 0.8 / 0.36] * 2)


@given(chain=RANDOM, place=st.sampled_from(("EU", "DE", "TW")))
def test_the_strategic_test_by_hand(chain, place):
    inside = [place] if place != "EU" else sorted(EU27)
    country, industry, z = chain.nodes.country.tolist(), chain.nodes.industry.tolist(), chain.flows.toarray()
    if not set(inside) & set(country):
        with pytest.raises(Faults, match="is not in the value chain"):
            metrics.strategic_dependency(chain, place)
        return
    found, rows = metrics.strategic_dependency(chain, place), 0
    for product in set(industry):
        imports: dict[str, float] = {}
        exports = 0.0
        for i, j in zip(*z.nonzero(), strict=True):
            if industry[i] == product and country[i] != country[j]:
                if country[j] in inside:
                    imports[country[i]] = imports.get(country[i], 0.0) + z[i, j]
                exports += z[i, j] * (country[i] in inside)
        if not imports:
            assert product not in found.index
            continue
        rows += 1
        outside = [value for name, value in imports.items() if name not in EU27]
        ratio = sum(outside) / exports if exports else 9999.0 * bool(outside)
        hhi = sum(value**2 for value in outside) / sum(outside) ** 2 if outside else 0.0
        share = sum(outside) / sum(imports.values())
        wanted = [sum(imports.values()), hhi, share, ratio, hhi > 0.4 and share > 0.5 and ratio > 1]
        np.testing.assert_allclose(found.loc[product].to_numpy(float), wanted, rtol=1e-9)
    assert rows == len(found)


def test_the_thresholds_are_parameters(toy):
    """Chips for Germany: all from Taiwan (1), 60 of 65 imported, six times what it exports."""
    assert metrics.strategic_dependency(toy, "DE").loc["C26"].tolist() == [65, 1, 60 / 65, 6, True]
    for strict in ({"concentration_share": 1.0}, {"extra_eu_share": 0.95}, {"imports_over_exports": 6.0}):
        assert not metrics.strategic_dependency(toy, "DE", DependencyThresholds(**strict)).dependent["C26"]


def test_final_goods_of_a_group_count_once():
    """DE_A delivers all to FR_A, which has all final demand, and half of whose value comes from Taiwan."""
    flows = [[0, 20, 0], [0, 0, 0], [0, 50, 0]]
    chain = ValueChain.from_matrix(["DE_A", "FR_A", "TW_A"], flows, [0, 100, 0])
    found = metrics.group_reliance(chain)
    assert found.extra_eu_look_through_share["eu", "EU"] == pytest.approx(0.5)
    assert found.extra_eu_look_through_share["country", "DE"] == 0
    assert found.final_demand_meur.loc["country"].to_dict() == {"DE": 0, "FR": 100, "TW": 0}
