"""Monte Carlo over choices: against a plain loop of the formula, and what it must and must not move."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.assumptions import Uncertainty
from graphs.method import Method
from graphs.score import uncertainty
from graphs.score.uncertainty import Draws, drawn_scores, interval, rank_intervals, sensitivity

METHOD = Method(uncertainty=Uncertainty(draws=60))
SEEDS = st.integers(0, 2**32 - 1)


def sample(seed: int, rows: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Structure by three ways and five indicators; state by three bounds and readings that fall from low to high."""
    random = np.random.default_rng(seed)
    state = np.sort(random.random((3, 3, rows)), axis=1)[:, ::-1]
    return random.random((3, rows, 5)), state


@given(seed=SEEDS)
def test_a_draw_is_the_formula(seed: int):
    structure, state = sample(seed)
    draws = Draws.of(METHOD)
    found = drawn_scores(structure, state, draws, METHOD)
    for n in range(METHOD.uncertainty.draws):
        y, u, w = structure[draws.normalisation[n]], draws.reading[n], draws.structure_weight[n]
        for row in range(4):
            s = np.interp(u, [0, 0.5, 1], state[draws.bound[n], :, row])
            if METHOD.uncertainty.aggregations[draws.aggregation[n]] == "linear":
                wanted = 100 * (w * np.dot(draws.weights[n], y[row]) + (1 - w) * s)
            else:
                parts = np.maximum(y[row], 0.01) ** (w * draws.weights[n])
                wanted = 100 * np.prod(parts) * max(s, 0.01) ** (1 - w)
            assert found[row, n] == pytest.approx(wanted, rel=2e-6)


@given(seed=SEEDS)
def test_a_worse_state_never_raises_a_draw(seed: int):
    structure, state = sample(seed)
    draws = Draws.of(METHOD)
    worse = drawn_scores(structure, 0.8 * state, draws, METHOD)
    assert (worse <= drawn_scores(structure, state, draws, METHOD) + 1e-9).all()


def test_draws_are_the_same_each_time_and_follow_the_seed():
    same, other = Draws.of(METHOD), Draws.of(replace(METHOD, uncertainty=Uncertainty(draws=60, seed=1)))
    np.testing.assert_array_equal(Draws.of(METHOD).weights, same.weights)
    assert (other.weights != same.weights).any()


def test_draws_are_spread_as_assumed():
    draws = Draws.of(Method(uncertainty=Uncertainty(draws=20_000)))
    assert draws.reading.mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(draws.weights.mean(axis=0), Method().weights, atol=0.01)
    assert draws.weights.sum(axis=1) == pytest.approx(1.0)
    assert draws.structure_weight.min() >= 0.3
    assert draws.structure_weight.max() <= 0.7
    for choice in (draws.normalisation, draws.bound):
        assert np.bincount(choice) / 20_000 == pytest.approx([1 / 3] * 3, abs=0.02)


def test_an_interval_by_hand():
    low, high = interval(np.arange(101.0)[None, ::-1], 0.9)
    assert (low[0], high[0]) == (5, 95)


def test_ranks_that_never_change_have_no_width():
    best, worst = rank_intervals(np.array([[3.0] * 20, [2.0] * 20, [1.0] * 20]), 0.9)
    assert best.tolist() == worst.tolist() == [1, 2, 3]


def test_the_only_thing_that_differs_has_all_the_variance():
    """Two ways of normalising that disagree, everything else alike: the factor explains all of it."""
    only = Uncertainty(draws=400, structure_weight_spread=0.0, aggregations=("linear",),
                       normalisations=("min-max", "z-score"), state_bound_factors=(1.0,))  # fmt: skip
    structure = np.stack([np.tile([[0.2], [0.8]], 5), np.tile([[0.9], [0.1]], 5)])
    table = sensitivity(structure, np.ones((1, 3, 2)), Method(uncertainty=only))
    assert table.variance_share["normalisation"] == pytest.approx(1, abs=1e-6)
    assert table.index[0] == "normalisation"
    # Half of the draws turn the two ranks round: the mean shift is a half.
    assert table.rank_shift["normalisation"] == pytest.approx(0.5, abs=0.1)
    assert (table.drop("normalisation").rank_shift == 0).all()


def test_independent_noise_explains_nothing():
    scores = np.random.default_rng(1).random((50, 500))
    assert uncertainty._first_order(scores, np.random.default_rng(2).random(500)) < 0.02


@pytest.mark.parametrize(
    "values",
    [
        {"draws": 0},
        {"coverage_share": 1.0},
        {"weight_concentration": 0.0},
        {"structure_weight_spread": -0.1},
        {"state_bound_factors": ()},
        {"state_bound_factors": (0.5, 2.0)},
        {"normalisations": ("z-score", "percentile")},
        {"normalisations": ("min-max", "rank")},
        {"aggregations": ()},
        {"aggregations": ("geometric",)},
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused(values: dict[str, object]):
    with pytest.raises(ValueError, match=next(iter(values))):
        Uncertainty(**values)
