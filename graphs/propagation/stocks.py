"""The stocks that buyers hold, and what they let each node supply week by week: the supply side of ``inventories``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from graphs.binding import FLOWS, binding_inputs, kinds
from graphs.method import Method
from graphs.shock import CutLinks
from graphs.valuechain import Floats, Integers, ValueChain, share_of


class Stocks(NamedTuple):
    """The inputs that can stop production, in groups: one input industry of one buyer; groups are sorted by buyer.

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


NEVER = np.iinfo(np.int64).max
"""A week that does not come."""


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

    @property
    def ends(self) -> tuple[Integers, Integers, Floats]:
        """Supplier, buyer and size of each flow."""
        return self.supplier, self.buyer, self.flow

    def of_stocks(self, chain: ValueChain, stocks: Stocks) -> tuple[npt.NDArray[np.int32], Floats]:
        """Which of the cut flows fills each stock, -1 for none (links), and what is left of the flows.

        Both empty where no flow is cut.
        """
        if not len(self.where):
            return np.zeros(0, np.int32), np.ones((len(self.left), 0, self.left.shape[2]))
        index = np.full(len(chain.inputs.flow_meur), -1, np.int32)
        index[self.where] = np.arange(len(self.where))
        return index[stocks.position], self.left


class Rule(NamedTuple):
    """How stocks are used and ordered again: see ``inventories``."""

    psi: float
    tau_weeks: float
    reach: float
    """1 + κ."""
    pooled: bool

    @classmethod
    def of(cls, method: Method) -> Rule:
        """The rule of a method."""
        return cls(method.psi, method.restock_weeks, 1.0 + method.overtime_share, method.pooled_stocks)


class Followed(NamedTuple):
    """The stocks that are followed, of several runs side by side, each of some scenarios.

    ``lanes``: where the scenarios of each run begin, and how many there are (runs + 1). By run: the first ``count``
    places of a group hold its followed links: ``supplier``, ``share`` and ``cut`` (which of the cut flows, or -1).
    ``stock`` (links · k) holds run after run, place after place, scenario after scenario. ``week``: at whose beginning
    the stocks of a group stand; ``ready``: share of normal use that they allow then (groups × k); ``opened``: the week
    after whose end it began to be followed, ``NEVER`` for none.
    """

    lanes: Integers
    supplier: npt.NDArray[np.int32]
    share: Floats
    cut: npt.NDArray[np.int32]
    stock: Floats
    count: Integers
    week: Integers
    ready: Floats
    opened: Integers

    @classmethod
    def none(cls, stocks: Stocks, lanes: Integers) -> Followed:
        """No stock is followed yet; what is never touched takes no memory."""
        runs, links, groups = len(lanes) - 1, len(stocks.supplier), len(stocks.buyer)
        return cls(
            lanes=lanes,
            supplier=np.empty((runs, links), np.int32),
            share=np.empty((runs, links)),
            cut=np.empty((runs, links), np.int32),
            stock=np.empty(links * lanes[-1]),
            count=np.zeros((runs, groups), np.int64),
            week=np.zeros((runs, groups), np.int64),
            ready=np.ones((groups, lanes[-1])),
            opened=np.full((runs, groups), NEVER),
        )


class Share(NamedTuple):
    """One thread's share of the work: the groups from ``begin`` to ``end``, and what it keeps in mind of each run.

    ``order`` lists the groups that are followed, ``size`` says how many. ``short``: week in which each supplier
    first fell short; ``moved``: whether it has, and differs from what is known.
    """

    begin: int
    end: int
    order: Integers
    size: Integers
    short: Integers
    moved: npt.NDArray[np.bool_]


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


