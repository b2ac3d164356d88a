"""The weekly report: what it says of a week, part by part, and that it says it the same way each time."""

import dataclasses
import random
from datetime import date
from typing import Any

import pytest

from graphs.assessment import assess
from graphs.disruption import ACTIONS, Disruption
from graphs.exposure import critical_links, missing_goods
from graphs.matching import prepare, ranked
from graphs.method import Method
from graphs.recommendation import Action, Practice
from graphs.valuechain import ValueChain
from reports.briefing import Briefing, Figure, Heading, Paragraph
from reports.sections.news import Logged
from reports.weekly import Week, weekly

SUNDAY, BEFORE = date(2021, 3, 7), date(2021, 2, 28)
STRIKE = Disruption(
    "Strike", ("DE",), date(2021, 3, 2), "D1", effect="supply", severity_likely=0.4, industries=("C29",),
    ecosystems=("Mobility-Transport-Automotive",), stages=("operations",), actions_required=("funding",),
    horizon="short", proposals="A fund\nfor short work", sources=("https://a.eu/strike",),
)  # fmt: skip
CHIPS = Disruption(
    "No chips", ("TW",), date(2021, 2, 1), "D2", industries=("C26",), severity_likely=0.5, end=date(2021, 5, 1),
    actions_required=("coordination", "funding"),
)  # fmt: skip
OVER = Disruption("Flood", ("FR",), date(2021, 2, 10), "D3", severity_likely=0.1, end=date(2021, 3, 4))
REJECTED = dataclasses.replace(STRIKE, id="D4", title="Rumour", state="rejected")
RECORD = [STRIKE, CHIPS, OVER, REJECTED]


def week_of(chain: ValueChain, *records: Disruption, **more: Any) -> Week:
    now, before = (assess(chain, records, day, Method()) for day in (SUNDAY, BEFORE))
    given: dict[str, Any] = {
        "on_record": list(records), "actions": [], "practices": [], "logged": [], "alone": {"D1": (10.0, 20.0, 40.0)},
        "missing": missing_goods(chain, now), "critical": critical_links(chain, Method()), "position": 4,
    }  # fmt: skip
    return Week(now, before, **given | more)


@pytest.fixture(scope="module")
def report(toy: ValueChain) -> Briefing:
    return weekly(week_of(toy, *RECORD))


def table(briefing: Briefing, name: str) -> list[dict[str, Any]]:
    [found] = [one for one in briefing.tables if one.name == name]
    return [dict(zip((column.name for column in found.columns), row, strict=True)) for row in found.rows]


def words(briefing: Briefing) -> str:
    return " ".join(part.words for part in briefing.parts if isinstance(part, Paragraph))


def test_it_has_every_section_in_order(report: Briefing) -> None:
    assert report.name == "2021-W09"
    assert report.title == "Disruptions of European value chains: week 9 of 2021 (1–7 March 2021)"
    assert [part.words for part in report.parts if isinstance(part, Heading) and part.level == 2] == [
        "What is new this week", "State of the ecosystems", "Where it hurts", "Disruptions in force",
        "Most exposed links", "Proposals and good practices", "What is not known", "Method", "Sources",
    ]  # fmt: skip
    assert [part.name for part in report.parts if isinstance(part, Figure)] == ["league", "map", "stages"]
    assert dict(report.provenance)["Position of the log"] == "4"


def test_new_is_what_began_in_the_week_and_counts(report: Briefing) -> None:
    assert [row["id"] for row in table(report, "began")] == ["D1"], "a rejected record did not begin"
    assert [row["id"] for row in table(report, "ended")] == ["D3"]
    assert "1 disruption began and 1 disruption ended in this week" in words(report)
    assert "Nothing was entered in the log between 1 March 2021 and 7 March 2021" in words(report)


def test_entries_of_the_log_are_counted_by_what_was_done(toy: ValueChain) -> None:
    logged = [Logged(SUNDAY, "log", "disruption", f"D{number}") for number in range(1, 12)]
    logged += [Logged(SUNDAY, "verify", "disruption", "D1"), Logged(SUNDAY, "resolve", "disruption", "D1")]
    said = weekly(week_of(toy, *RECORD, logged=logged))
    rows = table(said, "log_entries")
    assert [(row["done"], row["entry_count"]) for row in rows] == [("logged", 11), ("resolved", 1), ("verified", 1)]
    assert rows[0]["ids"].endswith("D8 and 3 more")
    assert "11 disruptions logged, 1 disruption resolved and 1 disruption verified" in words(said)


def test_states_and_changes_are_those_of_the_assessments(toy: ValueChain, report: Briefing) -> None:
    week = week_of(toy, *RECORD)
    rows = {row["label"]: row for row in table(report, "ecosystem_scores")}
    change = week.now.change(week.before, "ecosystem")
    for key, row in week.now.level("ecosystem").iterrows():
        assert rows[row.label]["score"] == pytest.approx(row.score, abs=1e-3)
        assert rows[row.label]["score_change"] == pytest.approx(change.score_change[key], abs=1e-3)
        assert rows[row.label]["score_change_low"] <= rows[row.label]["score_change"]
    assert {row["label"] for row in table(report, "ecosystem_losses")} == set(rows)
    assert "points less than a week before" in words(report)


