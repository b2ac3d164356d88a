"""Time to survive: the plant of the literature, and the customers of a node by a run of the model."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphs.assumptions import Ario
from graphs.errors import Faults
from graphs.method import Method
from graphs.propagation.ario import ario
from graphs.propagation.survival import is_hidden_risk, plant_lost_units, plant_time_to_survive, time_to_survive
from graphs.shock import Effect, Shock
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_plant(shared: Path):
    """Demand 100 a week, the other supplier 50, 30 units in stock; the supplier is back after 2 weeks."""
    case = json.loads((shared / "golden/dynamics/ttr_tts.json").read_text("utf-8"))
    survives = plant_time_to_survive(30, demand_rate=100, other_rate=50)
    assert survives == case["TTS_weeks"]
    assert plant_lost_units(30, 100, 50, case["TTR"]) == pytest.approx(case["lost_units"], abs=1e-12)
    assert is_hidden_risk(survives, case["TTR"]) == case["TTS_lt_TTR"]


def test_others_that_suffice_are_no_risk():
    assert plant_time_to_survive(0, 100, 120) == np.inf
    assert plant_lost_units(0, 100, 100, 9) == 0
    assert not is_hidden_risk(np.inf, None)
    assert is_hidden_risk(5.0, None)
    assert not is_hidden_risk(5.0, 5.0)


def test_what_is_no_plant_is_refused():
    with pytest.raises(Faults) as found:
        plant_time_to_survive(-1, float("nan"), float("inf"))
    assert [one.field for one in found.value.faults] == ["stock", "demand_rate", "other_rate"]


def days(chain: ValueChain, stock_days: float, step_days: int = 1, **values: float) -> dict[str, float]:
    method = Method(ario=replace(Ario(), stock_days_goods=stock_days, alpha_max=1.0, **values))
    return time_to_survive(chain, chain.keys, method, step_days=step_days).to_dict()


@pytest.fixture
def two_makers() -> ValueChain:
    """Cars need 40 chips from one maker and 10 from the other; shops need nothing."""
    flows = np.zeros((4, 4))
    flows[0, 2], flows[1, 2] = 40, 10
    return ValueChain.from_matrix(["TW_C26", "US_C26", "DE_C29", "DE_G47"], flows, [60, 90, 200, 100])


def test_who_is_needed_is_survived_by_the_spare_part_of_the_stock(two_makers: ValueChain):
    """10 days' stock of which 8 are enough. Without the first maker it falls by 0.8 a day, without the other by 0.2.

    The other maker is asked for what is missing too, and gives everybody less by a little: by hand, the first makes
    one day sooner or later no difference to two full days (10 → 9.2 → 8.4 → 7.6).
    """
    found = days(two_makers, 10.0, restock_days=1e9)
    assert found["TW_C26"] == 3
    assert found["US_C26"] == 11
    assert found["DE_C29"] == found["DE_G47"] == np.inf


def test_more_stock_survives_longer(two_makers: ValueChain):
    found = [days(two_makers, stock)["TW_C26"] for stock in (5.0, 10.0, 20.0, 40.0)]
    assert found == sorted(set(found))


def test_weeks_are_coarser_than_days(two_makers: ValueChain):
    daily, weekly = days(two_makers, 60.0)["TW_C26"], days(two_makers, 60.0, step_days=7)["TW_C26"]
    assert weekly % 7 == 0
    assert abs(weekly - daily) <= 7


def test_it_is_what_the_model_does(estimate: ValueChain):
    """Where a customer is no supplier of the node in any round, its output falls on the first day not survived."""
    keys = ["DE_C26", "NL_C26"]
    method = Method(ario=Ario(stock_days_goods=6.0))
    found = time_to_survive(estimate, keys, method, horizon_days=40)
    for key in keys:
        node = estimate.keys.get_loc(key)
        cut = np.zeros((len(estimate), 1))
        cut[node] = 1
        shock = Shock((Effect("supply", cut, np.ones((40, 1)), np.zeros_like(cut)),), 40, 1, 1)
        demand_only = ario(estimate, shock, replace(method, ario=replace(method.ario, stock_days_goods=1e6)))[:, :, 0]
        kept = ario(estimate, shock, method)[:, :, 0]
        customers = (estimate.flows[[node]].toarray()[0] > 0) & (np.arange(len(estimate)) != node)
        short = (kept < demand_only - 0.001)[:, customers].any(axis=1)
        assert 0 < found[key] < 40
        assert abs(int(np.flatnonzero(short)[0]) - found[key]) <= 1


def test_many_nodes_come_in_parts_and_in_order(toy: ValueChain):
    method = Method(ario=Ario(stock_days_goods=10.0))
    keys = list(toy.keys) * 6
    found = time_to_survive(toy, keys, method, horizon_days=60)
    assert found.index.tolist() == keys
    assert found.name == "time_to_survive_days"
    assert (found.to_numpy().reshape(6, -1) == found.to_numpy()[: len(toy)]).all()
    assert time_to_survive(toy, [], method).empty


def test_what_cannot_be_is_refused(toy: ValueChain):
    with pytest.raises(Faults, match="XX_C1"):
        time_to_survive(toy, ["XX_C1"], Method())
    with pytest.raises(Faults, match="hold no step"):
        time_to_survive(toy, ["DE_A"], Method(), horizon_days=3, step_days=7)
