"""How a shock travels: against linear solves, a plain loop of the inventory rule, numbers by hand, and laws.

The law that matters most holds at every node in every week: a deeper or longer cut, or one more, never leaves
more output.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.method import Method
from graphs.propagation import demand_kept, leontief, propagate
from graphs.propagation.inventories import Run, courses, inventories
from graphs.propagation.path import steps_to_recover
from graphs.shock import CutLinks, shock
from graphs.valuechain import ValueChain

ON = date(2021, 3, 1)
METHOD = Method()
METHODS = [METHOD, replace(METHOD, pooled_stocks=True)]
NAMES = ["own stocks", "pooled stocks"]
RANDOM = st.from_type(ValueChain)
SEEDS = st.integers(0, 2**32 - 1)

# NACE sections of the industries that occur in the toy and in random chains.
KINDS = {"A": "goods", "C26": "goods", "C29": "goods", "D35": "flows", "H49": "flows", "G47": "services"}

Links = list[CutLinks]

pytestmark = pytest.mark.usefixtures("one_thread")


def by_hand(
    chain: ValueChain,
    capacity: np.ndarray,
    left: np.ndarray,
    method: Method,
    extra: dict[tuple[int, int], tuple[int, float]] | None = None,
    aids: dict[tuple[int, int], tuple[int, int, float, bool]] | None = None,
) -> np.ndarray:
    """The rule in the docstring of ``inventories``, with loops and dictionaries, for one scenario.

    Args:
        capacity: share of capacity left (weeks × n).
        left: share of each flow that may be sold (weeks × n × n).
        extra: by flow: from which week on how many weeks more are held.
        aids: by flow: from which week on, who stands in (−1: nobody of the chain), for what share, and whether moved.
    """
    extra, aids = extra or {}, aids or {}
    n, x = len(chain), chain.output
    z = chain.flows.toarray()
    industry = list(chain.nodes.industry)
    final = {i: x[i] - sum(z[i]) for i in range(n)}
    pools: dict[tuple[Any, int], list[int]] = {}
    for i in range(n):
        for j in range(n):
            if z[i, j] > 0:
                pools.setdefault((industry[i] if method.pooled_stocks else i, j), []).append(i)
    of_input: dict[tuple[str, int], list[tuple[Any, int]]] = {}
    for pool, suppliers in pools.items():
        of_input.setdefault((industry[suppliers[0]], pool[1]), []).append(pool)
    bought = {pool: sum(z[i, pool[1]] for i in suppliers) for pool, suppliers in pools.items()}

    def binds(product: str, j: int) -> bool:
        size = sum(bought[pool] for pool in of_input[product, j])
        good_for_service = KINDS[product] == "goods" and KINDS[industry[j]] == "services"
        least = method.goods_in_services_share if good_for_service else method.binding_share
        return KINDS[product] != "services" and x[j] > 0 and size / x[j] >= least

    def weeks_held(pool: tuple[Any, int]) -> float:
        kind = KINDS[industry[pools[pool][0]]]
        return method.stock_weeks_flows if kind == "flows" else method.stock_weeks_goods

    def aim(pool: tuple[Any, int], week: int) -> float:
        more = 0.0
        for i in pools[pool]:
            begin, weeks = extra.get((i, pool[1]), (0, 0.0))
            more += z[i, pool[1]] / bought[pool] * weeks * (week >= begin)
        return weeks_held(pool) + more

    def comes(i: int, j: int, week: int, supply: dict[int, float]) -> float:
        own, reach = supply[i] * left[week, i, j], 1 + method.overtime_share
        begin, stand_in, share, moved = aids.get((i, j), (0, -1, 0.0, False))
        if week < begin:
            return own * reach
        if moved:
            return reach * ((1 - share) * own + share * supply[stand_in])
        return own * reach + share * (supply[stand_in] if stand_in >= 0 else 1.0)

    stock = {pool: aim(pool, 0) for pool in pools}
    made = dict.fromkeys(range(n), 1.0)
    kept = np.empty((len(capacity), n))
    for week in range(len(capacity)):
        use = {pool: min(1.0, stock[pool] / (method.psi * weeks_held(pool))) for pool in pools}
        allows = {pool: 1.0 if pool[0] == pool[1] else use[pool] for pool in pools}
        supply = {j: capacity[week, j] for j in range(n)}
        for (product, j), parts in of_input.items():
            if binds(product, j):
                total = sum(bought[pool] for pool in parts)
                supply[j] = min(supply[j], sum(bought[pool] / total * allows[pool] for pool in parts))
        demand = {i: final[i] + sum(z[i, j] * left[week, i, j] * made[j] for j in range(n)) for i in range(n)}
        for pool, suppliers in pools.items():
            j = pool[1]
            arrives = sum(z[i, j] / bought[pool] * comes(i, j, week, supply) for i in suppliers)
            order = use[pool] + (aim(pool, week) - stock[pool]) / method.restock_weeks
            stock[pool] += min(order, arrives) - use[pool]
            stock[pool] += aim(pool, week + 1) - aim(pool, week)
        made = {j: min(supply[j], max(0.0, demand[j]) / x[j]) if x[j] > 0 else supply[j] for j in range(n)}
        kept[week] = [made[j] for j in range(n)]
    return np.where(kept > 1 - 1e-9, 1.0, kept)


def cuts(seed: int, weeks: int, n: int, scenarios: int = 1, rarely: float = 0.3) -> np.ndarray:
    """Shares left (weeks × n × scenarios): mostly all, sometimes some, a little or nothing."""
    random = np.random.default_rng(seed)
    some = random.choice([0.0, 0.05, 0.3, 0.6, 0.9, random.random()], (weeks, n, scenarios))
    return np.where(random.random((weeks, n, scenarios)) < rarely, some, 1.0)


def as_links(chain: ValueChain, seed: int, weeks: int, scenarios: int = 1) -> Links:
    """One cut of half of the flows, and another of all: how much of each flow, and in which weeks."""
    half = np.flatnonzero(np.random.default_rng(seed).random(len(chain.inputs.supplier)) < 0.5)
    every = np.arange(len(chain.inputs.supplier))
    return [
        CutLinks(where, 1 - cuts(seed + 1, 1, len(where), scenarios)[0], 1 - cuts(seed + 2, weeks, scenarios)[:, :, 0])
        for where in (half, every)
    ]


def worsened(chain: ValueChain, links: Links, seed: int, weeks: int) -> Links:
    """The same links, cut deeper and longer in places."""
    more = as_links(chain, seed, weeks)[1]
    return [
        CutLinks(one.where, np.maximum(one.cut, more.cut[one.where]), np.maximum(one.active, more.active))
        for one in links
    ]


def as_matrices(chain: ValueChain, links: Links, weeks: int) -> np.ndarray:
    """Share left of each flow (weeks × n × n), from the definition: the product of 1 − active · cut."""
    left = np.ones((weeks, len(chain), len(chain)))
    for one in links:
        pairs = chain.inputs.supplier[one.where], chain.inputs.buyer[one.where]
        for week in range(weeks):
            left[week][pairs] *= 1 - one.active[week, 0] * one.cut[:, 0]
    return left


def one_scenario(chain: ValueChain, capacity: dict[str, Any], weeks: int, method: Method = METHOD) -> dict[str, Any]:
    """Output kept by key and week, where ``capacity`` names what is left at some keys."""
    share = np.ones((weeks, len(chain), 1))
    for key, values in capacity.items():
        share[: len(np.atleast_1d(values)), chain.keys.get_loc(key), 0] = values
    return dict(zip(chain.keys, inventories(chain, share, [], method)[:, :, 0].T.round(6).tolist(), strict=True))


# Demand


@given(chain=RANDOM, seed=SEEDS)
def test_demand_by_a_linear_solve(chain, seed: int):
    """1 − (L Δf) / x with one solve; negative final demand is not cut, and no more is lost than all."""
    n, x = len(chain), chain.output
    remaining = cuts(seed, 1, n)[0, :, 0]
    a = chain.flows.toarray() / np.where(x > 0, x, np.inf)
    lost = (1 - remaining) * np.maximum(x - chain.flows.sum(axis=1), 0)
    drop = np.linalg.solve(np.eye(n) - a, lost) / np.where(x > 0, x, np.inf)
    np.testing.assert_allclose(demand_kept(chain, remaining), np.maximum(0, 1 - drop), rtol=1e-9, atol=2e-9)


def test_demand_of_the_estimate_by_a_linear_solve(estimate):
    """Half of Germany's final demand for cars."""
    n, x, node = len(estimate), estimate.output, estimate.keys.get_loc("DE_C29")
    remaining, lost = np.ones(n), np.zeros(n)
    remaining[node], lost[node] = 0.5, 0.5 * (x - estimate.flows.sum(axis=1))[node]
    solved = np.linalg.solve(np.eye(n) - estimate.technical_coefficients, lost)
    kept = demand_kept(estimate, remaining)
    np.testing.assert_allclose(kept, 1 - solved / np.where(x > 0, x, np.inf), atol=2e-9)
    assert kept[node] < 0.75
    assert kept.min() == kept[node]


