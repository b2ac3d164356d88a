"""Portfolios tried on the true model: each is carried through the chain once, many side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from graphs.method import Method
from graphs.planning.applying import change, changed
from graphs.planning.avoided import losses, value_added_share
from graphs.planning.measures import Measure
from graphs.propagation import propagate_all
from graphs.shock import Effect, Shock
from graphs.valuechain import Floats, ValueChain

Portfolio = frozenset[int]
"""Positions of the measures that are taken."""

_LANES = 32


class Trial:
    """What portfolios of measures avoid of a shock, its scenarios weighted; what was tried is kept.

    Args:
        weights: of the scenarios (k); those of no weight are not run.
        told: hears after each step how many portfolios were tried, and of how many (see ``expected``).
    """

    def __init__(
        self,
        chain: ValueChain,
        shock: Shock,
        weights: Floats,
        measures: Sequence[Measure],
        method: Method,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        kept = np.flatnonzero(weights)
        self.chain, self.method, self.measures = chain, method, tuple(measures)
        self.shock, self.weights = only(shock, kept), weights[kept]
        self._changes = [change(chain, self.shock, one) for one in measures]
        eu = chain.in_eu if chain.in_eu.any() else np.ones(len(chain), bool)
        self._sums = np.stack([eu * value_added_share(chain), eu, np.ones(len(chain))])
        self._tried: dict[Portfolio, Floats] = {}
        self._told = told or (lambda done, of: None)
        self.expected = 0
        self._try([frozenset()])
        self.loss = self._tried[frozenset()]

    @property
    def tried(self) -> tuple[Portfolio, ...]:
        """All portfolios that were tried, in their order."""
        return tuple(self._tried)

    def avoided(self, portfolios: Iterable[Portfolio]) -> Floats:
        """Loss avoided by each portfolio, million EUR: value added in the EU, output in the EU, output in all (m × 3).

        Where a chain has no node in the EU, all of it counts.
        """
        wanted = list(portfolios)
        self._try([one for one in dict.fromkeys(wanted) if one not in self._tried])
        return np.array([self.loss - self._tried[one] for one in wanted]).reshape(len(wanted), 3)

    def _try(self, portfolios: Sequence[Portfolio]) -> None:
        at_once = max(1, _LANES // max(1, self.shock.scenarios))
        for first in range(0, len(portfolios), at_once):
            part = portfolios[first : first + at_once]
            shocks = [changed(self.chain, self.shock, [self._changes[i] for i in sorted(one)]) for one in part]
            for one, impact in zip(part, propagate_all(self.chain, shocks, self.method), strict=True):
                self._tried[one] = self._sums @ losses(self.chain, impact) @ self.weights
            if self.expected:
                self._told(len(self._tried), max(self.expected, len(self._tried)))


def only(shock: Shock, scenarios: Iterable[int]) -> Shock:
    """A shock with some of its scenarios.

    Examples:
        >>> cut = np.array([[0.1, 0.2, 0.3]])
        >>> strike = Effect("supply", cut, np.ones((2, 3)), np.zeros((1, 3)))
        >>> only(Shock((strike,), 2), [1]).remaining("supply", 1)[:, 0, 0].tolist()
        [0.8, 0.8]
    """
    kept = np.asarray(list(scenarios), int)
    effects = tuple(_only(effect, kept) for effect in shock.effects)
    return replace(shock, effects=effects, scenarios=len(kept))


def _only(effect: Effect, kept: Floats) -> Effect:
    wide = effect.active.shape[1]
    cut, buyers = (np.broadcast_to(one, (len(one), wide))[:, kept] for one in (effect.cut, effect.buyers))
    return replace(effect, cut=cut, active=effect.active[:, kept], buyers=buyers)
