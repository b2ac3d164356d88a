"""ARIO: against a plain loop of the rule, Leontief in the long run, numbers by hand, and laws."""

from dataclasses import replace
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graphs.assumptions import Ario
from graphs.errors import Faults
from graphs.method import Method
from graphs.propagation.ario import ario
from graphs.propagation.demand import demand_kept
from graphs.propagation.path import steps_to_recover
from graphs.shock import Effect, Shock
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)
SEEDS = st.integers(0, 2**32 - 1)
THIN = Ario(stock_days_goods=6.0, stock_days_flows=3.0, stock_days_services=4.0, restock_days=10.0, alpha_days=30.0)
VARIANTS = {
    "default": Ario(),
    "thin": THIN,
    "substitution": replace(THIN, substitution_share=0.6),
    "by capacity": replace(THIN, orders_by_capacity=True),
    "both, services endless": replace(
        THIN, orders_by_capacity=True, substitution_share=0.3, stock_days_services=float("inf"), binding_share=0.02
    ),
    "no overtime": replace(THIN, alpha_max=1.0),
}

pytestmark = pytest.mark.usefixtures("one_thread")


def effect(kind: str, cut: Any, active: Any, buyers: Any = None) -> Effect:
    cut, active = np.asarray(cut, float), np.asarray(active, float)
    cut, active = cut.reshape(len(cut), -1), active.reshape(len(active), -1)
    buyers = np.zeros_like(cut) if buyers is None else np.asarray(buyers, float).reshape(len(cut), -1)
    return Effect(kind, cut, active, buyers, domestic=True)


def shocks(chain: ValueChain, seed: int, steps: int, step_days: int = 1, scenarios: int = 1, until: int = 99) -> Shock:
    """A cut of capacity, one of final demand and one of links: some nodes, some steps, some or all of it."""
    random, n = np.random.default_rng(seed), len(chain)

    def some(count: int) -> np.ndarray:
        hit = random.random((count, scenarios)) < 0.5
        return hit * random.choice([0.1, 0.5, 1.0, random.random()], (count, scenarios))

    found = []
    for kind in ("supply", "demand", "link"):
        active = some(steps)
        active[until:] = 0
        found.append(Effect(kind, some(n), active, some(n), domestic=True))
    return Shock(tuple(found), steps, step_days, scenarios)


def made_by(chain: ValueChain, shock: Shock, given: Ario) -> np.ndarray:
    return ario(chain, shock, Method(ario=given))


def on_a_hair(chain: ValueChain, shock: Shock, given: Ario) -> bool:
    """Whether rounding decides: overtime ends, and stocks count as full, at thresholds, and there a cut that differs by
    a millionth of a millionth may change output. Such a case says nothing of two ways of computing the same rule."""
    made = made_by(chain, shock, given)
    nudged = [
        replace(one, cut=np.clip(one.cut * (1 + sign * 1e-12), 0, 1)) for sign in (-1, 1) for one in shock.effects
    ]
    half = len(shock.effects)
    others = [made_by(chain, replace(shock, effects=tuple(part)), given) for part in (nudged[:half], nudged[half:])]
    return max(abs(made - other).max() for other in others) > 1e-9


def hold_together(
    found: np.ndarray, wanted: np.ndarray, atol: float, chain: ValueChain, shock: Shock, given: Ario
) -> None:
    """Both are the same, unless rounding decides: only where they are not is it looked whether it does."""
    if not np.allclose(found, wanted, rtol=0, atol=atol):
        assume(not on_a_hair(chain, shock, given))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=atol)