@given(chain=RANDOM, seed=SEEDS)
def test_output_needed_is_linear_in_final_demand(chain, seed: int):
    one, two = np.random.default_rng(seed).uniform(0, 100, (2, len(chain)))
    np.testing.assert_allclose(leontief(chain, one + 3 * two), leontief(chain, one) + 3 * leontief(chain, two))


@given(chain=RANDOM, share=st.floats(0, 1))
def test_a_uniform_loss_of_demand_is_a_uniform_loss_of_output(chain, share: float):
    if (chain.final_demand >= 0).all():
        kept = demand_kept(chain, np.full(len(chain), share))[chain.output > 0]
        np.testing.assert_allclose(kept, share, rtol=1e-9, atol=2e-9)


@given(chain=RANDOM, seed=SEEDS, position=st.integers(0, 6), share=st.floats(0.05, 0.95))
def test_demand_does_not_see_how_nodes_are_divided(halved, chain, seed: int, position: int, share: float):
    """Total output needed is that of the whole, if a node is in two parts of identical coefficients."""
    position %= len(chain)
    demand = np.random.default_rng(seed).uniform(0, 100, len(chain))
    parts = np.append(demand, demand[position] * (1 - share))
    parts[position] *= share
    total = leontief(halved(chain, position, share), parts).sum()
    assert total == pytest.approx(leontief(chain, demand).sum(), rel=1e-9)


