"""Supply shocks: an adaptive inventory model in weekly steps, many scenarios side by side."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from scipy import sparse

from graphs.method import Method
from graphs.propagation.path import clean
from graphs.propagation.stocks import Held, Hit, supply
from graphs.shock import CutLinks
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
    return clean(course(chain, capacity, links, method).made)


@dataclass(frozen=True, eq=False)
class Course:
    """How a run of the inventory model went: what could be supplied, what was made, and what was held in a week."""

    can: Floats
    made: Floats
    held: Held | None


def course(
    chain: ValueChain,
    capacity: Floats,
    links: Sequence[CutLinks],
    method: Method,
    keep_week: int | None = None,
    known: Course | None = None,
    same_weeks: int = 0,
) -> Course:
    """``inventories`` week by week, to be gone on from.

    Args:
        keep_week: week at whose beginning the stocks are kept.
        known: a run of the same chain and method with the same number of weeks and scenarios, whose first
            ``same_weeks`` weeks have the same capacity and links: they are taken from it.
    """
    weeks, _, scenarios = capacity.shape
    hit = Hit.of(chain, links, weeks, scenarios)
    held = known.held if known is not None and known.held is not None and known.held.week <= same_weeks else None
    if held is not None and known is not None:
        capacity = np.concatenate([known.can[: held.week], capacity[held.week :]])
    can, kept = supply(chain, capacity, hit, method, keep_week, held)
    return Course(can, _sales(chain, can, hit, known.made[:same_weeks] if known is not None else can[:0]), kept)


def _sales(chain: ValueChain, can: Floats, hit: Hit, known: Floats) -> Floats:
    """Share of output that is made when ``can`` could be supplied and customers order what they used: step 3.

    x_i = min(can_i, (f_i + Σ_j z_ij left_ij x_j(the week before) / x_j) / x_i), all weeks × n × k; the first weeks are
    known.
    """
    made = np.empty_like(can)
    made[: len(known)] = known
    weeks, nodes, scenarios = can.shape
    rows = chain.once("sales", lambda: _rows(chain))
    share = share_of(np.ones(nodes), chain.output)

    def run(first: int, last: int, begin: int, end: int) -> None:
        _weeks(
            made, first, last, begin, end, can, rows, chain.output, share, hit.left, hit.pattern, hit.supplier,
            hit.buyer, hit.flow,
        )  # fmt: skip

    parts = numba.get_num_threads() if scenarios > 1 and rows[0].size + rows[3].size > _LARGE else 1
    if parts == 1:
        run(len(known), weeks, 0, nodes)
        return made
    # A week has to wait for all of the week before. Threads that sleep until then, unlike those of BLAS, do not stand
    # in the way of what runs beside them.
    together = threading.Barrier(parts)

    def part(number: int) -> None:
        try:
            for week in range(len(known), weeks):
                run(week, week + 1, number * nodes // parts, (number + 1) * nodes // parts)
                together.wait()
        except BaseException:
            together.abort()
            raise

    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(part, range(parts)))
    return made


_LARGE = 200_000
"""Coefficients from which on reading them takes longer than waiting for another thread."""

_Rows = tuple[Floats, Integers, npt.NDArray[np.int32], Floats]


def _rows(chain: ValueChain) -> _Rows:
    """Technical coefficients by row, as they are read fastest: all of them, or those above 0 with their places."""
    dense = chain.technical_coefficients
    if chain.flows.nnz > 0.5 * dense.size:
        return dense, np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0)
    flows = sparse.csr_array(dense)
    return np.zeros((0, 0)), flows.indptr.astype(np.int64), flows.indices.astype(np.int32), flows.data


@numba.njit(cache=True, nogil=True)
def _weeks(  # pragma: no cover - compiled
    made: Floats,
    first: int,
    last: int,
    begin: int,
    end: int,
    can: Floats,
    rows: _Rows,
    output: Floats,
    share: Floats,
    left: Floats,
    pattern: Integers,
    supplier: Integers,
    buyer: Integers,
    flow: Floats,
) -> None:
    """Some weeks of the nodes from ``begin`` to ``end``."""
    _, nodes, scenarios = can.shape
    missing, unsold = np.zeros((scenarios, nodes)), np.zeros((scenarios, nodes))
    for week in range(first, last):
        some = False
        if week > 0:
            for j in range(nodes):
                for k in range(scenarios):
                    missing[k, j] = (1.0 - made[week - 1, j, k]) * output[j]
                    some |= missing[k, j] != 0.0
        unsold[:] = 0.0
        if some:
            _times(rows, missing, unsold, begin, end)
        for link in range(len(flow)):
            if not begin <= supplier[link] < end:
                continue
            for k in range(scenarios):
                level = made[week - 1, buyer[link], k] if week > 0 else 1.0
                unsold[k, supplier[link]] += flow[link] * (1.0 - left[pattern[week], link, k]) * level
        for i in range(begin, end):
            for k in range(scenarios):
                made[week, i, k] = min(can[week, i, k], max(0.0, 1.0 - unsold[k, i] * share[i]))


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def _times(  # pragma: no cover - compiled
    rows: _Rows, values: Floats, into: Floats, begin: int, end: int
) -> None:
    """Some rows times values (k × n), three scenarios at a time, so that each coefficient is read once for them."""
    dense, start, column, coefficient = rows
    count, nodes = values.shape
    first = 0
    while first < count:
        # Fewer than three are left: the last is computed again, which costs nothing.
        a, b, c = values[first], values[min(first + 1, count - 1)], values[min(first + 2, count - 1)]
        for i in range(begin, end):
            x, y, z = 0.0, 0.0, 0.0
            if len(dense):
                row = dense[i]
                if count == 1:
                    for j in range(nodes):
                        x += row[j] * a[j]
                else:
                    for j in range(nodes):
                        x += row[j] * a[j]
                        y += row[j] * b[j]
                        z += row[j] * c[j]
            else:
                for at in range(start[i], start[i + 1]):
                    value, j = coefficient[at], column[at]
                    x += value * a[j]
                    y += value * b[j]
                    z += value * c[j]
            into[first, i] = x
            if first + 1 < count:
                into[first + 1, i] = y
            if first + 2 < count:
                into[first + 2, i] = z
        first += 3
