"""The search for the portfolio that avoids most within a budget: all of them, or greedily with a bound.

What is sought is a set S of measures with Σ c_i ≤ B and no promise made twice, for which the avoided loss v(S) is most.
v is not a sum: two measures can do the same work twice, or help only together.

* *All* (``every``): where few enough portfolios fit, each is carried through the chain. That is exact on the true
  model, for every budget up to B.
* *Greedily* (``greedy``): again and again the measure that adds most for each euro. Beside it stand the best single
  measure and the optimum of the additive form max Σ v({i}) y_i, y ∈ {0, 1} (``additive``, mixed-integer, by HiGHS),
  which is exact for that form only. If v has diminishing returns and nothing but the budget binds, the better of the
  first two is at least (1 − 1/e)/2 = 32 % of the best.
* *Bound* (``bound``): no portfolio avoids more than all measures together, since no measure adds loss; with diminishing
  returns none avoids more than the additive form has. How near a plan is to its bound is computed, not believed.

References:
    Khuller, Moss, Naor 1999, Information Processing Letters 70(1), doi:10.1016/S0020-0190(99)00031-9; Leskovec et al.
    2007, KDD, doi:10.1145/1281192.1281239; HiGHS: Huangfu and Hall 2018, doi:10.1007/s12532-017-0130-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from graphs.planning.applying import Claim, fit
from graphs.planning.trial import Portfolio
from graphs.valuechain import Floats

Values = Callable[[Sequence[Portfolio]], Floats]
"""Avoided loss of each portfolio, million EUR."""

NOISE = 1e-9
"""Differences below this part of what all measures avoid are rounding."""


@dataclass(frozen=True)
class Limits:
    """What bounds a portfolio: costs and budget in whole euros, and what each measure takes of what is scarce."""

    costs: tuple[int, ...]
    budget: int
    claims: tuple[tuple[Claim, ...], ...]

    def cost(self, portfolio: Portfolio) -> int:
        """Cost of a portfolio, whole euros."""
        return sum(self.costs[one] for one in portfolio)

    def allow(self, portfolio: Portfolio) -> bool:
        """Whether it is within the budget, to the euro, and promises nothing twice.

        Examples:
            >>> limits = Limits((10, 20), 29, ((), ()))
            >>> limits.allow(frozenset({1})), limits.allow(frozenset({0, 1}))
            (True, False)
        """
        return self.cost(portfolio) <= self.budget and fit(claim for one in portfolio for claim in self.claims[one])


def every(limits: Limits, most: int) -> list[Portfolio] | None:
    """All portfolios that the limits allow, the empty one first; None if there are more than ``most``.

    Examples:
        >>> [sorted(one) for one in every(Limits((1, 2, 3), 3, ((), (), ())), 10)]
        [[], [0], [0, 1], [1], [2]]
    """
    found: list[Portfolio] = []
    waiting: list[Portfolio] = [frozenset()]
    while waiting:
        one = waiting.pop()
        found.append(one)
        if len(found) > most:
            return None
        larger = [one | {more} for more in range(max(one, default=-1) + 1, len(limits.costs))]
        waiting += [two for two in reversed(larger) if limits.allow(two)]
    return found


def greedy(values: Values, limits: Limits) -> list[Portfolio]:
    """One portfolio after the other, each with the measure more that adds most for each euro; the last is full.

    Every measure that still fits is tried anew at each step: gains may grow where measures help only together.

    Examples:
        >>> def values(portfolios):
        ...     return np.array([float(len(one)) for one in portfolios])
        >>> [sorted(one) for one in greedy(values, Limits((3, 1, 2), 3, ((), (), ())))]
        [[], [1], [1, 2]]
    """
    steps: list[Portfolio] = [frozenset()]
    size = max(float(values([frozenset(range(len(limits.costs)))])[0]), 0.0)
    while True:
        last = steps[-1]
        more = [one for one in range(len(limits.costs)) if one not in last and limits.allow(last | {one})]
        if not more:
            return steps
        now, *found = values([last, *(last | {one} for one in more)])
        gains = np.asarray(found) - now
        ratios = gains / np.maximum([limits.costs[one] for one in more], 1)
        best = int(np.argmax(ratios))
        if not gains[best] > NOISE * size:
            return steps
        steps.append(last | {more[best]})


def additive(alone: Floats, limits: Limits) -> tuple[Portfolio, float]:
    """The portfolio with the most Σ v({i}), and the bound that the solver proved for that sum.

    Returns:
        The portfolio, empty if rounding in the solver broke a limit; and the bound, million EUR.

    Examples:
        >>> found, most = additive(np.array([6.0, 5.0, 5.0]), Limits((3, 2, 2), 4, ((), (), ())))
        >>> sorted(found), most
        ([1, 2], 10.0)
    """
    gain = np.maximum(alone, 0.0)
    if not gain.any():
        return frozenset(), 0.0
    names = sorted({claim.name for one in limits.claims for claim in one})
    rows = [[cost / max(limits.budget, 1) for cost in limits.costs]]
    for name in names:
        rows.append([sum(c.amount / c.limit for c in one if c.name == name and c.limit > 0) for one in limits.claims])
    found = milp(
        -gain / gain.max(),
        integrality=np.ones(len(gain)),
        bounds=Bounds(0, [float(cost <= limits.budget) for cost in limits.costs]),
        constraints=LinearConstraint(sparse.csr_array(rows), -np.inf, 1.0 + NOISE),
    )
    if found.x is None:
        return frozenset(), float(gain.sum())
    chosen = frozenset(int(one) for one in np.flatnonzero(found.x > 0.5))
    bound = min(float(-found.mip_dual_bound * gain.max()), float(gain.sum()))
    return (chosen if limits.allow(chosen) else frozenset()), bound


def by_ratio(values: Values, limits: Limits) -> list[Portfolio]:
    """Portfolios by what each measure adds alone for each euro, the best first, as long as it fits: a cheap look.

    Examples:
        >>> def values(portfolios):
        ...     return np.array([float(sum(one)) for one in portfolios])
        >>> [sorted(one) for one in by_ratio(values, Limits((1, 9, 1), 2, ((), (), ())))]
        [[2], [0, 2]]
    """
    gains = values([frozenset({one}) for one in range(len(limits.costs))])
    ratios = gains / np.maximum(limits.costs, 1)
    found: list[Portfolio] = []
    for one in np.argsort(-ratios, kind="stable").tolist():
        larger = (found[-1] if found else frozenset()) | {one}
        if limits.allow(larger):
            found.append(larger)
    return found


@dataclass(frozen=True)
class Returns:
    """Whether returns diminish among the portfolios that were tried: pairs compared, and those where a gain grew."""

    compared: int
    grew: int


def returns(tried: dict[Portfolio, float], noise: float) -> Returns:
    """Compare what a measure adds to a portfolio and to a larger one, v(S+i) − v(S) ≥ v(S+j+i) − v(S+j), where tried.

    Examples:
        >>> v = {frozenset(): 0.0, frozenset({0}): 1.0, frozenset({1}): 1.0, frozenset({0, 1}): 3.0}
        >>> returns(v, 1e-9)
        Returns(compared=1, grew=1)
    """
    compared = grew = 0
    for large in tried:
        for i in large:
            for j in large:
                if i < j and (large - {i}) in tried and (large - {j}) in tried and (large - {i, j}) in tried:
                    compared += 1
                    more = tried[large] + tried[large - {i, j}] - tried[large - {i}] - tried[large - {j}]
                    grew += int(more > noise)
    return Returns(compared, grew)


def front(tried: Sequence[tuple[Portfolio, int, float]], noise: float) -> list[tuple[Portfolio, int, float]]:
    """The portfolios that nothing as cheap beats, (portfolio, euros, avoided), from the cheapest on.

    Of equals in cost and effect the one with fewer measures stands.

    Examples:
        >>> a, b, c = frozenset(), frozenset({0}), frozenset({1})
        >>> [sorted(one) for one, _, _ in front([(a, 0, 0.0), (b, 5, 2.0), (c, 6, 2.0)], 1e-9)]
        [[], [0]]
    """
    kept: list[tuple[Portfolio, int, float]] = []
    for one in sorted(tried, key=lambda one: (one[1], -one[2], len(one[0]), sorted(one[0]))):
        if not kept or one[2] > kept[-1][2] + noise:
            kept.append(one)
    return kept
