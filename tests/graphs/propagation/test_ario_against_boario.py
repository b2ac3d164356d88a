"""ARIO against BoARIO 0.7, step by step: its phases driven one by one, and a simulation of its own."""

import importlib
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from graphs.assumptions import Ario
from graphs.method import Method
from graphs.propagation.ario import ario
from graphs.shock import Effect, Shock
from graphs.valuechain import Meta, ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def boario() -> Iterator[ModuleType]:
    """BoARIO's model with its stocks, made to log nothing."""
    pytest.importorskip("pymrio", reason="needs pymrio (extra test)", exc_type=ImportError)
    logging.disable(logging.CRITICAL)
    yield pytest.importorskip("boario.extended_models", reason="needs boario (extra test)", exc_type=ImportError)
    logging.disable(logging.NOTSET)


def tables() -> Any:
    """pymrio's test system: 6 regions × 8 sectors."""
    pymrio = importlib.import_module("pymrio")
    system = pymrio.load_test()
    system.x = pymrio.calc_x(system.Z, system.Y)
    system.A = pymrio.calc_A(system.Z, system.x)
    return system


def as_chain(system: Any, order: pd.MultiIndex) -> ValueChain:
    keys = pd.Index([f"{region}_{sector}" for region, sector in order], name="key")
    demand = pd.Series(system.Y.loc[order].sum(axis=1).to_numpy(float), keys)
    flows = system.Z.loc[order, order].to_numpy(float)
    nodes = pd.DataFrame({"country": order.get_level_values(0), "industry": order.get_level_values(1)}, keys)
    nodes = nodes.assign(label=keys, output_meur=flows.sum(axis=1) + demand)
    none = pd.DataFrame({"none": 0.0}, index=sorted(set(nodes.industry)))
    return ValueChain(nodes, sparse.csr_array(flows), demand, Meta("pymrio", 0, "pymrio's test system"), none)


