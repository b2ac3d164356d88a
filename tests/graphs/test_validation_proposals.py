"""Leave-one-out: chance by hand, its own proposals never seen, and the measured table as it stands in the record."""

import dataclasses
from datetime import date

import pandas as pd
import pytest

from graphs.disruption import Disruption
from graphs.recommendation import Action
from graphs.validation import leave_one_out
from graphs.validation.proposals import Ranking
from tracker.commands.validation import rankings

MASKS = Disruption("No masks", ("IT",), date(2020, 3, 9), "D1", ecosystems=("Health",), sources=("https://a.eu/1",))
GOWNS = Disruption("No gowns", ("IT",), date(2020, 3, 9), "D2", ecosystems=("Health",), sources=("https://a.eu/1",))
RHINE = Disruption("Rhine is low", ("DE",), date(2022, 8, 1), "D3", sources=("https://b.eu/1",))


def action(about: Disruption, number: int) -> Action:
    return Action(f"Do {number}", about=(about.id,), ecosystems=about.ecosystems, id=f"{about.id}.{number}")


def test_chance_by_hand_and_its_own_hidden() -> None:
    """Of six others of D1 two are of its kind; its own, which would fit best, are not among those ranked."""
    proposals = [action(MASKS, 1), *(action(GOWNS, n) for n in range(1, 4)), *(action(RHINE, n) for n in range(1, 4))]
    kinds = {one.id: frozenset({"sew"} if one.id in ("D1.1", "D3.1", "D3.2") else {"ship"}) for one in proposals}
    cases = leave_one_out([MASKS, GOWNS, RHINE], proposals, kinds).cases
    assert list(cases.index) == ["D1", "D2", "D3"]
    assert cases.chance["D1"] == pytest.approx(1 - 0 / 6)  # 5 of 6: at least one of two
    assert cases.ceiling["D1"] == 1
    alone = {one.id: frozenset({"sew"} if one.id == "D1.1" else {"ship"}) for one in proposals}
    found = leave_one_out([MASKS, GOWNS, RHINE], proposals, alone).cases.loc["D1"]
    assert (found.matching, found["words alone"], found.chance, found.ceiling) == (0, 0, 0, 0)


def test_chance_among_many() -> None:
    proposals = [action(MASKS, 1), *(action(RHINE, n) for n in range(20))]
    kinds = {one.id: frozenset({"sew"} if one.id in ("D1.1", "D3.0") else {"ship"}) for one in proposals}
    assert leave_one_out([MASKS, RHINE], proposals, kinds).cases.chance["D1"] == pytest.approx(5 / 20)


def test_records_of_the_same_page_can_be_hidden_too() -> None:
    proposals = [action(one, n) for one in (MASKS, GOWNS, RHINE) for n in range(3)]
    kinds = {one.id: frozenset({"sew"} if one.about != ("D3",) else {"ship"}) for one in proposals}
    assert leave_one_out([MASKS, GOWNS, RHINE], proposals, kinds).cases.ceiling["D1"] == 1
    assert leave_one_out([MASKS, GOWNS, RHINE], proposals, kinds, apart=True).cases.ceiling["D1"] == 0


def test_what_it_asks_for_and_proposes_is_not_looked_at() -> None:
    """The act that a case asks for was coded from its proposals; with it, those of the right kind would come first."""
    case = dataclasses.replace(MASKS, ecosystems=(), origin=("JP",))
    right = [dataclasses.replace(action(RHINE, n), actions_required=("funding",)) for n in range(9)]
    proposals = [action(case, 1), *right, *(action(GOWNS, n) for n in range(9))]
    kinds = {one.id: frozenset({"ship"} if one.about == ("D2",) else {"sew"}) for one in proposals}
    told = dataclasses.replace(case, proposals="Rhine is low", note="Rhine is low", actions_required=("funding",))
    rows = [leave_one_out([one, GOWNS, RHINE], proposals, kinds).cases.loc["D1"] for one in (case, told)]
    pd.testing.assert_series_equal(*rows)
    assert rows[0].matching == 0


def test_intervals_and_tests_by_hand() -> None:
    cases = pd.DataFrame({"matching": [1, 1, 1, 0], "words alone": [0, 1, 0, 0], "commonest kinds": 0.0, "chance": 0.5,
                          "ceiling": 1.0})  # fmt: skip
    found = Ranking(cases, 9, False)
    assert found.beats("words alone") == (2, 0, 0.5)
    assert found.by_chance == pytest.approx((4 + 1) / 16)
    assert found.table.hit_share.to_dict() == {
        "matching": 0.75, "words alone": 0.25, "commonest kinds": 0, "chance": 0.5, "ceiling": 1}  # fmt: skip
    low, high = found.table.loc["matching", ["low_share", "high_share"]]
    assert (low, high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_the_record_as_measured() -> None:
    """Written down when it was measured: better than chance, no better than the words alone. A change is a finding."""
    found = rankings()["kind of measure"]
    assert len(found.cases) == 38
    assert found.table.hits.round(1).to_dict() == {
        "matching": 25, "words alone": 25, "commonest kinds": 20, "chance": 17.5, "ceiling": 37}  # fmt: skip
    assert found.by_chance < 0.01
