"""The morning brief: what is said of a date on one page, with its uncertainties."""

import dataclasses
from datetime import date

import pytest

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports.briefing import Briefing, Paragraph, Table
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


def table(briefing: Briefing, name: str) -> list[dict[str, object]]:
    [found] = [one for one in briefing.tables if one.name == name]
    return [dict(zip((column.name for column in found.columns), row, strict=True)) for row in found.rows]


def words(briefing: Briefing) -> str:
    return " ".join(part.words for part in briefing.parts if isinstance(part, Paragraph))


def test_with_nothing_in_force_the_headline_says_so(toy: ValueChain) -> None:
    found = of(toy)
    score = found.scores.score[("eu", "EU")]
    assert headline(found) == (
        f"No disruption on record is in force on 1 March 2021: the EU score is {score:.1f}, from structure alone."
    )
    assert "No disruption on record is in force on 1 March 2021." in words(morning(found))


def test_with_one_in_force_the_headline_is_in_the_singular(toy: ValueChain) -> None:
    found = of(toy, STRIKE)
    eu = found.scores.loc[("eu", "EU")]
    text = headline(found)
    assert text.startswith(f"1 disruption in force on 1 March 2021: the EU score is {eu.score:.1f} ")
    assert f"({eu.score_low:.1f}–{eu.score_high:.1f})" in text
    assert f"an estimated {eu.loss_meur:,.0f} million euro ({eu.loss_low_meur:,.0f}–{eu.loss_high_meur:,.0f})" in text
    assert f"over the coming {Method().horizon_weeks} weeks; hit hardest, by share of output lost: " in text


def test_with_many_in_force_the_headline_counts_them_and_the_page_has_the_costliest(toy: ValueChain) -> None:
    many = [
        dataclasses.replace(STRIKE, id=f"D{number}", title=f"Strike {number}", severity_likely=0.01)
        for number in range(12)
    ]
    said = morning(of(toy, *many))
    assert said.headline.startswith("12 disruptions in force on 1 March 2021")
    assert len(table(said, "in_force")) == 6
    [note] = [one.note for one in said.tables if one.name == "in_force"]
    assert "6 more disruptions that take less not shown" in note


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


def test_every_disruption_in_force_has_a_line_with_its_own_points_the_costliest_first(toy: ValueChain) -> None:
    found = of(toy, STRIKE, CHIPS, dataclasses.replace(STRIKE, id="D3", start=date(2021, 6, 1)))
    rows = table(morning(found), "in_force")
    assert {row["id"] for row in rows} == {"D1", "D2"}
    points = [row["score_points"] for row in rows]
    assert points == sorted(points, reverse=True)
    reasons = {one.id: one.points for one in found.reasons("eu", "EU") if one.kind == "disruption"}
    assert {row["id"]: row["score_points"] for row in rows} == pytest.approx(reasons, abs=1e-3)
    [chips] = [row for row in rows if row["id"] == "D2"]
    assert (chips["title"], chips["start"], chips["origin"]) == ("No chips", date(2021, 2, 1), "Taiwan")
    assert chips["actions_required"] == "coordination, funding"


def test_what_is_needed_is_counted(toy: ValueChain) -> None:
    other = dataclasses.replace(STRIKE, actions_required=("funding",))
    assert "funding (2) and coordination (1)" in words(morning(of(toy, CHIPS, other)))
    assert "No disruption in force says which action it requires." in words(morning(of(toy, STRIKE)))


def test_what_is_not_known_is_said(toy: ValueChain) -> None:
    vague = Disruption("Something", ("FR",), ON, "D9")
    said = words(morning(of(toy, vague, CHIPS)))
    assert "Of 2 disruptions in force these are not stated:" in said
    assert "severity in 1" in said
    assert "no confidence interval" in said


def test_the_lowest_scores_stand_with_their_ranges(toy: ValueChain) -> None:
    found = of(toy, STRIKE)
    rows = table(morning(found), "lowest_scores")
    assert rows[0]["label"] == "EU27"
    scores = [row["score"] for row in rows[1:]]
    assert scores == sorted(scores)
    assert len(scores) == 5
    for row in rows:
        assert row["score_low"] <= row["score"] <= row["score_high"]  # type: ignore[operator]
        assert row["loss_low_share"] <= row["loss_share"] <= row["loss_high_share"]  # type: ignore[operator]
    eu = found.scores.loc[("eu", "EU")]
    assert rows[0]["loss_share"] == pytest.approx(eu.loss_share, abs=1e-6)
    assert rows[0]["loss_meur"] == pytest.approx(eu.loss_meur, abs=0.01)


def test_another_date_is_said_in_one_line(toy: ValueChain) -> None:
    today = of(toy, STRIKE, on=date(2022, 1, 1))
    assert headline(today) in words(morning(of(toy, STRIKE), other=today))


def test_the_figures_say_where_they_come_from(toy: ValueChain, estimate: ValueChain) -> None:
    invented, estimated = (dict(morning(of(chain), position=7).provenance) for chain in (toy, estimate))
    assert not invented["Value chain"].startswith("ESTIMATE")
    assert estimated["Value chain"].startswith("ESTIMATE: Inter-country input-output table 2014")
    assert estimated["Accuracy of the chain"]
    assert estimated["Licence of the chain"].startswith("CC BY 4.0")
    assert estimated["Version of the method"].startswith(Method().version)
    assert estimated["Position of the log"] == "7"
    assert "Position of the log" not in dict(morning(of(toy)).provenance)


def test_a_chain_outside_the_eu_has_a_briefing_without_scores() -> None:
    chain = ValueChain.from_matrix(["TW_C26", "US_C26"], [[0, 10], [0, 0]], [90, 50])
    for records in ((), (dataclasses.replace(CHIPS, origin=("TW",)),)):
        said = morning(of(chain, *records))
        assert "EU" in said.headline
        assert [one.name for one in said.tables if isinstance(one, Table)] == ["in_force"] * len(records)
