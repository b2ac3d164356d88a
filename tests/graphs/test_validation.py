"""Predictions held against observation: the arithmetic by hand, the laws, the shipped cases, the real fall of 2009."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from scipy import sparse
from scipy.stats import spearmanr

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.fields import fields
from graphs.method import Method
from graphs.sources import wiod2013
from graphs.validation import BASELINES, Case, Observed, Outcome, backtest, cases, outcome, pairs_table, variants
from graphs.valuechain import ValueChain
from tracker.record import embedded

KEYS = ["DE_A", "DE_C29"]


def productive(chain: ValueChain) -> bool:
    try:
        chain.leontief_inverse  # noqa: B018 - may refuse
    except Faults:
        return False
    return True


def with_demand(chain: ValueChain, final_demand: np.ndarray, technology: float = 1.0) -> ValueChain:
    """The chain that produces another final demand with the same input coefficients."""
    output = chain.leontief_inverse @ final_demand
    nodes = chain.nodes[["country", "industry", "label"]].assign(output_meur=output)
    flows = sparse.csr_array(chain.technical_coefficients * output[None, :] * technology)
    return ValueChain(nodes, flows, pd.Series(output - flows.sum(axis=1), chain.keys), chain.meta, chain.membership)


# Years, by hand


@pytest.fixture(scope="module")
def by_hand() -> tuple[ValueChain, ValueChain]:
    """Miller and Blair's two sectors, and a second year in which the coefficients moved too."""
    before = ValueChain.from_matrix(KEYS, [[150, 500], [200, 100]], [350, 1700])
    after = ValueChain.from_matrix(KEYS, [[200, 450], [200, 150]], [600, 1500])
    return before, after


def test_a_prediction_by_hand(by_hand: tuple[ValueChain, ValueChain]) -> None:
    """A = [[.15, .25], [.2, .05]], det(I − A) = .7575: x' = [945, 1395]/.7575. Σf goes from 2,050 to 2,100."""
    nodes = backtest(*by_hand).nodes
    assert nodes.observed_meur.tolist() == [1250, 1850]
    assert nodes.predicted_meur.tolist() == pytest.approx([945 / 0.7575, 1395 / 0.7575])
    assert nodes.own_demand_meur.tolist() == pytest.approx([1000 * 600 / 350, 2000 * 1500 / 1700])
    for name in ("country_wide_meur", "same_everywhere_meur"):
        assert nodes[name].tolist() == pytest.approx([1000 * 2100 / 2050, 2000 * 2100 / 2050])
    assert nodes.final_demand_share.tolist() == [0.35, 0.85]
    assert nodes.sold_meur.tolist() == [650, 350]
    assert nodes.sold_as_before_meur.tolist() == pytest.approx([0.15 * 1250 + 0.25 * 1850, 0.2 * 1250 + 0.05 * 1850])


def test_errors_by_hand(by_hand: tuple[ValueChain, ValueChain]) -> None:
    row = backtest(*by_hand).errors.loc[("all", "All")]
    assert row.error_share == pytest.approx((1250 - 945 / 0.7575 + 1850 - 1395 / 0.7575) / 3000)
    assert row.own_demand_error_share == pytest.approx((600e3 / 350 - 1250 + 1850 - 3e6 / 1700) / 3000)
    assert row.country_wide_error_share == pytest.approx((1250 - 2.1e6 / 2050 + 4.2e6 / 2050 - 1850) / 3000)
    assert row.best_baseline_error_share == row.country_wide_error_share == row.same_everywhere_error_share
    assert row.gain_share == pytest.approx(row.country_wide_error_share - row.error_share)
    assert row.observed_change_share == pytest.approx(3100 / 3000 - 1)
    assert row.predicted_change_share == pytest.approx(2340 / 0.7575 / 3000 - 1)
    assert row.input_use_change_share == pytest.approx(1000 / (0.35 * 1250 + 0.3 * 1850) - 1)
    assert row.nodes == 2


def test_own_demand_has_bounds() -> None:
    """From almost nothing to much: at the most twice the country's change; below nothing: nothing; from none: its."""
    keys = ["DE_A", "DE_B", "DE_C10", "FR_A"]
    flows = [[19, 80, 0, 0], [0, 50, 0, 0], [80, 0, 0, 0], [0, 0, 0, 0]]
    before = ValueChain.from_matrix(keys, flows, [1, 50, -10, 100])
    after = ValueChain.from_matrix(keys, flows, [90, -1, 9.25, 300])
    own = backtest(before, after).nodes.own_demand_meur
    change = (90 - 1 + 9.25) / (1 + 50 - 10)
    assert own.tolist() == pytest.approx([100 * 2 * change, 0, 70 * change, 300])


