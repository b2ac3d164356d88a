"""How sure a score is: Monte Carlo over what is not known and over what could be decided otherwise.

OECD/JRC Handbook 2008, step 7; Saisana, Saltelli and Tarantola 2005, Journal of the Royal Statistical Society A 168(2).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.method import Method
from graphs.score import composite
from graphs.valuechain import Floats, Integers

FACTORS = {
    "reading": "Severity and duration of the disruptions",
    "normalisation": "How indicators are made comparable",
    "bound": "Loss at which the state is 0 points",
    "weights": "Weights of the indicators",
    "structure_weight": "Weight of structure against state",
    "aggregation": "How indicators are put together",
}
"""What is drawn, in words."""

INTERVAL = (
    "nine of ten draws of severity, duration, weights, normalisation, aggregation and the bound of the state; no "
    "confidence interval, and without the error of the value chain and of the model"
)
"""What an interval of a score or rank is, in words, for every face."""

_BINS = 8


@dataclass(frozen=True, eq=False)
class Draws:
    """A sample of N sets of choices, all independent.

    ``reading``: 0 low, 0.5 likely, 1 high, triangular; ``normalisation``, ``bound``, ``aggregation``: which of the
    method's; ``weights``: of the indicators (N × I); ``structure_weight``.
    """

    reading: Floats
    normalisation: Integers
    bound: Integers
    weights: Floats
    structure_weight: Floats
    aggregation: Integers

    @classmethod
    def of(cls, method: Method) -> Draws:
        """The sample of a method: the same each time.

        Examples:
            >>> draws = Draws.of(Method())
            >>> len(draws.reading), draws.weights.shape, bool((draws.reading == Draws.of(Method()).reading).all())
            (500, (500, 5), True)
        """
        given = method.uncertainty
        random, size = np.random.default_rng(given.seed), given.draws
        likely, spread = method.structure_weight, given.structure_weight_spread
        low, high = max(0.0, likely - spread), min(1.0, likely + spread)
        weights = np.maximum(method.weights * given.weight_concentration, 1e-9)
        # Draws that are computed alike stand side by side; the sample is the same.
        ways = np.sort(random.integers(0, len(given.normalisations) * len(given.aggregations), size))
        return cls(
            reading=random.triangular(0.0, 0.5, 1.0, size),
            normalisation=ways // len(given.aggregations),
            bound=random.integers(0, len(given.state_bound_factors), size),
            weights=random.dirichlet(weights, size),
            structure_weight=random.triangular(low, likely, high, size) if high > low else np.full(size, likely),
            aggregation=ways % len(given.aggregations),
        )

    def only(self, *factors: str, method: Method) -> Draws:
        """The same sample in which just these factors vary and all others are as the method has them."""
        size, given = len(self.reading), method.uncertainty
        nominal = {
            "reading": np.full(size, 0.5),
            "normalisation": np.zeros(size, np.int64),
            "bound": np.full(size, given.state_bound_factors.index(1.0)),
            "weights": np.tile(method.weights, (size, 1)),
            "structure_weight": np.full(size, method.structure_weight),
            "aggregation": np.zeros(size, np.int64),
        }
        return Draws(**(nominal | {factor: getattr(self, factor) for factor in factors}))


def drawn_scores(structure: Floats, state: Floats, draws: Draws, method: Method) -> Floats:
    """The score of each row in each draw, 0–100.

    Linear: 100 (w Σ w_i y_i + (1 − w) s); geometric: 100 Π max(y_i, 0.01)^(w w_i) · max(s, 0.01)^(1 − w). Between
    the readings low, likely and high the state is interpolated: an approximation, since all disruptions are read
    together and the model is monotone but not linear.

    Args:
        structure: how resilient by each indicator (ways of normalising × rows × indicators, 0–1).
        state: how resilient in state (bounds × readings × rows, 0–1).

    Returns:
        Rows × draws.

    Examples:
        >>> method = Method()
        >>> best = drawn_scores(np.ones((3, 2, 5)), np.ones((3, 3, 2)), Draws.of(method), method)
        >>> best.shape, round(float(best.min()), 3)
        ((2, 500), 100.0)
    """
    # Single precision: to a ten-thousandth of a point, in half of the time.
    structure, state = structure.astype(np.float32), state.astype(np.float32)
    scores = np.empty((structure.shape[1], len(draws.reading)), np.float32)
    place = 2.0 * draws.reading
    lower = np.minimum(place.astype(np.int64), state.shape[1] - 2)
    between = (place - lower).astype(np.float32)
    state_drawn = ((1.0 - between) * state[draws.bound, lower].T) + between * state[draws.bound, lower + 1].T
    names = method.uncertainty.aggregations
    for way, values in enumerate(structure):
        for number, name in enumerate(names):
            which = _side_by_side((draws.normalisation == way) & (draws.aggregation == number))
            weight, parts = draws.structure_weight[which].astype(np.float32), state_drawn[:, which]
            weights = draws.weights[which].astype(np.float32)
            if name == "linear":
                scores[:, which] = composite.linear(values, weights) * weight + parts * (1.0 - weight)
            else:
                built, parts = composite.geometric(values, weights), np.maximum(parts, np.float32(composite.FLOOR))
                scores[:, which] = built**weight * parts ** (1.0 - weight)
    return np.multiply(scores, np.float32(100.0), dtype=np.float32)


def _side_by_side(chosen: npt.NDArray[np.bool_]) -> slice | Integers:
    """Where the chosen draws stand: a slice, which copies nothing, if they stand side by side."""
    which = np.flatnonzero(chosen)
    if len(which) and which[-1] - which[0] + 1 == len(which):
        return slice(int(which[0]), int(which[-1]) + 1)
    return which


def interval(scores: Floats, coverage_share: float) -> tuple[Floats, Floats]:
    """The interval of each row that holds ``coverage_share`` of its draws, as much outside it on either side.

    Examples:
        >>> low, high = interval(np.array([[0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]), 0.8)
        >>> low.tolist(), high.tolist()
        ([1.0], [9.0])
    """
    size = scores.shape[1]
    first = round((1.0 - coverage_share) / 2.0 * (size - 1))
    ordered = np.sort(scores, axis=1)
    return ordered[:, first], ordered[:, size - 1 - first]


def rank_intervals(scores: Floats, coverage_share: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Best and worst rank of each row within ``coverage_share`` of the draws; rows compete with each other, 1 is best.

    Examples:
        >>> best, worst = rank_intervals(np.array([[9.0, 9, 9], [5, 6, 1], [4, 7, 2]]), 0.9)
        >>> best.tolist(), worst.tolist()
        ([1, 2, 2], [1, 3, 3])
    """
    low, high = interval(composite.ranks(scores.T).T.astype(float), coverage_share)
    return low.astype(np.int64), high.astype(np.int64)


def sensitivity(structure: Floats, state: Floats, method: Method) -> pd.DataFrame:
    """Which choice moves scores and ranks: one row a factor, the largest mover of ranks first.

    ``variance_share`` is the first-order index S = Var(E[score | factor]) / Var(score), mean over rows: the part of
    the variance that would go if the factor were known. Continuous factors are taken in eight bins, the weights by a
    linear regression on them; the sum is at most about 1, the rest is interaction.
    ``rank_shift`` is the mean absolute change of rank against the method's own choice when only this factor varies
    (Saisana et al. 2005).

    Args:
        structure: as for ``drawn_scores``.
        state: as for ``drawn_scores``.

    Examples:
        >>> method = Method()
        >>> random = np.random.default_rng(1)
        >>> table = sensitivity(random.random((3, 4, 5)), np.ones((3, 3, 4)), method)
        >>> sorted(table.index) == sorted(FACTORS), bool(table.loc["reading", "rank_shift"] == 0)
        (True, True)
    """
    if not structure.shape[1]:
        return pd.DataFrame({"label": [], "variance_share": [], "rank_shift": []}, pd.Index([], name="factor"))
    draws = Draws.of(method)
    scores = drawn_scores(structure, state, draws, method).astype(float)
    nominal = drawn_scores(structure, state, draws.only(method=method), method)
    reference = composite.ranks(nominal[:, :1].T).T
    rows = []
    for one in fields(Draws):
        alone = composite.ranks(drawn_scores(structure, state, draws.only(one.name, method=method), method).T).T
        shift = float(abs(alone - reference).mean())
        rows.append((one.name, FACTORS[one.name], _first_order(scores, getattr(draws, one.name)), shift))
    table = pd.DataFrame(rows, columns=["factor", "label", "variance_share", "rank_shift"]).set_index("factor")
    return table.sort_values(["rank_shift", "variance_share"], ascending=False)


def _first_order(scores: Floats, values: npt.NDArray[Any]) -> float:
    """Var(E[score | factor]) / Var(score), mean over the rows whose score varies; 0 where none does."""
    if values.ndim > 1:
        return _explained(scores, values)
    if np.issubdtype(values.dtype, np.floating):
        edges = np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1])
        values = np.searchsorted(edges, values)
    total = scores.var(axis=1)
    mean, between, count = scores.mean(axis=1), np.zeros(len(scores)), scores.shape[1]
    kinds = np.unique(values)
    for kind in kinds:
        part = scores[:, values == kind]
        between += part.shape[1] / count * (part.mean(axis=1) - mean) ** 2
    # What as many groups of chance would explain is taken off.
    within = total - between
    between = np.maximum(between - within * (len(kinds) - 1) / max(1, count - len(kinds)), 0.0)
    varies = total > 1e-12
    return float((between[varies] / total[varies]).mean()) if varies.any() else 0.0


def _explained(scores: Floats, values: Floats) -> float:
    """Part of the variance of the scores that a linear regression on the values (draws × m) explains, adjusted."""
    count, centred = len(values), scores - scores.mean(axis=1, keepdims=True)
    design = values - values.mean(axis=0)
    found, _, rank, _ = np.linalg.lstsq(design, centred.T, rcond=1e-9)
    total = (centred**2).sum(axis=1)
    left = ((centred.T - design @ found) ** 2).sum(axis=0)
    varies = total > 1e-9
    part = 1.0 - left[varies] / total[varies] * (count - 1) / max(1, count - 1 - int(rank))
    return float(np.maximum(part, 0.0).mean()) if varies.any() else 0.0
