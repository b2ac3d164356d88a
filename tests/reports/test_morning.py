"""The briefing: what is said of a date, with its uncertainties, before anybody decides how it looks."""

import dataclasses
from datetime import date
from typing import Any

import pandas as pd
import pytest

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports.morning import headline, morning

ON = date(2021, 3, 1)
STRIKE = Disruption("Strike", ("DE",), ON, "D1", effect="supply", severity_likely=0.4, industries=("C29",))
CHIPS = Disruption(
    "No chips",
    ("TW",),
    date(2021, 2, 1),
    "D2",
    industries=("C26",),
    effect="supply",
    severity_likely=0.5,
    end=date(2021, 5, 1),
    actions_required=("coordination", "funding"),
    sources=("https://a.eu/b", "https://c.eu"),
)


def of(chain: ValueChain, *records: Disruption, on: date = ON) -> Assessment:
    return assess(chain, records, on, Method())


def test_with_nothing_in_force_the_headline_says_so(toy: ValueChain) -> None:
    found = of(toy)
    score = found.scores.score[("eu", "EU")]
    assert headline(found) == (
        f"No disruption on record is in force on 1 March 2021: the EU score is {score:.1f}, from structure alone."
    )
    assert morning(found).lines == ()
    assert morning(found).needs == ()
    assert found.scores.state[("eu", "EU")] == 100


def test_with_one_in_force_the_headline_is_in_the_singular(toy: ValueChain) -> None:
    found = of(toy, STRIKE)
    eu = found.scores.loc[("eu", "EU")]
    text = headline(found)
    assert text.startswith(f"1 disruption in force on 1 March 2021: the EU score is {eu.score:.1f} ")
    assert f"({eu.score_low:.1f}–{eu.score_high:.1f})" in text
    assert f"an estimated {eu.loss_meur:,.0f} million euro ({eu.loss_low_meur:,.0f}–{eu.loss_high_meur:,.0f})" in text
    assert f"over the coming {Method().horizon_weeks} weeks; hit hardest, by share of output lost: " in text


def test_with_many_in_force_the_headline_counts_them(toy: ValueChain) -> None:
    many = [
        dataclasses.replace(STRIKE, id=f"D{number}", title=f"Strike {number}", severity_likely=0.01)
        for number in range(12)
    ]
    assert headline(of(toy, *many)).startswith("12 disruptions in force on 1 March 2021")
    assert len(morning(of(toy, *many)).lines) == 12


def test_the_hardest_hit_ecosystems_are_named(toy: ValueChain) -> None:
    found = of(toy, STRIKE)
    ecosystems = found.scores.loc["ecosystem"].sort_values("loss_share", ascending=False, kind="stable")
    first, second = (f"{row.label} ({100 * row.loss_share:.2g} %)" for row in ecosystems.iloc[:2].itertuples())
    assert headline(found).endswith(f"; hit hardest, by share of output lost: {first} and {second}.")
    assert ecosystems.label.iloc[0] == "Mobility-Transport-Automotive"


def test_large_losses_are_said_in_billions(estimate: ValueChain) -> None:
    shut = Disruption("All shut", ("EU",), ON, "D1", effect="supply", severity_likely=0.5, end=date(2021, 12, 31))
    found = of(estimate, shut)
    loss = found.scores.loss_meur[("eu", "EU")]
    assert loss > 10_000
    assert f"an estimated {loss / 1000:,.0f} billion euro (" in headline(found)


def test_nobody_is_said_to_be_hit_hardest_where_nobody_loses(toy: ValueChain) -> None:
    """A disruption in force that takes nothing from the EU hits no ecosystem hardest."""
    small = dataclasses.replace(STRIKE, origin=("TW",), industries=("A",), severity_likely=0.0)
    found = of(toy, small)
    assert found.scores.loss_high_meur[("eu", "EU")] == 0
    assert "hit hardest" not in headline(found)