# Inventories, against the plain loop


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_the_toy_by_a_plain_loop(toy, method: Method, seed: int):
    weeks = 40
    capacity, links = cuts(seed, weeks, 12, rarely=0.1), as_links(toy, seed, weeks) if seed % 2 else []
    wanted = by_hand(toy, capacity[:, :, 0], as_matrices(toy, links, weeks), method)
    kept = inventories(toy, capacity, links, method)[:, :, 0]
    assert wanted.min() < 0.5
    np.testing.assert_allclose(kept, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@settings(max_examples=60)
@given(chain=RANDOM, seed=SEEDS, linked=st.booleans(), tight=st.booleans())
def test_random_chains_by_a_plain_loop(method: Method, chain, seed: int, linked: bool, tight: bool):
    """With capacity and links, and with the assumptions at their edges as well."""
    if tight:
        method = replace(method, psi=1.0, stock_weeks_goods=1.5, stock_weeks_flows=1.0, restock_weeks=1.0)
        method = replace(method, overtime_share=0.0, goods_in_services_share=0.3)
    capacity, links = cuts(seed, 20, len(chain)), as_links(chain, seed, 20) if linked else []
    wanted = by_hand(chain, capacity[:, :, 0], as_matrices(chain, links, 20), method)
    kept = inventories(chain, capacity, links, method)[:, :, 0]
    np.testing.assert_allclose(kept, wanted, rtol=0, atol=1e-12)


@given(chain=RANDOM, seed=SEEDS)
def test_scenarios_side_by_side_are_scenarios_alone(chain, seed: int):
    capacity, links = cuts(seed, 10, len(chain), 3), as_links(chain, seed, 10, 3)
    together = inventories(chain, capacity, links, METHOD)
    for k in range(3):
        alone = [CutLinks(one.where, one.cut[:, [k]], one.active[:, [k]]) for one in links]
        kept = inventories(chain, capacity[:, :, [k]], alone, METHOD)
        np.testing.assert_allclose(together[:, :, [k]], kept, rtol=0, atol=1e-12)


@given(chain=RANDOM, seed=SEEDS, method=st.sampled_from(METHODS), same=st.integers(0, 10))
def test_runs_side_by_side_are_runs_alone(chain, seed: int, method: Method, same: int):
    """With links cut in one of them only, and with the first weeks of another known."""
    n = len(chain)
    first, second = cuts(seed, 10, n, 2), cuts(seed + 9, 10, n, 3, rarely=0.05)
    links = as_links(chain, seed, 10, 2)[:1]
    known = Run(second.copy(), [])
    known.capacity[same:] = 1
    (before,) = courses(chain, [known], method)
    runs = [Run(first, links), Run(second, [], before, same)]
    together = courses(chain, runs, method)
    for found, run in zip(together, runs, strict=True):
        (alone,) = courses(chain, [Run(run.capacity, run.links)], method)
        np.testing.assert_allclose(found.can, alone.can, rtol=0, atol=1e-13)
        np.testing.assert_allclose(found.made, alone.made, rtol=0, atol=1e-13)


@pytest.mark.parametrize("cut", [False, True], ids=["capacity", "links too"])
def test_the_number_of_threads_does_not_matter(estimate, cut: bool):
    """Chips of Taiwan and Korea on one thread and on all: the same to the last digit."""
    capacity = np.ones((12, len(estimate), 2))
    capacity[:8, [estimate.keys.get_loc("TW_C26"), estimate.keys.get_loc("KR_C26")], [0, 1]] = 0.6
    where = np.arange(0, len(estimate.inputs.supplier), 1000)
    links = [CutLinks(where, np.full((len(where), 2), 0.5), np.ones((12, 2)))] if cut else []
    alone = inventories(estimate, capacity, links, METHOD)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    try:
        together = inventories(estimate, capacity, links, METHOD)
    finally:
        numba.set_num_threads(1)
    assert (alone < 1).sum() > 100
    np.testing.assert_array_equal(together, alone)


def test_what_runs_beside_it_does_not_matter(estimate):
    """Chips of Taiwan and Korea one after the other, and in four threads at once: the same to the last digit."""
    capacity = np.ones((2, 12, len(estimate), 1))
    for one, key in zip(capacity, ("TW_C26", "KR_C26"), strict=True):
        one[:8, estimate.keys.get_loc(key)] = 0.6
    alone = [inventories(estimate, one, [], METHOD) for one in capacity]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: inventories(estimate, one, [], METHOD), [*capacity, *capacity]))
    assert (alone[0] < 1).sum() > 100
    for found, wanted in zip(together, [*alone, *alone], strict=True):
        np.testing.assert_array_equal(found, wanted)