def by_hand(chain: ValueChain, shock: Shock, given: Ario, kinds: dict[str, str]) -> np.ndarray:
    """The rule in the docstring of ``ario`` with a full matrix of orders in million euro, for one scenario."""
    n, x, z, step_days = len(chain), chain.output, chain.flows.toarray(), shock.step_days
    f = x - z.sum(axis=1)
    industry = list(chain.nodes.industry)
    products = sorted(set(industry))
    member = np.array([[one == product for one in industry] for product in products], float)
    need = member @ z
    days = np.array([getattr(given, f"stock_days_{kinds[product]}") for product in products]) / step_days
    stock = np.where(np.isfinite(days), days, 0)[:, None] * need
    capacity = shock.remaining("supply", n)[:, :, 0]
    final = shock.remaining("demand", n)[:, :, 0]
    links = [one for one in shock.effects if one.kind == "link"]

    def is_open(step: int) -> np.ndarray:
        left = np.ones((n, n))
        for one in links:
            left *= 1 - one.active[step, 0] * np.outer(one.cut[:, 0], one.buyers[:, 0])
        return left

    def split(wanted: np.ndarray, keen: np.ndarray, step: int) -> np.ndarray:
        orders = np.zeros((n, n))
        for j in range(n):
            for p in range(len(products)):
                plan = member[p] * z[:, j] * keen
                if plan.sum() > 0:
                    plan = plan / plan.sum()
                    way = plan * is_open(step)[:, j]
                    extra = given.substitution_share * (1 - way.sum()) / way.sum() if way.sum() > 0 else 0.0
                    orders[:, j] += wanted[p, j] * way * (1 + extra)
        return orders

    alpha, made, kept = np.full(n, given.alpha_base), x.copy(), np.empty((shock.steps, n))
    orders = split(need, np.ones(n), 0)
    for step in range(shock.steps):
        users, drawn = np.maximum(f, 0) * final[step], np.maximum(-f, 0)
        asked = np.maximum(orders.sum(axis=1) + users - drawn, 0)
        for i in range(n):
            scarcity = (asked[i] - made[i]) / asked[i] if asked[i] > 0 else 0
            if scarcity > 1e-9:
                alpha[i] += (given.alpha_max - alpha[i]) * scarcity * step_days / given.alpha_days
            else:
                alpha[i] += (given.alpha_base - alpha[i]) * step_days / given.alpha_days
        best = np.minimum(asked, x * capacity[step] * alpha)
        made = best.copy()
        for j in range(n):
            for p in range(len(products)):
                if need[p, j] > 0 and best[j] > 0 and np.isfinite(days[p]) and need[p, j] / x[j] >= given.binding_share:
                    enough = given.psi * days[p] * need[p, j] / x[j] * best[j]
                    made[j] = min(made[j], best[j] * min(1, stock[p, j] / enough))
        total = orders.sum(axis=1) + users
        filled = np.array([min(1, (made[i] + drawn[i]) / total[i]) if total[i] > 0 else 0 for i in range(n)])
        use = need * np.array([made[j] / x[j] if x[j] > 0 else 0 for j in range(n)])
        level = np.array([best[j] / x[j] if x[j] > 0 else 0 for j in range(n)])
        goal = np.where(np.isfinite(days), days, 0)[:, None] * need * level
        stock = np.maximum(stock + member @ (orders * filled[:, None]) - use, 0)
        missing = np.where(np.isfinite(days)[:, None], np.maximum(0, goal - stock), 0)
        keen = capacity[step] * alpha if given.orders_by_capacity else np.ones(n)
        orders = split(use + missing * step_days / given.restock_days, keen, min(step + 1, shock.steps - 1))
        kept[step] = [made[i] / x[i] if x[i] > 0 else 1 for i in range(n)]
    return kept


KINDS = {"A": "goods", "C26": "goods", "C29": "goods", "D35": "flows", "H49": "flows", "G47": "services"}


@pytest.mark.parametrize("name", VARIANTS)
@settings(max_examples=60)
@given(chain=RANDOM, seed=SEEDS)
def test_it_is_the_rule(name: str, chain: ValueChain, seed: int):
    """Random chains with every oddity, all kinds of cuts at once."""
    shock = shocks(chain, seed, 25)
    given = VARIANTS[name]
    hold_together(made_by(chain, shock, given)[:, :, 0], by_hand(chain, shock, given, KINDS), 1e-8, chain, shock, given)


def test_it_is_the_rule_in_weeks(toy: ValueChain):
    given = replace(Ario(), stock_days_goods=21.0)
    shock = shocks(toy, 5, 30, step_days=7)
    expected = by_hand(toy, shock, given, KINDS)
    np.testing.assert_allclose(made_by(toy, shock, given)[:, :, 0], expected, rtol=0, atol=1e-9)
    assert expected.min() < 0.8


def test_less_final_demand_ends_where_leontief_does(toy: ValueChain):
    """In the long run nobody orders for stocks any more, and what is made is what is needed."""
    remaining = np.linspace(0.5, 1.0, len(toy))
    shock = Shock((effect("demand", 1 - remaining, np.ones(900)),), 900, 1, 1)
    made = made_by(toy, shock, THIN)[:, :, 0]
    np.testing.assert_allclose(made[-1], demand_kept(toy, remaining), atol=1e-6)


# By hand


