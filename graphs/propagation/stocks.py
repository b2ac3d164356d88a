"""The stocks that buyers hold, and what they let each node supply week by week: the supply side of ``inventories``.

In shares of what is normal, all stocks that one supplier fills run alike, whoever holds them: they lack the same. So
each supplier has one stock to follow, and what the stocks of a buyer allow is a weighted sum. Flows that are cut or
supported are the exception, and have stocks of their own; so are pooled stocks, one for each input of each buyer.

*Support* of a flow from i to j (``graphs.support``), in shares of its normal use: an extra stock E is on hand from its
week on and refilled like the rest; use still slows only below ψ S*, so the aim of orders alone is S* + E. A stand-in b
delivers θ s_b on top of what i can, s_i (1 + κ), and one from outside the chain θ; what is moved to b, μ, comes as
μ s_b (1 + κ) in place of μ s_i (1 + κ). More of E or θ never leaves less stock, in any week: ψ S* ≥ 1 and τ ≥ 1.
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
from graphs.support import Support
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
    """The flows that any cut link or support touches, and what is left of them.

    Weeks in which the same shares are in force look alike: ``left`` (patterns × flows × k) has each once, and
    ``pattern`` says which one a week has. ``support`` has the first scenario of each.
    """

    where: Integers
    supplier: Integers
    buyer: Integers
    flow: Floats
    left: Floats
    pattern: Integers
    support: Sequence[tuple[int, Support]]

    @classmethod
    def of(
        cls,
        chain: ValueChain,
        links: Sequence[tuple[int, CutLinks]],
        support: Sequence[tuple[int, Support]],
        weeks: int,
        scenarios: int,
    ) -> Hit:
        """What the cut links together leave, Π(1 − active · cut), each in its own scenarios from a first one on."""
        inputs = chain.inputs
        marked = np.zeros(len(inputs.flow_meur), bool)
        active = np.zeros((weeks, len(links), scenarios))
        for number, (lane, one) in enumerate(links):
            marked[one.where] = True
            active[:, number, lane : lane + one.active.shape[1]] = one.active
        for _, given in support:
            marked[given.where] = True
        where = np.flatnonzero(marked)
        kinds, first, pattern = np.unique(active.reshape(weeks, -1), axis=0, return_index=True, return_inverse=True)
        left = np.ones((len(kinds), len(where), scenarios))
        for lane, one in links:
            _cut_off(left, lane, np.searchsorted(where, one.where), one.active[first], one.cut)
        ends = inputs.supplier[where], inputs.buyer[where], inputs.flow_meur[where]
        return cls(where, *ends, left, pattern, support)

    @property
    def ends(self) -> tuple[Integers, Integers, Floats]:
        """Supplier, buyer and size of each flow."""
        return self.supplier, self.buyer, self.flow

    def of_stocks(self, stocks: Stocks) -> CutStocks:
        """The stocks that the flows fill, and what supports them."""
        link = stocks.place[self.where]
        flow = np.flatnonzero(link >= 0)
        link = link[flow]
        group = np.searchsorted(stocks.group_start, link, side="right") - 1
        own = np.full(len(self.where), -1)
        own[flow] = np.arange(len(flow))
        return CutStocks(
            group, stocks.supplier[link], stocks.share[link], flow, self.left, self.pattern, *self._aids(own)
        )

    def _aids(self, own: Integers) -> tuple[Integers, Integers, Integers, npt.NDArray[np.bool_], Floats, Floats]:
        """All support in rows, one for each stock that it holds up."""
        scenarios = self.left.shape[2]
        rows: list[tuple[int, int, int, bool]] = []
        extra, share = [np.zeros((0, scenarios))], [np.zeros((0, scenarios))]
        for lane, one in self.support:
            at = own[np.searchsorted(self.where, one.where)]
            kept = np.flatnonzero(at >= 0)
            rows += [(int(at[row]), one.begin, int(one.stand_in[row]), one.moved) for row in kept]
            for into, given in ((extra, one.extra_weeks), (share, one.share)):
                wide = np.zeros((len(kept), scenarios))
                wide[:, lane : lane + given.shape[1]] = given[kept]
                into.append(wide)
        stock, begin, stand_in, moved = (np.array([row[column] for row in rows], np.int64) for column in range(4))
        return stock, begin, stand_in, moved.astype(bool), np.concatenate(extra), np.concatenate(share)


class CutStocks(NamedTuple):
    """The stocks that cut or supported flows fill: in which group, whose, what part of it, and by which of the flows.

    The rest says what supports them, in rows of its own: which of these stocks, from which week on, who stands in
    (−1: nobody of the chain), whether its share is moved there, extra weeks of stock, and the share (rows × k).
    """

    group: Integers
    supplier: npt.NDArray[np.uint32]
    share: Floats
    flow: Integers
    left: Floats
    pattern: Integers
    aided: Integers
    begin: Integers
    stand_in: Integers
    moved: npt.NDArray[np.bool_]
    extra_weeks: Floats
    aid: Floats


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

    ``stock`` by supplier, or by group where stocks are pooled; ``cut`` of those that cut or supported flows fill, and
    ``extra`` what these hold beyond the target when full (by group where stocks are pooled). ``lack``: share of
    normal use that a supplier's stock does not allow. ``ready``: share of it that each group allows. Both
    in blocks of four scenarios (see ``products``). ``week`` (1).
    """

    first_group: int
    last_group: int
    stock: Floats
    cut: Floats
    extra: Floats
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
            extra=np.zeros((last - first if pooled else len(targets), scenarios)),
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
        if week == 0:
            _fill(week, cut, held, rule)
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
            for row in range(len(cut.aided)):
                one = cut.aided[row]
                here = cut.group[one] - held.first_group
                if week >= cut.begin[row] and 0 <= here < (held.last_group - held.first_group):
                    for k in range(scenarios):
                        more = _aid(row, one, week, k, can, left, cut, rule)
                        held.ready[k // 4, here, k % 4] += cut.share[one] * more
            for here in range(held.last_group - held.first_group):
                target = stocks.group_target_weeks[held.first_group + here]
                for k in range(scenarios):
                    arrives, aim = held.ready[k // 4, here, k % 4], target + held.extra[here, k]
                    held.stock[here, k] = _used(held.stock[here, k], target, aim, arrives, rule)
            _fill(week + 1, cut, held, rule)
            for here in range(held.last_group - held.first_group):
                target = stocks.group_target_weeks[held.first_group + here]
                for k in range(scenarios):
                    held.ready[k // 4, here, k % 4] = 1.0 - _lack(held.stock[here, k], target, rule)
            continue
        for i in range(can.shape[1]):
            for k in range(scenarios):
                arrives, target = rule.reach * can[week, i, k], stocks.target_weeks[i]
                held.stock[i, k] = _used(held.stock[i, k], target, target, arrives, rule)
                held.lack[k // 4, i, k % 4] = _lack(held.stock[i, k], target, rule)
        arriving = np.zeros((len(cut.group), scenarios))
        for row in range(len(cut.aided)):
            one = cut.aided[row]
            if week >= cut.begin[row] and held.first_group <= cut.group[one] < held.last_group:
                for k in range(scenarios):
                    arriving[one, k] += _aid(row, one, week, k, can, left, cut, rule)
        for one in range(len(cut.group)):
            if held.first_group <= cut.group[one] < held.last_group:
                i = cut.supplier[one]
                target = stocks.target_weeks[i]
                for k in range(scenarios):
                    arrives = rule.reach * can[week, i, k] * left[cut.flow[one], k] + arriving[one, k]
                    aim = target + held.extra[one, k]
                    held.cut[one, k] = _used(held.cut[one, k], target, aim, arrives, rule)
        _fill(week + 1, cut, held, rule)
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


@numba.njit(cache=True, nogil=True)
def _fill(week: int, cut: CutStocks, held: Held, rule: Rule) -> None:  # pragma: no cover - compiled
    """Extra stocks that are there from this week on."""
    for row in range(len(cut.aided)):
        one = cut.aided[row]
        if week == cut.begin[row] and held.first_group <= cut.group[one] < held.last_group:
            for k in range(cut.extra_weeks.shape[1]):
                more = cut.extra_weeks[row, k]
                if rule.pooled:
                    here = cut.group[one] - held.first_group
                    held.extra[here, k] += cut.share[one] * more
                    held.stock[here, k] += cut.share[one] * more
                else:
                    held.extra[one, k] += more
                    held.cut[one, k] += more


@numba.njit(cache=True, nogil=True)
def _aid(  # pragma: no cover - compiled
    row: int, one: int, week: int, k: int, can: Floats, left: Floats, cut: CutStocks, rule: Rule
) -> float:
    """What a stand-in delivers beyond what the supplier can, in shares of the normal flow."""
    share, b = cut.aid[row, k], cut.stand_in[row]
    if share == 0.0:
        return 0.0
    if b < 0:
        return share
    if not cut.moved[row]:
        return share * can[week, b, k]
    return share * rule.reach * (can[week, b, k] - can[week, cut.supplier[one], k] * left[cut.flow[one], k])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _used(  # pragma: no cover - compiled
    held: float, target: float, aim: float, arrives: float, rule: Rule
) -> float:
    """A stock after a week: what is used goes, and of what is ordered comes what arrives."""
    use = min(1.0, held / (rule.psi * target))
    return held - use + min(use + (aim - held) / rule.tau_weeks, arrives)


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
