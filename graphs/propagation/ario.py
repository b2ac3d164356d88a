"""ARIO: shocks of capacity, demand and links through stocks and rationing, in daily or weekly steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs import classification
from graphs.assumptions import Ario
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.propagation.inventories import FLOWS, GOODS, residual_demand
from graphs.shock import CutLinks, Shock
from graphs.valuechain import Floats, Integers, ValueChain, share_of

_BLOCKS = 8
"""Buyers are dealt into so many parts whatever the number of threads: sums come out the same on every machine."""
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

    *Final demand that is negative* (stocks run down) is not cut: it adds to what can be delivered.

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
    table = _Table.of(chain, method.ario, shock.step_days)
    cuts = _Cuts.of(chain, shock.links(chain))
    return _steps(chain, shock, method.ario, table, cuts)


def _steps(chain: ValueChain, shock: Shock, given: Ario, table: _Table, cuts: _Cuts) -> Iterator[Step]:
    final = residual_demand(chain)[table.node]
    to_users, drawn, output = np.maximum(final, 0.0), np.maximum(-final, 0.0), chain.output[table.node]
    shape = (shock.scenarios, len(chain))
    made, allowed, alpha = np.ones(shape), np.empty(shape), np.full(shape, given.alpha_base)
    stock, order = np.repeat(table.target[:, None], shape[0], axis=1), np.ones((len(table.target), shape[0]))
    placed, keen, ones = np.empty((len(table.blocks) - 1, *shape)), np.ones(shape), np.ones(shape)
    per_tau = min(1.0, shock.step_days / given.restock_days)

    def trade(made: Floats, aimed: Floats, due: Floats, left: Floats, left_next: Floats, keen: Floats) -> Floats:
        _trade(
            table.blocks, table.place, table.buyer_start, table.group_start, table.run, table.supplier, table.flow,
            table.per_bought, table.target, table.per_enough, cuts.first, left, left_next, due, keen, made, aimed,
            stock, order, allowed, placed, per_tau, given.substitution_share, given.orders_by_capacity,
        )  # fmt: skip
        return placed.sum(axis=0) * keen

    # A normal step before the first: its orders are those that the first finds, less what the first cuts take.
    left = cuts.left(0)
    asked = trade(ones, ones, ones, np.ones_like(left), left, ones)
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
        asked = trade(made, aimed, due, before, left, keen)
        yield Step(made[:, table.place].T, allowed[:, table.place].T)


@dataclass(frozen=True, eq=False)
class _Table:
    """What does not change: flows in groups (one input industry of one buyer), groups in buyers, buyers in blocks.

    Places are nodes sorted by industry, so that the suppliers of a group mostly stand side by side: then ``run`` is
    the place of the first, else −1. ``target``: stock in steps of normal use, 0 where it is endless; ``per_enough``:
    one over the stock below which production slows, 0 where it never does.
    """

    node: Integers
    place: Integers
    supplier: npt.NDArray[np.int32]
    flow: Floats
    group_start: Integers
    run: Integers
    per_bought: Floats
    target: Floats
    per_enough: Floats
    buyer_start: Integers
    blocks: Integers

    @classmethod
    def of(cls, chain: ValueChain, given: Ario, step_days: int) -> _Table:
        links = chain.inputs
        industry, country = pd.factorize(chain.nodes.industry, sort=True)[0], pd.factorize(chain.nodes.country)[0]
        node = np.lexsort((country, industry))
        place = np.argsort(node)
        supplier = place[links.supplier].astype(np.int32)
        first, last = links.group_start[:-1], links.group_start[1:] - 1
        side_by_side = supplier[last] - supplier[first] == last - first
        bought = np.add.reduceat(links.flow_meur, first) if len(first) else np.zeros(0)
        target = (_stock_days(chain, given) / step_days)[links.industry[first]]
        _refuse_thin_stocks(chain, given, target, links.industry[first], step_days)
        stops = np.isfinite(target) & (share_of(bought, chain.output[links.buyer[first]]) >= given.binding_share)
        target[np.isinf(target)] = 0.0
        buyer_start = np.searchsorted(links.buyer[first], np.arange(len(chain) + 1)).astype(np.int64)
        parts = np.linspace(0, len(links.flow_meur), min(_BLOCKS, len(chain)) + 1)
        blocks = np.searchsorted(links.group_start[buyer_start], parts).astype(np.int64)
        blocks[0], blocks[-1] = 0, len(chain)
        return cls(
            node, place, supplier, links.flow_meur, links.group_start, np.where(side_by_side, supplier[first], -1),
            share_of(np.ones(len(bought)), bought), target, share_of(stops.astype(float), given.psi * target),
            buyer_start, blocks,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Cuts:
    """The flows of all groups that a cut link touches, and where those of each group begin (−1: untouched)."""

    links: Sequence[CutLinks]
    first: Integers
    index: Integers
    count: int

    @classmethod
    def of(cls, chain: ValueChain, links: Sequence[CutLinks]) -> _Cuts:
        start = chain.inputs.group_start
        where = np.unique(np.concatenate([one.where for one in links])) if links else np.zeros(0, np.int64)
        touched = np.unique(np.searchsorted(start, where, side="right") - 1)
        sizes = np.diff(start)[touched]
        first, index = np.full(len(start) - 1, -1), np.full(len(chain.inputs.flow_meur), -1)
        first[touched] = np.cumsum(sizes) - sizes
        for group in touched:
            index[start[group] : start[group + 1]] = first[group] + np.arange(start[group + 1] - start[group])
        return cls(links, first, index, int(sizes.sum()))

    def all_open(self, scenarios: int) -> Floats:
        return np.ones((self.count, scenarios))

    def left(self, step: int) -> Floats:
        """Share of each touched flow that is open in a step (flows × k)."""
        if not self.links:
            return np.ones((0, 1))
        left = self.all_open(self.links[0].cut.shape[1])
        for one in self.links:
            left[self.index[one.where]] *= 1.0 - one.active[step] * one.cut
        return left


_FAST = {"reassoc", "contract"}
"""Sums may be taken in the order that is fastest; endless and missing numbers keep their meaning."""


@numba.njit(cache=True, parallel=True, fastmath=_FAST)
def _trade(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    blocks, place, buyer_start, group_start, run, supplier, flow, per_bought, target, per_enough, first_cut, left,
    left_next, due, keen, made, aimed, stock, order, allowed, placed, per_tau, substitution, by_capacity,
) -> None:  # fmt: skip
    """Deliveries, use and new orders of a step, in one reading of the flows.

    ``due`` (k × n): share of an order that a supplier delivers; ``order`` (groups × k): what each group ordered, in
    shares of normal use, then what it orders next; ``placed`` (blocks × k × n): the new orders by supplier, million
    euro a year; ``allowed`` (k × n): the output that the new stocks allow.
    """
    for block in numba.prange(len(blocks) - 1):
        asked = placed[block]
        asked[:] = 0.0
        for b in range(blocks[block], blocks[block + 1]):
            j = place[b]
            allowed[:, j] = np.inf
            for g in range(buyer_start[b], buyer_start[b + 1]):
                lo, hi, start, cut = group_start[g], group_start[g + 1], run[g], first_cut[g]
                weights, names = flow[lo:hi], supplier[lo:hi]
                for c in range(len(made)):
                    if cut >= 0:
                        sent = _sum_open(weights, due[c], names, left[cut : cut + hi - lo, c])
                    elif start >= 0:
                        sent = _sum(weights, due[c, start : start + hi - lo])
                    else:
                        sent = _sum_of(weights, due[c], names)
                    wanted = made[c, j]
                    if target[g] > 0.0:
                        held = max(0.0, stock[g, c] + order[g, c] * sent * per_bought[g] - wanted)
                        stock[g, c] = held
                        wanted += max(0.0, target[g] * aimed[c, j] - held) * per_tau
                        if per_enough[g] > 0.0:
                            allowed[c, j] = min(allowed[c, j], held * per_enough[g])
                    if by_capacity or cut >= 0:
                        willing = _sum_of(weights, keen[c], names)
                        way = willing
                        if cut >= 0:
                            way = _sum_open(weights, keen[c], names, left_next[cut : cut + hi - lo, c])
                        scale = (1.0 - substitution) / willing + substitution / way if way > 0.0 else 0.0
                        wanted *= scale / per_bought[g]
                    order[g, c] = wanted
                    if cut >= 0:
                        _add_open(asked[c], wanted, weights, names, left_next[cut : cut + hi - lo, c])
                    elif start >= 0:
                        _add(asked[c, start : start + hi - lo], wanted, weights)
                    else:
                        _add_to(asked[c], wanted, weights, names)


@numba.njit(cache=True, fastmath=_FAST)
def _sum(weights, values):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    total = 0.0
    for f in range(len(weights)):
        total += weights[f] * values[f]
    return total


@numba.njit(cache=True, fastmath=_FAST)
def _sum_of(weights, values, names):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    total = 0.0
    for f in range(len(weights)):
        total += weights[f] * values[names[f]]
    return total


@numba.njit(cache=True, fastmath=_FAST)
def _sum_open(weights, values, names, left):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    total = 0.0
    for f in range(len(weights)):
        total += weights[f] * values[names[f]] * left[f]
    return total


@numba.njit(cache=True, fastmath=_FAST)
def _add(into, factor, weights):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    for f in range(len(weights)):
        into[f] += factor * weights[f]


@numba.njit(cache=True, fastmath=_FAST)
def _add_to(into, factor, weights, names):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    for f in range(len(weights)):
        into[names[f]] += factor * weights[f]


@numba.njit(cache=True, fastmath=_FAST)
def _add_open(into, factor, weights, names, left):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    for f in range(len(weights)):
        into[names[f]] += factor * weights[f] * left[f]


def _remaining(shock: Shock, kind: str, step: int, node: Integers) -> Floats:
    """Share that is left in a step, all effects of a kind together (k × n)."""
    share = np.ones((shock.scenarios, len(node)))
    for effect in shock.effects:
        if effect.kind == kind and effect.active[step].any():
            share *= 1.0 - (effect.active[step] * effect.cut[node]).T
    return share


def _stock_days(chain: ValueChain, given: Ario) -> Floats:
    """Days of stock by input industry, in the order of ``chain.inputs.industry``."""
    own = dict(given.stock_days_of)
    days = []
    for industry in sorted(set(chain.nodes.industry)):
        sections = {division[0] for division in classification.divisions(industry)}
        kind = given.stock_days_goods if not sections or sections & set(GOODS) else given.stock_days_services
        kind = given.stock_days_flows if sections & set(FLOWS) else kind
        days.append(own.get(industry, kind))
    return np.array(days)


def _refuse_thin_stocks(chain: ValueChain, given: Ario, target: Floats, industry: Integers, step_days: int) -> None:
    names = sorted(set(chain.nodes.industry))
    thin = sorted({names[code] for code in industry[given.psi * target < 1]})
    if thin:
        fault = f"psi × stock days of {', '.join(thin)} is less than a step of {step_days} days"
        mend = "a step's use has to come out of the stock: take steps of one day, or a larger stock"
        raise Faults([Fault("method", "ario", fault, mend)])
