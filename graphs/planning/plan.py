"""The plan: which measures to take against a shock within a budget, why, and what the next euro would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.method import READINGS, Method
from graphs.planning import search
from graphs.planning.applying import claims, faults_of
from graphs.planning.measures import Measure, euros
from graphs.planning.robustness import robustness
from graphs.planning.trial import Portfolio, Trial
from graphs.planning.volumes import UNITS, volume
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain, share_of

MOST_TRIED = 1024
"""Portfolios up to which all are tried; each costs a run of the model for every scenario that counts."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Plan:
    """What to do against a shock, and why.

    ``chosen`` has the most value added avoided less its cost of all portfolios on the ``frontier``; ``fullest`` avoids
    most within the budget, worth it or not. Amounts avoided are in the likely reading, or the weighted mean of an
    ensemble; value added and output in the EU, or in all of a chain that has no node there.

    ``frontier``, a row for each budget at which more can be avoided: ``cost_meur, avoided_value_added_meur,
    avoided_eu_meur, avoided_meur, net_meur, measures``. ``table``, by id of the measure: what it avoids ``alone``, by
    unit and by euro, and what the plan would lose without it (or gain with it), ``in_plan_meur``. ``robustness``: the
    plan in other readings and models. ``exact``: whether every portfolio that fits was tried; ``bound_meur``: no
    portfolio within the budget can avoid more value added.
    """

    measures: tuple[Measure, ...]
    chosen: tuple[str, ...]
    fullest: tuple[str, ...]
    budget_eur: int | None
    loss_meur: Floats
    """Without any measure: value added in the EU, output in the EU, output in all."""
    frontier: pd.DataFrame
    table: pd.DataFrame
    robustness: pd.DataFrame
    exact: bool
    tried: int
    bound_meur: float
    returns: search.Returns

    @property
    def cost_eur(self) -> tuple[int, int, int]:
        """Cost of what is chosen, low, likely and high, whole euros."""
        costs = [one.cost_eur or (0, 0, 0) for one in self.measures if one.id in self.chosen]
        low, likely, high = (sum(one[reading] for one in costs) for reading in range(len(READINGS)))
        return low, likely, high

    @property
    def avoided_meur(self) -> float:
        """Value added that the chosen measures keep, million EUR."""
        row = self.frontier[self.frontier.measures == " + ".join(self.chosen)]
        return float(row.avoided_value_added_meur.iloc[0]) if len(row) else 0.0


def plan(
    chain: ValueChain,
    shock: Shock,
    measures: Sequence[Measure],
    budget_meur: Decimal | float | str | None,
    method: Method,
    weights: Floats | None = None,
    told: Told | None = None,
    most_tried: int = MOST_TRIED,
) -> Plan:
    """The portfolio with the most avoided loss for its money, by the search of ``graphs.planning.search``.

    A measure without a cost is never bought: it is ranked by what it avoids by unit. Costs and budget are counted in
    whole euros at the likely cost. "No measure is worth it" is an answer: then nothing is chosen.

    Args:
        budget_meur: million EUR; None: no limit.
        weights: of the scenarios of the shock (k); by default the likely one of three, else all alike.
        told: hears how many portfolios were tried, and of how many; then the same of the views.
        most_tried: up to how many portfolios all are tried.

    Raises:
        Faults: measures that do not fit the chain, and a budget that is no amount.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.disruption import Disruption
        >>> from graphs.shock import shock
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), industries=("C26",), severity_likely=0.8)
        >>> chain, method = sources.toy(), Method()
        >>> stock = Measure("M1", "stock", 8, ("DE_C29",), ("TW_C26",), cost_likely_meur=5)
        >>> small = Measure("M2", "stock", 2, ("FR_C29",), ("TW_C26",), cost_likely_meur=9)
        >>> found = plan(chain, shock(chain, [chips], date(2021, 3, 1), method), [stock, small], 20, method)
        >>> found.chosen, found.exact, round(found.avoided_meur, 1)
        (('M1',), True, 20.3)
    """
    faults = [fault for one in measures for fault in faults_of(chain, [one], method)]
    names = [one.id for one in measures]
    faults += [Fault(one, "id", "stands twice", "give each its own") for one in set(names) if names.count(one) > 1]
    if not measures:
        faults.append(Fault("", "measures", "there are none", "give at least one"))
    if faults:
        raise Faults(faults)
    counted = _weights(shock, weights)
    trial = Trial(chain, shock, counted, measures, method, told)
    priced = [i for i, one in enumerate(measures) if one.cost_eur is not None]
    costs = [(one.cost_eur or (0, 0, 0))[1] for one in measures]
    budget = sum(costs) if budget_meur is None else euros(budget_meur)
    limits = search.Limits(
        tuple(costs[i] for i in priced), budget, tuple(tuple(claims(chain, measures[i], method)) for i in priced)
    )
    sought = _Search(trial, limits, priced, most_tried)
    chosen = sought.chosen
    finalists = [one for one, _, _ in sought.front]
    return Plan(
        measures=tuple(measures),
        chosen=_names(measures, chosen),
        fullest=_names(measures, finalists[-1]),
        budget_eur=None if budget_meur is None else budget,
        loss_meur=trial.loss,
        frontier=_frontier(trial, sought.front),
        table=_table(trial, limits, priced, chosen),
        robustness=robustness(chain, shock, measures, chosen, finalists, sought.limits, method, told),
        exact=sought.exact,
        tried=len(trial.tried),
        bound_meur=sought.bound,
        returns=sought.returns,
    )


