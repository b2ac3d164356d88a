"""How much a measure moves: the volume that a cost per unit is multiplied by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from graphs.planning.applying import flows, nodes
from graphs.planning.measures import Measure
from graphs.propagation import WEEKS_A_YEAR
from graphs.valuechain import ValueChain, residual_demand

UNITS = {
    "stock": "million EUR of goods held",
    "second supplier": "million EUR a year of deliveries",
    "nearer supplier": "million EUR a year of deliveries",
    "substitution": "million EUR a year of deliveries",
    "new capacity": "million EUR a year of deliveries",
    "shared capacity": "million EUR a year of output",
    "skills": "million EUR a year of output",
    "demand support": "million EUR a year of final demand",
    "transport alternative": "share of the cut sales",
    "simpler rule": "weeks",
}
"""What one unit of volume of each kind is."""

Prices = Mapping[str, tuple[Decimal, Decimal, Decimal]]
"""Cost of one unit of volume by kind, low, likely and high, million EUR."""


def volume(chain: ValueChain, measure: Measure) -> float:
    """How much a measure moves, in the unit of its kind (``UNITS``).

    Stocks: weeks × what the buyers use a week; deliveries: share × flow a year; capacity and demand: share × a year's.

    Examples:
        >>> from graphs import sources
        >>> stock = Measure("M1", "stock", 13, ("DE_C29",), ("TW_C26",))
        >>> volume(sources.toy(), stock)
        10.0
    """
    if measure.kind in ("transport alternative", "simpler rule", "new capacity"):
        return measure.amount
    if measure.kind in ("shared capacity", "skills"):
        return measure.amount * float(chain.output[nodes(chain, measure.at)].sum())
    if measure.kind == "demand support":
        return measure.amount * float(residual_demand(chain)[nodes(chain, measure.at)].clip(0).sum())
    bought = float(chain.inputs.flow_meur[flows(chain, measure)].sum())
    return measure.amount * bought / (WEEKS_A_YEAR if measure.kind == "stock" else 1.0)


def priced(chain: ValueChain, measures: Sequence[Measure], prices: Prices) -> list[Measure]:
    """Measures with costs from prices by kind, to the nearest euro; what has a cost, or no price, stays as it is.

    Examples:
        >>> from graphs import sources
        >>> stock = Measure("M1", "stock", 13, ("DE_C29",), ("TW_C26",))
        >>> prices = {"stock": (Decimal("0.1"), Decimal("0.2"), Decimal("0.3"))}
        >>> priced(sources.toy(), [stock], prices)[0].cost_eur
        (1000000, 2000000, 3000000)
    """
    found = []
    for one in measures:
        given = prices.get(one.kind)
        if given is None or one.cost_eur is not None:
            found.append(one)
            continue
        much = Decimal(repr(volume(chain, one)))
        low, likely, high = ((much * price).quantize(Decimal("0.000001"), ROUND_HALF_UP) for price in given)
        found.append(replace(one, cost_low_meur=low, cost_likely_meur=likely, cost_high_meur=high))
    return found
