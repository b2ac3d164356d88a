"""What is said of a validation agrees with its figures, in every form."""

import csv
import io
import json
import re
from datetime import date

import numpy as np
import pytest

from graphs.fields import fields
from graphs.method import Method
from graphs.validation import Backtest, Outcome, backtest, cases, pairs_table
from graphs.valuechain import ValueChain
from reports.validation import (
    Validation,
    nodes_to_csv,
    sentences_of_cases,
    sentences_of_pairs,
    sentences_of_years,
    to_json,
    to_markdown,
    variant_cells,
    verdict,
)


def guess(low: float, likely: float, high: float, observed: float, first_hand: float = 0.0) -> Outcome:
    return Outcome(cases()[0], low, likely, high, first_hand, observed, ("something assumed",))


INSIDE, WIDE, LOW, HIGH = (
    guess(0.02, 0.03, 0.05, 0.04),
    guess(0.001, 0.03, 0.05, 0.04),
    guess(0.01, 0.02, 0.03, 0.08),
    guess(0.5, 0.6, 0.7, 0.4, first_hand=0.3),
)


@pytest.fixture
def years(toy: ValueChain) -> Backtest:
    """Two invented years of the toy economy: demand moves, and so do the coefficients of its French half."""
    table = toy.flows.toarray()
    table[:, 6:] *= 0.6
    demand = toy.final_demand.to_numpy() * np.linspace(0.5, 1.1, len(toy))
    return backtest(toy, ValueChain.from_matrix(toy.keys.tolist(), table, demand))


@pytest.fixture
def whole(toy: ValueChain, years: Backtest) -> Validation:
    outcomes = (INSIDE, WIDE, LOW, HIGH)
    untested = tuple(case for case in cases() if case.cause is None)
    other = {"as it stands": outcomes, "no overtime": (INSIDE, INSIDE, INSIDE, HIGH)}
    return Validation(toy.meta, Method(), outcomes, untested, other, years, pairs_table([years, years]))


def test_verdicts() -> None:
    assert verdict(INSIDE) == "inside the range"
    assert verdict(WIDE) == "inside, but the range is wide"
    assert verdict(LOW) == "miss: 5.0 points too low"
    assert verdict(HIGH) == "miss: 10.0 points too high"


def test_cases_are_counted(whole: Validation) -> None:
    first, second, third, fourth = sentences_of_cases(whole)
    assert first == (
        "Inside the range of the prediction: 2 of 4 observed outcomes (1 only because the range is wide). "
        "Predicted too low: 1, too high: 1."
    )
    assert "(3 cases)" in second
    assert "25 % to 75 % of it, 75 % in the median case: always too little." in second
    assert "'no overtime' brings 3 of 4 inside" in third
    assert fourth.startswith(f"{len(whole.not_testable)} more recorded events cannot be tested")
    assert variant_cells(whole.outcomes) == ["2 of 4", "1", "1", "75 %"]


def test_no_variant_is_praised_that_brings_nothing(whole: Validation) -> None:
    alone = Validation(whole.chain, whole.method, (LOW,), (), {"as it stands": (LOW,), "other": (LOW,)})
    assert not any("brings" in one for one in sentences_of_cases(alone))
    too_much = Validation(whole.chain, whole.method, (guess(0.1, 0.2, 0.3, 0.05),), (), {})
    assert "not always too little" in "".join(sentences_of_cases(too_much))


def test_propagation_helps_where_the_figures_say_so(years: Backtest) -> None:
    said = sentences_of_years(years)
    [helps] = [one for one in said if one.startswith("Propagation helps")]
    [fails] = [one for one in said if one.startswith("Propagation does not help")]
    groups = years.errors[years.errors.index.isin(["all", "kind", "sales"], level="level")]
    assert 0 < (groups.gain_share > 0).sum() < len(groups), "the example has both"
    for (_, group), row in groups.iterrows():
        words = f"{group} {100 * row.error_share:.1f} % ({100 * row.best_baseline_error_share:.1f} %)"
        assert (words in helps) == (row.gain_share > 0)
        assert (words in fails) == (row.gain_share <= 0)
    moved = groups.input_use_change_share
    assert f"most for {moved.abs().idxmax()[1]}: " in "".join(said)
    countries = years.errors.loc["country"]
    assert f"It helps in {(countries.gain_share > 0).sum()} of 3 countries" in "".join(said)
    assert "Taiwan" in "".join(said)


