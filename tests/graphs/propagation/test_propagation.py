"""One call for every model: the method names it, and each refuses what it cannot carry."""

import numpy as np
import pytest

from graphs import propagation
from graphs.assumptions import MODELS, Cascade
from graphs.errors import Faults
from graphs.firms import FirmNetwork, cascade
from graphs.method import Method
from graphs.propagation import demand_kept, propagate
from graphs.propagation.ario import ario
from graphs.propagation.inoperability import inoperability
from graphs.shock import Effect, Shock
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")


def shock(chain: ValueChain, *kinds: str, step_days: int = 7, steps: int = 12) -> Shock:
    cut = np.zeros((len(chain), 2))
    cut[9] = [0.3, 0.9]
    ends = np.ones_like(cut)
    return Shock(tuple(Effect(kind, cut, np.ones((steps, 2)), ends) for kind in kinds), steps, step_days, 2)


def test_every_name_has_a_model():
    assert ("inventories", *propagation._MODELS) == MODELS
    assert Method().model == MODELS[0] == "inventories"


@pytest.mark.parametrize("model", MODELS)
def test_every_model_keeps_its_shape_and_loses_nothing_without_a_shock(toy: ValueChain, model: str):
    impact = propagate(toy, shock(toy), Method(model=model))
    assert impact.kept.shape == (12, 12, 2)
    assert (impact.kept == 1).all()
    assert (impact.model, impact.step_days) == (model, 7)


@pytest.mark.parametrize("model", [model for model in MODELS if model != "cascade"])
def test_every_other_model_carries_less_demand(toy: ValueChain, model: str):
    kept = propagate(toy, shock(toy, "demand"), Method(model=model)).kept
    assert 0 < kept[-1, 9, 1] < kept[-1, 9, 0] < 1


def test_the_method_chooses(toy: ValueChain):
    given = shock(toy, "supply", "link")
    for name, model in (("ario", ario), ("inoperability", inoperability)):
        method = Method(model=name)
        np.testing.assert_array_equal(propagate(toy, given, method).kept, model(toy, given, method))
        assert (propagate(toy, given, method).kept < 0.999).any()


def test_the_cascade_is_that_of_firms_step_by_step(toy: ValueChain):
    """Two levels of a cut, each in some steps: each step is the end of its own cascade."""
    cut, active = np.zeros((12, 1)), np.array([[1.0], [0.0], [0.5], [1.0]])
    cut[9] = 0.8
    method = Method(model="cascade", cascade=Cascade(epsilon=1e-6, replacement=False))
    kept = propagate(toy, Shock((Effect("supply", cut, active, cut),), 4, 1, 1), method).kept[:, :, 0]
    for step, share in enumerate(active[:, 0]):
        remaining = np.ones(12)
        remaining[9] = 1 - 0.8 * share
        found = cascade(FirmNetwork.of(toy), remaining, epsilon=1e-6, replacement=False)
        np.testing.assert_allclose(kept[step], np.minimum(found.down, found.up)[:, 0], rtol=0, atol=1e-12)
    assert (kept[1] == 1).all()
    assert kept[0].sum() < kept[2].sum() < 12


def test_the_cascade_refuses_what_it_cannot_carry(toy: ValueChain):
    with pytest.raises(Faults, match="cuts of supply, not of demand and link; take the model"):
        propagate(toy, shock(toy, "supply", "link", "demand"), Method(model="cascade"))


def test_leontief_is_at_once(toy: ValueChain):
    kept = propagate(toy, shock(toy, "demand", step_days=1), Method(model="leontief")).kept
    remaining = np.ones(12)
    remaining[9] = 0.7
    np.testing.assert_allclose(kept[:, :, 0], np.tile(demand_kept(toy, remaining), (12, 1)), atol=1e-12)


def test_leontief_refuses_what_it_cannot_carry(toy: ValueChain):
    with pytest.raises(Faults, match="final demand, not of link and supply; take the model"):
        propagate(toy, shock(toy, "supply", "link", "demand"), Method(model="leontief"))


def test_inventories_refuse_days(toy: ValueChain):
    with pytest.raises(Faults, match=r"runs in weeks, not in steps of 1 days; .*ario"):
        propagate(toy, shock(toy, "supply", step_days=1), Method())
