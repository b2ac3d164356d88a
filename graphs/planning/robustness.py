"""Whether a plan stays right: in a milder and a harsher reading, and by other models of how a shock travels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from graphs.errors import Faults
from graphs.method import READINGS, Method
from graphs.planning import search
from graphs.planning.measures import Measure
from graphs.planning.trial import Portfolio, Trial
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain

COLUMNS = (
    "view", "loss_value_added_meur", "avoided_value_added_meur", "net_meur", "worth_it", "best_measures",
    "regret_meur", "note",
)  # fmt: skip


def robustness(
    chain: ValueChain,
    shock: Shock,
    measures: Sequence[Measure],
    chosen: Portfolio,
    finalists: Sequence[Portfolio],
    limits: search.Limits,
    method: Method,
    told: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """What the plan avoids in each other view, and how much better the best found there would be.

    A view is a reading of the shock (low, high), suppliers that replace each other within an industry
    (``pooled_stocks``), stocks half as large, or another model. In each the plan stands against the ``finalists`` and
    against those that take the measures by what each keeps for a euro there.

    Returns:
        By view: loss, what the plan avoids of it and keeps net of its cost, whether that is more than nothing, the
        best portfolio found and its advantage (``regret_meur``); with a ``note`` where a model cannot carry the plan.
    """
    priced = [i for i, one in enumerate(measures) if one.cost_eur is not None]
    rows: list[tuple[object, ...]] = []
    views = list(_views(shock, method))
    for number, (name, weights, way) in enumerate(views, 1):
        try:
            trial = Trial(chain, shock, weights, measures, way)
            rows.append(_row(name, trial, priced, chosen, finalists, limits))
        except Faults as error:
            note = "; ".join(fault.fault for fault in error.faults)
            rows.append((name, np.nan, np.nan, np.nan, None, "", np.nan, note))
        if told:
            told(number, len(views))
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("view")


def _views(shock: Shock, method: Method) -> Iterator[tuple[str, Floats, Method]]:
    three = shock.scenarios == len(READINGS)
    base = np.array([0.0, 1.0, 0.0]) if three else np.full(shock.scenarios, 1.0 / shock.scenarios)
    if three:
        yield "low reading", np.array([1.0, 0.0, 0.0]), method
        yield "high reading", np.array([0.0, 0.0, 1.0]), method
    if method.model == "inventories":
        yield (
            "suppliers of an industry replace each other",
            base,
            replace(method, pooled_stocks=not method.pooled_stocks),
        )
        least = 1.0 / method.psi
        goods, flows = (max(least, one / 2) for one in (method.stock_weeks_goods, method.stock_weeks_flows))
        yield "normal stocks half as large", base, replace(method, stock_weeks_goods=goods, stock_weeks_flows=flows)
    if method.model != "ario":
        yield (
            f"model ario, in which buyers hold {method.ario.stock_days_goods:g} days of goods",
            base,
            replace(method, model="ario"),
        )


def _row(
    name: str,
    trial: Trial,
    priced: Sequence[int],
    chosen: Portfolio,
    finalists: Sequence[Portfolio],
    limits: search.Limits,
) -> tuple[str, float, float, float, bool, str, float, str]:
    def outer(portfolio: Portfolio) -> Portfolio:
        return frozenset(priced[one] for one in portfolio)

    def values(portfolios: Sequence[Portfolio]) -> Floats:
        return np.asarray(trial.avoided([outer(one) for one in portfolios])[:, 0])

    own = [outer(one) for one in search.by_ratio(values, limits)]
    rivals = list(dict.fromkeys([chosen, frozenset(), *finalists, *own]))
    avoided = trial.avoided(rivals)[:, 0]
    costs = [sum((trial.measures[i].cost_eur or (0, 0, 0))[1] for i in one) / 1e6 for one in rivals]
    net = avoided - np.array(costs)
    best = int(np.argmax(net))
    if net[best] - net[0] <= search.NOISE * max(1.0, trial.loss[0]):
        best = 0
    said = " + ".join(trial.measures[i].id for i in sorted(rivals[best]))
    return name, trial.loss[0], avoided[0], net[0], bool(net[0] > 0), said, net[best] - net[0], ""