# Sums may be taken in any order, so that the processor can add several at a time; comparisons instead of min(), which
# would have to mind what is not a number.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"}, error_model="numpy")
def restock(  # pragma: no cover - compiled
    run: int,
    until: int,
    can: Floats,
    left: Floats,
    pattern: Integers,
    stocks: Stocks,
    followed: Followed,
    mine: Share,
    rule: Rule,
) -> None:
    """Use and deliveries of the groups that are followed, to the beginning of a week: steps 1 and 4 of ``inventories``.

    A group that has just begun to be followed goes through all the weeks since its stocks were full.
    """
    lane, width, pace = followed.lanes[run], followed.lanes[run + 1] - followed.lanes[run], 1.0 / rule.tau_weeks
    arriving, lack = np.empty(width * (len(followed.cut[run]) and np.diff(stocks.group_start).max())), np.empty(width)
    for group in mine.order[run, : mine.size[run]]:
        first, count, full = stocks.group_start[group], followed.count[run, group], stocks.target_weeks[group]
        places, part = 1 if rule.pooled else count, 1.0 / (rule.psi * full)
        supplier, share = followed.supplier[run, first : first + count], followed.share[run, first : first + count]
        begin = lane * len(stocks.supplier) + first * width
        stock, arrives = followed.stock[begin : begin + places * width], arriving[: places * width]
        for week in range(followed.week[run, group], until):
            delivers = can[week, :, lane : lane + width]
            if rule.pooled:
                arrives[:] = 0.0
            for here in range(count):
                cut, at, weight = -1, here * width, rule.reach
                if rule.pooled:
                    at, weight = 0, rule.reach * share[here]
                if left.shape[1]:
                    cut = followed.cut[run, first + here]
                for k in range(width):
                    come = weight * delivers[supplier[here], k]
                    if cut >= 0:
                        come *= left[pattern[week], cut, lane + k]
                    arrives[at + k] = arrives[at + k] + come if rule.pooled else come
            for at in range(len(stock)):
                held = stock[at]
                use = held * part if held * part < 1.0 else 1.0
                order = use + (full - held) * pace
                held += (order if order < arrives[at] else arrives[at]) - use
                stock[at] = held
                arrives[at] = 1.0 - (held * part if held * part < 1.0 else 1.0)
            lack[:] = 0.0
            for here in range(places):
                weight = 1.0 if rule.pooled else share[here]
                for k in range(width):
                    lack[k] += weight * arrives[here * width + k]
            for k in range(width):
                followed.ready[group, lane + k] = 1.0 - lack[k]
        followed.week[run, group] = until


@numba.njit(cache=True, nogil=True)
def follow_moved(  # pragma: no cover - compiled
    run: int, week: int, can: Floats, known: Floats, cut_of: npt.NDArray[np.int32], stocks: Stocks,
    followed: Followed, mine: Share, rule: Rule,
) -> None:  # fmt: skip
    """Follow the groups of suppliers that have fallen short by this week and differ from what is known."""
    short, moved = mine.short[run], mine.moved[run]
    for i in range(len(short)):
        if short[i] > week:
            for k in range(followed.lanes[run], followed.lanes[run + 1]):
                if can[week, i, k] * rule.reach < 1.0:
                    short[i] = week
    for i in range(len(short)):
        begins = False
        if not moved[i] and (rule.pooled or short[i] <= week):
            for k in range(followed.lanes[run], followed.lanes[run + 1]):
                begins |= can[week, i, k] != known[week, i, k]
        if begins:
            moved[i] = True
        elif short[i] != week:
            continue
        for at in range(stocks.out_start[i], stocks.out_start[i + 1]):
            group = stocks.out_group[at]
            if not mine.begin <= group < mine.end:
                continue
            if followed.opened[run, group] == NEVER:
                if begins:
                    follow(run, group, week, cut_of, stocks, followed, mine, rule)
            elif followed.opened[run, group] < week and short[i] == week and not rule.pooled:
                link = stocks.out_link[at]
                if not len(cut_of) or cut_of[link] < 0:
                    _add(run, group, link, -1, stocks, followed)


@numba.njit(cache=True, nogil=True)
def follow(  # pragma: no cover - compiled
    run: int, group: int, week: int, cut_of: npt.NDArray[np.int32], stocks: Stocks, followed: Followed, mine: Share,
    rule: Rule,
) -> None:  # fmt: skip
    """Follow a group after the end of a week: the stocks of suppliers that have fallen short, since they were full."""
    begin = week + 1
    for link in range(stocks.group_start[group], stocks.group_start[group + 1]):
        short, cut = mine.short[run, stocks.supplier[link]], cut_of[link] if len(cut_of) else -1
        always = cut >= 0 or rule.pooled
        if always or short <= week:
            _add(run, group, link, cut, stocks, followed)
            begin = 0 if always else min(begin, short)
    followed.week[run, group], followed.opened[run, group] = begin, week
    mine.order[run, mine.size[run]] = group
    mine.size[run] += 1


@numba.njit(cache=True, nogil=True)
def _add(  # pragma: no cover - compiled
    run: int, group: int, link: int, cut: int, stocks: Stocks, followed: Followed
) -> None:
    """One more link, with a full stock."""
    lane, width = followed.lanes[run], followed.lanes[run + 1] - followed.lanes[run]
    place = stocks.group_start[group] + followed.count[run, group]
    followed.supplier[run, place], followed.share[run, place] = stocks.supplier[link], stocks.share[link]
    followed.cut[run, place] = cut
    begin = lane * len(stocks.supplier) + place * width
    followed.stock[begin : begin + width] = stocks.target_weeks[group]
    followed.count[run, group] += 1
