"""The stocks that buyers hold, and what they let each node supply week by week: the supply side of ``inventories``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from graphs.binding import FLOWS, binding_inputs, kinds
from graphs.method import Method
from graphs.shock import CutLinks
from graphs.valuechain import Floats, Integers, ValueChain, share_of


@dataclass(frozen=True, eq=False)
class Stocks:
    """The inputs that can stop production, in groups: one input industry of one buyer.

    ``position`` is where each stands in ``chain.inputs``, ``share`` its part of the group; what no stock limits makes
    up the whole. ``out_group`` lists the groups that each supplier serves.
    """

    position: Integers
    supplier: npt.NDArray[np.int32]
    share: Floats
    group_start: Integers
    buyer: Integers
    target_weeks: Floats
    out_start: Integers
    out_group: Integers

    @classmethod
    def of(cls, chain: ValueChain, method: Method) -> Stocks:
        """The stocks of a chain, made once for each method."""
        return chain.once((cls, method), lambda: _stocks(chain, method))


@dataclass(frozen=True, eq=False)
class Hit:
    """The flows that any cut link touches, and what is left of them.

    Weeks in which the same shares are in force look alike: ``left`` (patterns × flows × k) has each once, and
    ``pattern`` says which one a week has.
    """

    where: Integers
    supplier: Integers
    buyer: Integers
    flow: Floats
    left: Floats
    pattern: Integers

    @classmethod
    def of(cls, chain: ValueChain, links: Sequence[CutLinks], weeks: int, scenarios: int) -> Hit:
        """What the cut links together leave: Π(1 − active · cut)."""
        inputs = chain.inputs
        marked = np.zeros(len(inputs.flow_meur), bool)
        for one in links:
            marked[one.where] = True
        where = np.flatnonzero(marked)
        active = np.stack([one.active for one in links], axis=1) if links else np.zeros((weeks, 0, scenarios))
        kinds, first, pattern = np.unique(active.reshape(weeks, -1), axis=0, return_index=True, return_inverse=True)
        left = np.ones((len(kinds), len(where), scenarios))
        for number, one in enumerate(links):
            left[:, np.searchsorted(where, one.where)] *= 1.0 - active[first, number][:, None, :] * one.cut
        return cls(where, inputs.supplier[where], inputs.buyer[where], inputs.flow_meur[where], left, pattern)


@dataclass(frozen=True, eq=False)
class Held:
    """What is in the stocks at the beginning of a week: enough to go on from there."""

    week: int
    stock: Floats
    ready: Floats
    followed: Integers
    short: npt.NDArray[np.bool_]


def supply(
    chain: ValueChain, capacity: Floats, hit: Hit, method: Method, keep_week: int = 0, known: Held | None = None
) -> tuple[Floats, Held]:
    """Share of output that capacity and stocks allow, by week, node and scenario (weeks × n × k).

    Steps 1, 2 and 4 of ``inventories``. With ``known`` the weeks before ``known.week`` are not run again: ``capacity``
    has to hold what came out of them. What is held at the beginning of ``keep_week`` comes back too.

    A stock stays full as long as its suppliers can deliver what is used, which
    overtime helps: only groups with a supplier that falls short are followed, from the week in which it first does.
    """
    stocks = Stocks.of(chain, method)
    index = np.full(len(chain.inputs.flow_meur), -1)
    index[hit.where] = np.arange(len(hit.where))
    touched = index[stocks.position]
    cut = np.flatnonzero(touched >= 0)
    left = hit.left[:, touched[cut]]
    can = np.array(capacity, order="C")
    if known is None:
        scenarios, groups = can.shape[2], len(stocks.buyer)
        stock, ready = np.empty((scenarios, len(stocks.supplier))), np.ones((scenarios, groups))
        followed, short, first = np.zeros(0, np.int64), np.zeros(len(chain), bool), 0
    else:
        stock, ready = known.stock.copy(), known.ready.copy()
        followed, short, first = known.followed, known.short.copy(), known.week
    kept_stock, kept_ready, kept_short = np.empty_like(stock), np.ones_like(ready), np.zeros_like(short)
    kept_followed = _supply(
        can, left, hit.pattern, cut, np.searchsorted(cut, stocks.group_start), stocks.supplier, stocks.share,
        stocks.group_start, stocks.buyer, stocks.target_weeks, stocks.out_start, stocks.out_group, method.psi,
        method.restock_weeks, 1.0 + method.overtime_share, method.pooled_stocks, first,
        keep_week, stock, ready, followed, short, kept_stock, kept_ready, kept_short,
    )  # fmt: skip
    return can, Held(keep_week, kept_stock, kept_ready, kept_followed, kept_short)


def _stocks(chain: ValueChain, method: Method) -> Stocks:
    links = chain.inputs
    group = np.repeat(np.arange(len(links.group_start) - 1), np.diff(links.group_start))
    bought = np.bincount(group, links.flow_meur, minlength=len(links.group_start) - 1).astype(float)
    binding = binding_inputs(chain, method)[group]
    # What a node buys from itself does not bind, unless others replace it: its own cut says it already.
    stored = binding if method.pooled_stocks else binding & (links.supplier != links.buyer)
    position, groups = np.flatnonzero(stored), np.unique(group[stored])
    owner = np.searchsorted(groups, group[position])
    first = links.group_start[groups]
    supplier = links.supplier[position]
    order = np.argsort(supplier, kind="stable")
    return Stocks(
        position=position,
        supplier=supplier.astype(np.int32),
        share=share_of(links.flow_meur[position], bought[group[position]]),
        group_start=_offsets(owner, len(groups)),
        buyer=links.buyer[first],
        target_weeks=np.where(
            kinds(chain)[links.industry[first]] == FLOWS, method.stock_weeks_flows, method.stock_weeks_goods
        ),
        out_start=_offsets(supplier[order], len(chain)),
        out_group=owner[order],
    )


def _offsets(owner: Integers, count: int) -> Integers:
    """Where the members of each of ``count`` owners begin, in a list sorted by owner, and the total."""
    return np.searchsorted(owner, np.arange(count + 1)).astype(np.int64)


@numba.njit(cache=True, nogil=True)
def _supply(  # pragma: no cover - compiled
    can: Floats,
    left: Floats,
    pattern: Integers,
    cut: Integers,
    cut_start: Integers,
    supplier: npt.NDArray[np.int32],
    share: Floats,
    group_start: Integers,
    buyer: Integers,
    target: Floats,
    out_start: Integers,
    out_group: Integers,
    psi: float,
    tau: float,
    reach: float,
    pooled: bool,
    first_week: int,
    keep_week: int,
    stock: Floats,
    ready: Floats,
    already: Integers,
    short: npt.NDArray[np.bool_],
    kept_stock: Floats,
    kept_ready: Floats,
    kept_short: npt.NDArray[np.bool_],
) -> Integers:
    """The weeks from the first on, in place in ``can``, which holds the capacity left (weeks × n × k)."""
    weeks, nodes, scenarios = can.shape
    followed = np.empty(len(buyer), np.int64)
    listed = np.zeros(len(buyer), np.bool_)
    count = len(already)
    for place in range(count):
        followed[place] = already[place]
        listed[already[place]] = True
    for group in range(len(buyer)):
        if cut_start[group] < cut_start[group + 1]:
            count = _follow(group, listed, followed, count, stock, target, group_start)
    kept_count = 0
    for week in range(first_week, weeks):
        if week == keep_week:
            kept_count = count
            for place in range(count):
                group = followed[place]
                kept_ready[:, group] = ready[:, group]
                part = slice(group_start[group], group_start[group + 1])
                kept_stock[:, part] = stock[:, part]
            kept_short[:] = short
        for place in range(count):
            group = followed[place]
            for k in range(scenarios):
                can[week, buyer[group], k] = min(can[week, buyer[group], k], max(0.0, ready[k, group]))
        for i in range(nodes):
            if not short[i]:
                for k in range(scenarios):
                    short[i] |= can[week, i, k] * reach < 1.0
                if short[i]:
                    for at in range(out_start[i], out_start[i + 1]):
                        count = _follow(out_group[at], listed, followed, count, stock, target, group_start)
        delivers = reach * can[week].T.copy()
        _restock(
            followed, 0, count, delivers, left[pattern[week]], cut, cut_start, stock, ready, supplier, share,
            group_start, target, psi, tau, pooled,
        )  # fmt: skip
    return followed[:kept_count].copy()


@numba.njit(cache=True, nogil=True)
def _follow(  # pragma: no cover - compiled
    group: int,
    listed: npt.NDArray[np.bool_],
    followed: Integers,
    count: int,
    stock: Floats,
    target: Floats,
    group_start: Integers,
) -> int:
    """Follow a group from now on, with full stocks; the number of groups that are followed."""
    if listed[group]:
        return count
    listed[group] = True
    stock[:, group_start[group] : group_start[group + 1]] = target[group]
    followed[count] = group
    return count + 1


# Sums may be taken in any order, so that the processor can add several at a time; comparisons instead of min(), which
# would have to mind what is not a number.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"}, error_model="numpy")
def _restock(  # pragma: no cover - compiled
    followed: Integers,
    begin: int,
    end: int,
    delivers: Floats,
    left: Floats,
    cut: Integers,
    cut_start: Integers,
    stock: Floats,
    ready: Floats,
    supplier: npt.NDArray[np.int32],
    share: Floats,
    group_start: Integers,
    target: Floats,
    psi: float,
    tau: float,
    pooled: bool,
) -> None:
    """Use and deliveries of a week, in place in ``stock`` (k × stocks, in weeks of normal use).

    ``ready`` (k × groups) becomes the share of normal use that the stocks of a group allow in the next week. With
    pooled stocks the first place of a group holds the one stock of all.
    """
    pace, arrives = 1.0 / tau, np.empty(len(supplier) and np.diff(group_start).max())
    for place in range(begin, end):
        group = followed[place]
        first, last, full = group_start[group], group_start[group + 1], target[group]
        part = 1.0 / (psi * full)
        for k in range(len(stock)):
            for link in range(first, last):
                arrives[link - first] = delivers[k, supplier[link]]
            for one in range(cut_start[group], cut_start[group + 1]):
                arrives[cut[one] - first] *= left[one, k]
            end_of_stock = last
            if pooled:
                arrives[0] = (share[first:last] * arrives[: last - first]).sum()
                end_of_stock = first + 1
            lack = 0.0
            for link in range(first, end_of_stock):
                held = stock[k, link]
                use = held * part if held * part < 1.0 else 1.0
                order = use + (full - held) * pace
                held += (order if order < arrives[link - first] else arrives[link - first]) - use
                stock[k, link] = held
                lack += share[link] * (1.0 - (held * part if held * part < 1.0 else 1.0))
            ready[k, group] = 1.0 - (lack / share[first] if pooled else lack)