def pair() -> ValueChain:
    """Chips go into cars; both are sold to final users."""
    return ValueChain.from_matrix(["TW_C26", "DE_C29"], [[0, 50], [0, 0]], [50, 200])


def test_a_customer_goes_on_as_long_as_its_stock():
    """No chips: 10 days' stock, of which 8 are enough; two full days, then 1/8 less each day of what is left."""
    given = replace(Ario(), stock_days_goods=10.0)
    shock = Shock((effect("supply", [1, 0], np.ones(6)),), 6, 1, 1)
    made = made_by(pair(), shock, given)[:, :, 0]
    np.testing.assert_array_equal(made[:, 0], 0)
    np.testing.assert_allclose(made[:, 1], [1, 1, 1, 7 / 8, 49 / 64, 343 / 512], atol=1e-12)


def test_who_is_cut_off_lives_on_its_stock_and_the_seller_loses_the_sale():
    given = replace(Ario(), stock_days_goods=10.0)
    shock = Shock((effect("link", [1, 0], np.ones(6), [0, 1]),), 6, 1, 1)
    made = made_by(pair(), shock, given)[:, :, 0]
    np.testing.assert_allclose(made[:, 0], 0.5, atol=1e-12)
    np.testing.assert_allclose(made[:, 1], [1, 1, 1, 7 / 8, 49 / 64, 343 / 512], atol=1e-12)


def test_other_suppliers_take_over_a_share_of_what_has_no_way():
    """Two makers of chips, one cut off; the users of the other go without a little, so that enough comes."""
    chain = ValueChain.from_matrix(["TW_C26", "US_C26", "DE_C29"], [[0, 0, 50], [0, 0, 50], [0, 0, 0]], [50, 950, 200])
    lost = []
    for share in (0.0, 0.5, 1.0):
        given = replace(Ario(), stock_days_goods=10.0, substitution_share=share, alpha_max=1.0)
        shock = Shock((effect("link", [1, 0, 0], np.ones(60), [0, 0, 1]),), 60, 1, 1)
        made = made_by(chain, shock, given)[:, :, 0]
        lost.append(float((1 - made[:, 2]).sum()))
        np.testing.assert_allclose(made[0], [0.5, 1.0, 1.0], atol=1e-12)
    assert lost[0] > 1.5 * lost[1] > 0
    assert lost[2] == 0


# Laws


@pytest.mark.parametrize("name", VARIANTS)
@given(chain=RANDOM, weekly=st.booleans())
def test_no_shock_no_loss(name: str, chain: ValueChain, weekly: bool):
    """Exactly 1; with cuts of nothing as well."""
    given = replace(VARIANTS[name], stock_days_goods=40.0, stock_days_flows=40.0) if weekly else VARIANTS[name]
    given = replace(given, stock_days_services=40.0) if weekly else given
    n = len(chain)
    nothing = tuple(effect(kind, np.zeros(n), np.ones(40), np.ones(n)) for kind in ("supply", "demand", "link"))
    shock = Shock((*nothing, effect("link", np.ones(n), np.zeros(40), np.ones(n))), 40, 7 if weekly else 1, 1)
    assert (made_by(chain, shock, given) == 1).all()


def test_no_shock_no_loss_on_the_estimate(estimate: ValueChain):
    assert (made_by(estimate, Shock((), 30, 1, 1), Ario()) == 1).all()


@pytest.mark.parametrize("name", VARIANTS)
@given(chain=RANDOM, seed=SEEDS)
def test_what_is_made_is_a_number_within_capacity(name: str, chain: ValueChain, seed: int):
    shock = shocks(chain, seed, 30, scenarios=2)
    made = made_by(chain, shock, VARIANTS[name])
    assert np.isfinite(made).all()
    assert (made >= 0).all()
    active = chain.output > 0
    capacity = shock.remaining("supply", len(chain)) * VARIANTS[name].alpha_max
    assert (made <= capacity + 1e-9)[:, active].all()
    assert (made[:, ~active] == 1).all()


@given(chain=RANDOM, seed=SEEDS, data=st.data())
def test_the_order_of_nodes_does_not_matter(permuted, chain: ValueChain, seed: int, data: st.DataObject):
    order = data.draw(st.permutations(range(len(chain))))
    shock = shocks(chain, seed, 20)
    turned = Shock(tuple(replace(one, cut=one.cut[order], buyers=one.buyers[order]) for one in shock.effects), 20, 1, 1)
    made = made_by(chain, shock, THIN)[:, order]
    hold_together(made_by(permuted(chain, order), turned, THIN), made, 1e-8, chain, shock, THIN)


