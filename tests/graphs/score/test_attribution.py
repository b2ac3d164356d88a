"""Which disruption is to blame for which part of a loss: shares that add up, and follow what each costs alone."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.method import Method
from graphs.propagation import propagate
from graphs.propagation.inventories import courses
from graphs.score import attribution
from graphs.shock import DatedShock, Effect, shock
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")

ON = date(2021, 3, 1)
METHOD = Method()


def record(place: str, effect: str = "supply", severity: float = 0.4, days: int = 41, **values: Any) -> Disruption:
    """A cut of three equal readings for six weeks, unless said otherwise."""
    readings = {"severity_low": severity, "severity_likely": severity, "severity_high": severity}
    end = ON + timedelta(days)
    return Disruption(
        **{"title": place, "origin": (place,), "start": ON, "end": end, "effect": effect, **readings} | values
    )


def split(chain: ValueChain, *records: Disruption) -> np.ndarray:
    return blamed(chain, shock(chain, records, ON, METHOD))


def blamed(chain: ValueChain, found: DatedShock) -> np.ndarray:
    costs = []
    for one in found.effects:
        ran = courses(chain, attribution.alone(chain, found, one, METHOD), METHOD)
        costs.append(attribution.cost(chain, found, one, ran[0] if ran else None))
    return attribution.shares(costs, len(chain))


def cost_alone(chain: ValueChain, one: Disruption) -> np.ndarray:
    """Share of output that one disruption costs each node over the horizon by itself."""
    found = shock(chain, [one], ON, METHOD)
    return 1 - propagate(chain, found, METHOD).kept[found.weeks_before :, :, 1].mean(axis=0)


def effect_of(chain: ValueChain, one: Disruption) -> Effect:
    return shock(chain, [one], ON, METHOD).effects[0]


def test_without_disruptions_there_is_no_one_to_blame(toy):
    assert split(toy).shape == (12, 0)


@pytest.mark.parametrize("effect", ["supply", "demand", "link"])
def test_one_disruption_alone_is_to_blame_for_all(toy, effect: str):
    np.testing.assert_allclose(split(toy, record("TW", effect)), 1, rtol=1e-12)


def test_each_is_to_blame_by_what_it_costs_alone(toy):
    """Deep cuts of capacity and links: the shares are those of each one's own losses."""
    records = [
        record("TW", industries=("C26",)),
        record("DE", severity=0.2, industries=("C29",)),
        record("TW", "link", felt=("DE",), severity=0.5),
    ]
    shares = split(toy, *records)
    costs = np.column_stack([cost_alone(toy, one) for one in records])
    hurt = costs.sum(axis=1) > 0.01
    assert hurt.sum() >= 4
    np.testing.assert_allclose(shares[hurt], costs[hurt] / costs[hurt].sum(axis=1, keepdims=True), atol=1e-3)


def test_cuts_of_demand_share_by_what_each_costs_alone(toy):
    records = [record("DE", "demand", 0.3), record("FR", "demand", 0.6, days=20)]
    costs = np.column_stack([cost_alone(toy, one) for one in records])
    np.testing.assert_allclose(split(toy, *records), costs / costs.sum(axis=1, keepdims=True), atol=1e-3)


def test_cuts_of_supply_and_demand_share_by_what_each_costs_alone(toy):
    records = [record("TW", industries=("C26",)), record("DE", "demand", 0.1, industries=("C29",))]
    costs = np.column_stack([cost_alone(toy, one) for one in records])
    both = toy.keys.get_loc("DE_C29")
    assert costs[both].min() > 0.01
    np.testing.assert_allclose(split(toy, *records)[both], costs[both] / costs[both].sum(), atol=1e-3)


def test_shallow_cuts_share_by_nearly_what_each_costs_alone(toy):
    """Cuts that overtime makes good are reckoned linearly: within 6 points of what the simulation would say."""
    records = [record("DE", severity=0.05), record("FR", severity=0.08), record("TW", "demand", 0.2)]
    costs = np.column_stack([cost_alone(toy, one) for one in records])
    shares = split(toy, *records)
    hurt = costs.sum(axis=1) > 0.005
    assert hurt.sum() >= 8
    np.testing.assert_allclose(shares[hurt], costs[hurt] / costs[hurt].sum(axis=1, keepdims=True), atol=0.06)


