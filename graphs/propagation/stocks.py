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
    up the whole. ``out_group`` and ``out_link`` list the groups that each supplier serves, and as
    which of their links.
    """

    position: Integers
    supplier: npt.NDArray[np.int32]
    share: Floats
    group_start: Integers
    buyer: Integers
    target_weeks: Floats
    out_start: Integers
    out_group: Integers
    out_link: Integers

    @classmethod
    def of(cls, chain: ValueChain, method: Method) -> Stocks:
        """The stocks of a chain, made once for all methods that agree on them."""
        key = (
            method.binding_share, method.goods_in_services_share, method.pooled_stocks, method.stock_weeks_goods,
            method.stock_weeks_flows,
        )  # fmt: skip
        return chain.once((cls, key), lambda: _stocks(chain, method))


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
    """What is in the stocks at the beginning of a week: enough to go on from there.

    Of the places of a group, the first ``count`` hold the stocks that are followed; ``supplier``, ``share`` and
    ``stock`` (k × places) are those of a place, ``place`` says where each link of ``Stocks`` stands. ``ready``: share
    of normal use that the stocks of each group allow (k × groups); ``short``: suppliers that have fallen short.
    """

    week: int
    stock: Floats
    ready: Floats
    count: Integers
    supplier: npt.NDArray[np.int32]
    share: Floats
    place: npt.NDArray[np.int32]
    short: npt.NDArray[np.bool_]

    @classmethod
    def full(cls, stocks: Stocks, nodes: int, scenarios: int) -> Held:
        """Full stocks, of which none has to be followed."""
        links, groups = len(stocks.supplier), len(stocks.buyer)
        return cls(
            week=0,
            stock=np.empty((scenarios, links)),
            ready=np.ones((scenarios, groups)),
            count=np.zeros(groups, np.int64),
            supplier=stocks.supplier.copy(),
            share=stocks.share.copy(),
            place=np.arange(links, dtype=np.int32),
            short=np.zeros(nodes, bool),
        )

    def copy(self, week: int, group_start: Integers) -> Held:
        """The same in arrays of its own; stocks that are not followed hold nothing to copy."""
        stock = np.empty_like(self.stock)
        _copy_followed(self.stock, stock, self.count, group_start)
        return Held(
            week, stock, self.ready.copy(), self.count.copy(), self.supplier.copy(), self.share.copy(),
            self.place.copy(), self.short.copy(),
        )  # fmt: skip


def supply(
    chain: ValueChain,
    capacity: Floats,
    hit: Hit,
    method: Method,
    keep_week: int | None = None,
    known: Held | None = None,
) -> tuple[Floats, Held | None]:
    """Share of output that capacity and stocks allow, by week, node and scenario (weeks × n × k).

    Steps 1, 2 and 4 of ``inventories``. With ``known`` the weeks before ``known.week`` are not run again: ``capacity``
    has to hold what came out of them. What is held at the beginning of ``keep_week`` comes back too.

    A stock stays full as long as its suppliers can deliver what is used, which overtime helps: only the stocks of
    suppliers that fall short are followed, from the week in which they first do.
    """
    stocks = Stocks.of(chain, method)
    cut, left = np.zeros(0, np.int64), np.ones((len(hit.left), 0, capacity.shape[2]))
    if len(hit.where):
        index = np.full(len(chain.inputs.flow_meur), -1)
        index[hit.where] = np.arange(len(hit.where))
        touched = index[stocks.position]
        cut = np.flatnonzero(touched >= 0)
        left = hit.left[:, touched[cut]]
    can = np.array(capacity, order="C")
    now = known.copy(known.week, stocks.group_start) if known else Held.full(stocks, len(chain), can.shape[2])
    kept, middle = known, now.week if keep_week is None else max(now.week, keep_week)
    for first, last in ((now.week, middle), (middle, len(can))):
        if first == middle and keep_week is not None and (known is None or known.week != middle):
            kept = now.copy(middle, stocks.group_start)
        _supply(
            can[first:last], left, hit.pattern[first:last], cut, np.searchsorted(cut, stocks.group_start), now.supplier,
            now.share, now.stock, now.ready, now.count, now.place, now.short, stocks.group_start, stocks.buyer,
            stocks.target_weeks, stocks.out_start, stocks.out_group, stocks.out_link, method.psi, method.restock_weeks,
            1.0 + method.overtime_share, method.pooled_stocks,
        )  # fmt: skip
    return can, kept


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
        out_link=order,
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
    stock: Floats,
    ready: Floats,
    count: Integers,
    place: npt.NDArray[np.int32],
    short: npt.NDArray[np.bool_],
    group_start: Integers,
    buyer: Integers,
    target: Floats,
    out_start: Integers,
    out_group: Integers,
    out_link: Integers,
    psi: float,
    tau: float,
    reach: float,
    pooled: bool,
) -> None:
    """Some weeks, in place in ``can``, which holds the capacity left (weeks × n × k), and in what is held."""
    weeks, nodes, scenarios = can.shape
    for group in range(len(buyer)):
        for one in range(cut_start[group], cut_start[group + 1]):
            _follow(group, cut[one], pooled, supplier, share, stock, count, place, group_start, target)
    for week in range(weeks):
        for group in range(len(buyer)):
            if count[group]:
                for k in range(scenarios):
                    can[week, buyer[group], k] = min(can[week, buyer[group], k], max(0.0, ready[k, group]))
        for i in range(nodes):
            if not short[i]:
                for k in range(scenarios):
                    short[i] |= can[week, i, k] * reach < 1.0
                if short[i]:
                    for at in range(out_start[i], out_start[i + 1]):
                        _follow(
                            out_group[at], out_link[at], pooled, supplier, share, stock, count, place, group_start,
                            target,
                        )  # fmt: skip
        _restock(
            reach * can[week].T.copy(), left[pattern[week]], cut, cut_start, stock, ready, count, place, supplier,
            share, group_start, target, psi, tau, pooled,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _copy_followed(  # pragma: no cover - compiled
    stock: Floats, into: Floats, count: Integers, group_start: Integers
) -> None:
    for group in range(len(count)):
        for here in range(group_start[group], group_start[group] + count[group]):
            for k in range(len(stock)):
                into[k, here] = stock[k, here]


@numba.njit(cache=True, nogil=True)
def _follow(  # pragma: no cover - compiled
    group: int,
    link: int,
    pooled: bool,
    supplier: npt.NDArray[np.int32],
    share: Floats,
    stock: Floats,
    count: Integers,
    place: npt.NDArray[np.int32],
    group_start: Integers,
    target: Floats,
) -> None:
    """Follow a link from now on, with a full stock: it takes the next place of those that its group follows."""
    first, last, here = group_start[group], group_start[group + 1], place[link]
    there = first + count[group]
    if here < there:
        return
    if pooled:
        # One stock for all of the group, in its first place.
        stock[:, first] = target[group]
        count[group] = last - first
        return
    for other in range(first, last):
        if place[other] == there:
            place[other] = here
            break
    place[link] = there
    supplier[here], supplier[there] = supplier[there], supplier[here]
    share[here], share[there] = share[there], share[here]
    stock[:, there] = target[group]
    count[group] += 1


# Sums may be taken in any order, so that the processor can add several at a time; comparisons instead of min(), which
# would have to mind what is not a number.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"}, error_model="numpy")
def _restock(  # pragma: no cover - compiled
    delivers: Floats,
    left: Floats,
    cut: Integers,
    cut_start: Integers,
    stock: Floats,
    ready: Floats,
    count: Integers,
    place: npt.NDArray[np.int32],
    supplier: npt.NDArray[np.int32],
    share: Floats,
    group_start: Integers,
    target: Floats,
    psi: float,
    tau: float,
    pooled: bool,
) -> None:
    """Use and deliveries of a week, in place in ``stock`` (k × places, in weeks of normal use).

    ``ready`` (k × groups) becomes the share of normal use that the stocks of a group allow in the next week.
    """
    pace, arrives = 1.0 / tau, np.empty(len(supplier) and np.diff(group_start).max())
    for group in range(len(count)):
        if not count[group]:
            continue
        first, full = group_start[group], target[group]
        last, part = first + count[group], 1.0 / (psi * full)
        for k in range(len(stock)):
            for here in range(first, last):
                arrives[here - first] = delivers[k, supplier[here]]
            for one in range(cut_start[group], cut_start[group + 1]):
                arrives[place[cut[one]] - first] *= left[one, k]
            end_of_stock = last
            if pooled:
                arrives[0] = (share[first:last] * arrives[: last - first]).sum()
                end_of_stock = first + 1
            lack = 0.0
            for here in range(first, end_of_stock):
                held = stock[k, here]
                use = held * part if held * part < 1.0 else 1.0
                order = use + (full - held) * pace
                held += (order if order < arrives[here - first] else arrives[here - first]) - use
                stock[k, here] = held
                lack += share[here] * (1.0 - (held * part if held * part < 1.0 else 1.0))
            ready[k, group] = 1.0 - (lack / share[first] if pooled else lack)