@pytest.mark.parametrize("name", VARIANTS)
@given(chain=RANDOM, seed=SEEDS, share=st.floats(0.1, 0.9), data=st.data())
def test_a_node_in_two_parts_makes_what_it_made(halved, name: str, chain, seed: int, share: float, data):
    """Two nodes of identical coefficients make, together and each, what the one made."""
    position = data.draw(st.integers(0, len(chain) - 1))
    where = [*range(len(chain)), position]
    shock = shocks(chain, seed, 20)
    parts = Shock(tuple(replace(one, cut=one.cut[where], buyers=one.buyers[where]) for one in shock.effects), 20, 1, 1)
    given = VARIANTS[name]
    made = made_by(chain, shock, given)[:, where]
    hold_together(made_by(halved(chain, position, share), parts, given), made, 1e-7, chain, shock, given)


@given(chain=RANDOM, seed=SEEDS)
def test_scenarios_do_not_feel_each_other(chain: ValueChain, seed: int):
    shock = shocks(chain, seed, 15, scenarios=3)
    made = made_by(chain, shock, THIN)
    for k in range(3):
        alone = tuple(
            Effect(one.kind, one.cut[:, [k]], one.active[:, [k]], one.buyers[:, [k]], True) for one in shock.effects
        )
        np.testing.assert_allclose(made_by(chain, Shock(alone, 15, 1, 1), THIN)[:, :, 0], made[:, :, k], atol=1e-9)


def test_the_number_of_threads_does_not_matter(estimate: ValueChain):
    """To the last digit: sums are taken in the same parts."""
    shock = shocks(estimate, 3, 6)
    alone = made_by(estimate, shock, THIN)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    together = made_by(estimate, shock, THIN)
    numba.set_num_threads(1)
    assert (alone == together).all()
    assert alone.min() < 0.5


def test_nodes_apart_do_not_feel_each_other():
    flows = np.zeros((4, 4))
    flows[0, 1] = flows[2, 3] = 50
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "US_C26", "FR_C29"], flows, [50, 100, 50, 100])
    # Cars of both need one product, but each has a supplier of its own.
    made = made_by(chain, Shock((effect("supply", [1, 0, 0, 0], np.ones(40)),), 40, 1, 1), THIN)[:, :, 0]
    assert made[-1, 1] < 0.1
    assert (made[:, 2:] == 1).all()


# The spiral


def ring(share: float) -> ValueChain:
    """Two makers that live on each other's product: ``share`` of output goes to the other."""
    flow = 100 * share
    return ValueChain.from_matrix(["DE_C26", "FR_C29"], [[0, flow], [flow, 0]], [100 - flow, 100 - flow])


def test_a_mild_shock_is_recovered_from():
    chain = ring(0.3)
    shock = Shock((effect("supply", [0.2, 0], np.arange(400) < 10),), 400, 1, 1)
    made = made_by(chain, shock, replace(Ario(), stock_days_goods=15.0))[:, :, 0]
    assert made[0, 0] == pytest.approx(0.8)
    assert made[:10, 0].max() < 0.801
    assert all(0 < (steps_to_recover(path) or 0) < 400 or (path >= 0.999).all() for path in made.T)


def test_after_a_deep_shock_with_thin_stocks_production_never_comes_back():
    """The inventory spiral: all capacity is there again, but each waits for the other's product."""
    chain = ring(0.9)
    shock = Shock((effect("supply", [1, 1], np.arange(2000) < 30),), 2000, 1, 1)
    given = replace(Ario(), stock_days_goods=3.0, alpha_max=1.0, restock_days=30.0)
    made = made_by(chain, shock, given)[:, :, 0]
    assert all(steps_to_recover(path) is None for path in made.T)
    assert made[-1].max() < 0.9
    mended = made_by(chain, shock, replace(given, stock_days_goods=200.0))[:, :, 0]
    assert all(steps_to_recover(path) is not None for path in mended.T)


# What cannot be


def test_stocks_thinner_than_a_step_are_refused(toy: ValueChain):
    given = replace(Ario(), stock_days_of=(("A", 8.7), ("C29", 8.8)))
    with pytest.raises(Faults, match=r"stock days of A is less than a step of 7 days; .*steps of one day"):
        made_by(toy, Shock((), 3, 7, 1), given)
    assert (made_by(toy, Shock((), 3, 1, 1), given) == 1).all()
