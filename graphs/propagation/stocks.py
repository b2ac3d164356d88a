"""The stocks that buyers hold, and what they let each node supply week by week: the supply side of ``inventories``.

In shares of what is normal, all stocks that one supplier fills run alike, whoever holds them: they lack the same. So
each supplier has one stock to follow, and what the stocks of a buyer allow is a weighted sum. Cut links are the
exception, and have stocks of their own; so are pooled stocks, one for each input of each buyer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from graphs.binding import FLOWS, binding_inputs, kinds
from graphs.method import Method
from graphs.propagation.products import blocks, times
from graphs.shock import CutLinks
from graphs.valuechain import Floats, Integers, ValueChain, share_of


class Stocks(NamedTuple):
    """The inputs that can stop production, in groups: one input industry of one buyer; groups are sorted by buyer.

    ``place`` says which of them each flow of ``chain.inputs`` fills, or -1; ``share`` is its part of the group; what
    no stock limits makes up the whole. ``target_weeks`` is what is held of each supplier's goods, and
    ``group_target_weeks`` of each group. ``out_group`` and ``out_share`` list the same links by supplier.
    """

    place: npt.NDArray[np.int32]
    supplier: npt.NDArray[np.uint32]
    share: Floats
    group_start: Integers
    buyer: Integers
    target_weeks: Floats
    group_target_weeks: Floats
    out_start: Integers
    out_group: Integers
    out_share: Floats

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
    def of(cls, chain: ValueChain, links: Sequence[tuple[int, CutLinks]], weeks: int, scenarios: int) -> Hit:
        """What the cut links together leave, Π(1 − active · cut), each in its own scenarios from a first one on."""
        inputs = chain.inputs
        marked = np.zeros(len(inputs.flow_meur), bool)
        active = np.zeros((weeks, len(links), scenarios))
        for number, (lane, one) in enumerate(links):
            marked[one.where] = True
            active[:, number, lane : lane + one.active.shape[1]] = one.active
        where = np.flatnonzero(marked)
        kinds, first, pattern = np.unique(active.reshape(weeks, -1), axis=0, return_index=True, return_inverse=True)
        left = np.ones((len(kinds), len(where), scenarios))
        for lane, one in links:
            _cut_off(left, lane, np.searchsorted(where, one.where), one.active[first], one.cut)
        return cls(where, inputs.supplier[where], inputs.buyer[where], inputs.flow_meur[where], left, pattern)

    @property
    def ends(self) -> tuple[Integers, Integers, Floats]:
        """Supplier, buyer and size of each flow."""
        return self.supplier, self.buyer, self.flow

    def of_stocks(self, stocks: Stocks) -> CutStocks:
        """The stocks that the cut flows fill."""
        link = stocks.place[self.where]
        flow = np.flatnonzero(link >= 0)
        link = link[flow]
        group = np.searchsorted(stocks.group_start, link, side="right") - 1
        return CutStocks(group, stocks.supplier[link], stocks.share[link], flow, self.left, self.pattern)


class CutStocks(NamedTuple):
    """The stocks that cut flows fill: in which group, whose, what part of it, and by which of the flows."""

    group: Integers
    supplier: npt.NDArray[np.uint32]
    share: Floats
    flow: Integers
    left: Floats
    pattern: Integers


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


class Held(NamedTuple):
    """What is in the stocks of some buyers at the beginning of a week, weeks of normal use, k scenarios side by side.

    ``stock`` by supplier, or by group where stocks are pooled; ``cut`` of those that cut flows fill. ``lack``: share of
    normal use that a supplier's stock does not allow. ``ready``: share of it that each group allows. Both
    in blocks of four scenarios (see ``products``). ``week`` (1).
    """

    first_group: int
    last_group: int
    stock: Floats
    cut: Floats
    lack: Floats
    ready: Floats
    week: Integers

    @classmethod
    def full(cls, stocks: Stocks, cut: CutStocks, first: int, last: int, scenarios: int, pooled: bool) -> Held:
        """Full stocks, of the groups from ``first`` to ``last``."""
        nodes = len(stocks.target_weeks)
        own = stocks.group_target_weeks[first:last] if pooled else stocks.target_weeks
        targets = stocks.target_weeks[cut.supplier]
        return cls(
            first_group=first,
            last_group=last,
            stock=np.repeat(own[:, None], scenarios, axis=1),
            cut=np.repeat(targets[:, None], scenarios, axis=1),
            lack=np.zeros((blocks(scenarios), nodes, 4)),
            ready=np.ones((blocks(scenarios), last - first, 4)),
            week=np.zeros(1, np.int64),
        )


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
    share, order = share_of(links.flow_meur[position], bought[group[position]]), np.argsort(supplier, kind="stable")
    place = np.full(len(stored), -1, np.int32)
    place[position] = np.arange(len(position))
    target = np.where(kinds(chain) == FLOWS, method.stock_weeks_flows, method.stock_weeks_goods)
    return Stocks(
        place=place,
        supplier=supplier.astype(np.uint32),
        share=share,
        group_start=np.searchsorted(owner, np.arange(len(groups) + 1)).astype(np.int64),
        buyer=links.buyer[first],
        target_weeks=target[chain.industry_codes],
        group_target_weeks=target[links.industry[first]],
        out_start=np.searchsorted(supplier[order], np.arange(len(chain) + 1)).astype(np.int64),
        out_group=owner[order],
        out_share=share[order],
    )


@numba.njit(cache=True, nogil=True)
def _cut_off(  # pragma: no cover - compiled
    left: Floats, lane: int, place: Integers, active: Floats, cut: Floats
) -> None:
    for pattern in range(len(left)):
        for number in range(len(place)):
            for k in range(active.shape[1]):
                left[pattern, place[number], lane + k] *= 1.0 - active[pattern, k] * cut[number, k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def restock(  # pragma: no cover - compiled
    until: int, can: Floats, stocks: Stocks, cut: CutStocks, held: Held, rule: Rule
) -> None:
    """Use and deliveries to the beginning of a week, in place in ``held``: steps 1 and 4 of ``inventories``."""
    scenarios = can.shape[2]
    for week in range(held.week[0], until):
        left = cut.left[cut.pattern[week]]
        if rule.pooled:
            for i in range(can.shape[1]):
                for k in range(scenarios):
                    held.lack[k // 4, i, k % 4] = rule.reach * can[week, i, k]
            times(
                stocks.group_start,
                stocks.supplier,
                stocks.share,
                held.lack,
                held.ready,
                held.first_group,
                held.last_group,
            )
            for one in range(len(cut.group)):
                here, i = cut.group[one] - held.first_group, cut.supplier[one]
                if 0 <= here < (held.last_group - held.first_group):
                    for k in range(scenarios):
                        gone = held.lack[k // 4, i, k % 4] * (1.0 - left[cut.flow[one], k])
                        held.ready[k // 4, here, k % 4] -= cut.share[one] * gone
            for here in range(held.last_group - held.first_group):
                target = stocks.group_target_weeks[held.first_group + here]
                for k in range(scenarios):
                    held.stock[here, k] = _used(held.stock[here, k], target, held.ready[k // 4, here, k % 4], rule)
                    held.ready[k // 4, here, k % 4] = 1.0 - _lack(held.stock[here, k], target, rule)
            continue
        for i in range(can.shape[1]):
            for k in range(scenarios):
                arrives = rule.reach * can[week, i, k]
                held.stock[i, k] = _used(held.stock[i, k], stocks.target_weeks[i], arrives, rule)
                held.lack[k // 4, i, k % 4] = _lack(held.stock[i, k], stocks.target_weeks[i], rule)
        for one in range(len(cut.group)):
            if held.first_group <= cut.group[one] < held.last_group:
                i = cut.supplier[one]
                for k in range(scenarios):
                    arrives = rule.reach * can[week, i, k] * left[cut.flow[one], k]
                    held.cut[one, k] = _used(held.cut[one, k], stocks.target_weeks[i], arrives, rule)
    if until > held.week[0] and not rule.pooled:
        times(
            stocks.group_start, stocks.supplier, stocks.share, held.lack, held.ready, held.first_group, held.last_group
        )
        for one in range(len(cut.group)):
            here, i = cut.group[one] - held.first_group, cut.supplier[one]
            if 0 <= here < (held.last_group - held.first_group):
                for k in range(scenarios):
                    more = _lack(held.cut[one, k], stocks.target_weeks[i], rule) - held.lack[k // 4, i, k % 4]
                    held.ready[k // 4, here, k % 4] += cut.share[one] * more
        for here in range(held.last_group - held.first_group):
            for k in range(scenarios):
                held.ready[k // 4, here, k % 4] = 1.0 - held.ready[k // 4, here, k % 4]
    held.week[0] = until


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _used(held: float, target: float, arrives: float, rule: Rule) -> float:  # pragma: no cover - compiled
    """A stock after a week: what is used goes, and of what is ordered comes what arrives."""
    use = min(1.0, held / (rule.psi * target))
    return held - use + min(use + (target - held) / rule.tau_weeks, arrives)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _lack(held: float, target: float, rule: Rule) -> float:  # pragma: no cover - compiled
    """Share of normal use that a stock does not allow."""
    return max(0.0, 1.0 - held / (rule.psi * target))


@numba.njit(cache=True, nogil=True)
def _sum(stocks: Stocks, held: Held) -> None:  # pragma: no cover - compiled
    """``ready`` becomes the sum of ``lack`` by share: link by link, or supplier by supplier where few lack."""
    first, last = held.first_group, held.last_group
    for block in range(len(held.lack)):
        lack, ready = held.lack[block], held.ready[block]
        served = 0
        for i in range(len(lack)):
            if lack[i].any():
                served += stocks.out_start[i + 1] - stocks.out_start[i]
        if 4 * served > len(stocks.share):
            one = slice(block, block + 1)
            times(stocks.group_start, stocks.supplier, stocks.share, held.lack[one], held.ready[one], first, last)
            continue
        ready[:] = 0.0
        for i in range(len(lack)):
            if lack[i].any():
                w, x, y, z = lack[i, 0], lack[i, 1], lack[i, 2], lack[i, 3]
                for at in range(stocks.out_start[i], stocks.out_start[i + 1]):
                    here = stocks.out_group[at] - first
                    if 0 <= here < last - first:
                        share = stocks.out_share[at]
                        ready[here, 0] += share * w
                        ready[here, 1] += share * x
                        ready[here, 2] += share * y
                        ready[here, 3] += share * z
