"""Which disruption is to blame for which part of a loss: an estimate, by what each would cost alone."""

from __future__ import annotations

import numpy as np

from graphs.inventories import CutLinks, inventories
from graphs.method import Method
from graphs.propagation import demand_kept, leontief
from graphs.shock import Effect, Shock
from graphs.valuechain import Floats, Integers, ValueChain

_LIKELY = 1


def split(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    """Share of each node's loss put down to each disruption in force.

    In proportion to what each would cost alone over the horizon, likely reading. Where none would cost anything
    alone (stocks absorb each, but not all together), in proportion to linear reach: the cuts carried to customers
    (Σ_i cut_i l_ij) and to suppliers (Σ_j g_ij cut_j).

    Returns:
        Nodes × disruptions, rows sum to 1; no columns without disruptions.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.disruption import Disruption
        >>> from graphs.shock import shock
        >>> chain, day = sources.toy(), date(2021, 3, 1)
        >>> one = Disruption("A", ("DE",), day, effect="supply", severity_likely=0.3, industries=("C29",))
        >>> two = Disruption("B", ("DE",), day, effect="supply", severity_likely=0.1, industries=("C29",))
        >>> split(chain, shock(chain, [one, two], day, Method()), Method())[2].round(2).tolist()
        [0.75, 0.25]
    """
    if not shock.effects:
        return np.zeros((len(chain), 0))
    reach = np.column_stack([_reach(chain, effect, shock.weeks_before) for effect in shock.effects])
    table = _alone(chain, shock, method) + 1e-6 * reach + 1e-15
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _alone(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    """Share of output over the horizon that each disruption would cost by itself (n × disruptions), likely reading."""
    lost = np.zeros((len(chain), len(shock.effects)))
    supply = [number for number, effect in enumerate(shock.effects) if effect.kind == "supply" and effect.cut.any()]
    if supply:  # side by side, in one run
        capacity = np.ones((shock.weeks, len(chain), len(supply)))
        for column, number in enumerate(supply):
            effect = shock.effects[number]
            capacity[:, :, column] -= effect.active[:, [_LIKELY]] * effect.cut[:, _LIKELY]
        kept = inventories(chain, capacity, [], method)
        lost[:, supply] = 1.0 - kept[shock.weeks_before :].mean(axis=0)
    for number, effect in enumerate(shock.effects):
        if effect.kind == "demand":
            peak = 1.0 - demand_kept(chain, 1.0 - effect.cut[:, _LIKELY])
            lost[:, number] = peak * effect.active[shock.weeks_before :, _LIKELY].mean()
        elif effect.kind == "link":
            where = effect.flows(chain)
            cut = effect.cut[chain.inputs.supplier[where]][:, [_LIKELY]]
            links = [CutLinks(where, cut, effect.active[:, [_LIKELY]])]
            kept = inventories(chain, np.ones((shock.weeks, len(chain), 1)), links, method)
            lost[:, number] = 1.0 - kept[shock.weeks_before :, :, 0].mean(axis=0)
    return lost


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
