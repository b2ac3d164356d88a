"""Which disruption is to blame for which part of a loss: an estimate, by linear reach."""

from __future__ import annotations

import numpy as np

from graphs.propagation import leontief
from graphs.shock import Effect, Shock
from graphs.valuechain import Floats, Integers, ValueChain

_LIKELY = 1


def split(chain: ValueChain, shock: Shock) -> Floats:
    """Share of each node's loss put down to each disruption in force.

    A disruption's linear reach of node j is its cut carried to customers (Σ_i cut_i l_ij) and to suppliers
    (Σ_j g_ij cut_j), times the share of the horizon in which it is in force.

    Returns:
        Nodes × disruptions, rows sum to 1; no columns without disruptions.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> from graphs.shock import shock
        >>> chain, day = sources.toy(), date(2021, 3, 1)
        >>> one = Disruption("A", ("DE",), day, effect="supply", severity_likely=0.3)
        >>> two = Disruption("B", ("DE",), day, effect="supply", severity_likely=0.1)
        >>> split(chain, shock(chain, [one, two], day, Method()))[0].round(2).tolist()
        [0.75, 0.25]
    """
    reach = [_reach(chain, effect, shock.weeks_before) for effect in shock.effects]
    if not reach:
        return np.zeros((len(chain), 0))
    table = np.column_stack(reach) + 1e-15
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def direct(chain: ValueChain, effect: Effect) -> Floats:
    """What a disruption takes from each node at first hand, likely reading.

    Returns:
        Share (n) of capacity for a supply effect, of final demand for a demand effect, of inputs for a link.
    """
    if effect.kind != "link":
        return effect.cut[:, _LIKELY]
    where, flow = _cut_flows(chain, effect)
    return _ratio(_sum_by(chain.inputs.buyer[where], flow, len(chain)), chain.flows.sum(axis=0))


def first_hand_meur(chain: ValueChain, effect: Effect) -> float:
    """What a disruption takes directly, before anything travels: million euro a year, likely reading."""
    if effect.kind == "link":
        return float(_cut_flows(chain, effect)[1].sum())
    if effect.kind == "demand":
        demand = np.maximum(chain.output - chain.flows.sum(axis=1), 0.0)
        return float(demand @ effect.cut[:, _LIKELY])
    return float(chain.output @ effect.cut[:, _LIKELY])


def _reach(chain: ValueChain, effect: Effect, weeks_before: int) -> Floats:
    """Output lost by node if one disruption travelled linearly, as a share."""
    time = float(effect.active[weeks_before:, _LIKELY].mean()) + 1e-6
    inverse, output = chain.leontief_inverse, chain.output
    first = direct(chain, effect)
    if effect.kind == "demand":
        demand = np.maximum(output - chain.flows.sum(axis=1), 0.0)
        return time * _ratio(leontief(chain, demand * first), output)
    unsold = first
    if effect.kind == "link":
        where, flow = _cut_flows(chain, effect)
        unsold = _ratio(_sum_by(chain.inputs.supplier[where], flow, len(chain)), output)
    to_customers = first @ inverse
    to_suppliers = _ratio(inverse @ (unsold * output), output)
    return time * (to_customers + to_suppliers)


def _cut_flows(chain: ValueChain, effect: Effect) -> tuple[Integers, Floats]:
    """The flows that a link effect cuts, and by how many million euro a year."""
    where = effect.flows(chain)
    return where, chain.inputs.flow_meur[where] * effect.cut[chain.inputs.supplier[where], _LIKELY]


def _sum_by(position: Integers, values: Floats, length: int) -> Floats:
    return np.bincount(position, values, minlength=length).astype(float)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
