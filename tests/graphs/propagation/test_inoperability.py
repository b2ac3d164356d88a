"""Inoperability: the published numbers, linear solves and plain loops, the two sides, and laws."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.assumptions import Inoperability
from graphs.errors import Faults
from graphs.method import Method
from graphs.propagation.demand import demand_kept
from graphs.propagation.inoperability import (
    cumulative_inoperability,
    inoperability,
    inoperability_path,
    interdependency,
    resilience_of,
    static_inoperability,
)
from graphs.shock import Effect, Shock
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)
SEEDS = st.integers(0, 2**32 - 1)
STATIC = ("HaimesJiang2001_2sector", "HaimesJiang2001_4sector", "HaimesJiang2001_3sector", "LianHaimes2006_static")
PATHS = ("DIIM_constant_c", "DIIM_recovery")
A = [[0.15, 0.5], [0.1, 0.05]]


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    return {case["name"]: case for case in json.loads((shared / "golden/iim/cases.json").read_text("utf-8"))}


# Published


@pytest.mark.parametrize("name", STATIC)
def test_the_static_cases(cases: dict[str, Any], name: str):
    """Haimes and Jiang 2001; Lian and Haimes 2006: to the digits printed, and to 1e-12 of the exact values."""
    case = cases[name]
    found = static_inoperability(case["Astar"], case["c"])
    np.testing.assert_allclose(found.inoperability, case["q_published"], rtol=0, atol=case["tol"])
    np.testing.assert_allclose(found.inoperability, case["q"], rtol=0, atol=1e-12)
    if "q_unclipped" in case:
        np.testing.assert_allclose(found.unclipped, case["q_unclipped"], rtol=0, atol=1e-12)
    assert (found.clipped == (np.array(case["q"]) == 1)).all()
    assert found.spectral_radius < 1


@pytest.mark.parametrize("name", PATHS)
def test_the_paths(cases: dict[str, Any], name: str):
    case = cases[name]
    path = inoperability_path(case["Astar"], case["K"], case["c"], case["q0"], case["T"])
    np.testing.assert_allclose(path, case["q_path"], rtol=0, atol=1e-12)


def test_the_limit_is_the_static_value(cases: dict[str, Any]):
    case = cases["DIIM_constant_c"]
    assert case["limit_equals_static"]
    path = inoperability_path(case["Astar"], case["K"], case["c"], case["q0"], 400)
    np.testing.assert_allclose(path[-1], static_inoperability(case["Astar"], case["c"]).inoperability, atol=1e-12)


def test_the_cumulative_value(cases: dict[str, Any]):
    """To 1e-12 of the analytic value; the sum over 100 steps falls short of it by what is still to come."""
    case = cases["DIIM_recovery"]
    found = cumulative_inoperability(case["Astar"], case["K"], case["q0"])
    np.testing.assert_allclose(found, case["cumulative_analytic"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, case["cumulative"], rtol=0, atol=1e-6)
    path = inoperability_path(case["Astar"], case["K"], case["c"], case["q0"], 1000)
    np.testing.assert_allclose(path.sum(axis=0), found, rtol=0, atol=1e-10)


def test_the_cases_of_the_published_package(cases: dict[str, Any]):
    """They give matrices only: the same A* as Lian and Haimes 2006, so the same static result must come out."""
    for name in ("diimpy_test_case6", "diimpy_test_case8", "diimpy_test_case9", "diimpy_test_case10"):
        found = static_inoperability(cases[name]["sheets"]["A_matrix"], [0, 0.1]).inoperability
        np.testing.assert_allclose(found, cases["LianHaimes2006_static"]["q"], rtol=0, atol=1e-12)


def test_resilience_of_a_recovery():
    """A node alone that starts at q₀ is at q_T after T steps, closely if k is small: e^(−k(1 − a)T)."""
    k = resilience_of(0.5, 0.005, 200, [0.2])
    assert k[0] == pytest.approx(math.log(100) / (200 * 0.8), rel=1e-15)
    path = inoperability_path([[0.2]], k, [0], [0.5], 200)
    assert path[-1, 0] == pytest.approx(0.005, rel=0.06)


# The two sides


def test_the_demand_side_divides_by_the_seller(toy: ValueChain):
    """a*_ij = z_ij / x_i. With z_ij / x_j, as a published package has it, the row of a large seller would change."""
    a, z, x = interdependency(toy), toy.flows.toarray(), toy.output
    i, j = toy.keys.get_loc("TW_C26"), toy.keys.get_loc("DE_C29")
    assert a[i, j] == z[i, j] / x[i] == 40 / 400
    assert a[i, j] != pytest.approx(z[i, j] / x[j])
    b = interdependency(toy, "supply")
    assert b[j, i] == z[i, j] / x[j] == 40 / 600
    np.testing.assert_allclose(a, np.diag(1 / x) @ toy.technical_coefficients @ np.diag(x), atol=1e-15)


@given(chain=RANDOM, seed=SEEDS)
def test_static_demand_is_leontief(chain: ValueChain, seed: int):
    """Cuts of final demand: the share of output lost is the same by A* as by L."""
    remaining = np.random.default_rng(seed).uniform(0, 1, len(chain))
    final = np.maximum(chain.output - chain.flows.sum(axis=1), 0)
    c = np.divide(final * (1 - remaining), chain.output, out=np.zeros(len(chain)), where=chain.output > 0)
    found = static_inoperability(interdependency(chain), c).inoperability
    # A negative final demand is not cut; then what is lost may exceed output, where both are held at the whole.
    if (chain.output - chain.flows.sum(axis=1) >= 0).all():
        np.testing.assert_allclose(1 - found, demand_kept(chain, remaining), atol=1e-8)


def test_who_buys_from_the_node_that_is_cut_loses_by_its_share():
    """Supply: cars live by chips for 50 of 200; nobody else is touched. Demand: chips lose by the share of sales."""
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "FR_G47"], [[0, 50, 0], [0, 0, 0], [0, 0, 0]], [50, 200, 70])
    method = Method(inoperability=Inoperability(recovery_days=1.0))
    kept = inoperability(chain, shock_of(chain, supply={0: 0.4}, steps=9), method)[:, :, 0]
    np.testing.assert_allclose(kept[0], [0.6, 1, 1])
    np.testing.assert_allclose(kept[-1], [0.6, 1 - 0.4 * 50 / 200, 1])
    kept = inoperability(chain, shock_of(chain, demand={1: 0.4}, steps=9), method)[:, :, 0]
    np.testing.assert_allclose(kept[-1], [1 - 0.4 * 50 / 100, 0.6, 1])


def test_a_cut_link_takes_the_sale_and_the_input():
    chain = ValueChain.from_matrix(["TW_C26", "DE_C29", "FR_G47"], [[0, 50, 0], [0, 0, 0], [0, 0, 0]], [50, 200, 70])
    ends = np.eye(3)[:, [0]], np.eye(3)[:, [1]]
    shock = Shock((Effect("link", ends[0] * 0.6, np.ones((3, 1)), ends[1]),), 3, 7, 1)
    np.testing.assert_allclose(inoperability(chain, shock, Method())[-1, :, 0], [1 - 0.6 * 0.5, 1 - 0.6 * 0.25, 1])


def shock_of(chain: ValueChain, steps: int, supply: dict = {}, demand: dict = {}) -> Shock:  # noqa: B006
    effects = []
    for kind, hit in (("supply", supply), ("demand", demand)):
        cut = np.zeros((len(chain), 1))
        for node, share in hit.items():
            cut[node] = share
        effects.append(Effect(kind, cut, np.ones((steps, 1)), np.zeros_like(cut)))
    return Shock(tuple(effects), steps, 7, 1)


# Beyond the whole


@given(seed=SEEDS, n=st.integers(1, 6), scale=st.floats(0.1, 3.0))
def test_it_is_the_least_that_holds_itself(seed: int, n: int, scale: float):
    """q = min(1, A* q + c*), approached from 0 by a plain loop; whatever the spectral radius."""
    random = np.random.default_rng(seed)
    a = random.uniform(0, 1, (n, n)) * (random.random((n, n)) < 0.6)
    a *= scale / max(a.sum(axis=1).max(), 1e-9)
    c = random.uniform(0.05, 0.6, n) * (random.random(n) < 0.5)
    q = np.zeros(n)
    for _ in range(20_000):
        q = np.minimum(1, a @ q + c)
    found = static_inoperability(a, c)
    assert (found.unclipped is None) == (found.spectral_radius >= 1)
    if abs(found.spectral_radius - 1) > 0.01:
        np.testing.assert_allclose(found.inoperability, q, atol=1e-9)


def test_a_spectral_radius_of_one_or_more_rests_on_the_bound_and_says_so():
    found = static_inoperability([[0.5, 1.0], [1.0, 0.5]], [0.01, 0.0])
    assert found.spectral_radius == pytest.approx(1.5)
    assert found.unclipped is None
    assert found.clipped.all()
    assert found.inoperability.tolist() == [1, 1]
    untouched = static_inoperability([[0.5, 1.0], [1.0, 0.5]], [0.0, 0.0])
    assert untouched.inoperability.tolist() == [0, 0]
    assert not untouched.clipped.any()


def test_what_never_settles_is_said():
    with pytest.raises(Faults, match="has not settled"):
        static_inoperability([[1.0]], [1e-9])


def test_a_path_never_exceeds_the_whole():
    path = inoperability_path([[0.5, 1.0], [1.0, 0.5]], [1, 0.5], [0.3, 0.0], [0, 0], 50)
    assert path.max() == 1
    assert path[-1].tolist() == [1, pytest.approx(1)]


# On a chain: laws


@given(chain=RANDOM)
def test_no_shock_no_loss(chain: ValueChain):
    assert (inoperability(chain, shock_of(chain, 20), Method()) == 1).all()


def random_shock(chain: ValueChain, seed: int, steps: int = 12) -> Shock:
    random, n = np.random.default_rng(seed), len(chain)

    def some(count: int) -> np.ndarray:
        return (random.random((count, 2)) < 0.5) * random.uniform(0, 1, (count, 2))

    kinds = ("supply", "demand", "link")
    return Shock(tuple(Effect(kind, some(n), some(steps), some(n), True) for kind in kinds), steps, 7, 2)


@given(chain=RANDOM, seed=SEEDS)
def test_a_larger_shock_never_loses_less(chain: ValueChain, seed: int):
    shock = random_shock(chain, seed)
    worse = Shock(tuple(replace(one, cut=np.sqrt(one.cut)) for one in shock.effects), 12, 7, 2)
    more, less = inoperability(chain, shock, Method()), inoperability(chain, worse, Method())
    assert (less <= more + 1e-9).all()
    assert ((less >= 0) & (more <= 1)).all()


@given(chain=RANDOM, seed=SEEDS, data=st.data())
def test_order_and_size_of_nodes_do_not_matter(permuted, halved, chain: ValueChain, seed: int, data: st.DataObject):
    shock = random_shock(chain, seed)
    kept = inoperability(chain, shock, Method())
    order = data.draw(st.permutations(range(len(chain))))
    turned = Shock(tuple(replace(one, cut=one.cut[order], buyers=one.buyers[order]) for one in shock.effects), 12, 7, 2)
    np.testing.assert_allclose(inoperability(permuted(chain, order), turned, Method()), kept[:, order], atol=1e-8)


def test_it_recovers_as_fast_as_it_is_told(toy: ValueChain):
    """Half of chips for one week; after the recovery time about 1 % of it is left."""
    shock = shock_of(toy, 40, supply={9: 0.5})
    shock.effects[0].active[1:] = 0
    path = [
        inoperability(toy, shock, Method(inoperability=Inoperability(recovery_days=days)))[:, 9, 0]
        for days in (70.0, 210.0)
    ]
    assert path[0][0] == path[1][0] == 0.5
    assert 1 - path[0][10] < 0.01
    assert 1 - path[1][10] > 0.05
    assert 1 - path[1][30] < 0.02


# What cannot be


@pytest.mark.parametrize(
    ("matrix", "perturbation", "words"),
    [
        ([[0, 1]], [0], ["shape"]),
        ([0.5], [0], ["shape"]),
        (A, [0.1], ["1 values are given for 2 nodes"]),
        ([[math.nan, 0], [0, 0]], [0, math.inf], ["matrix: holds", "perturbation: holds"]),
        ([[-0.1, 0], [0, 0]], [0, -1, 2], ["matrix: holds", "3 values are given for 2", "perturbation: holds"]),
    ],
)
def test_what_is_no_matrix_is_refused_with_all_its_faults(matrix: Any, perturbation: Any, words: list[str]):
    with pytest.raises(Faults) as found:
        static_inoperability(matrix, perturbation)
    assert len(found.value.faults) == len(words)
    for word in words:
        assert word in str(found.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"resilience": [0, 0.5]}, ["resilience: is not above 0"]),
        ({"resilience": [1.01, 0.5]}, ["resilience: is not above 0"]),
        ({"resilience": [math.nan, 0.5]}, ["resilience: holds", "resilience: is not above 0"]),
        ({"start": [0.5, 1.5]}, ["start: inoperability is more than 1"]),
        ({"perturbation": [[0, 0], [0, 0]]}, ["2 steps are given for 3"]),
        ({"perturbation": [0, -1], "start": [0]}, ["start: 1 values", "perturbation: holds"]),
    ],
    ids=str,
)
def test_what_is_no_path_is_refused_with_all_its_faults(values: dict[str, Any], words: list[str]):
    given_values: dict[str, Any] = {"resilience": [0.3, 0.2], "perturbation": [0, 0.1], "start": [0, 0]} | values
    with pytest.raises(Faults) as found:
        inoperability_path(A, steps=3, **given_values)
    assert len(found.value.faults) == len(words)
    for word in words:
        assert word in str(found.value)


def test_what_never_recovers_has_no_cumulative_value():
    with pytest.raises(Faults, match="never comes back"):
        cumulative_inoperability([[0.5, 1.0], [1.0, 0.5]], [1, 1], [0.1, 0])
    with pytest.raises(Faults, match="no recovery"):
        resilience_of(0.1, 0.5, 10, [0])