def test_every_disruption_in_force_has_a_line_the_costliest_first(toy: ValueChain) -> None:
    found = of(toy, STRIKE, CHIPS, dataclasses.replace(STRIKE, id="D3", start=date(2021, 6, 1)))
    lines = morning(found).lines
    assert {line.id for line in lines} == {"D1", "D2"}
    assert [line.points for line in lines] == sorted((line.points for line in lines), reverse=True)
    lost = 50 - found.scores.state[("eu", "EU")] / 2
    assert sum(line.points for line in lines) == pytest.approx(lost, abs=1e-6)
    [chips] = [line for line in lines if line.id == "D2"]
    assert (chips.title, chips.since, chips.where, chips.effect) == ("No chips", "2021-02-01", "TW", "supply")
    assert chips.action_required == "coordination, funding"
    assert chips.sources == ("https://a.eu/b", "https://c.eu")
    assert chips.assumptions[0].startswith("severity stated in part")


def test_each_line_has_the_points_of_its_own_disruption(toy: ValueChain) -> None:
    found = of(toy, STRIKE, CHIPS)
    reasons = {one.id: one.points for one in found.reasons("eu", "EU") if one.kind == "disruption"}
    for line in morning(found).lines:
        assert line.points == pytest.approx(reasons.get(line.id, 0.0), abs=1e-6)


def test_what_is_needed_is_counted(toy: ValueChain) -> None:
    other = dataclasses.replace(STRIKE, actions_required=("funding",))
    assert morning(of(toy, CHIPS, other)).needs == ("funding: 2", "coordination: 1")


def test_what_is_not_known_is_said(toy: ValueChain) -> None:
    vague = Disruption("Something", ("FR",), ON, "D9")
    unknown = morning(of(toy, vague, CHIPS)).unknown
    assert "severity: not stated in 1 of 2 disruptions in force" in unknown
    assert "effect: not stated in 1 of 2 disruptions in force" in unknown
    assert any("no confidence interval" in text for text in unknown)
    assert any("estimate" in text for text in unknown)


def test_scores_are_ranked_with_their_largest_reason(toy: ValueChain) -> None:
    said = morning(of(toy, STRIKE))
    assert said.ecosystems.score.is_monotonic_increasing
    assert said.countries.score.is_monotonic_increasing
    assert said.countries.why["DE"].endswith("% of its capacity")
    assert ": Strike: cuts " in said.countries.why["DE"]
    quiet = morning(of(toy))
    assert "best" in quiet.countries.why["DE"], "without a disruption the indicator that takes most"
    assert set(said.countries.index) == {"DE", "FR"}, "only the EU is scored"


def test_at_most_ten_countries_are_listed(estimate: ValueChain) -> None:
    assert len(morning(of(estimate)).countries) == 10


def test_another_date_is_said_in_one_line(toy: ValueChain) -> None:
    today = of(toy, STRIKE, on=date(2022, 1, 1))
    assert morning(of(toy, STRIKE), other=today).other_day == headline(today)
    assert morning(of(toy, STRIKE)).other_day == ""


def test_the_figures_say_where_they_come_from(toy: ValueChain, estimate: ValueChain) -> None:
    invented, estimated = morning(of(toy)).provenance, morning(of(estimate)).provenance
    assert not invented[0].startswith("ESTIMATE")
    assert estimated[0].startswith("ESTIMATE: Inter-country input-output table 2014")
    assert any(text.startswith("Accuracy: ") for text in estimated)
    assert f"Method version {Method().version}" in invented
    method = morning(of(toy)).method
    assert {"name", "value", "unit", "basis"} <= set(method.columns)
    assert len(method) > 10


@pytest.mark.parametrize("records", [(), (STRIKE,), (STRIKE, CHIPS)])
def test_a_briefing_is_frozen(toy: ValueChain, records: tuple[Disruption, ...]) -> None:
    said: Any = morning(of(toy, *records))
    with pytest.raises(dataclasses.FrozenInstanceError):
        said.title = "other"
    assert isinstance(said.eu, pd.Series)


def test_a_chain_outside_the_eu_has_a_briefing_without_scores() -> None:
    chain = ValueChain.from_matrix(["TW_C26", "US_C26"], [[0, 10], [0, 0]], [90, 50])
    chips = dataclasses.replace(CHIPS, origin=("TW",))
    for records in ((), (chips,)):
        said = morning(of(chain, *records))
        assert "EU" in said.headline
        assert said.eu is None
        assert len(said.lines) == len(records)