def test_the_headline_is_that_of_the_figures(years: Backtest) -> None:
    said, row = sentences_of_years(years), years.errors.loc[("all", "All")]
    change = f"−{abs(100 * row.observed_change_share):.1f} %"
    assert row.observed_change_share < 0
    assert said[0].startswith(f"All: output changed by {change}; predicted")
    assert f"off by {100 * row.error_share:.1f} % of output" in said[0]
    assert said[1].startswith("EU27 (2 of 27 are in the table): output changed by")


def test_pairs_are_counted(whole: Validation, years: Backtest) -> None:
    assert whole.pairs is not None
    said = sentences_of_pairs(whole.pairs)
    assert len(said) == 4
    won = 2 * int(years.errors.loc[("all", "All")].gain_share > 0)
    assert said[0].startswith(f"All: propagation beats all three baselines in {won} of 2 pairs of years")


def test_the_page_says_everything(whole: Validation, years: Backtest) -> None:
    page = to_markdown(whole)
    assert "Everything here is an estimate" in page
    assert "Prices and rates of exchange are not taken out" in page
    said = [*sentences_of_cases(whole), *sentences_of_years(years), *sentences_of_pairs(whole.pairs)]
    for words in (*said, *(one.not_testable for one in whole.not_testable), "something assumed", cases()[0].caution):
        assert words in page
    assert all(f"<{source}>" in page for source in cases()[0].sources)
    assert not re.search(r"\bnan\b|<NA>", page, re.IGNORECASE)
    widths = {line.count("|") for line in page.splitlines() if line.startswith("| Case")}
    assert widths == {line.count("|") for line in page.splitlines() if line.startswith(f"| {cases()[0].title}")}


def test_json_holds_the_figures(whole: Validation, years: Backtest) -> None:
    found = json.loads(to_json(whole), parse_constant=pytest.fail)
    assert found["estimate"] is True
    assert [one["hit"] for one in found["cases"]] == [True, True, False, False]
    assert found["cases"][2]["miss_share"] == pytest.approx(-0.05)
    assert date.fromisoformat(found["cases"][0]["observed_from"]) == cases()[0].observed.first_day
    assert found["cases"][0]["cause"]["industries"] == ["H50"]
    assert found["years"]["errors"][0]["error_share"] == years.errors.error_share.iloc[0]
    assert len(found["pairs"]["errors"]) == 8
    for table in (found["years"]["errors"], found["pairs"]["errors"]):
        assert set(table[0]) <= set(fields().index)
    assert {name for name in found["cases"][0] if name.endswith("_share")} <= set(fields().index)


def test_without_years_only_the_cases_are_said(whole: Validation) -> None:
    alone = Validation(whole.chain, whole.method, whole.outcomes, whole.not_testable, whole.variants)
    assert set(json.loads(to_json(alone))) == set(json.loads(to_json(whole))) - {"years", "pairs"}
    assert "## From" not in to_markdown(alone)
    assert "## Every pair" not in to_markdown(alone)


def test_the_table_of_nodes_is_safe_and_complete(years: Backtest) -> None:
    years.nodes.loc["DE_A", "label"] = "=HYPERLINK()"
    rows = list(csv.DictReader(io.StringIO(nodes_to_csv(years))))
    assert len(rows) == len(years.nodes)
    assert rows[0]["label"] == "'=HYPERLINK()"
    assert float(rows[0]["predicted_meur"]) == pytest.approx(years.nodes.predicted_meur.iloc[0], abs=1e-6)
    assert set(rows[0]) <= set(fields().index)