# Inventories, by hand


def pair(supplier: str, buyer: str, flow: float = 60) -> ValueChain:
    """One supplier of 100 that sells to one buyer of 100."""
    return ValueChain.from_matrix([supplier, buyer], [[0, flow], [0, 0]], [100 - flow, 100])


def test_goods_last_two_weeks_and_then_run_out_by_a_quarter_a_week():
    """Five weeks of stock, psi 0.8: use stays whole while S ≥ 4, then S/4 a week: 5, 4, 3, 2.25, 1.6875."""
    kept = one_scenario(pair("TW_C26", "DE_C29"), {"TW_C26": np.zeros(6)}, 6)
    assert kept["TW_C26"] == [0, 0, 0, 0, 0, 0]
    assert kept["DE_C29"] == [1, 1, 0.75, 0.5625, 0.421875, 0.316406]


def test_energy_and_transport_last_one_week():
    """Two weeks of buffer, psi 0.8: S is 2, 1, 0.375, and S/1.6 is made."""
    for supplier in ("TW_D35", "TW_H49", "TW_E36"):
        kept = one_scenario(pair(supplier, "DE_C29"), {supplier: np.zeros(4)}, 4)
        assert kept["DE_C29"] == [1, 0.625, 0.234375, 0.087891]


@pytest.mark.parametrize(
    ("supplier", "buyer", "flow", "stops"),
    [
        ("TW_A", "DE_C29", 1, True),
        ("TW_C26", "DE_D35", 1, True),
        ("TW_C26", "DE_C29", 0.49, False),
        ("TW_C26", "DE_C29", 0.5, True),
        ("TW_D35", "DE_G47", 0.49, False),
        ("TW_D35", "DE_G47", 0.5, True),
        ("TW_C26", "DE_G47", 4.9, False),
        ("TW_C26", "DE_G47", 5, True),
        ("TW_F", "DE_Q86", 60, True),
        ("TW_D35", "DE_G47", 1, True),
        ("TW_H49", "DE_G47", 1, True),
        ("TW_G47", "DE_C29", 60, False),
        ("TW_M69", "DE_G47", 60, False),
        ("TW_acme", "DE_beta", 1, True),
    ],
)
def test_which_inputs_stop_a_buyer(supplier: str, buyer: str, flow: float, stops: bool):
    """Energy, transport and goods from 0.5 % of output, goods for services from 5 %; services none.

    Codes outside NACE are goods.
    """
    kept = one_scenario(pair(supplier, buyer, flow), {supplier: np.zeros(8)}, 8)
    assert (kept[buyer][-1] < 0.5) is stops


