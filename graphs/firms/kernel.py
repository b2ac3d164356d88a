"""The compiled part of a cascade: scenarios that have grown large run side by side, one in each lane."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from graphs.firms.reach import NIL, Found, Reach, Scenarios, begin, forget, reach_of
from graphs.firms.wiring import Wiring
from graphs.valuechain import Floats, Integers

Lanes = npt.NDArray[np.floating]
"""Firms × lanes: contiguous in lanes, so that one visit of a link serves all of them."""

LANES = 16
"""Scenarios side by side in one worker: 16 doubles are two cache lines, which are fetched as a pair."""


@numba.njit(cache=True, nogil=True)
def run(  # pragma: no cover - compiled
    wiring: Wiring, scenarios: Scenarios, epsilon: float, budget: int, found: Found
) -> None:
    """Carry every scenario to its own convergence; fills ``found``.

    A lane that is done is wiped in one sweep along with the others (cheaper than n strided writes) and takes the next
    scenario, so that stragglers hold up nobody.
    """
    n, kind = len(wiring.sales), wiring.supplied.dtype
    down, up, next_up = np.zeros((n, LANES), kind), np.zeros((n, LANES), kind), np.zeros((n, LANES), kind)
    short, floor, struck = np.zeros((n, LANES), kind), np.zeros((n, LANES), kind), np.zeros(n, np.int32)
    market, reach = np.zeros((len(wiring.sector_sales), LANES)), reach_of(wiring)
    scenario, keep, clean = np.full(LANES, -1), np.zeros(LANES, kind), np.ones(LANES, np.bool_)
    change, loss = np.zeros(LANES), np.zeros((3, LANES))
    upcoming = 0
    while True:
        for lane in range(LANES):
            while clean[lane] and scenario[lane] < 0 and upcoming < len(scenarios.start) - 1:
                if begin(wiring, scenarios, upcoming, epsilon, budget, reach, found):
                    _load(wiring, reach, down, up, market, lane)
                    _shock(scenarios, upcoming, floor, struck, lane, 1)
                    scenario[lane], keep[lane] = upcoming, 1
                forget(reach)
                upcoming += 1
        if scenario.max() < 0:
            return
        _shortage(wiring, down, market, short)
        _sweep(wiring, down, short, up, next_up, market, floor, struck, keep, change, loss)
        up, next_up = next_up, up
        for lane in range(LANES):
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


@numba.njit(cache=True, nogil=True)
def _load(  # pragma: no cover - compiled
    wiring: Wiring, reach: Reach, down: Lanes, up: Lanes, market: Floats, lane: int
) -> None:
    """Put a scenario that has begun into a clean lane."""
    for at in range(reach.length[0]):
        down[reach.down_list[at], lane] = reach.down[reach.down_list[at]]
    for at in range(reach.length[1]):
        up[reach.up_list[at], lane] = reach.up[reach.up_list[at]]
    market[:, lane] = wiring.sector_sales
    for at in range(reach.length[2]):
        market[reach.sectors[at], lane] = reach.market[reach.sectors[at]]


@numba.njit(cache=True, nogil=True)
def _shock(  # pragma: no cover - compiled
    scenarios: Scenarios, k: int, floor: Lanes, struck: npt.NDArray[np.int32], lane: int, sign: int
) -> None:
    """Hold the firms of scenario k down (sign 1), or let them go (−1)."""
    for at in range(scenarios.start[k], scenarios.start[k + 1]):
        i = scenarios.firm[at]
        floor[i, lane] = scenarios.lost[at] if sign > 0 else 0.0
        struck[i] += sign


@numba.njit(cache=True, nogil=True)
def _shortage(wiring: Wiring, down: Lanes, market: Floats, short: Lanes) -> None:  # pragma: no cover - compiled
    """What the customers of each firm miss of it: σ (1 − h^d)."""
    for k in range(len(market)):
        for c in range(LANES):
            market[k, c] = market[k, c] if market[k, c] > NIL else 1.0
    for i in range(len(down)):
        if wiring.push_start[i + 1] > wiring.push_start[i]:
            if wiring.replacement:
                sales, k = wiring.sales[i], wiring.sector[i]
                for c in range(LANES):
                    share = sales / market[k, c]
                    short[i, c] = (share if share < 1.0 else 1.0) * down[i, c]
            else:
                for c in range(LANES):
                    short[i, c] = down[i, c]


@numba.njit(cache=True, nogil=True)
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
    kind, one = down.dtype, down.dtype.type(1)
    worst, part, back = np.zeros(LANES, kind), np.zeros(LANES, kind), np.zeros(LANES, kind)
    change[:], loss[:], market[:] = -np.inf, 0.0, 0.0
    for j in range(len(down)):
        worst[:] = 0
        for group in range(wiring.group_of[j], wiring.group_of[j + 1]):
            part[:] = 0
            for link in range(wiring.group_start[group], wiring.group_start[group + 1]):
                i, share = wiring.supplier[link], wiring.supplied[link]
                for c in range(LANES):
                    part[c] += share * short[i, c]
            for c in range(LANES):
                worst[c] = part[c] if part[c] > worst[c] else worst[c]
        back[:] = 0
        for link in range(wiring.sold_start[j], wiring.sold_start[j + 1]):
            i, share = wiring.customer[link], wiring.sold[link]
            for c in range(LANES):
                back[c] += share * up[i, c]
        if struck[j]:
            for c in range(LANES):
                worst[c], back[c] = max(worst[c], floor[j, c]), max(back[c], floor[j, c])
        sales, k = wiring.sales[j], wiring.sector[j]
        for c in range(LANES):
            d = (one - (one - (worst[c] if worst[c] < one else one))) * keep[c]
            u = (one - (one - (back[c] if back[c] < one else one))) * keep[c]
            gone = d - down[j, c] if d - down[j, c] > u - up[j, c] else u - up[j, c]
            change[c] = gone if gone > change[c] else change[c]
            down[j, c], next_up[j, c] = d, u
            market[k, c] += sales * (1.0 - d)
            loss[0, c] += sales * (d if d > u else u)
            loss[1, c] += sales * d
            loss[2, c] += sales * u
