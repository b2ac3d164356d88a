"""The catalogue, and what a measure must say: every fault at once, costs to the euro."""

from decimal import Decimal

import pytest

from graphs.disruption import ACTIONS
from graphs.errors import Faults
from graphs.planning.measures import KINDS, Measure, euros
from graphs.planning.volumes import UNITS, priced, volume
from graphs.recommendation import THEMES


def test_every_kind_says_what_it_does_assumes_and_needs():
    assert set(UNITS) == set(KINDS)
    for name, kind in KINDS.items():
        assert name == kind.name
        assert kind.theme in THEMES
        assert kind.act in ACTIONS
        assert kind.does
        assert kind.assumes
        assert set(kind.needs) <= {"at", "supplier", "stand_in"}
    assert [name for name, kind in KINDS.items() if kind.stated] == ["skills", "simpler rule"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((None, "0.1", None), (100_000, 100_000, 100_000)),
        (("1", "2", "4"), (1_000_000, 2_000_000, 4_000_000)),
        ((1, None, 2), (1_000_000, 1_500_000, 2_000_000)),
        ((None, 0.3, Decimal("0.3")), (300_000, 300_000, 300_000)),
        ((None, None, None), None),
    ],
)
def test_costs_are_whole_euros(given, wanted):
    costs = dict(zip(("cost_low_meur", "cost_likely_meur", "cost_high_meur"), given, strict=True))
    assert Measure("M1", "simpler rule", 2, **costs).cost_eur == wanted


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"cost_likely_meur": "0.0000001"}, {"cost_likely_meur"}),
        ({"cost_likely_meur": "many"}, {"cost_likely_meur"}),
        ({"cost_likely_meur": float("nan")}, {"cost_likely_meur"}),
        ({"cost_low_meur": -1}, {"cost_low_meur"}),
        ({"cost_low_meur": 3, "cost_likely_meur": 2}, {"cost_low_meur"}),
        ({"amount": float("nan"), "id": " ", "delay_weeks": -1}, {"amount", "id", "delay_weeks"}),
        ({"kind": "stock"}, {"at", "supplier"}),
        ({"kind": "skills", "amount": 2, "at": ("DE_A",)}, {"amount"}),
        ({"theme": "luck", "act": "hope"}, {"theme", "act"}),
    ],
)
def test_every_fault_of_a_measure_is_told(change, fields):
    with pytest.raises(Faults) as told:
        Measure(**({"id": "M1", "kind": "simpler rule", "amount": 1} | change))
    assert {fault.field for fault in told.value.faults} == fields


@pytest.mark.parametrize("budget", ["", "x", "-1", "0.0000001", float("inf")])
def test_a_budget_is_an_amount(budget):
    with pytest.raises(Faults, match="budget"):
        euros(budget)


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [
        (Measure("M", "stock", 26, ("DE_C29",), ("TW_C26",)), 20.0),
        (Measure("M", "second supplier", 0.1, ("DE_C29",), ("TW_C26",), "FR_C26"), 4.0),
        (Measure("M", "skills", 0.1, ("DE_C29", "FR_C29")), 90.0),
        (Measure("M", "demand support", 0.1, ("DE_C29",)), 40.0),
        (Measure("M", "new capacity", 7, (), ("TW_C26",), "DE_C26"), 7.0),
        (Measure("M", "simpler rule", 7), 7.0),
    ],
)
def test_volumes_by_hand(toy, measure: Measure, wanted: float):
    assert volume(toy, measure) == pytest.approx(wanted)


def test_a_given_cost_is_never_replaced(toy):
    own = Measure("M", "simpler rule", 7, cost_likely_meur=1)
    assert priced(toy, [own], {"simpler rule": (Decimal(5), Decimal(5), Decimal(5))}) == [own]
