"""Time to survive: how long customers go on when a supplier stands still, against the time it takes to recover."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.propagation.ario import ario_steps
from graphs.propagation.path import TOLERANCE_SHARE
from graphs.shock import Effect, Shock
from graphs.valuechain import Integers, ValueChain, positions

_SIDE_BY_SIDE = 64


def plant_time_to_survive(stock: float, demand_rate: float, other_rate: float = 0.0) -> float:
    """How long a plant goes on without one supplier: stock / (demand − what the others can deliver).

    Args:
        stock: units held.
        demand_rate: units used in a unit of time.
        other_rate: units that other suppliers deliver in it.

    Returns:
        Units of time; endless where the others suffice.

    Raises:
        Faults: values that are missing or negative.

    References:
        Simchi-Levi et al. 2014, Harvard Business Review 92(1–2); 2015, Interfaces 45(5), doi:10.1287/inte.2015.0804.

    Examples:
        >>> plant_time_to_survive(30, demand_rate=100, other_rate=50), plant_time_to_survive(30, 100, 100)
        (0.6, inf)
    """
    given = {"stock": stock, "demand_rate": demand_rate, "other_rate": other_rate}
    bad = [name for name, value in given.items() if not 0 <= value < float("inf")]
    if bad:
        raise Faults(Fault("", name, f"{given[name]} is not a number of 0 or more", "give one") for name in bad)
    missing = demand_rate - other_rate
    return stock / missing if missing > 0 else float("inf")


def plant_lost_units(stock: float, demand_rate: float, other_rate: float, time_to_recover: float) -> float:
    """Units that the plant cannot make until its supplier is back: (TTR − TTS) · (demand − others), 0 or more.

    Examples:
        >>> plant_lost_units(30, demand_rate=100, other_rate=50, time_to_recover=2)
        70.0
    """
    survives = plant_time_to_survive(stock, demand_rate, other_rate)
    return max(0.0, time_to_recover - survives) * (demand_rate - other_rate) if survives < float("inf") else 0.0


def is_hidden_risk(time_to_survive: float, time_to_recover: float | None) -> bool:
    """Whether stocks end before the supplier is back: TTS < TTR; None is a supplier that does not come back.

    Examples:
        >>> is_hidden_risk(0.6, 2), is_hidden_risk(3, 2), is_hidden_risk(100, None), is_hidden_risk(float("inf"), None)
        (True, False, True, False)
    """
    return time_to_survive < (float("inf") if time_to_recover is None else time_to_recover)


def time_to_survive(
    chain: ValueChain,
    keys: Iterable[str],
    method: Method,
    horizon_days: int = 182,
    step_days: int = 1,
    tolerance: float = TOLERANCE_SHARE,
) -> pd.Series[float]:
    """How long each node can be out completely before a customer of it can no longer make its normal output.

    Each node alone stands still from day 0 on, in the model of ``ario``, many side by side. What counts is what the
    stocks of its customers allow, whoever they are: a customer that also sells to the node loses orders at once, which
    is a loss of demand and no want of inputs.

    Args:
        keys: nodes that stand still.
        method: its field ``ario`` has the stocks.
        horizon_days: as far as it is looked.
        tolerance: share of normal output that may be missing.

    Returns:
        Full days that every customer can go on, by key; endless where all can for the whole horizon.

    Raises:
        Faults: keys that are not in the chain; stocks that do not last for a step; no day to look at.

    References:
        Simchi-Levi et al. 2014, Harvard Business Review 92(1–2); 2015, Interfaces 45(5), doi:10.1287/inte.2015.0804.

    Examples:
        >>> from graphs import sources
        >>> time_to_survive(sources.toy(), ["TW_C26", "FR_G47"], Method()).to_dict()
        {'TW_C26': 19.0, 'FR_G47': inf}
    """
    if not horizon_days >= step_days >= 1:
        fault = f"{horizon_days} days in steps of {step_days} hold no step"
        raise Faults([Fault("", "horizon_days", fault, "give at least one step of at least one day")])
    wanted = positions(chain, keys)
    days = [
        _days(chain, wanted[first : first + _SIDE_BY_SIDE], method, horizon_days // step_days, step_days, tolerance)
        for first in range(0, len(wanted), _SIDE_BY_SIDE)
    ]
    values = np.concatenate(days) if days else np.zeros(0)
    return pd.Series(values, chain.keys[wanted], name="time_to_survive_days")


def _days(
    chain: ValueChain, out: Integers, method: Method, steps: int, step_days: int, tolerance: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    count = len(out)
    cut, none = np.zeros((len(chain), count)), np.zeros((len(chain), count))
    cut[out, np.arange(count)] = 1.0
    shock = Shock((Effect("supply", cut, np.ones((steps, count)), none),), steps, step_days, count)
    customers = chain.flows[out].toarray().T > 0
    found = np.full(count, np.inf)
    for step, one in enumerate(ario_steps(chain, shock, method)):
        # What a step leaves in stock is what the next one can be made of.
        short = (customers & (one.allowed < 1.0 - tolerance)).any(axis=0) & np.isinf(found)
        found[short] = (step + 1) * step_days
        if np.isfinite(found).all():
            break
    return np.where(found < steps * step_days, found, np.inf)
