"""Extra stocks and stand-ins in the inventory model: against the plain loop, and the law that they never add loss."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.assumptions import Ario
from graphs.errors import Faults
from graphs.method import Method
from graphs.propagation import propagate, propagate_all
from graphs.propagation.inventories import Run, courses
from graphs.shock import Effect, Shock
from graphs.support import NOBODY, Relief, Support
from graphs.valuechain import ValueChain

_spec = importlib.util.spec_from_file_location("inventories_by_hand", Path(__file__).with_name("test_inventories.py"))
assert _spec
assert _spec.loader
plain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plain)

WEEKS = 12
METHODS = [Method(), replace(Method(), pooled_stocks=True)]
RANDOM, SEEDS = st.from_type(ValueChain), st.integers(0, 2**32 - 1)

pytestmark = pytest.mark.usefixtures("one_thread")


def some_support(chain: ValueChain, random: np.random.Generator, lanes: int = 1) -> tuple[Support, ...]:
    """A stock for half of the flows, a stand-in for half, and a move of half, at different weeks."""
    m, n = len(chain.inputs.supplier), len(chain)
    found = []
    for moved in (None, False, True):
        where = np.flatnonzero(random.random(m) < 0.5)
        extra = random.uniform(0, 6, (len(where), lanes)) * (moved is None)
        share = random.uniform(0, 1, (len(where), lanes)) * (moved is not None)
        stand_in = random.integers(0 if moved else NOBODY, n, len(where))
        found.append(Support(where, int(random.integers(0, 5)), extra, stand_in, share, bool(moved)))
    return tuple(found)


@pytest.mark.parametrize("method", METHODS, ids=["own stocks", "pooled stocks"])
@settings(max_examples=40)
@given(chain=RANDOM, seed=SEEDS)
def test_support_runs_as_a_plain_loop_says(chain, method: Method, seed: int):
    random, links = np.random.default_rng(seed), chain.inputs
    capacity = plain.cuts(seed, WEEKS, len(chain))
    cut_links = plain.as_links(chain, seed, WEEKS)
    stock, stand_in, move = some_support(chain, random)
    aid = random.choice([0, 1])
    chosen = (stand_in, move)[aid]
    pair = list(zip(links.supplier.tolist(), links.buyer.tolist(), strict=True))
    extra = {pair[f]: (stock.begin, float(stock.extra_weeks[r, 0])) for r, f in enumerate(stock.where)}
    aids = {
        pair[f]: (chosen.begin, int(chosen.stand_in[r]), float(chosen.share[r, 0]), chosen.moved)
        for r, f in enumerate(chosen.where)
    }
    left = plain.as_matrices(chain, cut_links, WEEKS)
    wanted = plain.by_hand(chain, capacity[:, :, 0], left, method, extra, aids)
    [found] = courses(chain, [Run(capacity, cut_links, support=(stock, chosen))], method)
    np.testing.assert_allclose(found.made[:, :, 0], wanted, rtol=1e-9, atol=2e-9)


@pytest.mark.parametrize("method", METHODS, ids=["own stocks", "pooled stocks"])
@settings(max_examples=40)
@given(chain=RANDOM, seed=SEEDS)
def test_stocks_stand_ins_and_relief_never_leave_less_output(chain, method: Method, seed: int):
    """At no node, in no week."""
    random = np.random.default_rng(seed)
    remaining = plain.cuts(seed, WEEKS, len(chain))
    supply = tuple(
        Effect("supply", 1 - remaining[w], np.eye(WEEKS)[:, [w]], np.zeros((len(chain), 1))) for w in range(WEEKS)
    )
    demand = Effect(
        "demand", 1 - plain.cuts(seed + 1, 1, len(chain))[0], np.ones((WEEKS, 1)), np.zeros((len(chain), 1))
    )
    shock = Shock((*supply, demand), WEEKS, scenarios=1)
    more = some_support(chain, random)[:2]
    relief = tuple(Relief(kind, random.uniform(0, 0.5, (len(chain), 1)), 3) for kind in ("supply", "demand"))
    half = replace(shock, support=more[:1], relief=relief[:1])
    whole = replace(shock, support=more, relief=relief)
    none, some, all_of_it = (one.kept for one in propagate_all(chain, [shock, half, whole], method))
    assert (some >= none - 1e-9).all()
    assert (all_of_it >= some - 1e-9).all()


@given(chain=RANDOM, seed=SEEDS)
def test_runs_side_by_side_do_not_touch_each_other(chain, seed: int):
    random = np.random.default_rng(seed)
    strike = Effect("supply", 1 - plain.cuts(seed, 1, len(chain), 2)[0], np.ones((WEEKS, 2)), np.zeros((len(chain), 2)))
    shocks = [replace(Shock((strike,), WEEKS, scenarios=2), support=some_support(chain, random, 2)) for _ in range(2)]
    shocks.insert(1, Shock((strike,), WEEKS, scenarios=2))
    method = Method()
    for one, beside in zip(shocks, propagate_all(chain, shocks, method), strict=True):
        np.testing.assert_allclose(beside.kept, propagate(chain, one, method).kept, rtol=0, atol=1e-12)


def test_a_stock_delays_the_stop_by_what_it_holds(toy):
    """All chips from Taiwan lost: German cars stop 4 weeks later with 4 weeks more of them."""
    cut = np.zeros((12, 1))
    cut[9] = 1.0
    shock = Shock((Effect("supply", cut, np.ones((26, 1)), np.zeros((12, 1))),), 26, scenarios=1)
    links = toy.inputs
    where = np.flatnonzero((links.supplier == 9) & (links.buyer == 2))
    stock = Support(where, 0, np.full((1, 1), 4.0), np.array([NOBODY]), np.zeros((1, 1)))
    without, held = (
        one.kept[:, 2, 0] for one in propagate_all(toy, [shock, replace(shock, support=(stock,))], Method())
    )
    first = [int(np.flatnonzero(path < 0.9)[0]) for path in (without, held)]
    assert first[1] - first[0] == 4


@pytest.mark.parametrize("model", ["inoperability", "cascade", "leontief"])
def test_models_without_stocks_refuse(toy, model: str):
    stock = Support(np.array([0]), 0, np.ones((1, 1)), np.array([NOBODY]), np.zeros((1, 1)))
    with pytest.raises(Faults, match="does not know stocks"):
        propagate(toy, Shock((), 4, scenarios=1, support=(stock,)), Method(model=model))


def stopped(chain: ValueChain, key: str, steps: int = 60, step_days: int = 1) -> Shock:
    cut = np.zeros((len(chain), 1))
    cut[chain.keys.get_loc(key)] = 1.0
    return Shock((Effect("supply", cut, np.ones((steps, 1)), np.zeros(cut.shape)),), steps, step_days, scenarios=1)


def of_flow(chain: ValueChain, supplier: str, buyer: str, weeks: float, stand_in: int, share: float, **more) -> Support:
    links = chain.inputs
    ends = chain.keys.get_loc(supplier), chain.keys.get_loc(buyer)
    where = np.flatnonzero((links.supplier == ends[0]) & (links.buyer == ends[1]))
    given = {"begin": 0} | more
    return Support(
        where,
        given["begin"],
        np.full((1, 1), weeks),
        np.array([stand_in]),
        np.full((1, 1), share),
        given.get("moved", False),
    )


ARIO = Method(model="ario", ario=Ario(stock_days_goods=10.0, restock_days=5.0, binding_share=0.001))


def test_ario_with_an_extra_stock_slows_down_so_much_later():
    """A sells all that B buys, and stops. B slows down once its stock is below ψ of 10 days; or a week later."""
    chain = ValueChain.from_matrix(["DE_C26", "DE_C29"], [[0, 50], [0, 0]], [10, 200])
    shock = stopped(chain, "DE_C26")
    paths = {
        begin: propagate(
            chain, replace(shock, support=(of_flow(chain, "DE_C26", "DE_C29", 1.0, NOBODY, 0.0, begin=begin),)), ARIO
        ).kept[:, 1, 0]
        for begin in (0, 2, 59)
    }
    first = {begin: int(np.flatnonzero(path < 1 - 1e-9)[0]) for begin, path in paths.items()}
    assert first[0] == first[2] == first[59] + 7
    np.testing.assert_allclose(paths[0][7:], paths[59][:-7], atol=1e-9)


@pytest.mark.parametrize("moved", [False, True])
def test_ario_with_a_whole_stand_in_goes_on(toy, moved: bool):
    """Chips of Taiwan stop; a stand-in that can serves all of it, and one that can do half serves half."""
    shock = stopped(toy, "TW_C26")
    stand_in = toy.keys.get_loc("FR_A")
    whole, half = (
        replace(shock, support=(of_flow(toy, "TW_C26", "DE_C29", 0.0, stand_in, share, moved=moved),))
        for share in (1.0, 0.5)
    )
    none, some, all_of_it = (propagate(toy, one, ARIO).kept[30, 2, 0] for one in (shock, half, whole))
    assert none < some < all_of_it
    assert all_of_it > 0.9


def test_ario_with_another_material_does_not_miss_the_supplier(toy):
    shock = stopped(toy, "TW_C26")
    buyers = [key for key in toy.keys if key != "TW_C26" and toy.flows[9, toy.keys.get_loc(key)] > 0]
    support = tuple(of_flow(toy, "TW_C26", key, 0.0, NOBODY, 1.0) for key in buyers)
    path = propagate(toy, replace(shock, support=support), ARIO).kept[:, :, 0]
    without = propagate(toy, shock, ARIO).kept[:, :, 0]
    assert without[40, 2] < 0.9
    assert (path[:, toy.in_eu] > 0.98).all()