def test_what_only_several_cost_together_is_theirs_by_reach():
    """Overtime makes good one cut of 8 % for the customer, not two; less final demand costs a customer nothing."""
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29"], [[0, 60], [0, 0]], [40, 100])
    records = [record("TW", severity=0.08, days=181, id=name) for name in ("D1", "D2")]
    records.append(record("TW", "demand", 0.5, days=181, id="D3"))
    assert [cost_alone(chain, one)[1] for one in records] == [0, 0, 0]
    np.testing.assert_allclose(split(chain, *records)[1], [0.5, 0.5, 0], atol=1e-6)


def test_two_worlds_apart_blame_their_own():
    flows = np.zeros((4, 4))
    flows[0, 1] = flows[2, 3] = 50
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "US_C26", "FR_C29"], flows, [50, 100, 50, 100])
    shares = split(chain, record("TW"), record("US"))
    np.testing.assert_allclose(shares, [[1, 0], [1, 0], [0, 1], [0, 1]], atol=1e-6)


def test_equal_disruptions_are_equally_to_blame(toy):
    np.testing.assert_allclose(split(toy, record("DE", id="D1"), record("DE", id="D2")), 0.5, rtol=1e-9)


def test_the_order_of_records_does_not_matter(toy):
    records = [record("TW", id="D1"), record("DE", "demand", id="D2"), record("FR", "link", id="D3")]
    np.testing.assert_array_equal(split(toy, *records), split(toy, *records[::-1]))


def test_a_deeper_disruption_is_more_to_blame(toy):
    deeper, shallower = split(toy, record("DE", severity=0.6), record("DE", severity=0.2))[2]
    assert deeper > 2 * shallower


@settings(max_examples=50)
@given(chain=st.from_type(ValueChain), seed=st.integers(0, 2**32 - 1))
def test_shares_are_shares_and_add_up(chain, seed: int):
    """Also where a disruption hits nothing, or every one of them is absorbed by stocks."""
    random = np.random.default_rng(seed)
    records = [
        record(random.choice(["DE", "TW", "XK"]), effect, severity=random.choice([0, 0.01, 0.5, 1.0]))
        for effect in random.choice(["supply", "demand", "link"], 4)
    ]
    shares = split(chain, *records)
    assert shares.shape == (len(chain), 4)
    assert ((shares >= 0) & (shares <= 1)).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)


def test_first_hand_cuts_of_capacity_and_demand(toy):
    """A third of the industry is named (A03), so a third of 30 % of it: 10 %."""
    for effect in ("supply", "demand"):
        direct = attribution.direct(toy, effect_of(toy, record("DE", effect, 0.3, industries=("A03",))))
        assert direct.tolist() == pytest.approx([0.1] + 11 * [0])


def test_first_hand_cuts_of_links(toy):
    """Half of 40 of the 225 that DE_C29 buys, and half of 20 of the 45 that DE_C26 buys, came from Taiwan."""
    effect = effect_of(toy, record("TW", "link", 0.5, felt=("DE",)))
    direct = dict(zip(toy.keys, attribution.direct(toy, effect), strict=True))
    assert {key: share for key, share in direct.items() if share} == pytest.approx(
        {"DE_C29": 0.5 * 40 / 225, "DE_C26": 0.5 * 20 / 45}
    )


@pytest.mark.parametrize(
    ("one", "meur"),
    [
        (record("DE", "supply", 0.4, industries=("C26",)), 0.4 * 120),
        (record("DE", "demand", 0.4, industries=("C26",)), 0.4 * 50),
        (record("TW", "link", 0.4, felt=("DE",)), 0.4 * (40 + 20)),
        (record("XK", "supply", 0.4), 0.0),
    ],
    ids=["supply", "demand", "link", "nowhere"],
)
def test_first_hand_cuts_in_million_euro_a_year(toy, one: Disruption, meur: float):
    assert attribution.first_hand_meur(toy, effect_of(toy, one)) == pytest.approx(meur)


def test_a_cut_that_overtime_makes_good_is_weighed_like_a_deeper_one(toy):
    """9 % and 10 % of all capacity: alone they cost 0.09 and 0.10 at every node of the EU."""
    day = date(2021, 3, 1)
    ones = [
        Disruption(name, ("EU",), day, name, effect="supply", severity_low=cut, severity_likely=cut, severity_high=cut)
        for name, cut in (("D1", 0.09), ("D2", 0.10))
    ]
    shares = blamed(toy, shock(toy, ones, day, METHOD))
    assert shares[:8, 0] == pytest.approx(0.09 / 0.19, abs=0.03)
    assert (shares[:8, 0] < 0.5).all(), "the deeper cut is not blamed less"
