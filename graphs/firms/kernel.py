"""The compiled cascade: scenarios begin on the few firms they reach; those that grow run side by side in lanes."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from graphs.firms.vectors import LANES, pull
from graphs.firms.wiring import Wiring
from graphs.valuechain import Floats, Integers

# What is compiled stands in this one file, but for one loop: numba's cache sees no change in another.
#
# What bounds it now (two cores, 134,000 firms, 1.3 million links, six steps): nearly all time goes into sweeps, and
# there into the gather, 2.5 million links × one row of 128 bytes: 14 ns a link, what a core gets from the cache
# behind its own; 6 to 7 ns with 10,000 firms, whose rows nearly fit into its own. Exact savings: the first steps visit
# only the firms reached (about half of all steps), links of essentiality 0 are left out, busy firms stand together.
# Not worth it: lanes of 8 or 32 (within 5 %), and skipping firms later on, when nearly all have a loss.

Lanes = npt.NDArray[np.floating]
"""Firms × lanes: contiguous in lanes, so that one visit of a link serves all of them."""

_NIL = 1e-10
"""A sector that has less left to sell counts as a market of 1, as in the authors' program."""


class Scenarios(NamedTuple):
    """Shocks as lists: in scenario k firms ``firm[start[k]:start[k + 1]]`` lose the share ``lost`` of capacity."""

    start: Integers
    firm: Integers
    lost: Floats


class Found(NamedTuple):
    """Results by scenario; ``down`` and ``up`` (n × k, shares lost) are filled if they have columns."""

    loss: Floats
    """k × 3: sales lost (both directions, down, up), in the unit of the links."""
    iterations: Integers
    margin: Floats
    """Least distance of a sweep's greatest change from ε: how close the count of iterations came to another."""
    down: Floats
    up: Floats


class _Reach(NamedTuple):
    """Shares lost by firm, and lists of the firms that lose; everything else is scratch, zero between sweeps."""

    down: Floats
    up: Floats
    down_list: Integers
    up_list: Integers
    length: Integers
    """Lengths of ``down_list``, ``up_list`` and ``sectors``; then the number of the pass, for ``seen``."""
    market: Floats
    """What is left of the sales of the sectors in ``sectors``."""
    sectors: Integers
    sector_seen: Integers
    next: Floats
    next_list: Integers
    seen: Integers
    part: Floats
    """Shortage by input group."""
    groups: Integers


