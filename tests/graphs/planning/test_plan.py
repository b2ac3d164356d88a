"""The plan against brute force over all subsets, its bounds, its limits to the euro; and that nothing pays."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.ensemble import Ensemble, scenario, side_by_side
from graphs.errors import Faults
from graphs.method import Method
from graphs.planning import search
from graphs.planning.applying import claims, faults_of, fit
from graphs.planning.avoided import value_added_share, what_if
from graphs.planning.measures import KINDS, Measure
from graphs.planning.plan import plan
from graphs.shock import Shock, shock
from graphs.valuechain import ValueChain

ON, METHOD = date(2021, 3, 1), Method(horizon_weeks=12)
RANDOM, SEEDS = st.from_type(ValueChain), st.integers(0, 2**32 - 1)

pytestmark = pytest.mark.usefixtures("one_thread")


def stopped(chain: ValueChain, key: str, severity: float = 0.9) -> Shock:
    country, _, industry = key.partition("_")
    record = Disruption("Stop", (country,), ON, industries=(industry,), effect="supply", severity_likely=severity)
    return shock(chain, [record], ON, METHOD)


def some_measures(chain: ValueChain, seed: int, kinds: tuple[str, ...], many: int) -> list[Measure]:
    """Measures of random kinds, sizes and whole-euro costs that fit the chain by themselves."""
    random, found = np.random.default_rng(seed), []
    for number in range(20 * many):
        kind = KINDS[str(random.choice(kinds))]
        pick = [str(one) for one in random.choice(chain.keys, 3)]
        amount = float(random.uniform(0.01, 1)) * min(kind.most, 6 if "week" in kind.unit else 80)
        one = Measure(
            f"M{number}", kind.name, amount, (pick[0],), (pick[1],), pick[2], int(random.integers(0, 3)),
            cost_likely_meur=int(random.integers(0, 3_000_000)) / 1e6,
        )  # fmt: skip
        if not faults_of(chain, [one], METHOD):
            found.append(one)
        if len(found) == many:
            return found
    return found


def brute_force(chain: ValueChain, given_shock: Shock, measures: list[Measure], budget_eur: int) -> dict[tuple, float]:
    """Value added avoided by every subset that costs no more and promises nothing twice, one run of the model each."""
    eu = chain.in_eu if chain.in_eu.any() else np.ones(len(chain), bool)
    weight = eu * value_added_share(chain)
    found = {}
    for size in range(len(measures) + 1):
        for subset in itertools.combinations(measures, size):
            cost = sum(round(1_000_000 * float(one.cost_likely_meur)) for one in subset)
            if cost <= budget_eur and fit(claim for one in subset for claim in claims(chain, one, METHOD)):
                nodes = what_if(chain, given_shock, subset, METHOD).nodes.avoided_likely_meur
                found[tuple(one.id for one in subset)] = (float(weight @ nodes), cost)
    return found


@settings(max_examples=25)
@given(chain=RANDOM, seed=SEEDS, share=st.floats(0.2, 1))
def test_the_optimum_is_that_of_all_subsets(chain, seed: int, share: float):
    measures = some_measures(chain, seed, tuple(KINDS), 4)
    if not measures:
        return  # the chain is too small for any
    key = chain.keys[seed % len(chain)]
    hit = stopped(chain, key)
    budget = round(share * sum(one.cost_eur[1] for one in measures))
    subsets = brute_force(chain, hit, measures, budget)
    found = plan(chain, hit, measures, budget / 1e6, METHOD)
    assert found.exact
    noise = 1e-6 + 2e-9 * found.loss_meur[0]
    most = max(avoided for avoided, _ in subsets.values())
    net = max(avoided - cost / 1e6 for avoided, cost in subsets.values())
    assert found.frontier.avoided_value_added_meur.iloc[-1] == pytest.approx(most, abs=noise)
    assert found.bound_meur == pytest.approx(most, abs=noise)
    assert found.avoided_meur - found.cost_eur[1] / 1e6 == pytest.approx(net, abs=noise)
    assert subsets[found.chosen][0] == pytest.approx(found.avoided_meur, abs=noise)
    assert found.cost_eur[1] <= budget


@settings(max_examples=15)
@given(chain=RANDOM, seed=SEEDS, share=st.floats(0.2, 1))
def test_the_greedy_plan_keeps_its_limits_and_its_bound(chain, seed: int, share: float):
    kinds = tuple(name for name, kind in KINDS.items() if not kind.can_harm)
    measures = some_measures(chain, seed, kinds, 4)
    if not measures:
        return  # the chain is too small for any
    hit = stopped(chain, chain.keys[seed % len(chain)])
    budget = round(share * sum(one.cost_eur[1] for one in measures))
    subsets = brute_force(chain, hit, measures, budget)
    best = max(avoided for avoided, _ in subsets.values())
    found = plan(chain, hit, measures, budget / 1e6, METHOD, most_tried=0)
    assert not found.exact
    noise = 1e-6 + 2e-9 * found.loss_meur[0]
    reached = found.frontier.avoided_value_added_meur.iloc[-1]
    assert found.frontier.cost_meur.max() <= budget / 1e6
    assert reached <= best + noise
    amounts = {frozenset(names): avoided for names, (avoided, _) in subsets.items()}
    diminish = search.returns(amounts, noise).grew == 0
    if diminish or found.returns.grew:  # else gains grow only where the greedy search did not look
        assert best <= found.bound_meur + noise
    if diminish and not any(claims(chain, one, METHOD) for one in measures):
        assert reached >= (1 - 1 / np.e) / 2 * best - noise


def coverage(sets: list[set[int]], weights: np.ndarray) -> search.Values:
    """Weighted coverage: the standard function with diminishing returns."""
    return lambda portfolios: np.array(
        [weights[list(set().union(*(sets[i] for i in one)))].sum() for one in portfolios]
    )


@settings(max_examples=100)
@given(seed=SEEDS)
def test_where_returns_diminish_greedy_is_within_its_bound_and_the_bound_holds(seed: int):
    random = np.random.default_rng(seed)
    sets = [set(random.choice(12, random.integers(1, 6), replace=False).tolist()) for _ in range(7)]
    values = coverage(sets, random.uniform(0, 10, 12))
    costs = tuple(int(one) for one in random.integers(1, 100, 7))
    limits = search.Limits(costs, int(random.integers(1, sum(costs))), ((),) * 7)
    allowed = search.every(limits, 1000)
    assert allowed is not None
    best = values(allowed).max()
    steps = search.greedy(values, limits)
    singles = [frozenset({i}) for i in range(7) if costs[i] <= limits.budget]
    reached = values([*steps, *singles]).max()
    assert all(limits.cost(one) <= limits.budget for one in steps)
    assert reached >= (1 - 1 / np.e) / 2 * best - 1e-9
    chosen, bound = search.additive(values([frozenset({i}) for i in range(7)]), limits)
    assert limits.cost(chosen) <= limits.budget
    assert bound >= best - 1e-6
    tried = dict(zip(allowed, values(allowed).tolist(), strict=True))
    assert search.returns(tried, 1e-9).grew == 0


@settings(max_examples=100)
@given(seed=SEEDS)
def test_the_additive_optimum_is_exact_for_sums(seed: int):
    random = np.random.default_rng(seed)
    gains, costs = random.uniform(0, 10, 8), tuple(int(one) for one in random.integers(1, 10**8, 8))
    limits = search.Limits(costs, int(random.integers(1, sum(costs))), ((),) * 8)
    allowed = search.every(limits, 1000)
    assert allowed is not None
    best = max(sum(gains[i] for i in one) for one in allowed)
    chosen, bound = search.additive(gains, limits)
    assert sum(gains[i] for i in chosen) == pytest.approx(best, rel=1e-6)
    assert bound >= best - 1e-6


def test_greedy_takes_what_adds_most_for_a_euro_first_even_if_gains_grow():
    """1 and 2 are worth 10 together and 1 alone; 0 is worth 4 for 2 euros."""
    worth = {frozenset(): 0, frozenset({1}): 1, frozenset({2}): 1, frozenset({1, 2}): 10}
    worth |= {one | {0}: 4 + worth[one] for one in list(worth)}
    limits = search.Limits((2, 1, 1), 4, ((),) * 3)
    steps = search.greedy(lambda given: np.array([float(worth[one]) for one in given]), limits)
    assert [sorted(one) for one in steps] == [[], [0], [0, 1], [0, 1, 2]]
    assert search.returns({one: float(value) for one, value in worth.items()}, 1e-9).grew > 0


def stock(name: str, weeks: float, cost: float | str | None) -> Measure:
    return Measure(name, "stock", weeks, ("DE_C29",), ("TW_C26",), cost_likely_meur=cost)


def test_a_budget_is_kept_to_the_euro(toy):
    """Three times 0.1 is 0.3, and one euro less is not enough."""
    measures = [stock(f"M{number}", 2, "0.1") for number in range(3)]
    hit = stopped(toy, "TW_C26")
    assert len(plan(toy, hit, measures, "0.3", METHOD).fullest) == 3
    assert len(plan(toy, hit, measures, "0.299999", METHOD).fullest) == 2


def test_no_measure_is_worth_it(toy):
    found = plan(toy, stopped(toy, "TW_C26"), [stock("M1", 2, 1000)], 2000, METHOD)
    assert found.chosen == ()
    assert found.fullest == ("M1",)
    assert found.avoided_meur == 0
    assert found.cost_eur == (0, 0, 0)


def test_nothing_is_hit_nothing_is_bought(toy):
    found = plan(toy, stopped(toy, "TW_A", 0.0), [stock("M1", 2, 0)], 5, METHOD)
    assert found.chosen == found.fullest == ()


def test_without_a_cost_it_is_ranked_and_not_bought(toy):
    found = plan(toy, stopped(toy, "TW_C26"), [stock("M1", 2, None), stock("M2", 4, "0.5")], 50, METHOD)
    assert found.chosen == ("M2",)
    assert found.table.fits["M1"] == "no cost is given"
    assert found.table.alone_value_added_meur["M1"] > 0


def test_what_is_promised_once_is_not_promised_twice(toy):
    """FR_C26 makes 60 a year and has 6 of overtime: enough for one of the two, which the plan takes."""
    both = [
        Measure("M1", "second supplier", 0.1, ("DE_C29",), ("TW_C26",), "FR_C26", cost_likely_meur="0.1"),
        Measure("M2", "second supplier", 0.2, ("FR_C29",), ("TW_C26",), "FR_C26", cost_likely_meur="0.1"),
    ]
    assert [one.amount for one in claims(toy, both[0], METHOD)] == [4.0]
    found = plan(toy, stopped(toy, "TW_C26"), both, 50, METHOD)
    assert len(found.chosen) == 1
    rest = {"M1", "M2"} - set(found.chosen)
    assert found.table.fits[rest.pop()] == "who would stand in has promised its overtime already"
    with pytest.raises(Faults, match="together take more than all of the overtime of FR_C26"):
        what_if(toy, stopped(toy, "TW_C26"), both, METHOD)


def test_measures_that_help_only_together_are_found(toy):
    """German cars lack chips of two makers: a stock of one alone does little."""
    hit = shock(
        toy,
        [Disruption("Stop", ("TW", "FR"), ON, industries=("C26",), effect="supply", severity_likely=0.9)],
        ON,
        METHOD,
    )
    measures = [
        Measure("M1", "stock", 6, ("DE_C29",), ("TW_C26",), cost_likely_meur=1),
        Measure("M2", "stock", 6, ("DE_C29",), ("FR_C26",), cost_likely_meur=1),
    ]
    found = plan(toy, hit, measures, 2, METHOD)
    assert found.fullest == ("M1", "M2")


def test_every_fault_is_told_at_once(toy):
    wrong = [stock("M1", 2, 1), replace(stock("M1", 2, 1), supplier=("XX_C1",)), replace(stock("M3", 2, 1), at=("ZZ",))]
    with pytest.raises(Faults) as told:
        plan(toy, stopped(toy, "TW_C26"), wrong, 5, METHOD)
    assert {(fault.where, fault.field) for fault in told.value.faults} == {
        ("M1", "id"),
        ("M1", "supplier"),
        ("M3", "at"),
    }


def test_an_ensemble_counts_its_scenarios_by_weight(toy):
    three = stopped(toy, "TW_C26")
    measures = [stock("M1", 2, "0.1")]
    by = [plan(toy, three, measures, 5, METHOD, np.eye(3)[k]).table.alone_value_added_meur["M1"] for k in range(3)]
    mixed = plan(toy, three, measures, 5, METHOD, np.array([0.2, 0.3, 0.5])).table.alone_value_added_meur["M1"]
    assert mixed == pytest.approx(np.dot([0.2, 0.3, 0.5], by))


def test_the_plan_stands_beside_its_rivals_in_other_views(toy):
    found = plan(toy, stopped(toy, "TW_C26"), [stock("M1", 2, "0.1"), stock("M2", 6, "0.4")], 1, METHOD).robustness
    assert list(found.index[:2]) == ["low reading", "high reading"]
    known = found[found.note == ""]
    assert (known.regret_meur >= 0).all()
    assert known.loss_value_added_meur["low reading"] < known.loss_value_added_meur["high reading"]


def test_it_is_told_how_far_the_search_is(toy):
    heard: list[tuple[int, int]] = []
    plan(
        toy,
        stopped(toy, "TW_C26"),
        [stock(f"M{k}", 2, 1) for k in range(3)],
        3,
        METHOD,
        told=lambda *n: heard.append(n),
    )
    assert (8, 8) in heard
    assert heard[-1][0] == heard[-1][1] == 5
    assert all(done <= of for done, of in heard)


def test_a_plan_over_every_node_weighs_them(toy):
    """A stock of chips pays over many shocks by its mean over all of them."""
    every = Ensemble("nodes", share=0.9, weeks=12)
    lanes = [scenario(toy, every, METHOD, number) for number in range(len(toy))]
    stock = Measure("M1", "stock", 6, ("DE_C29",), ("TW_C26",), cost_likely_meur="0.1")
    found = plan(toy, side_by_side(lanes, METHOD), [stock], 5, METHOD)
    [chips] = [one for one in lanes if one.what == "TW_C26"]
    alone = plan(toy, side_by_side([chips], METHOD), [stock], 5, METHOD)
    assert 0 < found.avoided_meur <= alone.avoided_meur
    assert found.avoided_meur >= alone.avoided_meur / len(lanes) - 1e-9
