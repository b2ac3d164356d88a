"""Which disruption is to blame for which part of a loss: an estimate, by what each would cost alone."""

from __future__ import annotations

import numpy as np

from graphs.method import Method
from graphs.propagation import leontief
from graphs.propagation.inventories import inventories, residual_demand
from graphs.shock import CutLinks, DatedShock, Effect
from graphs.valuechain import Floats, Integers, ValueChain, share_of

_LIKELY = 1


def split(chain: ValueChain, shock: DatedShock, method: Method) -> Floats:
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
    time = np.array([effect.active[shock.weeks_before :, _LIKELY].mean() for effect in shock.effects])
    unsold = np.array([_unsold(chain, effect) for effect in shock.effects])
    first = np.array([direct(chain, effect) * (effect.kind != "demand") for effect in shock.effects])
    to_suppliers = time * share_of(leontief(chain, unsold).T, chain.output[:, None])
    to_customers = time * (first @ chain.leontief_inverse).T
    alone = _simulated(chain, shock, method, to_suppliers)
    table = alone + 1e-6 * (to_suppliers + to_customers) + 1e-15
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _simulated(chain: ValueChain, shock: DatedShock, method: Method, to_suppliers: Floats) -> Floats:
    """Share of output over the horizon that each disruption would cost by itself (n × disruptions), likely reading.

    Cuts of demand cost suppliers only, linearly: ``to_suppliers``. Cuts of capacity that overtime makes good reach no
    customer: they cost what they cut, and elsewhere the suppliers. The others run through the stocks, side by side.
    """
    lost = to_suppliers.copy()
    deep = []
    for number, effect in enumerate(shock.effects):
        if effect.kind == "link":
            found = effect.links(chain)
            links = [CutLinks(found.where, found.cut[:, [_LIKELY]], found.active[:, [_LIKELY]])]
            kept = inventories(chain, np.ones((shock.steps, len(chain), 1)), links, method)
            lost[:, number] = 1.0 - kept[shock.weeks_before :, :, 0].mean(axis=0)
        elif effect.kind == "supply" and (1.0 - effect.cut[:, _LIKELY].max()) * (1.0 + method.overtime_share) < 1.0:
            deep.append(number)
        elif effect.kind == "supply":
            cut = effect.cut[:, _LIKELY]
            time = effect.active[shock.weeks_before :, _LIKELY].mean()
            lost[:, number] = np.where(cut > 0, time * cut, to_suppliers[:, number])
    if deep:
        cuts = [shock.effects[number].active[:, [_LIKELY]] * shock.effects[number].cut[:, _LIKELY] for number in deep]
        kept = inventories(chain, 1.0 - np.stack(cuts, axis=2), [], method)
        lost[:, deep] = 1.0 - kept[shock.weeks_before :].mean(axis=0)
    return lost


def direct(chain: ValueChain, effect: Effect) -> Floats:
    """What a disruption takes from each node at first hand, likely reading.

    Returns:
        Share (n) of capacity for a supply effect, of final demand for a demand effect, of inputs for a link.
    """
    if effect.kind != "link":
        return effect.cut[:, _LIKELY]
    where, flow = _cut_flows(chain, effect)
    return share_of(_sum_by(chain.inputs.buyer[where], flow, len(chain)), chain.flows.sum(axis=0))


def first_hand_meur(chain: ValueChain, effect: Effect) -> float:
    """What a disruption takes directly, before anything travels: million euro a year, likely reading."""
    return float(_unsold(chain, effect).sum())


def _unsold(chain: ValueChain, effect: Effect) -> Floats:
    """Output that finds no buyer or is not made, at first hand: million euro a year by node."""
    if effect.kind == "link":
        where, flow = _cut_flows(chain, effect)
        return _sum_by(chain.inputs.supplier[where], flow, len(chain))
    base = np.maximum(residual_demand(chain), 0.0) if effect.kind == "demand" else chain.output
    return np.asarray(base * effect.cut[:, _LIKELY], float)


def _cut_flows(chain: ValueChain, effect: Effect) -> tuple[Integers, Floats]:
    """The flows that a link effect cuts, and by how many million euro a year."""
    found = effect.links(chain)
    return found.where, chain.inputs.flow_meur[found.where] * found.cut[:, _LIKELY]


def _sum_by(position: Integers, values: Floats, length: int) -> Floats:
    return np.bincount(position, values, minlength=length).astype(float)