def both(
    module: ModuleType, given: Ario, hit: dict[int, float], days: int, steps: int, overtime: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Output by step and node of this model and of BoARIO's, driven phase by phase as its ``Simulation`` drives it.

    Capacity falls on day 2, for ``days``, and comes back in a straight line over 20 days.
    """
    system = tables()
    theirs = module.ARIOPsiModel(
        system,
        order_type="alt" if given.orders_by_capacity else "normal",
        alpha_max=given.alpha_max,
        alpha_tau=int(given.alpha_days),
        main_inv_dur=int(given.stock_days_goods),
        psi_param=given.psi,
        inventory_restoration_tau=int(given.restock_days),
        infinite_inventories_sect=[code for code, _ in given.stock_days_of],
    )
    back = 1 - np.arange(20) / 20
    profile = np.concatenate([[0, 0], np.ones(days), back, np.zeros(steps)])[:steps]
    cut = np.zeros((steps, theirs.n_industries))
    for node, share in hit.items():
        cut[:, node] = share * profile
    theirs.productive_capital_lost = None
    path = np.empty_like(cut)
    for step in range(steps):
        theirs.prod_cap_delta_arbitrary = cut[step]
        if step > 1:
            (overtime or module.ARIOPsiModel.calc_overproduction)(theirs)
        theirs.calc_production(step)
        theirs.distribute_production()
        theirs.calc_orders()
        path[step] = theirs.production / theirs.X_0
    chain = as_chain(system, theirs.industries)
    return made(chain, cut, list(hit), given), path


def made(chain: ValueChain, cut: np.ndarray, hit: list[int], given: Ario) -> np.ndarray:
    """Output by step and node of this model, where ``cut`` (steps × n) is taken from the capacity of some."""
    effects = []
    for node in hit:
        where = np.zeros((len(chain), 1))
        where[node] = 1.0
        effects.append(Effect("supply", where, cut[:, [node]], np.zeros_like(where)))
    return ario(chain, Shock(tuple(effects), len(cut), 1, 1), Method(ario=given))[:, :, 0]


def with_a_return(model: Any) -> None:
    """The rule of overtime of this model, for BoARIO: it ends wherever there is no scarcity.

    BoARIO's ends only where demand is exactly what was made, to the last digit, and falls where demand does.
    """
    asked = model.entire_demand_tot
    scarcity = (asked - model.production) / asked
    goal = np.where(scarcity > 1e-9, model.overprod_max, model.overprod_base)
    model.overprod += (goal - model.overprod) * np.where(scarcity > 1e-9, scarcity, 1.0) * model.overprod_tau


MATCHED = Ario(
    stock_days_goods=10.0, restock_days=15.0, alpha_max=1.0, binding_share=2.7e-8, stock_days_of=(("trade", np.inf),)
)
THEIR_WARNINGS = pytest.mark.filterwarnings("ignore")
MILD, HARD = {2: 0.25, 8: 0.1}, {2: 0.9, 12: 0.8, 33: 0.5}


@THEIR_WARNINGS
@pytest.mark.parametrize("by_capacity", [False, True], ids=["normal shares", "by capacity"])
@pytest.mark.parametrize("hit", [MILD, HARD], ids=["mild", "hard"])
def test_it_agrees_with_boario(boario: ModuleType, by_capacity: bool, hit: dict[int, float]):
    """Stocks, rationing and orders, step by step; in the hard case stocks end and customers stop."""
    own, theirs = both(boario, replace(MATCHED, orders_by_capacity=by_capacity), hit, 20, 120)
    np.testing.assert_allclose(own, theirs, rtol=0, atol=2e-9)
    others = np.delete(theirs, list(hit), axis=1)
    assert others.min() < (0.999 if hit == MILD else 0.8)


@THEIR_WARNINGS
def test_it_agrees_with_boario_where_overtime_sets_in(boario: ModuleType):
    own, theirs = both(boario, replace(MATCHED, alpha_max=1.25), MILD, 15, 120)
    np.testing.assert_allclose(own, theirs, rtol=0, atol=1e-6)
    assert theirs.max() > 1.005


@THEIR_WARNINGS
@pytest.mark.parametrize("by_capacity", [False, True], ids=["normal shares", "by capacity"])
def test_the_end_of_overtime_is_all_that_differs_from_boario(boario: ModuleType, by_capacity: bool):
    """Ordering by capacity feels overtime itself: the two drift apart by up to 1e-4, and not with one rule of it."""
    given = replace(MATCHED, alpha_max=1.25, orders_by_capacity=by_capacity)
    own, theirs = both(boario, given, HARD, 20, 120, with_a_return)
    np.testing.assert_allclose(own, theirs, rtol=0, atol=5e-9)
    _, unchanged = both(boario, given, HARD, 20, 120)
    assert 1e-9 < abs(own - unchanged).max() < 1e-2


@THEIR_WARNINGS
def test_it_agrees_with_a_simulation_of_boario(boario: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its own loop and its own event; what it takes from capacity is read from it step by step.

    (It takes it a step late: the cut of the day before is in force.)
    """
    # It draws no bar here, but wants to import one that it does not declare.
    monkeypatch.setitem(sys.modules, "progressbar", ModuleType("progressbar"))
    simulation, event = (importlib.import_module(f"boario.{name}") for name in ("simulation", "event"))
    system = tables()
    theirs = boario.ARIOPsiModel(
        system, order_type="normal", alpha_max=1.0, main_inv_dur=10, psi_param=0.8, inventory_restoration_tau=15
    )
    run = simulation.Simulation(theirs, n_temporal_units_to_sim=100, boario_output_dir=tmp_path)
    hit = pd.Series({theirs.industries[2]: 0.3, theirs.industries[17]: 0.6}).rename_axis(["region", "sector"])
    run.add_event(event.from_series(hit, event_type="arbitrary", occurrence=3, duration=25, recovery_tau=20))
    left, path = np.empty((100, theirs.n_industries)), np.empty((100, theirs.n_industries))
    for step in range(100):
        assert run.next_step() == 0
        left[step], path[step] = 1 - theirs.prod_cap_delta_tot, theirs.production / theirs.X_0
    chain = as_chain(system, theirs.industries)
    own = made(chain, 1 - left, [2, 17], replace(MATCHED, stock_days_of=(("trade", 10.0),)))
    np.testing.assert_allclose(own, path, rtol=0, atol=1e-6)
    assert left[:5, 17].tolist() == pytest.approx([1, 1, 1, 1, 0.4])
    assert np.delete(path, [2, 17], axis=1).min() < 0.99
