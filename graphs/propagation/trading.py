"""The flows of a chain as ARIO reads them once a step: deliveries, use of stocks and new orders in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.assumptions import Ario
from graphs.binding import kind
from graphs.errors import Fault, Faults
from graphs.shock import CutLinks
from graphs.support import Support
from graphs.valuechain import Floats, Integers, ValueChain, share_of

_BLOCKS = 8
"""Buyers are dealt into so many parts whatever the number of threads: sums come out the same on every machine."""
_FAST = {"reassoc", "contract"}
"""Sums may be taken in the order that is fastest; endless and missing numbers keep their meaning."""


@dataclass(frozen=True, eq=False)
class Table:
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
    def of(cls, chain: ValueChain, given: Ario, step_days: int) -> Table:
        """The table of a chain.

        Raises:
            Faults: stocks that do not last for a step.
        """
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
class Cuts:
    """The flows of all groups that a cut link touches, and where those of each group begin (−1: untouched)."""

    links: Sequence[CutLinks]
    first: Integers
    index: Integers
    count: int

    @classmethod
    def of(cls, chain: ValueChain, links: Sequence[CutLinks]) -> Cuts:
        """The flows of the groups that the links touch."""
        start = chain.inputs.group_start
        where = np.unique(np.concatenate([one.where for one in links])) if links else np.zeros(0, np.int64)
        touched = np.unique(np.searchsorted(start, where, side="right") - 1)
        sizes = np.diff(start)[touched]
        first, index = np.full(len(start) - 1, -1), np.full(len(chain.inputs.flow_meur), -1)
        first[touched] = np.cumsum(sizes) - sizes
        for group in touched:
            index[start[group] : start[group + 1]] = first[group] + np.arange(start[group + 1] - start[group])
        return cls(links, first, index, int(sizes.sum()))

    def left(self, step: int) -> Floats:
        """Share of each touched flow that is open in a step (flows × k)."""
        if not self.links:
            return np.ones((0, 1))
        left = np.ones((self.count, self.links[0].cut.shape[1]))
        for one in self.links:
            left[self.index[one.where]] *= 1.0 - one.active[step] * one.cut
        return left


@dataclass(frozen=True, eq=False)
class Aids:
    """What supports flows, in rows sorted by flow, what is moved first; ``start`` (groups + 1) bounds those of a group.

    ``flow``: position in ``chain.inputs``; ``stand_in``: place of who stands in, or −1; ``share`` (rows × k) and
    ``weeks``, extra stock, from step ``begin`` on.
    """

    start: Integers
    flow: Integers
    stand_in: Integers
    moved: npt.NDArray[np.bool_]
    begin: Integers
    share: Floats
    weeks: Floats

    @classmethod
    def of(cls, chain: ValueChain, table: Table, support: Sequence[Support], scenarios: int) -> Aids:
        """The rows of all support."""
        parts = [np.zeros((0, 4), np.int64)]
        shares, weeks = [np.zeros((0, scenarios))], [np.zeros((0, scenarios))]
        for one in support:
            ones = np.ones(len(one.where), np.int64)
            place = np.where(one.stand_in >= 0, table.place[one.stand_in], -1)
            parts.append(np.column_stack([one.where, place, one.moved * ones, one.begin * ones]))
            shares.append(one.share)
            weeks.append(one.extra_weeks)
        rows = np.concatenate(parts)
        order = np.lexsort((1 - rows[:, 2], rows[:, 0]))
        flow, stand_in, moved, begin = (np.ascontiguousarray(rows[order, column]) for column in range(4))
        start = np.searchsorted(flow, chain.inputs.group_start).astype(np.int64)
        return cls(
            start,
            flow,
            stand_in,
            moved.astype(bool),
            begin,
            np.concatenate(shares)[order],
            np.concatenate(weeks)[order],
        )

    def at(self, step: int) -> Floats:
        """Share that stands in, in a step (rows × k)."""
        return self.share * (self.begin <= step)[:, None]

    def stored(self, chain: ValueChain, step: int, step_days: int) -> Floats:
        """What is stored in a step for the first time, by group, in steps of normal use of the group (groups × k)."""
        links, found = chain.inputs, np.zeros((len(self.start) - 1, self.share.shape[1]))
        new = np.flatnonzero((self.begin == step) & self.weeks.any(axis=1))
        if not len(new):
            return found
        group = np.searchsorted(links.group_start, self.flow[new], side="right") - 1
        bought = np.add.reduceat(links.flow_meur, links.group_start[:-1])
        part = links.flow_meur[self.flow[new]] / bought[group]
        np.add.at(found, group, part[:, None] * self.weeks[new] * 7 / step_days)
        return found


@numba.njit(cache=True, parallel=True, fastmath=_FAST)
def trade(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    blocks, place, buyer_start, group_start, run, supplier, flow, per_bought, target, per_enough, first_cut, left,
    left_next, due, keen, made, aimed, stock, order, allowed, placed, per_tau, substitution, by_capacity,
    aids, aid_flow, aid_stand_in, aid_moved, aid_share, extra,
) -> None:  # fmt: skip
    """Deliveries, use and new orders of a step, in one reading of the flows.

    ``due`` (k × n): share of an order that a supplier delivers; ``order`` (groups × k): what each group ordered, in
    shares of normal use, then what it orders next; ``placed`` (blocks × k × n): the new orders by supplier, million
    euro a year; ``allowed`` (k × n): the output that the new stocks allow; ``extra`` (groups × k): stock aimed at
    beyond the target. Rows of ``aids``: what stands in for some flows (see ``Aids``).
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
                    if aids[g + 1] > aids[g]:
                        sent += _stood_in(
                            aids[g], aids[g + 1], lo, cut, c, supplier, flow, due, left, aid_flow, aid_stand_in,
                            aid_moved, aid_share,
                        )  # fmt: skip
                    wanted = made[c, j]
                    if target[g] > 0.0:
                        held = max(0.0, stock[g, c] + order[g, c] * sent * per_bought[g] - wanted)
                        stock[g, c] = held
                        wanted += max(0.0, target[g] * aimed[c, j] + extra[g, c] - held) * per_tau
                        if per_enough[g] > 0.0:
                            allowed[c, j] = min(allowed[c, j], held * per_enough[g])
                    if by_capacity or cut >= 0:
                        if start >= 0:
                            willing = _sum(weights, keen[c, start : start + hi - lo])
                        else:
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
def _stood_in(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    first, last, lo, cut, c, supplier, flow, due, left, aid_flow, aid_stand_in, aid_moved, aid_share,
):  # fmt: skip
    """What stand-ins deliver of the orders of a group, for orders as large as normal; never more than is missing."""
    total, missing = 0.0, 0.0
    for a in range(first, last):
        f = aid_flow[a]
        own = due[c, supplier[f]]
        if cut >= 0:
            own *= left[cut + f - lo, c]
        if a == first or aid_flow[a - 1] != f:
            missing = max(0.0, 1.0 - own)
        able = 1.0 if aid_stand_in[a] < 0 else due[c, aid_stand_in[a]]
        more = aid_share[a, c] * (able - own) if aid_moved[a] else min(missing, aid_share[a, c] * able)
        missing = max(0.0, missing - more)
        total += flow[f] * more
    return total


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


def _stock_days(chain: ValueChain, given: Ario) -> Floats:
    """Days of stock by input industry, in the order of ``chain.inputs.industry``."""
    own, usual = dict(given.stock_days_of), dict(given.stock_days_by_kind())
    names = sorted(set(chain.nodes.industry))
    return np.array([own.get(name, usual[kind(name)]) for name in names])


def _refuse_thin_stocks(chain: ValueChain, given: Ario, target: Floats, industry: Integers, step_days: int) -> None:
    names = sorted(set(chain.nodes.industry))
    thin = sorted({names[code] for code in industry[given.psi * target < 1]})
    if thin:
        fault = f"psi × stock days of {', '.join(thin)} is less than a step of {step_days} days"
        mend = "a step's use has to come out of the stock: take steps of one day, or a larger stock"
        raise Faults([Fault("method", "ario", fault, mend)])
