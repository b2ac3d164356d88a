"""Which disruption is to blame for which part of a loss: an estimate, by what each would cost alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphs.method import Method
from graphs.propagation.inventories import Course, Run
from graphs.propagation.path import clean
from graphs.shock import CutLinks, DatedShock, Effect
from graphs.valuechain import Floats, Integers, ValueChain, residual_demand, share_of

_LIKELY = 1


def shares(costs: Sequence[Floats], nodes: int) -> Floats:
    """Share of each node's loss put down to each disruption in force, in proportion to its ``cost``.

    Returns:
        Nodes × disruptions, rows sum to 1; no columns without disruptions.

    Examples:
        >>> shares([np.array([0.3, 0.1]), np.array([0.1, 0.1])], 2).round(9).tolist()
        [[0.75, 0.25], [0.5, 0.5]]
    """
    if not costs:
        return np.zeros((nodes, 0))
    table = np.column_stack(costs)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def alone(chain: ValueChain, shock: DatedShock, effect: Effect, method: Method) -> list[Run]:
    """The run of the inventory model that says what one disruption costs alone, likely reading; none if none is needed.

    Cuts of demand, and cuts of capacity that overtime makes good, need none: see ``cost``.
    """
    likely, capacity = [_LIKELY], np.ones((shock.steps, len(chain), 1))
    if effect.kind == "link":
        found = effect.links(chain)
        return [Run(capacity, [CutLinks(found.where, found.cut[:, likely], found.active[:, likely])])]
    if effect.kind == "supply" and (1.0 - effect.cut[:, _LIKELY].max()) * (1.0 + method.overtime_share) < 1.0:
        return [Run(capacity - effect.active[:, likely][:, None] * effect.cut[:, likely], [])]
    return []


def cost(chain: ValueChain, shock: DatedShock, effect: Effect, course: Course | None) -> Floats:
    """Share of output over the horizon that one disruption would cost each node if it were alone, likely reading.

    Cuts of demand cost suppliers only, linearly. Cuts of capacity that overtime makes good reach no customer: they
    cost what they cut, and elsewhere the suppliers. The others run through the stocks. A little of the linear reach,
    to customers (Σ_i cut_i l_ij) and to suppliers (Σ_j g_ij cut_j), is added, so that a loss which stocks would absorb
    of each but not of all together has somebody to blame.

    It does not depend on what else is in force, and is taken from the inventory model whatever model the method names.

    Args:
        course: how the run of ``alone`` went; None if there was none.

    Returns:
        One number above 0 for each node (n).
    """
    time = effect.active[shock.weeks_before :, _LIKELY].mean()
    # Not by BLAS, whose threads go on waiting for work after a product and take the other cores from what runs beside.
    inverse, unsold = chain.leontief_inverse, _unsold(chain, effect)
    hit = np.flatnonzero(unsold)
    to_suppliers = time * share_of(np.einsum("ij,j->i", inverse[:, hit], unsold[hit]), chain.output)
    first = direct(chain, effect) * (effect.kind != "demand")
    hit = np.flatnonzero(first)
    to_customers = time * np.einsum("i,ij->j", first[hit], inverse[hit])
    own = to_suppliers
    if course is not None:
        own = 1.0 - clean(course.made)[shock.weeks_before :, :, 0].mean(axis=0)
    elif effect.kind == "supply":
        own = np.where(first > 0, time * first, to_suppliers)
    return np.asarray(own + 1e-6 * (to_suppliers + to_customers) + 1e-15)


def direct(chain: ValueChain, effect: Effect) -> Floats:
    """What a disruption takes from each node at first hand, likely reading.

    Returns:
        Share (n) of capacity for a supply effect, of final demand for a demand effect, of inputs for a link.
    """
    if effect.kind != "link":
        return effect.cut[:, _LIKELY]
    where, flow = _cut_flows(chain, effect)
    bought = chain.once("bought", lambda: chain.flows.sum(axis=0))
    return share_of(_sum_by(chain.inputs.buyer[where], flow, len(chain)), bought)


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