def test_customers_that_buy_less_are_felt_the_week_after():
    """DE_C29 is cut to 40 %: of the supplier's 100, 60 went there, so 100 − 60 · 0.6 = 64 are wanted."""
    kept = one_scenario(pair("TW_C26", "DE_C29"), {"DE_C29": [0.4, 0.4, 1, 1]}, 5)
    assert kept["TW_C26"] == [1, 0.64, 0.64, 1, 1]
    assert kept["DE_C29"] == [0.4, 0.4, 1, 1, 1]


def test_the_smaller_of_inputs_decides():
    """C26 is cut to a half and D35 to nothing: energy binds first."""
    chain = ValueChain.from_matrix(["TW_C26", "TW_D35", "DE_C29"], [[0, 0, 30], [0, 0, 30], [0, 0, 0]], [70, 70, 100])
    kept = one_scenario(chain, {"TW_C26": 8 * [0.5], "TW_D35": 8 * [0]}, 8)
    assert kept["DE_C29"] == one_scenario(chain, {"TW_D35": 8 * [0]}, 8)["DE_C29"]
    assert kept["DE_C29"][1] == 0.625


@pytest.mark.parametrize(("method", "last"), [(METHODS[0], 0.5), (METHODS[1], 0.55)], ids=NAMES)
def test_one_of_two_suppliers_of_an_input_fails(method: Method, last: float):
    """Own stocks: half is lost with it. One stock for both: the other's overtime of 10 % is lost to none."""
    chain = ValueChain.from_matrix(["TW_C26", "FR_C26", "DE_C29"], [[0, 0, 30], [0, 0, 30], [0, 0, 0]], [70, 70, 100])
    kept = one_scenario(chain, {"TW_C26": np.zeros(60)}, 60, method)
    assert kept["DE_C29"][-1] == pytest.approx(last, abs=1e-4)
    assert kept["FR_C26"][-1] == pytest.approx(1 - 0.3 * (1 - last), abs=1e-4)


def test_what_a_node_buys_from_itself_does_not_bind():
    """Its own cut says it already; pooled, it would shrink below its capacity: 0.5 · 1.1 of its input."""
    chain = ValueChain.from_matrix(["DE_C29"], [[90]], [10])
    assert set(one_scenario(chain, {"DE_C29": 0.5 * np.ones(40)}, 40)["DE_C29"]) == {0.5}


