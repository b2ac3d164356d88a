"""ARIO: shocks of capacity, demand and links through stocks and rationing, in daily or weekly steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graphs.assumptions import Ario
from graphs.method import Method
from graphs.propagation.trading import Aids, Cuts, Table, trade
from graphs.shock import Shock
from graphs.valuechain import Floats, Integers, ValueChain, residual_demand, share_of

_NOISE = 1e-9
"""Differences below this share of output are rounding."""


def ario(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    """Share of normal output made when capacity, final demand and links are cut: the adaptive regional
    input–output model with inventories.

    Buyer j holds one stock S_pj of each input industry p, whoever supplied it, for s_p steps of normal use. With
    x, z_ij and f normal output, flows and final demand, z_pj = Σ_{i∈p} z_ij, a_pj = z_pj / x_j, a step runs:

    1. *Demand.* Supplier i is asked for d_i = Σ_j o_ij + f_i: orders placed at the start of the step, final demand.
    2. *Overtime.* Where more is asked than was made, h = (d_i − x_i(t−1)) / d_i > 0: α ← α + (α_max − α) h / τ_α;
       else α ← α + (α_base − α) / τ_α.
    3. *Production.* x_opt = min(x · capacity · α, d), and x(t) = x_opt · min(1, min_p S_pj / (ψ s_p a_pj x_opt)), over
       the inputs that can stop production.
    4. *Rationing.* Everybody gets the same share of his order, r_i = x_i(t) / d_i; what is missing is not made up.
       S_pj ← S_pj + Σ_{i∈p} o_ij r_i − a_pj x_j(t).
    5. *Orders.* Use, and a part of what is missing: w_pj = a_pj x_j(t) + max(0, s_p a_pj x_opt − S_pj) / τ, split over
       the suppliers by normal shares, o_ij = w_pj z_ij / z_pj; or, with ``orders_by_capacity``, by z_ij capacity_i α_i.

    *Links.* Behind a cut c_ij nobody orders and nobody delivers, from the first step on: o_ij ← (1 − c_ij) o_ij. Of the
    orders that have no way, those that are open in the same industry get ``substitution_share``, by their shares in
    what is open; the rest is not ordered, and the stock runs down.

    *Support* (``graphs.support``). An extra stock is added to S_pj when it is there, and to what orders aim at. A
    stand-in delivers what is missing of an order to a supplier, up to its share times its own r; what is moved is
    delivered as the stand-in delivers. Nobody is asked for more because of it.

    *Final demand that is negative* (stocks run down) is not cut: it adds to what can be delivered.

    It follows BoARIO 0.7 phase by phase, and differs in this: (a) overtime ends wherever there is no scarcity; there
    only where demand is to the last digit what was made; (b) links can be cut; (c) nothing is rounded off: there,
    stocks within 1e-5 of what they were, or should be, stay as they are; (d) nothing is rebuilt: a cut is given.

    With stocks and orders in shares of normal use this needs no matrix of orders: with fixed shares an order is one
    number by input industry and buyer, and flows are read once a step for both, what arrives and what is asked.

    A result may be more than 1: after a shock, overtime fills stocks again. A cut that is deeper may lose less, since
    a buyer in trouble takes from others, and after a deep one with thin stocks production may never come back (the
    inventory spiral): see ``path.steps_to_recover``.

    Args:
        shock: effects of any kind, in steps of any number of days.
        method: its field ``ario`` holds the assumptions.

    Returns:
        Share of normal output made (steps × n × k); exactly 1 where nothing is lost.

    Raises:
        Faults: stocks that do not last for a step.

    References:
        Hallegatte 2008, Risk Analysis 28(3), doi:10.1111/j.1539-6924.2008.01046.x; Hallegatte 2014, Risk Analysis
        34(1), doi:10.1111/risa.12090; Guan et al. 2020 (orders by capacity).

    Examples:
        >>> from graphs import sources
        >>> from graphs.shock import Effect
        >>> cut = np.zeros((12, 1))
        >>> cut[9] = 0.5
        >>> strike = Effect("supply", cut, np.ones((60, 1)), np.zeros((12, 1)))
        >>> shock = Shock((strike,), steps=60, step_days=1, scenarios=1)
        >>> made = ario(sources.toy(), shock, Method(ario=Ario(stock_days_goods=20.0)))[:, :, 0]
        >>> made[[0, 59], 9].round(3).tolist(), made[[0, 20, 59], 2].round(3).tolist()
        ([0.5, 0.495], [1.0, 0.984, 0.627])
    """
    made = np.empty((shock.steps, len(chain), shock.scenarios))
    for step, one in enumerate(ario_steps(chain, shock, method)):
        made[step] = one.made
    made[:, chain.output == 0] = 1.0
    return np.where(abs(made - 1.0) < _NOISE, 1.0, made)


@dataclass(frozen=True, eq=False)
class Step:
    """One step: share of normal output ``made``, and what the stocks would allow at the next one (n × k)."""

    made: Floats
    allowed: Floats


def ario_steps(chain: ValueChain, shock: Shock, method: Method) -> Iterator[Step]:
    """The steps of ``ario``, one by one: for those who need more of each, or not all of them."""
    table = Table.of(chain, method.ario, shock.step_days)
    cuts = Cuts.of(chain, shock.links(chain))
    return _steps(chain, shock, method.ario, table, cuts)


def _steps(chain: ValueChain, shock: Shock, given: Ario, table: Table, cuts: Cuts) -> Iterator[Step]:
    final = residual_demand(chain)[table.node]
    to_users, drawn, output = np.maximum(final, 0.0), np.maximum(-final, 0.0), chain.output[table.node]
    shape = (shock.scenarios, len(chain))
    made, allowed, alpha = np.ones(shape), np.empty(shape), np.full(shape, given.alpha_base)
    stock, order = np.repeat(table.target[:, None], shape[0], axis=1), np.ones((len(table.target), shape[0]))
    placed, keen, ones = np.empty((len(table.blocks) - 1, *shape)), np.ones(shape), np.ones(shape)
    per_tau = min(1.0, shock.step_days / given.restock_days)
    aids = Aids.of(chain, table, shock.support, shock.scenarios)
    stores = np.where(table.target[:, None] > 0, aids.stored(chain, 0, shock.step_days), 0.0)
    stock += stores
    extra, no_aid = stores, np.zeros_like(aids.share)

    def following(
        made: Floats, aimed: Floats, due: Floats, left: Floats, left_next: Floats, keen: Floats, aid: Floats
    ) -> Floats:
        trade(
            table.blocks, table.place, table.buyer_start, table.group_start, table.run, table.supplier, table.flow,
            table.per_bought, table.target, table.per_enough, cuts.first, left, left_next, due, keen, made, aimed,
            stock, order, allowed, placed, per_tau, given.substitution_share, given.orders_by_capacity,
            aids.start, aids.flow, aids.stand_in, aids.moved, aid, extra,
        )  # fmt: skip
        return placed.sum(axis=0) * keen

    # A normal step before the first: its orders are those that the first finds, less what the first cuts take.
    left = cuts.left(0)
    asked = following(ones, ones, ones, np.ones_like(left), left, ones, no_aid)
    for step in range(shock.steps):
        users = to_users * _remaining(shock, "demand", step, table.node)
        wanted = share_of(np.maximum(asked + users - drawn, 0.0), output)
        scarcity = share_of(wanted - made, wanted)
        short = scarcity > _NOISE
        speed = np.where(short, scarcity, 1.0) * min(1.0, shock.step_days / given.alpha_days)
        alpha += (np.where(short, given.alpha_max, given.alpha_base) - alpha) * speed
        able = _remaining(shock, "supply", step, table.node) * alpha
        aimed = np.minimum(wanted, able)
        made = np.minimum(aimed, allowed)
        due = keen * np.minimum(share_of(made * output + drawn, asked + users), 1.0)
        keen = able if given.orders_by_capacity else ones
        before, left = left, cuts.left(min(step + 1, shock.steps - 1))
        asked = following(made, aimed, due, before, left, keen, aids.at(step))
        if shock.support:
            stores = np.where(table.target[:, None] > 0, aids.stored(chain, step + 1, shock.step_days), 0.0)
            extra, stock = extra + stores, stock + stores
        yield Step(made[:, table.place].T, allowed[:, table.place].T)


def _remaining(shock: Shock, kind: str, step: int, node: Integers) -> Floats:
    """Share that is left in a step, all effects of a kind together (k × n)."""
    share = np.ones((shock.scenarios, len(node)))
    for effect in shock.effects:
        if effect.kind == kind and effect.active[step].any():
            share *= 1.0 - (effect.active[step] * effect.cut[node]).T
    for one in shock.relief:
        if one.kind == kind and step >= one.begin:
            share = np.minimum(1.0, share + one.share[node].T)
    return share