def test_groups(by_hand: tuple[ValueChain, ValueChain]) -> None:
    errors = backtest(*by_hand).errors
    assert errors.index.tolist() == [
        ("all", "All"),
        ("all", "EU27"),
        ("kind", "Manufacturing, all"),
        ("kind", "Farming, mining, energy, water, building, all"),
        ("kind", "Manufacturing, EU27"),
        ("kind", "Farming, mining, energy, water, building, EU27"),
        ("sales", "Nodes that sell mostly to industries"),
        ("sales", "Nodes that sell mostly to final users"),
        ("country", "DE"),
        ("industry", "A"),
        ("industry", "C29"),
    ]
    cars = errors.loc[("industry", "C29")]
    assert cars.error_share == pytest.approx((1850 - 1395 / 0.7575) / 2000)
    assert cars.output_meur == 2000
    assert pd.isna(cars.rank_correlation)


def test_two_tables_of_other_nodes_are_refused(by_hand: tuple[ValueChain, ValueChain], toy: ValueChain) -> None:
    with pytest.raises(Faults, match="9 nodes stand in one of the two tables only"):
        backtest(ValueChain.from_matrix(["DE_A", "XX_Y"], np.zeros((2, 2)), [1, 1]), unlinked(toy, 9))
    turned = ValueChain.from_matrix(KEYS[::-1], [[0, 0], [0, 0]], [1, 1])
    with pytest.raises(Faults, match="another order"):
        backtest(by_hand[0], turned)


def test_nothing_cannot_be_predicted() -> None:
    nothing = ValueChain.from_matrix(["DE_A"], [[0]], [0])
    with pytest.raises(Faults, match="no node has output"):
        backtest(nothing, nothing)


def unlinked(chain: ValueChain, count: int) -> ValueChain:
    """The first nodes of a chain, unlinked."""
    keys = chain.keys[:count].tolist()
    return ValueChain.from_matrix(keys, np.zeros((count, count)), np.ones(count))


def test_pairs_side_by_side(by_hand: tuple[ValueChain, ValueChain]) -> None:
    table = pairs_table([backtest(*by_hand), backtest(*by_hand[::-1])])
    assert table.group.tolist() == ["All", "EU27", "Manufacturing, all", "Manufacturing, EU27"] * 2
    assert table.error_share[0] == backtest(*by_hand).errors.error_share.iloc[0]
    assert set(table.columns) <= set(fields().index)
    assert set(backtest(*by_hand).nodes.columns) <= set(fields().index)


# Years, laws


@given(chain=...)
def test_the_same_year_is_predicted_exactly(chain: ValueChain) -> None:
    assume(productive(chain) and chain.output.sum() > 0)
    found = backtest(chain, chain)
    np.testing.assert_allclose(found.nodes.predicted_meur, chain.output, atol=1e-6 * chain.output.max())
    assert (found.errors.error_share.abs() < 1e-6).all()


@given(chain=...)
def test_with_unchanged_coefficients_only_the_prediction_is_right(chain: ValueChain) -> None:
    """Any change of demand, carried by the first year's coefficients: no error, whatever the baselines say."""
    assume(productive(chain) and chain.output.sum() > 0)
    change = np.linspace(0.5, 1.5, len(chain))
    demand = np.maximum(chain.final_demand.to_numpy(), 0.0) * change
    assume((chain.leontief_inverse @ demand).sum() > 0)
    found = backtest(chain, with_demand(chain, demand))
    assert (found.errors.error_share.abs() < 1e-9).all()
    assert (found.errors.gain_share > -1e-9).all()
    assert (found.errors.input_use_change_share.abs() < 1e-9).all()


def test_when_all_demand_changes_alike_every_prediction_is_right(toy: ValueChain) -> None:
    found = backtest(toy, with_demand(toy, 0.8 * toy.final_demand.to_numpy()))
    for name in ("predicted", *BASELINES):
        np.testing.assert_allclose(found.nodes[f"{name}_meur"], 0.8 * toy.output)