def test_a_cut_link_stops_the_buyer_and_leaves_the_other_customers():
    """TW_C26 sells 40 to DE_C29 and 30 to FR_C29; only sales to DE are cut."""
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "FR_C29"], [[0, 40, 30], [0, 0, 0], [0, 0, 0]], [30, 100, 100])
    where = np.flatnonzero(chain.inputs.buyer == 1)
    links = [CutLinks(where, np.ones((1, 1)), np.ones((6, 1)))]
    kept = inventories(chain, np.ones((6, 3, 1)), links, METHOD)[:, :, 0]
    assert kept[:, 1].tolist() == pytest.approx([1, 1, 0.75, 0.5625, 0.421875, 0.316406], abs=1e-6)
    assert kept[:, 2].tolist() == [1] * 6
    assert kept[:, 0].tolist() == pytest.approx([0.6] * 6)


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@given(chain=RANDOM, share=st.floats(0, 1))
def test_a_uniform_permanent_cut_of_capacity_is_that_loss_and_no_more(method: Method, chain, share: float):
    if (chain.final_demand >= 0).all():
        kept = inventories(chain, np.full((30, len(chain), 1), share), [], method)
        np.testing.assert_allclose(kept, share, rtol=0, atol=1e-9)


@given(chain=RANDOM, seed=SEEDS, position=st.integers(0, 6), share=st.floats(0.05, 0.95))
def test_pooled_stocks_do_not_see_how_nodes_are_divided(halved, chain, seed: int, position: int, share: float):
    position %= len(chain)
    capacity = cuts(seed, 12, len(chain))
    parts = np.concatenate([capacity, capacity[:, [position]]], axis=1)
    whole = inventories(chain, capacity, [], METHODS[1])
    split = inventories(halved(chain, position, share), parts, [], METHODS[1])
    np.testing.assert_allclose(split[:, :-1], whole, rtol=0, atol=1e-9)
    np.testing.assert_allclose(split[:, -1], whole[:, position], rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@given(chain=RANDOM, seed=SEEDS, data=st.data())
def test_the_order_of_nodes_does_not_matter(permuted, method: Method, chain, seed: int, data: st.DataObject):
    order = data.draw(st.permutations(range(len(chain))))
    capacity = cuts(seed, 12, len(chain))
    turned = inventories(permuted(chain, order), np.ascontiguousarray(capacity[:, order]), [], method)
    np.testing.assert_allclose(turned, inventories(chain, capacity, [], method)[:, order], rtol=0, atol=1e-12)


# No shock, no loss


def uncut(chain: ValueChain, weeks: int) -> Links:
    """Links that are cut by nothing all the time, and by all of it at no time."""
    every = np.arange(len(chain.inputs.supplier))
    none, all_of_it = np.zeros((len(every), 1)), np.ones((len(every), 1))
    return [CutLinks(every, none, np.ones((weeks, 1))), CutLinks(every, all_of_it, np.zeros((weeks, 1)))]


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@given(chain=RANDOM, flexible=st.booleans())
def test_no_shock_no_loss(method: Method, chain, flexible: bool):
    """Exactly 1, with stocks at the edge of what the method allows as well, and with links of which all is left."""
    method = method if flexible else replace(method, psi=1.0, stock_weeks_flows=1.0, overtime_share=0.0)
    assert (inventories(chain, np.ones((30, len(chain), 1)), uncut(chain, 30), method) == 1).all()
    assert (demand_kept(chain, np.ones(len(chain))) == 1).all()


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_no_shock_no_loss_on_the_estimate(estimate, method: Method):
    assert (inventories(estimate, np.ones((26, len(estimate), 1)), uncut(estimate, 26), method) == 1).all()
    assert (demand_kept(estimate, np.ones(len(estimate))) == 1).all()


def test_a_shock_of_nothing_is_no_shock(estimate):
    """No records; a severity of 0; a place and industry that lose nothing."""
    nothing = [record("supply", 0.0), record("demand", 0.0), record("link", 0.0, industries=("G47",))]
    for records in ([], nothing):
        assert (propagate(estimate, shock(estimate, records, ON, METHOD), METHOD).kept == 1).all()


# Laws, at every node in every week


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@settings(max_examples=300)
@given(chain=RANDOM, seed=SEEDS, tight=st.booleans())
def test_less_capacity_or_fewer_links_never_leave_more_output(method: Method, chain, seed: int, tight: bool):
    """Any cuts against any deeper, longer or further ones, in 16 weeks; losses within 0 and output."""
    if tight:
        method = replace(method, psi=0.5, stock_weeks_flows=2.0, stock_weeks_goods=2.0, restock_weeks=1.0)
    weeks, n = 16, len(chain)
    capacity, links = cuts(seed, weeks, n), as_links(chain, seed, weeks)
    worse = np.minimum(capacity, cuts(seed + 7, weeks, n, rarely=0.1))
    less = inventories(chain, worse, worsened(chain, links, seed + 9, weeks), method)
    more = inventories(chain, capacity, links, method)
    assert (less <= more + 1e-12).all()
    assert ((less >= 0) & (more <= 1)).all()


@settings(max_examples=300)
@given(chain=RANDOM, seed=SEEDS)
def test_less_demand_never_leaves_more_output(chain, seed: int):
    remaining = cuts(seed, 1, len(chain))[0, :, 0]
    worse = np.minimum(remaining, cuts(seed + 7, 1, len(chain))[0, :, 0])
    less, more = demand_kept(chain, worse), demand_kept(chain, remaining)
    assert (less <= more + 1e-12).all()
    assert ((less >= 0) & (more <= 1)).all()


PLACES = st.lists(st.sampled_from(("DE", "FR", "TW", "ROW", "DE21", "UA", "EU", "WORLD")), min_size=1, max_size=2)
INDUSTRIES = st.lists(st.sampled_from(("A", "A03", "C26", "D35", "G47", "H", "C")), max_size=2)


def record(effect: str | None, severity: float | None = 0.5, days: int = 28, **values: Any) -> Disruption:
    given_values = {"title": "x", "origin": ("DE",), "start": ON, "end": ON + timedelta(days)} | values
    return Disruption(effect=effect, severity_likely=severity, **given_values)


@st.composite
def shocks(draw: st.DrawFn, effect: str) -> Disruption:
    """A disruption of some kind that is in force on the date."""
    start = ON - timedelta(draw(st.integers(0, 60)))
    places, felt, industries = (tuple(draw(some)) for some in (PLACES, PLACES, INDUSTRIES))
    severity, days = draw(st.floats(0, 1)), draw(st.integers(0, 100))
    return record(effect, severity, days, origin=places, felt=felt, industries=industries, start=start)


def kept(chain: ValueChain, *records: Disruption) -> dict[date, np.ndarray]:
    """Output kept by the first day of each week, three readings; half a year of them in all."""
    method = replace(METHOD, horizon_weeks=16, lookback_weeks=10)
    found = shock(chain, records, ON, method)
    result = propagate(chain, found, method).kept
    return {found.first_day + timedelta(weeks=week): result[week] for week in range(found.steps)}


def never_more(less: dict[date, np.ndarray], more: dict[date, np.ndarray]) -> bool:
    """Whether the first leaves no more output than the second; before its first week the second lost nothing."""
    return all((share <= more.get(day, np.ones_like(share)) + 1e-12).all() for day, share in less.items())


@pytest.mark.parametrize("effect", ["supply", "demand", "link"])
@settings(max_examples=300)
@given(chain=RANDOM, data=st.data())
def test_a_deeper_or_longer_or_further_disruption_never_leaves_more_output(effect: str, chain, data: st.DataObject):
    one = data.draw(shocks(effect))
    less = kept(chain, one)
    assert all(((share >= 0) & (share <= 1)).all() for share in less.values())
    assert all((np.diff(share, axis=1) <= 1e-12).all() for share in less.values())
    deeper = replace(one, severity_likely=data.draw(st.floats(one.severity_likely, 1)))
    longer = replace(one, end=one.end + timedelta(data.draw(st.integers(1, 60))))
    other = data.draw(st.sampled_from(("supply", "demand", "link")).flatmap(shocks))
    assert never_more(kept(chain, deeper), less)
    assert never_more(kept(chain, longer), less)
    both = kept(chain, one, other)
    assert never_more(both, less)
    assert never_more(both, kept(chain, other))


def test_the_short_side_of_each_market_decides(toy):
    """Output is the smaller of what demand and what supply leave, in each week."""
    records = [record("supply", 0.4, industries=("C29",)), record("demand", 0.3, origin=("FR",))]
    impact = propagate(toy, shock(toy, records, ON, METHOD), METHOD)
    assert (impact.step_days, impact.model) == (7, "inventories")
    alone = [propagate(toy, shock(toy, [one], ON, METHOD), METHOD).kept for one in records]
    np.testing.assert_array_equal(impact.kept, np.minimum(*alone))
    assert min(one.min() for one in alone) < 1


# Recovery


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@settings(max_examples=50)
@given(chain=RANDOM, seed=SEEDS, share=st.sampled_from([0.0, 0.1, 0.5, 0.9]), linked=st.booleans())
def test_a_cut_that_ends_is_recovered_from(method: Method, chain, seed: int, share: float, linked: bool):
    """Four weeks of cuts, in the end all is made again and stays so: no inventory spiral (SCIENCE.md, section 2)."""
    weeks, n = 600, len(chain)
    capacity = np.ones((weeks, n, 1))
    capacity[:4] = np.maximum(share, cuts(seed, 4, n))
    links = as_links(chain, seed, weeks)
    for one in links:
        one.active[4:] = 0
    kept = inventories(chain, capacity, links if linked else [], method)[:, :, 0]
    assert all(steps_to_recover(path) is not None for path in kept.T)
    assert (kept[-1] > 1 - 1e-6).all()


def test_the_toy_recovers(toy):
    """Chips are cut for eight weeks; car makers lose for longer than that, agriculture hardly anything."""
    kept = one_scenario(toy, {"TW_C26": 8 * [0.6]}, 40)
    assert kept["TW_C26"][:8] == [0.6] * 8
    recovered = steps_to_recover(np.array(kept["DE_C29"]))
    assert recovered is not None
    assert 8 < recovered < 30
    assert set(kept["DE_A"][30:]) == {1}


@pytest.mark.parametrize(
    ("path", "weeks"),
    [
        ([1.0, 1.0], 0),
        ([0.9, 1.0], 1),
        ([1.0, 0.9, 1.0, 0.9, 1.0], 4),
        ([0.9, 0.9], None),
        ([1.0, 0.9], None),
        ([0.9995, 1.0], 0),
        ([0.9985, 0.9995, 0.9995], 1),
        ([0.9], None),
    ],
)
def test_steps_to_recover(path: list[float], weeks: int | None):
    """The first week from which output stays within 0.1 % of normal."""
    assert steps_to_recover(np.array(path)) == weeks


def test_the_tolerance_of_recovery():
    path = np.array([0.8, 0.9, 0.96, 1.0])
    assert [steps_to_recover(path, tolerance) for tolerance in (0.001, 0.05, 0.15, 0.5)] == [3, 2, 1, 0]


# Odd chains


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@given(chain=RANDOM, seed=SEEDS)
def test_what_is_kept_is_a_number_in_0_to_1(method: Method, chain, seed: int):
    kept = inventories(chain, cuts(seed, 12, len(chain), 2), as_links(chain, seed, 12, 2), method)
    assert np.isfinite(kept).all()
    assert ((kept >= 0) & (kept <= 1)).all()


def test_nodes_apart_do_not_feel_each_other():
    flows = np.zeros((4, 4))
    flows[0, 1] = flows[2, 3] = 50
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "US_C26", "FR_C29"], flows, [50, 100, 50, 100])
    kept = one_scenario(chain, {"TW_C26": np.zeros(8)}, 8)
    assert kept["DE_C29"][-1] < 0.3
    assert set(kept["US_C26"]) == set(kept["FR_C29"]) == {1}