@numba.njit(cache=True, nogil=True, error_model="numpy")
def run(  # pragma: no cover - compiled
    wiring: Wiring,
    scenarios: Scenarios,
    epsilon: float,
    budget: int,
    found: Found,
    stop: npt.NDArray[np.bool_],
) -> None:
    """Carry every scenario to its own convergence; fills ``found``. Ends early when ``stop[0]`` becomes true.

    A lane that is done is wiped in one sweep along with the others (cheaper than n strided writes) and takes the next
    scenario, so that stragglers hold up nobody.
    """
    n, kind, lanes = len(wiring.sales), wiring.supplied.dtype, LANES
    down, up, next_up = np.zeros((n, lanes), kind), np.zeros((n, lanes), kind), np.zeros((n, lanes), kind)
    short, floor, struck = np.zeros((n, lanes), kind), np.zeros((n, lanes), kind), np.zeros(n, np.int32)
    market, reach = np.zeros((len(wiring.sector_sales), lanes)), _reach(wiring)
    scenario, keep, clean = np.full(lanes, -1), np.zeros(lanes, kind), np.ones(lanes, np.bool_)
    change, loss = np.zeros(lanes), np.zeros((3, lanes))
    upcoming = 0
    while True:
        for lane in range(lanes):
            while clean[lane] and scenario[lane] < 0 and upcoming < len(scenarios.start) - 1:
                if _begin(wiring, scenarios, upcoming, epsilon, budget, reach, found):
                    _load(wiring, reach, down, up, market, lane)
                    _shock(scenarios, upcoming, floor, struck, lane, 1)
                    scenario[lane], keep[lane] = upcoming, 1
                _forget(reach)
                upcoming += 1
        if scenario.max() < 0 or stop[0]:
            return
        _shortage(wiring, down, market, short)
        _sweep(wiring, down, short, up, next_up, market, floor, struck, keep, change, loss)
        up, next_up = next_up, up
        for lane in range(lanes):
            k = scenario[lane]
            clean[lane] = k < 0
            if k >= 0:
                found.iterations[k] += 1
                found.margin[k] = min(found.margin[k], abs(change[lane] - epsilon))
                if change[lane] <= epsilon:
                    for kept in range(3):
                        found.loss[k, kept] = loss[kept, lane]
                    if found.down.shape[1]:
                        found.down[:, k] = down[:, lane]
                        found.up[:, k] = up[:, lane]
                    _shock(scenarios, k, floor, struck, lane, -1)
                    scenario[lane], keep[lane] = -1, 0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _load(  # pragma: no cover - compiled
    wiring: Wiring, reach: _Reach, down: Lanes, up: Lanes, market: Floats, lane: int
) -> None:
    """Put a scenario that has begun into a clean lane."""
    for at in range(reach.length[0]):
        down[reach.down_list[at], lane] = reach.down[reach.down_list[at]]
    for at in range(reach.length[1]):
        up[reach.up_list[at], lane] = reach.up[reach.up_list[at]]
    market[:, lane] = wiring.sector_sales
    for at in range(reach.length[2]):
        market[reach.sectors[at], lane] = reach.market[reach.sectors[at]]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _shock(  # pragma: no cover - compiled
    scenarios: Scenarios, k: int, floor: Lanes, struck: npt.NDArray[np.int32], lane: int, sign: int
) -> None:
    """Hold the firms of scenario k down (sign 1), or let them go (−1)."""
    for at in range(scenarios.start[k], scenarios.start[k + 1]):
        i = scenarios.firm[at]
        floor[i, lane] = scenarios.lost[at] if sign > 0 else 0.0
        struck[i] += sign


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _shortage(wiring: Wiring, down: Lanes, market: Floats, short: Lanes) -> None:  # pragma: no cover - compiled
    """What the customers of each firm miss of it: σ (1 − h^d)."""
    lanes = down.shape[1]
    for k in range(len(market)):
        for c in range(lanes):
            market[k, c] = market[k, c] if market[k, c] > _NIL else 1.0
    for i in range(len(down)):
        if wiring.push_start[i + 1] > wiring.push_start[i]:
            if wiring.replacement:
                sales, k = wiring.sales[i], wiring.sector[i]
                for c in range(lanes):
                    share = sales / market[k, c]
                    short[i, c] = (share if share < 1.0 else 1.0) * down[i, c]
            else:
                for c in range(lanes):
                    short[i, c] = down[i, c]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _sweep(  # pragma: no cover - compiled
    wiring: Wiring,
    down: Lanes,
    short: Lanes,
    up: Lanes,
    next_up: Lanes,
    market: Floats,
    floor: Lanes,
    struck: npt.NDArray[np.int32],
    keep: Lanes,
    change: Floats,
    loss: Floats,
) -> None:
    """One step in both directions for all lanes: ``down`` in place, ``up`` into ``next_up``."""
    kind, one, lanes = down.dtype, down.dtype.type(1), down.shape[1]
    worst, back = np.zeros(lanes, kind), np.zeros(lanes, kind)
    both, below, above = loss
    change[:], loss[:], market[:] = -np.inf, 0.0, 0.0
    for j in range(len(down)):
        pull(worst, short, wiring.supplier, wiring.supplied, wiring.supplied_start[j], wiring.supplied_start[j + 1])
        pull(back, up, wiring.customer, wiring.sold, wiring.sold_start[j], wiring.sold_start[j + 1])
        if struck[j]:
            for c in range(lanes):
                worst[c], back[c] = max(worst[c], floor[j, c]), max(back[c], floor[j, c])
        sales, k = wiring.sales[j], wiring.sector[j]
        # Loops over few arrays each, which the compiler can prove apart. Losses are rounded as 1 − h is: ties with ε
        # then fall as they do where h itself is kept.
        for c in range(lanes):
            worst[c] = (one - (one - (worst[c] if worst[c] < one else one))) * keep[c]
            back[c] = (one - (one - (back[c] if back[c] < one else one))) * keep[c]
        for c in range(lanes):
            gone = worst[c] - down[j, c]
            change[c] = gone if gone > change[c] else change[c]
            down[j, c] = worst[c]
        for c in range(lanes):
            gone = back[c] - up[j, c]
            change[c] = gone if gone > change[c] else change[c]
            next_up[j, c] = back[c]
        if sales > 0.0:
            for c in range(lanes):
                market[k, c] += sales * (1.0 - worst[c])
                below[c] += sales * worst[c]
            for c in range(lanes):
                above[c] += sales * back[c]
                both[c] += sales * (worst[c] if worst[c] > back[c] else back[c])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _reach(wiring: Wiring) -> _Reach:  # pragma: no cover - compiled
    """Room for one scenario at a time."""
    n, sectors, groups = len(wiring.sales), len(wiring.sector_sales), len(wiring.group_customer)
    return _Reach(
        np.zeros(n), np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(4, np.int64),
        np.zeros(sectors), np.zeros(sectors, np.int64), np.zeros(sectors, np.int64), np.zeros(n),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(groups), np.zeros(groups, np.int64),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _begin(  # pragma: no cover - compiled
    wiring: Wiring, scenarios: Scenarios, k: int, epsilon: float, budget: int, reach: _Reach, found: Found
) -> bool:
    """Run scenario k; True if a sweep would visit more than ``budget`` links, so that it has to go on in a lane.

    Losses never shrink, so a firm that loses stays in the lists, and each sweep pushes from all that are in them.
    """
    _strike(scenarios, k, reach)
    found.iterations[k], found.margin[k] = 0, np.inf
    while True:
        _left_to_sell(wiring, reach)
        if _visits(wiring, reach) > budget:
            return True
        change = max(_push_down(wiring, scenarios, k, reach), _push_up(wiring, scenarios, k, reach))
        found.iterations[k] += 1
        found.margin[k] = min(found.margin[k], abs(change - epsilon))
        if change <= epsilon:
            _record(wiring, k, reach, found)
            return False


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _forget(reach: _Reach) -> None:  # pragma: no cover - compiled
    """Make room for the next scenario."""
    for at in range(reach.length[0]):
        reach.down[reach.down_list[at]] = 0.0
    for at in range(reach.length[1]):
        reach.up[reach.up_list[at]] = 0.0
    reach.length[:3] = 0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _strike(scenarios: Scenarios, k: int, reach: _Reach) -> None:  # pragma: no cover - compiled
    """h(0) = ψ in both directions."""
    for at in range(scenarios.start[k], scenarios.start[k + 1]):
        i = scenarios.firm[at]
        reach.down[i] = reach.up[i] = scenarios.lost[at]
        reach.down_list[reach.length[0]] = reach.up_list[reach.length[1]] = i
        reach.length[0] += 1
        reach.length[1] += 1


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _left_to_sell(wiring: Wiring, reach: _Reach) -> None:  # pragma: no cover - compiled
    """Σ s_out h^d of each sector reached: by subtraction, and summed anew where that would cancel."""
    reach.length[2] = 0
    reach.length[3] += 1
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        k = wiring.sector[i]
        if reach.sector_seen[k] != reach.length[3]:
            reach.sector_seen[k] = reach.length[3]
            reach.sectors[reach.length[2]] = k
            reach.length[2] += 1
            reach.market[k] = wiring.sector_sales[k]
        reach.market[k] -= wiring.sales[i] * reach.down[i]
    for at in range(reach.length[2]):
        k = reach.sectors[at]
        if reach.market[k] < 0.1 * wiring.sector_sales[k]:
            reach.market[k] = 0.0
            for member in range(wiring.sector_start[k], wiring.sector_start[k + 1]):
                i = wiring.sector_firm[member]
                reach.market[k] += wiring.sales[i] * (1.0 - reach.down[i])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _visits(wiring: Wiring, reach: _Reach) -> int:  # pragma: no cover - compiled
    """Links that the next sweep has to visit."""
    links = 0
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        links += wiring.push_start[i + 1] - wiring.push_start[i]
    for at in range(reach.length[1]):
        i = reach.up_list[at]
        links += wiring.bought_start[i + 1] - wiring.bought_start[i]
    return links


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _push_down(wiring: Wiring, scenarios: Scenarios, k: int, reach: _Reach) -> float:  # pragma: no cover - compiled
    """One step down: what customers miss, by input group, of all suppliers that lose; the greatest change."""
    reach.length[3] += 1
    hit, groups = 0, 0
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        short = reach.down[i]
        if wiring.replacement:
            market = reach.market[wiring.sector[i]]
            short *= min(1.0, wiring.sales[i] / (market if market > _NIL else 1.0))
        if short > 0.0:
            for link in range(wiring.push_start[i], wiring.push_start[i + 1]):
                group = wiring.push_group[link]
                if reach.part[group] == 0.0:
                    reach.groups[groups] = group
                    groups += 1
                reach.part[group] += wiring.push_supplied[link] * short
    for at in range(groups):
        group = reach.groups[at]
        hit = _raise(reach, wiring.group_customer[group], 1.0 - (1.0 - min(reach.part[group], 1.0)), hit)
        reach.part[group] = 0.0
    return _settle(scenarios, k, reach, reach.down, reach.down_list, 0, hit)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _push_up(wiring: Wiring, scenarios: Scenarios, k: int, reach: _Reach) -> float:  # pragma: no cover - compiled
    """One step up: what suppliers no longer sell to customers that lose; the greatest change."""
    reach.length[3] += 1
    hit = 0
    for at in range(reach.length[1]):
        i = reach.up_list[at]
        for link in range(wiring.bought_start[i], wiring.bought_start[i + 1]):
            j = wiring.push_supplier[link]
            if reach.seen[j] != reach.length[3]:
                reach.seen[j] = reach.length[3]
                reach.next_list[hit] = j
                hit += 1
            reach.next[j] += wiring.push_sold[link] * reach.up[i]
    for at in range(hit):
        j = reach.next_list[at]
        reach.next[j] = 1.0 - (1.0 - min(reach.next[j], 1.0))
    return _settle(scenarios, k, reach, reach.up, reach.up_list, 1, hit)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _raise(reach: _Reach, j: int, loss: float, hit: int) -> int:  # pragma: no cover - compiled
    """Let firm j lose at least this much in the next step; the length of the list of those that do."""
    if reach.seen[j] != reach.length[3]:
        reach.seen[j] = reach.length[3]
        reach.next_list[hit] = j
        hit += 1
    reach.next[j] = max(reach.next[j], loss)
    return hit


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _settle(  # pragma: no cover - compiled
    scenarios: Scenarios, k: int, reach: _Reach, losses: Floats, listed: Integers, which: int, hit: int
) -> float:
    """Put the next step in place, never less than the shock; the greatest change, one-sided: max(h(t) − h(t + 1))."""
    for at in range(scenarios.start[k], scenarios.start[k + 1]):
        hit = _raise(reach, scenarios.firm[at], scenarios.lost[at], hit)
    # The change of a firm that the step leaves out is negative or zero: one that was not reached at all has zero.
    change = -np.inf if hit == len(losses) else 0.0
    for at in range(reach.length[which]):
        if reach.seen[listed[at]] != reach.length[3]:
            losses[listed[at]] = 0.0
    for at in range(hit):
        j = reach.next_list[at]
        change = max(change, reach.next[j] - losses[j])
        losses[j], listed[at] = reach.next[j], j
        reach.next[j] = 0.0
    reach.length[which] = hit
    return change


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _record(wiring: Wiring, k: int, reach: _Reach, found: Found) -> None:  # pragma: no cover - compiled
    """Results of a scenario that has converged."""
    both, down, up = 0.0, 0.0, 0.0
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        if reach.down[i] > 0.0:
            down += wiring.sales[i] * reach.down[i]
            both += wiring.sales[i] * max(reach.down[i], reach.up[i])
    for at in range(reach.length[1]):
        i = reach.up_list[at]
        up += wiring.sales[i] * reach.up[i]
        if reach.down[i] == 0.0:
            both += wiring.sales[i] * reach.up[i]
    found.loss[k, 0], found.loss[k, 1], found.loss[k, 2] = both, down, up
    if found.down.shape[1]:
        for at in range(reach.length[0]):
            found.down[reach.down_list[at], k] = reach.down[reach.down_list[at]]
        for at in range(reach.length[1]):
            found.up[reach.up_list[at], k] = reach.up[reach.up_list[at]]