def test_the_order_of_nodes_does_not_matter(
    toy: ValueChain, permuted: Callable[[ValueChain, Sequence[int]], ValueChain]
) -> None:
    after = with_demand(toy, toy.final_demand.to_numpy() * np.linspace(0.6, 1.2, len(toy)), technology=0.9)
    order = np.random.default_rng(1).permutation(len(toy)).tolist()
    one = backtest(toy, after)
    other = backtest(permuted(toy, order), permuted(after, order))
    pd.testing.assert_frame_equal(one.nodes, other.nodes.loc[one.nodes.index])
    pd.testing.assert_frame_equal(one.errors.sort_index(), other.errors.sort_index())


def test_errors_of_groups_add_up_to_that_of_all(toy: ValueChain) -> None:
    after = with_demand(toy, toy.final_demand.to_numpy() * np.linspace(0.6, 1.2, len(toy)), technology=0.9)
    errors = backtest(toy, after).errors
    whole = errors.loc[("all", "All")]
    assert whole.error_share > 0.01
    for level in ("country", "industry", "sales"):
        part = errors.loc[level]
        for name in ("error_share", "own_demand_error_share", "predicted_change_share"):
            assert (part[name] * part.output_meur).sum() / part.output_meur.sum() == pytest.approx(whole[name])
    ours = spearmanr(*(backtest(toy, after).nodes[f"{one}_meur"] / toy.output for one in ("predicted", "observed")))
    assert whole.rank_correlation == pytest.approx(ours.statistic)


# The real fall of 2009


def test_the_fall_of_2009(shared: Path) -> None:
    """Loosely: a prediction that is far better than knowing nothing, and figures that hang together."""
    folder = shared / "data" / "wiod2013"
    before, after = wiod2013.read_year(folder, 2008), wiod2013.read_year(folder, 2009)
    found = backtest(before, after)
    world, eu = found.errors.loc[("all", "All")], found.errors.loc[("all", "EU27")]
    for row in (world, eu):
        assert row.observed_change_share < row.predicted_change_share < 0
        assert 0 < row.error_share < row.country_wide_error_share < row.same_everywhere_error_share < 0.2
        assert 0.5 < row.rank_correlation < 1
        assert row.gain_share == pytest.approx(row.best_baseline_error_share - row.error_share)
    assert world.observed_change_share == pytest.approx(114158086 / 122789483 - 1)
    assert not found.nodes.isna().any(axis=None)
    assert np.isfinite(found.errors.drop(columns=[one for one in found.errors if "rank" in one]).to_numpy(float)).all()


# Cases


@pytest.fixture(scope="module")
def testable() -> list[Case]:
    return [case for case in cases() if case.cause is not None]


def test_cases_stand_on_the_record() -> None:
    record = {one.id: one for one in embedded([])}
    found = cases()
    assert len({case.id for case in found}) == len(found)
    assert 4 <= sum(case.cause is not None for case in found) <= 8
    for case in found:
        assert case.sources
        assert all(source.startswith("https://") for source in case.sources)
        assert (case.cause is None) == (case.observed is None) == bool(case.not_testable)
        if case.record:
            assert set(case.sources) & set(record[case.record].sources), case.id
        if case.cause is not None:
            assert case.cause_basis
            assert case.caution
            assert case.observed is not None
            assert case.observed.basis


def test_no_case_is_held_against_its_own_severity(testable: list[Case]) -> None:
    """A severity coded from the outcome holds the propagation already: what goes in is another place or industry,
    or another figure than the observed one."""
    record = {one.id: one for one in embedded([])}
    for case in testable:
        assert case.cause is not None
        assert case.observed is not None
        assert case.observed.share not in case.cause.severity
        recorded = record[case.record].severity if case.record else ()
        same_place = set(case.cause.industries) & set(case.observed.industries)
        assert not (recorded and same_place and set(recorded) & set(case.cause.severity)), case.id


@pytest.fixture(scope="module")
def outcomes(estimate: ValueChain, testable: list[Case]) -> list[Outcome]:
    return [outcome(estimate, case, Method()) for case in testable]


