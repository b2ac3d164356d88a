"""Supply shocks: an adaptive inventory model in weekly steps, many scenarios side by side."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from scipy import sparse

from graphs.method import Method
from graphs.propagation.path import clean
from graphs.propagation.products import times
from graphs.propagation.stocks import CutStocks, Held, Hit, Rule, Stocks, restock
from graphs.shock import CutLinks
from graphs.support import Support
from graphs.valuechain import Floats, Integers, ValueChain, share_of


def inventories(chain: ValueChain, capacity: Floats, links: Sequence[CutLinks], method: Method) -> Floats:
    """Share of output kept when capacity and links are cut: an adaptive inventory model in weekly steps.

    Each buyer j holds a stock S of its inputs, with a target S* of some weeks of normal use. All in shares of what
    is normal, a week runs:

    1. a stock allows y = min(1, S / (ψ S*)), and the suppliers of one input p together Y_pj = Σ_i (z_ij / z_pj) y_ij;
    2. j can supply s_j = min(capacity_j, min_p Y_pj), over the inputs that bind;
    3. it makes x_j = min(s_j, demand_j), demand being final demand and what its customers used the week before;
    4. it orders y + (S* − S)/τ and gets at most its normal share of what the supplier can deliver and κ of it more,
       from overtime and from final customers who wait: S ← S − y + min(order, s_i (1 + κ)).

    It follows ARIO, and differs in this: (a) a short supplier serves its customers in proportion to what they normally
    buy, not to what they order this week; (b) a stock is drawn as if it alone limited the buyer, so a node that stands
    still for another reason uses up too much (a pessimistic reading); (c) orders to refill stocks do not raise the
    suppliers' demand, and overtime does not count as output: cuts below κ/(1 + κ) do not reach customers; (d) stocks
    are kept by supplier unless they are pooled. In ARIO a buyer in trouble orders more and takes from others: the
    whole may never return (the inventory spiral), and a larger shock can lose less. Here every step is monotone: a
    deeper or longer cut never leaves more output, at any node in any week.

    Without ``method.pooled_stocks`` each supplier fills a stock of its own: its customers cannot turn to another
    within weeks, those of the others go on, and what a node buys from itself does not bind (its own cut says it
    already). With it, an input is one stock whoever supplied it.

    Goods, energy and transport bind where they are at least ``method.binding_share`` of the buyer's output, goods for
    services where they are ``method.goods_in_services_share``; smaller inputs and other services are bought less when
    output falls, but their lack stops nothing within weeks.

    Args:
        capacity: share of capacity left (weeks × n × k), k scenarios side by side.
        links: the flows that are cut, for as many weeks.

    Returns:
        Share of weekly output kept (weeks × n × k).

    References:
        Hallegatte 2008, Risk Analysis 28(3), doi:10.1111/j.1539-6924.2008.01046.x; Hallegatte 2014.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> capacity = np.ones((20, 12, 1))
        >>> capacity[:8, 9, 0] = 0.6
        >>> kept = inventories(chain, capacity, [], Method())[:, :, 0]
        >>> kept[[0, 7, 19], 9].round(3).tolist(), kept[:6, 2].round(3).tolist()
        ([0.6, 0.6, 1.0], [1.0, 1.0, 0.999, 0.997, 0.953, 0.919])
    """
    return clean(courses(chain, [Run(capacity, links)], method)[0].made)


@dataclass(frozen=True, eq=False)
class Course:
    """How a run of the inventory model went: share of output that could be supplied, and that was made."""

    can: Floats
    made: Floats


@dataclass(frozen=True, eq=False)
class Run:
    """A run of the inventory model: what is cut, and what is known of a run of the same chain and method.

    ``known`` has the same number of weeks and scenarios, and in its first ``same_weeks`` the same cuts.
    """

    capacity: Floats
    links: Sequence[CutLinks]
    known: Course | None = None
    same_weeks: int = 0
    support: Sequence[Support] = ()

    @property
    def begins(self) -> int:
        """The first week that has to be run."""
        if self.known is not None:
            return self.same_weeks
        cut = [(self.capacity < 1.0).any(axis=(1, 2)), *(one.active.any(axis=1) for one in self.links)]
        weeks = np.flatnonzero(np.any(cut, axis=0))
        return int(weeks[0]) if len(weeks) else len(self.capacity)


def courses(chain: ValueChain, runs: Sequence[Run], method: Method) -> list[Course]:
    """``inventories`` week by week, of several runs side by side: the flows are read once for all of them."""
    if not runs:
        return []
    lanes = np.cumsum([0, *(run.capacity.shape[2] for run in runs)])
    begin = min(run.begins for run in runs)
    can = np.concatenate([run.capacity for run in runs], axis=2)
    made = np.ones_like(can)
    for run, first, last in zip(runs, lanes, lanes[1:], strict=False):
        if run.known is not None:
            can[:begin, :, first:last], made[:begin, :, first:last] = run.known.can[:begin], run.known.made[:begin]
    links = [(int(lane), one) for run, lane in zip(runs, lanes, strict=False) for one in run.links]
    support = [(int(lane), one) for run, lane in zip(runs, lanes, strict=False) for one in run.support]
    _run(chain, can, made, Hit.of(chain, links, support, len(can), int(lanes[-1])), begin, method)
    parts = itertools.pairwise(lanes)
    return [Course(np.ascontiguousarray(can[:, :, a:b]), np.ascontiguousarray(made[:, :, a:b])) for a, b in parts]


def _run(chain: ValueChain, can: Floats, made: Floats, hit: Hit, begin: int, method: Method) -> None:
    """The weeks from ``begin`` on, in place in ``can``, which holds the capacity left, and ``made``."""
    weeks, nodes, scenarios = can.shape
    stocks, rows, rule = Stocks.of(chain, method), chain.once("sales", lambda: _rows(chain)), Rule.of(method)
    cut = hit.of_stocks(stocks)
    sales = Sales(
        rows,
        chain.output,
        share_of(np.ones(nodes), chain.output),
        hit.left,
        np.asarray(np.any(hit.left < 1.0, axis=(1, 2))),
        hit.pattern,
        *hit.ends,
    )
    parts = numba.get_num_threads() if rows[0].size + rows[3].size > _LARGE else 1
    bounds = np.arange(parts + 1) * nodes // parts
    groups = np.searchsorted(stocks.buyer, bounds)
    # A week has to wait for all of the week before. Threads that sleep until then, unlike those of BLAS, do not stand
    # in the way of what runs beside them.
    together = threading.Barrier(parts)

    def part(number: int) -> None:
        own = int(groups[number]), int(groups[number + 1])
        held = Held.full(stocks, cut, *own, scenarios, method.pooled_stocks)
        at_once = 1 if parts > 1 else weeks
        try:
            for week in range(begin, weeks, at_once):
                last = min(week + at_once, weeks)
                _weeks(
                    week, last, int(bounds[number]), int(bounds[number + 1]), can, made, stocks, cut, held, rule, sales
                )
                together.wait()
        except BaseException:
            together.abort()
            raise

    if parts == 1:
        part(0)
        return
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(part, range(parts)))


_LARGE = 200_000
"""Coefficients from which on reading them takes longer than waiting for another thread."""

_Rows = tuple[Floats, Integers, npt.NDArray[np.uint32], Floats]


def _rows(chain: ValueChain) -> _Rows:
    """Technical coefficients by row, as they are read fastest: all of them, or those above 0 with their places."""
    dense = chain.technical_coefficients
    if chain.flows.nnz > 0.5 * dense.size:
        return dense, np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0)
    flows = sparse.csr_array(dense)
    return np.zeros((0, 0)), flows.indptr.astype(np.int64), flows.indices.astype(np.uint32), flows.data


class Sales(NamedTuple):
    """What says how much customers order: coefficients, output and its reciprocal, and the flows that are cut."""

    rows: _Rows
    output: Floats
    share: Floats
    left: Floats
    cuts: npt.NDArray[np.bool_]
    """Whether anything is cut in a pattern."""
    pattern: Integers
    supplier: Integers
    buyer: Integers
    flow: Floats


@numba.njit(cache=True, nogil=True)
def _weeks(  # pragma: no cover - compiled
    first: int,
    last: int,
    begin: int,
    end: int,
    can: Floats,
    made: Floats,
    stocks: Stocks,
    cut: CutStocks,
    held: Held,
    rule: Rule,
    sales: Sales,
) -> None:
    """Some weeks of the nodes from ``begin`` to ``end``."""
    for week in range(first, last):
        restock(week, can, stocks, cut, held, rule)
        for group in range(held.first_group, held.last_group):
            i, ready = stocks.buyer[group], held.ready
            for k in range(can.shape[2]):
                can[week, i, k] = min(can[week, i, k], max(0.0, ready[k // 4, group - held.first_group, k % 4]))
        _sell(week, begin, end, can, made, sales)


@numba.njit(cache=True, nogil=True)
def _sell(  # pragma: no cover - compiled
    week: int, begin: int, end: int, can: Floats, made: Floats, sales: Sales
) -> None:
    """What is made when customers order what they used: step 3.

    x_i = min(can_i, (f_i + Σ_j z_ij left_ij x_j(the week before) / x_j) / x_i).
    """
    _, nodes, scenarios = can.shape
    count = -(-scenarios // 4)
    missing, unsold = np.zeros((count, nodes, 4)), np.zeros((count, end - begin, 4))
    some = False
    if week > 0:
        for j in range(nodes):
            for k in range(scenarios):
                missing[k // 4, j, k % 4] = (1.0 - made[week - 1, j, k]) * sales.output[j]
                some |= made[week - 1, j, k] != 1.0
    dense, start, column, coefficient = sales.rows
    if some and len(dense):
        _times_dense(dense, missing, unsold, begin, end)
    elif some:
        times(start, column, coefficient, missing, unsold, begin, end)
    left, before = sales.left[sales.pattern[week]], np.ones((nodes, scenarios))
    if week > 0:
        before = made[week - 1]
    for link in range(len(sales.flow) if sales.cuts[sales.pattern[week]] else 0):
        i = sales.supplier[link]
        if begin <= i < end:
            level = before[sales.buyer[link]]
            for k in range(scenarios):
                unsold[k // 4, i - begin, k % 4] += sales.flow[link] * (1.0 - left[link, k]) * level[k]
    for i in range(begin, end):
        for k in range(scenarios):
            made[week, i, k] = min(can[week, i, k], max(0.0, 1.0 - unsold[k // 4, i - begin, k % 4] * sales.share[i]))


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def _times_dense(  # pragma: no cover - compiled
    rows: Floats, values: Floats, into: Floats, begin: int, end: int
) -> None:
    """``products.times`` where nearly every pair trades: rows are read once, two beside each other."""
    turned = np.empty((len(values), 4, values.shape[1]))
    for block in range(len(values)):
        turned[block] = values[block].T
    for i in range(begin, end, 2):
        # Of an odd number of rows the last is computed twice.
        second = min(i + 1, end - 1)
        row, other = rows[i], rows[second]
        for block in range(len(turned)):
            a, b, c, d = turned[block, 0], turned[block, 1], turned[block, 2], turned[block, 3]
            w, x, y, z = 0.0, 0.0, 0.0, 0.0
            p, q, r, s = 0.0, 0.0, 0.0, 0.0
            for j in range(len(row)):
                w += row[j] * a[j]
                x += row[j] * b[j]
                y += row[j] * c[j]
                z += row[j] * d[j]
                p += other[j] * a[j]
                q += other[j] * b[j]
                r += other[j] * c[j]
                s += other[j] * d[j]
            for at, sums in ((i, (w, x, y, z)), (second, (p, q, r, s))):
                of_row = into[block, at - begin]
                of_row[0], of_row[1], of_row[2], of_row[3] = sums