class _Search:
    """One search: the front, and how good it is. Portfolios are of positions in all measures."""

    def __init__(self, trial: Trial, limits: search.Limits, priced: Sequence[int], most_tried: int) -> None:
        self.trial, self.priced = trial, list(priced)
        self.limits = limits
        scenarios = max(1, trial.shock.scenarios)
        all_of_them = search.every(limits, most_tried // scenarios)
        self.exact = all_of_them is not None
        trial.expected = len(all_of_them or ()) or len(priced) ** 2
        most = 0.0
        if all_of_them is not None:
            self._values(all_of_them)
        else:
            search.greedy(self._values, limits)
            additive, most = search.additive(self._values([frozenset({i}) for i in range(len(priced))]), limits)
            self._values([additive])
        known = {self._inner(one): one for one in trial.tried if one <= set(priced)}
        allowed = [one for one in known if limits.allow(one)]
        amounts = dict(zip(known, self._values(list(known)).tolist(), strict=True))
        noise = search.NOISE * max(trial.loss[0], 1e-12)
        self._front = search.front([(one, limits.cost(one), amounts[one]) for one in allowed], noise)
        self.returns = search.returns(amounts, noise)
        self.bound = self._bound(most)

    @property
    def front(self) -> list[tuple[Portfolio, int, float]]:
        """What nothing as cheap beats, from nothing on."""
        return [(self._outer(one), cost, avoided) for one, cost, avoided in self._front]

    @property
    def chosen(self) -> Portfolio:
        """The most value added avoided less its cost; the cheapest of equals."""
        return max(self.front, key=lambda one: (round(1e6 * one[2]) - one[1], -one[1]))[0]

    def _bound(self, additive: float) -> float:
        if self.exact:
            return self._front[-1][2]
        harmless = not any(self.trial.measures[i].of.can_harm for i in self.priced)
        most = float(self.trial.loss[0])
        if harmless:
            most = float(self._values([frozenset(range(len(self.priced)))])[0])
        return max(min(most, additive) if harmless and not self.returns.grew else most, self._front[-1][2])

    def _values(self, portfolios: Sequence[Portfolio]) -> Floats:
        return np.asarray(self.trial.avoided([self._outer(one) for one in portfolios])[:, 0])

    def _outer(self, portfolio: Portfolio) -> Portfolio:
        return frozenset(self.priced[one] for one in portfolio)

    def _inner(self, portfolio: Portfolio) -> Portfolio:
        return frozenset(self.priced.index(one) for one in portfolio)


def _weights(shock: Shock, weights: Floats | None) -> Floats:
    if weights is None:
        likely = shock.scenarios == len(READINGS)
        weights = np.array([0.0, 1.0, 0.0]) if likely else np.full(shock.scenarios, 1.0 / shock.scenarios)
    found = np.asarray(weights, float)
    if found.shape != (shock.scenarios,) or not np.isfinite(found).all() or (found < 0).any() or not found.any():
        fault = f"are not {shock.scenarios} numbers of 0 or more"
        raise Faults([Fault("", "weights", fault, "give one for each scenario of the shock")])
    return found


def _names(measures: Sequence[Measure], portfolio: Portfolio) -> tuple[str, ...]:
    return tuple(measures[one].id for one in sorted(portfolio))


def _frontier(trial: Trial, front: Sequence[tuple[Portfolio, int, float]]) -> pd.DataFrame:
    avoided = trial.avoided([one for one, _, _ in front])
    cost = np.array([euro for _, euro, _ in front]) / 1e6
    return pd.DataFrame(
        {
            "cost_meur": cost,
            "avoided_value_added_meur": avoided[:, 0],
            "avoided_eu_meur": avoided[:, 1],
            "avoided_meur": avoided[:, 2],
            "net_meur": avoided[:, 0] - cost,
            "measures": [" + ".join(_names(trial.measures, one)) for one, _, _ in front],
        }
    )


def _table(trial: Trial, limits: search.Limits, priced: Sequence[int], chosen: Portfolio) -> pd.DataFrame:
    """What each measure does alone and in the plan, and which limit it would break."""
    measures = trial.measures
    each = [frozenset({i}) for i in range(len(measures))]
    alone = trial.avoided(each)
    inside = np.array([i in chosen for i in range(len(measures))])
    changed = trial.avoided([chosen ^ one for one in each])[:, 0]
    now = trial.avoided([chosen])[0, 0]
    costs = [one.cost_eur for one in measures]
    likely = np.array([cost[1] / 1e6 if cost else np.nan for cost in costs])
    moved = np.array([volume(trial.chain, one) for one in measures])
    return pd.DataFrame(
        {
            "measure_kind": [one.kind for one in measures],
            "title": [one.title for one in measures],
            "amount": [one.amount for one in measures],
            "unit": [one.of.unit for one in measures],
            "volume": moved,
            "volume_unit": [UNITS[one.kind] for one in measures],
            "delay_weeks": [one.delay_weeks for one in measures],
            "theme": [one.theme for one in measures],
            "act": [one.act for one in measures],
            **{
                f"cost_{name}_meur": pd.array([cost[k] / 1e6 if cost else None for cost in costs], "Float64")
                for k, name in enumerate(READINGS)
            },
            "alone_value_added_meur": alone[:, 0],
            "alone_eu_meur": alone[:, 1],
            "alone_meur": alone[:, 2],
            "alone_per_volume_meur": share_of(alone[:, 0], moved),
            "alone_per_euro": pd.array(
                [a / c if c > 0 else None for a, c in zip(alone[:, 0], likely, strict=True)], "Float64"
            ),
            "in_plan": inside,
            "in_plan_meur": np.where(inside, now - changed, changed - now),
            "fits": _fits(limits, priced, chosen, len(measures)),
        },
        pd.Index([one.id for one in measures], name="measure"),
    )


def _fits(limits: search.Limits, priced: Sequence[int], chosen: Portfolio, count: int) -> list[str]:
    """Why a measure cannot be added to the plan; empty where it could be, or is in it."""
    place = {one: at for at, one in enumerate(priced)}
    inner = frozenset(place[one] for one in chosen)
    said = []
    for one in range(count):
        if one not in place:
            said.append("no cost is given")
        elif one in chosen or limits.allow(inner | {place[one]}):
            said.append("")
        elif limits.costs[place[one]] > limits.budget:
            said.append("it alone costs more than the budget")
        elif limits.cost(inner | {place[one]}) > limits.budget:
            said.append("the budget is used up")
        else:
            said.append("who would stand in has promised its overtime already")
    return said
