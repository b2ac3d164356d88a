"""The compiled beginning of a cascade: one scenario, on the firms that it has reached so far."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from graphs.firms.wiring import Wiring
from graphs.valuechain import Floats, Integers

NIL = 1e-10
"""A sector that has less left to sell counts as a market of 1, as in the authors' program."""


class Scenarios(NamedTuple):
    """Shocks as lists: in scenario k firms ``firm[start[k]:start[k + 1]]`` lose the share ``lost`` of their capacity."""

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


class Reach(NamedTuple):
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


@numba.njit(cache=True, nogil=True)
def reach_of(wiring: Wiring) -> Reach:  # pragma: no cover - compiled
    """Room for one scenario at a time."""
    n, sectors, groups = len(wiring.sales), len(wiring.sector_sales), len(wiring.group_customer)
    return Reach(
        np.zeros(n), np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(4, np.int64),
        np.zeros(sectors), np.zeros(sectors, np.int64), np.zeros(sectors, np.int64), np.zeros(n),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(groups), np.zeros(groups, np.int64),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def begin(  # pragma: no cover - compiled
    wiring: Wiring, scenarios: Scenarios, k: int, epsilon: float, budget: int, reach: Reach, found: Found
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


@numba.njit(cache=True, nogil=True)
def forget(reach: Reach) -> None:  # pragma: no cover - compiled
    """Make room for the next scenario."""
    for at in range(reach.length[0]):
        reach.down[reach.down_list[at]] = 0.0
    for at in range(reach.length[1]):
        reach.up[reach.up_list[at]] = 0.0
    reach.length[:3] = 0


@numba.njit(cache=True, nogil=True)
def _strike(scenarios: Scenarios, k: int, reach: Reach) -> None:  # pragma: no cover - compiled
    """h(0) = ψ in both directions."""
    for at in range(scenarios.start[k], scenarios.start[k + 1]):
        i = scenarios.firm[at]
        reach.down[i] = reach.up[i] = scenarios.lost[at]
        reach.down_list[reach.length[0]] = reach.up_list[reach.length[1]] = i
        reach.length[0] += 1
        reach.length[1] += 1


@numba.njit(cache=True, nogil=True)
def _left_to_sell(wiring: Wiring, reach: Reach) -> None:  # pragma: no cover - compiled
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


@numba.njit(cache=True, nogil=True)
def _visits(wiring: Wiring, reach: Reach) -> int:  # pragma: no cover - compiled
    """Links that the next sweep has to visit."""
    links = 0
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        links += wiring.push_start[i + 1] - wiring.push_start[i]
    for at in range(reach.length[1]):
        i = reach.up_list[at]
        links += wiring.bought_start[i + 1] - wiring.bought_start[i]
    return links


@numba.njit(cache=True, nogil=True)
def _push_down(wiring: Wiring, scenarios: Scenarios, k: int, reach: Reach) -> float:  # pragma: no cover - compiled
    """One step down: what customers miss, by input group, of all suppliers that lose; the greatest change."""
    reach.length[3] += 1
    hit, groups = 0, 0
    for at in range(reach.length[0]):
        i = reach.down_list[at]
        short = reach.down[i]
        if wiring.replacement:
            market = reach.market[wiring.sector[i]]
            short *= min(1.0, wiring.sales[i] / (market if market > NIL else 1.0))
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


@numba.njit(cache=True, nogil=True)
def _push_up(wiring: Wiring, scenarios: Scenarios, k: int, reach: Reach) -> float:  # pragma: no cover - compiled
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


@numba.njit(cache=True, nogil=True)
def _raise(reach: Reach, j: int, loss: float, hit: int) -> int:  # pragma: no cover - compiled
    """Let firm j lose at least this much in the next step; the length of the list of those that do."""
    if reach.seen[j] != reach.length[3]:
        reach.seen[j] = reach.length[3]
        reach.next_list[hit] = j
        hit += 1
    reach.next[j] = max(reach.next[j], loss)
    return hit


@numba.njit(cache=True, nogil=True)
def _settle(  # pragma: no cover - compiled
    scenarios: Scenarios, k: int, reach: Reach, losses: Floats, listed: Integers, which: int, hit: int
) -> float:
    """Put the next step in place, never below the shock itself; the greatest change, one-sided: max(h(t) − h(t + 1))."""
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


@numba.njit(cache=True, nogil=True)
def _record(wiring: Wiring, k: int, reach: Reach, found: Found) -> None:  # pragma: no cover - compiled
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