def test_cases_on_the_estimate(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        assert 0 <= one.low_share <= one.likely_share <= one.high_share <= 1
        assert 0 <= one.first_hand_share <= one.likely_share + 1e-12
        assert one.hit == (one.miss_share == 0)
        assert one.hit == (one.low_share <= one.observed_share <= one.high_share)
        if one.case.cause is not None and one.case.cause.effect == "link":
            assert one.first_hand_share == 0


def test_italy_in_march_is_nine_days_of_what_was_closed(outcomes: list[Outcome]) -> None:
    """46.8 to 53.2 % of industry for 9 of 31 days, and what travels on top of it."""
    [march] = [one for one in outcomes if one.case.id == "italy_march_2020"]
    assert march.first_hand_share == pytest.approx(0.5 * 9 / 31)
    assert march.low_share >= 0.468 * 9 / 31 - 1e-9
    [april] = [one for one in outcomes if one.case.id == "italy_april_2020"]
    assert april.case.observed is not None
    assert april.case.observed.share == pytest.approx(1 - (1 - 0.284) * (1 - 0.191), abs=5e-4)


def strike(cause: dict[str, Any] | None = None, **seen: Any) -> Case:
    """Farming in Germany loses 40 / 50 / 60 % for four weeks from 1 March 2021; 45 % are observed."""
    strike = Disruption(
        "Strike",
        ("DE",),
        date(2021, 3, 1),
        industries=("A",),
        effect="supply",
        end=date(2021, 3, 28),
        severity_low=0.4,
        severity_likely=0.5,
        severity_high=0.6,
    )
    observed = Observed(("DE",), ("A",), date(2021, 3, 1), date(2021, 3, 28), 0.45, "")
    changed = dataclasses.replace(strike, **(cause or {}))
    return Case("x", "", "", changed, "", dataclasses.replace(observed, **seen), "", (), "")


def test_the_period_that_is_observed_counts(toy: ValueChain) -> None:
    shares = (0.4, 0.5, 0.6)
    half = outcome(toy, strike(first_day=date(2021, 2, 15), last_day=date(2021, 3, 14)), Method())
    assert (half.low_share, half.likely_share, half.high_share) == pytest.approx([share / 2 for share in shares])
    ten_days = outcome(toy, strike(first_day=date(2021, 3, 20), last_day=date(2021, 3, 29)), Method())
    assert ten_days.first_hand_share == pytest.approx(0.5 * 9 / 10)
    before = outcome(toy, strike(first_day=date(2021, 1, 1), last_day=date(2021, 1, 31)), Method())
    assert before.high_share == 0
    assert before.miss_share == pytest.approx(-0.45)


def test_the_output_that_is_observed_counts(toy: ValueChain) -> None:
    """All of Germany: farming makes 300 of its 2,000; EU: with France."""
    output = toy.nodes.output_meur
    for places in (("DE",), ("EU",), ("DE", "FR")):
        inside = output[toy.nodes.country.isin(places if "EU" not in places else ("DE", "FR"))]
        found = outcome(toy, strike(countries=places, industries=("A-U",)), Method())
        assert found.first_hand_share == pytest.approx(0.5 * output["DE_A"] / inside.sum())
        assert found.likely_share >= found.first_hand_share


def test_too_high_is_a_miss_as_well(toy: ValueChain) -> None:
    found = outcome(toy, strike(share=0.1), Method())
    assert not found.hit
    assert found.miss_share == pytest.approx(0.3)


def test_a_cut_of_demand_takes_its_part_at_first_hand(toy: ValueChain) -> None:
    found = outcome(toy, strike({"effect": "demand"}), Method())
    assert found.first_hand_share == pytest.approx(0.5 * toy.final_demand["DE_A"] / toy.nodes.output_meur["DE_A"])
    assert found.likely_share >= found.first_hand_share


def test_what_cannot_be_tested_is_refused(toy: ValueChain) -> None:
    [one] = [case for case in cases() if case.id == "eu_april_2020"]
    with pytest.raises(ValueError, match="cannot be tested"):
        outcome(toy, one, Method())


def test_variants_change_one_assumption_each() -> None:
    found = variants(Method())
    for name, one in found.items():
        changed = [
            each.name for each in dataclasses.fields(one) if getattr(one, each.name) != getattr(Method(), each.name)
        ]
        assert len(changed) == (0 if name == "as it stands" else 1)


@settings(max_examples=10)
@given(chain=...)
def test_an_outcome_is_a_share(chain: ValueChain) -> None:
    found = outcome(chain, strike(), Method())
    assert 0 <= found.low_share <= found.likely_share <= found.high_share <= 1 + 1e-12
