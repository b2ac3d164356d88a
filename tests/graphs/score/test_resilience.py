"""From indicators and losses to points: bounds, weights, and who belongs to which group."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.classification import ECOSYSTEMS
from graphs.errors import Faults
from graphs.method import INDICATORS, Indicator, Method
from graphs.score import resilience
from graphs.score.resilience import groups, label, normalised, state_points_lost, structure, structure_points_lost
from graphs.valuechain import ValueChain

METHOD = Method()


def indicator(name: str, low: float, high: float, **more: object) -> Indicator:
    """One whose distribution is even between its bounds."""
    step = (high - low) / 4
    return Indicator(name, name, low, high, low + 2 * step, step, (low + step, low + 2 * step, low + 3 * step), **more)


def test_the_indicators_are_the_metrics(toy):
    table = structure(toy, METHOD)
    assert table.index.equals(toy.keys)
    pd.testing.assert_series_equal(table.substitutability_share, metrics.substitutability(toy))
    pd.testing.assert_series_equal(table.extra_eu_share, metrics.extra_eu_dependency(toy))
    assert table.shape == (12, 5)


def test_every_metric_that_may_be_an_indicator_has_the_name_of_its_column(toy):
    assert all(metric(toy).name == name for name, metric in resilience.METRICS.items())
    assert {one.name for one in INDICATORS} <= set(resilience.METRICS)


@pytest.mark.parametrize(("value", "share"), [(0.0, 1.0), (1.0, 1.0), (1.5, 0.75), (2.0, 0.5), (3.0, 0.0), (99.0, 0.0)])
def test_min_and_max_are_frozen_bounds(value: float, share: float):
    """1 − (value − 1) / (3 − 1), cut to 0–1 (OECD/JRC Handbook 2008, step 5); turned where more is better."""
    assert normalised(np.array([value]), indicator("x", 1.0, 3.0)).tolist() == [share]
    assert normalised(np.array([value]), indicator("x", 1.0, 3.0, more_is_better=True)).tolist() == [1 - share]


@pytest.mark.parametrize("how", ["min-max", "z-score", "percentile"])
@given(values=st.lists(st.floats(-5, 5), min_size=2, max_size=5), better=st.booleans())
def test_every_way_keeps_the_order_and_stays_within_0_and_1(how: str, values: list[float], better: bool):
    one = Indicator("x", "X", -1.0, 2.0, 0.2, 0.7, (-0.5, 0.0, 0.9), more_is_better=better)
    found = normalised(np.sort(values), one, how)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) * (1 if better else -1) >= 0).all()


def test_points_of_structure_by_hand():
    """Half of the score over two indicators: of 50 points, a (weight 3) takes at most 37.5 and b 12.5."""
    method = replace(METHOD, indicators=(indicator("a", 0.0, 1.0, weight=3.0), indicator("b", 1.0, 3.0)))
    lost = structure_points_lost(pd.DataFrame({"a": [0.2, 7.0], "b": [2.0, 0.0], "c": [9.0, 9.0]}), method)
    assert lost.to_dict("list") == {"a": pytest.approx([7.5, 37.5]), "b": pytest.approx([6.25, 0])}


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_structure_and_state_share_the_100_points(toy, weight: float):
    method = replace(METHOD, structure_weight=weight)
    worst = pd.DataFrame({one.name: [-1.0 if one.more_is_better else one.high + 1] for one in INDICATORS})
    assert structure_points_lost(worst, method).sum(axis=1).tolist() == pytest.approx([100 * weight])
    assert state_points_lost(np.array([1.0]), method).tolist() == pytest.approx([100 * (1 - weight)])


def test_points_of_state_by_hand():
    """50 points for a loss of a quarter of output or more, in proportion below."""
    assert state_points_lost(np.array([[0, 0.025], [0.125, 0.25], [0.3, 1]]), METHOD).tolist() == [
        pytest.approx([0, 5]),
        pytest.approx([25, 50]),
        pytest.approx([50, 50]),
    ]


@given(chain=st.from_type(ValueChain))
def test_points_of_structure_are_within_their_part_of_the_score(chain):
    lost = structure_points_lost(structure(chain, METHOD), METHOD)
    assert np.isfinite(lost).all(axis=None)
    assert (lost >= 0).all(axis=None)
    assert (lost.sum(axis=1) <= 50 + 1e-12).all()


def test_groups_of_the_toy(toy):
    members = groups(toy)
    assert members["eu", "EU"].tolist() == 8 * [1] + 4 * [0]
    assert members["country", "FR"].tolist() == 4 * [0] + 4 * [1] + 4 * [0]
    assert members["industry", "C26"].tolist() == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert ("country", "TW") not in members
    mobility = members["ecosystem", "Mobility-Transport-Automotive"]
    share = toy.membership.loc["C29", "Mobility-Transport-Automotive"]
    assert mobility[["DE_C29", "FR_C29", "TW_C29"]].tolist() == [share, share, 0]
    assert share > 0


def test_groups_of_the_estimate(estimate):
    """The EU, 14 ecosystems, 27 countries and 33 industries."""
    members = groups(estimate)
    counts = members.columns.get_level_values(0).value_counts().to_dict()
    assert counts == {"eu": 1, "ecosystem": 14, "country": 27, "industry": 33}
    assert list(members["ecosystem"].columns) == list(ECOSYSTEMS)
    assert (members[~estimate.in_eu] == 0).all(axis=None)
    for level in ("country", "industry"):
        np.testing.assert_array_equal(members[level].sum(axis=1), estimate.in_eu)


def test_groups_without_output_in_the_eu_are_left_out():
    chain = ValueChain.from_matrix(["DE_A", "FR_C26", "TW_C29"], np.zeros((3, 3)), [100, 0, 50])
    members = groups(chain)
    assert list(members["country"].columns) == ["DE"]
    assert list(members["industry"].columns) == ["A"]
    assert "Mobility-Transport-Automotive" not in members["ecosystem"]


@pytest.mark.parametrize(
    ("level", "key", "name"),
    [
        ("eu", "EU", "EU27"),
        ("ecosystem", "Health", "Health"),
        ("country", "FR", "France"),
        ("industry", "C29", "Motor vehicles"),
        ("node", "TW_C26", "Electronics (Taiwan)"),
    ],
)
def test_labels(toy, level: str, key: str, name: str):
    assert label(toy, level, key) == name
    assert level in resilience.LEVELS


def test_an_industry_without_a_place_in_its_label_keeps_it():
    chain = ValueChain.from_matrix(["DE_A"], [[0]], [100])
    assert label(chain, "industry", "A") == "DE_A"


def test_the_diagnosis_of_the_estimate(estimate):
    """Dependence outside the EU is skewed, and counted twice but for its weight (``method.INDICATORS``)."""
    outliers, close, alpha = resilience.diagnosis(estimate, METHOD)
    assert "extra_eu_share" in outliers
    assert "substitutability_share" not in outliers
    assert "extra_eu_share and extra_eu_look_through_share 0.8" in close
    assert "alpha" in alpha


def test_the_diagnosis_of_next_to_nothing():
    chain = ValueChain.from_matrix(["DE_A"], [[0]], [100])
    assert resilience.diagnosis(chain, METHOD) == ["Too few nodes in the EU to look for outliers and coherence."]


def test_an_indicator_that_no_metric_has_is_refused(toy):
    wrong = replace(METHOD, indicators=(indicator("import_share", 0.0, 1.0), indicator("y", 0.0, 1.0)))
    with pytest.raises(Faults, match="'import_share' is no indicator of structure; choose from supplier_conc") as found:
        structure(toy, wrong)
    assert len(found.value.faults) == 2