def test_what_is_in_force_has_points_loss_range_and_sources(report: Briefing) -> None:
    rows = {row["id"]: row for row in table(report, "in_force")}
    assert set(rows) == {"D1", "D2"}
    assert [rows["D1"][name] for name in ("loss_low_meur", "loss_meur", "loss_high_meur")] == [10, 20, 40]
    assert rows["D2"]["loss_meur"] is None, "not computed, and not invented"
    sources = {row["id"]: row["sources"] for row in table(report, "sources")}
    assert sources == {"D1": "https://a.eu/strike", "D2": "no source given"}


def test_in_force_are_counted_by_origin_stage_horizon_and_action(report: Briefing) -> None:
    counts = {
        name: {row[name]: row["disruption_count"] for row in table(report, f"by_{name}")}
        for name in ("origin", "stage", "horizon", "action_required")
    }
    assert counts["origin"] == {"Germany": 1, "Taiwan": 1}
    assert counts["stage"] == {"operations": 1, "not stated": 1}
    assert counts["horizon"] == {"short": 1, "not stated": 1}
    assert counts["action_required"] == {"funding": 2, "coordination": 1}
    [note] = [one.note for one in report.tables if one.name == "by_action_required"]
    assert "None in force for regulation." in note
    points = sum(row["score_points"] for row in table(report, "by_origin"))
    assert points == pytest.approx(sum(row["score_points"] for row in table(report, "in_force")), abs=2e-3)
    assert set(ACTIONS) == {"funding", "regulation", "coordination"}


def test_proposals_actions_and_practices_are_told(toy: ValueChain, report: Briefing) -> None:
    assert [row["proposals"] for row in table(report, "proposals")] == ["A fund for short work"]
    assert "No action is on record. No good practice is on record." in words(report)
    actions = [
        Action("Lanes", id="A1"),
        Action("Chips act", about=("D2",), id="A2"),
        Action("Gone", id="A3", state="withdrawn"),
    ]
    practices = [Practice("Masks", places=("PT",), id="P1"), Practice("Draft", id="P2", state="draft")]
    said = weekly(week_of(toy, *RECORD, actions=actions, practices=practices))
    assert [row["id"] for row in table(said, "actions")] == ["A2", "A1"], "what is about something in force first"
    assert [(row["id"], row["places"]) for row in table(said, "practices")] == [("P1", "Portugal")]


def test_what_fits_a_disruption_is_told_with_its_reasons(toy: ValueChain, report: Briefing) -> None:
    assert "No practice or action on record fits a disruption in force." in words(report)
    funds = Practice("A fund for a strike of car makers", ecosystems=("Mobility-Transport-Automotive",), id="P1")
    ready = prepare([funds, Practice("Masks sewn", ecosystems=("Health",), id="P2")], {})
    said = weekly(week_of(toy, *RECORD, practices=[funds], matched=ranked(RECORD[:2], ready, 2)))
    [row] = table(said, "matched")
    assert (row["id"], row["proposal_id"]) == ("D1", "P1")
    assert "same ecosystem: Mobility-Transport-Automotive" in row["reasons"]
    assert 0 < row["points"] <= 100


def test_every_assumption_stands_in_it(report: Briefing) -> None:
    expected = Method().table()[["name", "value", "unit", "basis"]].to_numpy().tolist()
    assert [list(row.values()) for row in table(report, "assumptions")] == expected


def test_a_calm_week_says_so_in_sentences(toy: ValueChain) -> None:
    said = weekly(week_of(toy, alone={}))
    text = words(said)
    for sentence in (
        "no disruptions ended", "No disruption on record is in force on 7 March 2021.", "nothing to sort",
        "Everything that is ordered across a border", "No record of a disruption in force holds a proposal.",
        "That is what it was a week before", "No score fell in a week.",
    ):  # fmt: skip
        assert sentence in text
    assert not {"in_force", "began", "ended", "by_origin", "missing_goods", "proposals"} & {
        one.name for one in said.tables
    }


def test_it_says_the_same_whatever_the_order_of_the_records(toy: ValueChain) -> None:
    turned = RECORD[::-1]
    random.Random(7).shuffle(turned)
    assert weekly(week_of(toy, *turned)) == weekly(week_of(toy, *RECORD))


def test_only_a_sunday_and_the_one_before_make_a_week(toy: ValueChain) -> None:
    week = week_of(toy)
    monday = assess(toy, [], date(2021, 3, 8), Method())
    with pytest.raises(ValueError, match="Sunday"):
        weekly(dataclasses.replace(week, now=monday))
    with pytest.raises(ValueError, match="Sunday"):
        weekly(dataclasses.replace(week, before=week.now))


def test_a_chain_outside_the_eu_has_a_report_without_scores() -> None:
    chain = ValueChain.from_matrix(["TW_C26", "US_C26"], [[0, 10], [0, 0]], [90, 50])
    said = weekly(week_of(chain, CHIPS, alone={}))
    assert "so it has losses, but no scores" in words(said)
    assert [row["id"] for row in table(said, "in_force")] == ["D2"]
