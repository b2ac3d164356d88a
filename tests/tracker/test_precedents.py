"""What is of the same make as a disruption, by weights that are added up by hand."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from graphs.disruption import COUNTED, STATES, Disruption
from tracker.precedents import LEAST, precedents
from tracker.record import embedded

TODAY = date(2026, 1, 1)
CARS, CHIPS = "Mobility-Transport-Automotive", "Electronics"
STRIKE = Disruption(
    "Strike at a car plant", ("DE",), date(2025, 1, 1), "D1", industries=("C29",), ecosystems=(CARS, CHIPS),
    stages=("operations",), effect="supply",
)  # fmt: skip


def other(**values: Any) -> Disruption:
    usual: dict[str, Any] = {"title": "Quite other words", "origin": ("FR",), "start": date(2020, 1, 1), "id": "D2"}
    return Disruption(**usual | values)


@pytest.mark.parametrize(
    ("values", "score", "reasons"),
    [
        ({"industries": ("C29",), "effect": "supply"}, 35 + 15, ["same industry: C29", "same kind: supply"]),
        ({"industries": ("C29", "C26"), "ecosystems": (CARS,), "effect": "supply"}, 0.75 * 35 + 25 * 2 / 3 + 15,
         ["same industry: C29", f"same ecosystem: {CARS}", "same kind: supply"]),
        ({"ecosystems": (CARS, CHIPS), "stages": ("operations", "service"), "origin": ("DE",)}, 25 + 15 * 2 / 3 + 10,
         [f"same ecosystem: {CARS}, {CHIPS}", "same stage: operations", "same place: Germany"]),
        ({"ecosystems": (CARS, CHIPS), "effect": "supply", "origin": ("EU",)}, 25 + 15 + 7,
         [f"same ecosystem: {CARS}, {CHIPS}", "same kind: supply", "Germany lies in European Union"]),
    ],
)  # fmt: skip
def test_the_score_is_the_sum_of_what_is_in_common(values: dict[str, Any], score: float, reasons: list[str]) -> None:
    [found] = precedents(STRIKE, [other(**values)], TODAY)
    assert (found.score, list(found.reasons)) == (round(score), reasons)


def test_kind_stage_and_place_alone_are_not_enough() -> None:
    same = other(effect="supply", stages=("operations",), origin=("DE",), industries=("C10",), ecosystems=("Retail",))
    assert precedents(STRIKE, [same], TODAY) == []


def test_the_same_title_counts_nothing() -> None:
    assert precedents(STRIKE, [other(title=STRIKE.title, origin=("DE",))], TODAY) == []


@pytest.mark.parametrize("state", STATES)
def test_only_what_counts_is_a_precedent(state: str) -> None:
    into = "D7" if state == "merged" else ""
    one = other(industries=("C29",), effect="supply", state=state, merged_into=into, end=date(2020, 2, 1))
    assert bool(precedents(STRIKE, [one], TODAY)) == (state in COUNTED)


def test_it_is_not_its_own_precedent_nor_what_is_left_out_nor_what_has_not_begun() -> None:
    same = other(industries=("C29",), effect="supply")
    assert precedents(STRIKE, [STRIKE], TODAY) == []
    assert precedents(STRIKE, [same], TODAY, but=["D2"]) == []
    assert precedents(STRIKE, [same], date(2019, 12, 31)) == []
    assert precedents(STRIKE, [same], date(2020, 1, 1))


def test_the_likest_come_first_then_the_latest() -> None:
    plain = other(industries=("C29",), effect="supply")
    later = dataclasses.replace(plain, id="D3", start=date(2022, 1, 1))
    likest = dataclasses.replace(plain, id="D4", stages=("operations",))
    found = precedents(STRIKE, [plain, later, likest], TODAY)
    assert [one.record.id for one in found] == ["D4", "D3", "D2"]
    assert [one.record.id for one in precedents(STRIKE, [plain, later, likest], TODAY, most=1)] == ["D4"]


def test_of_the_record_the_kin_of_magnesium_is_magnesium() -> None:
    records = embedded([])
    [magnesium] = [one for one in records if one.id == "R49"]
    found = precedents(magnesium, records, TODAY)
    assert [one.record.id for one in found][:2] == ["R50", "R72"], "closed smelters in China, curtailed ones in Europe"
    assert all(one.score >= LEAST and one.reasons for one in found)
