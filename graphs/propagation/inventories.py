"""Supply shocks: an adaptive inventory model in weekly steps, many scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs import classification
from graphs.method import Method
from graphs.shock import CutLinks
from graphs.valuechain import Floats, Integers, ValueChain

# Sections of NACE: what is made and stored, and what is delivered as it is made (energy, water, transport).
GOODS = "ABCF"
FLOWS = "DEH"
SERVICES = "GIJKLMNOPQRSTU"


_NOISE = 1e-9
"""Losses below this share of output are rounding."""


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
    weeks, nodes, scenarios = capacity.shape
    stocks = _Stocks.of(chain, method)
    hit = _Hit.of(chain, links)
    touched = hit.index[stocks.position]
    weight = stocks.weight * (1.0 + method.overtime_share)
    demand = residual_demand(chain)
    output = chain.output[:, None]
    level, left = np.ones((nodes, scenarios)), np.ones((len(hit.where), scenarios))
    stock = np.repeat(stocks.target_weeks[:, None], scenarios, axis=1)
    kept = np.empty_like(capacity)
    for week in range(weeks):
        if week == 0 or any((one.active[week] != one.active[week - 1]).any() for one in links):
            left = hit.left(links, week, scenarios)
        wanted = demand[:, None] + chain.flows @ level
        _unsold(wanted, left, level, hit.supplier, hit.buyer, hit.flow)
        can = np.empty((nodes, scenarios))
        _supply(
            capacity[week], can, stock, stocks.target_weeks, stocks.pool_share, stocks.group_start, stocks.free_share,
            stocks.buyer_start, method.psi,
        )  # fmt: skip
        _restock(
            can, left, stock, stocks.target_weeks, stocks.supplier, weight, touched, stocks.pool_start, method.psi,
            method.restock_weeks,
        )  # fmt: skip
        asked = np.divide(np.maximum(wanted, 0.0), output, out=np.ones_like(wanted), where=output > 0)
        level = np.minimum(can, asked)
        kept[week] = level
    return clean(kept)


@dataclass(frozen=True, eq=False)
class _Stocks:
    """The stocks that can stop production: links in pools (one stock each), pools in groups (one input industry of
    one buyer), groups in buyers. ``free_share`` is the part of a group that no stock limits.
    """

    position: Integers
    supplier: Integers
    weight: Floats
    pool_start: Integers
    pool_share: Floats
    target_weeks: Floats
    group_start: Integers
    free_share: Floats
    buyer_start: Integers

    @classmethod
    def of(cls, chain: ValueChain, method: Method) -> _Stocks:
        links = chain.inputs
        group = np.repeat(np.arange(len(links.group_start) - 1), np.diff(links.group_start))
        bought = np.bincount(group, links.flow_meur, minlength=len(links.group_start) - 1).astype(float)
        binding = _binding(chain, method, bought)[group]
        share = links.flow_meur / bought[group]
        stored = binding if method.pooled_stocks else binding & (links.supplier != links.buyer)
        # Groups that bind are numbered anew; those of services stand in no list.
        groups, number = np.unique(group[binding], return_inverse=True)
        free = 1.0 - np.bincount(number, share[binding] * stored[binding], minlength=len(groups))
        position = np.flatnonzero(stored)
        owner = np.searchsorted(groups, group[position])
        kinds = _kinds(chain)[links.industry[position]]
        target = np.where(kinds == FLOWS, method.stock_weeks_flows, method.stock_weeks_goods)
        if method.pooled_stocks:
            pool_start, pool_share = _offsets(owner, len(groups)), np.ones(len(groups))
            target, weight, group_start = target[pool_start[:-1]], share[position], np.arange(len(groups) + 1)
        else:
            pool_start, pool_share = np.arange(len(position) + 1), share[position]
            weight, group_start = np.ones(len(position)), _offsets(owner, len(groups))
        buyer = links.buyer[links.group_start[groups]]
        return cls(
            position, links.supplier[position], weight, pool_start, pool_share, target, group_start,
            np.where(free > 1e-12, free, 0.0), _offsets(buyer, len(chain)),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Hit:
    """The flows that any cut link touches, and where each flow stands among them (−1 elsewhere)."""

    where: Integers
    supplier: Integers
    buyer: Integers
    flow: Floats
    index: Integers

    @classmethod
    def of(cls, chain: ValueChain, links: Sequence[CutLinks]) -> _Hit:
        inputs = chain.inputs
        where = np.unique(np.concatenate([one.where for one in links])) if links else np.zeros(0, np.int64)
        index = np.full(len(inputs.flow_meur), -1)
        index[where] = np.arange(len(where))
        return cls(where, inputs.supplier[where], inputs.buyer[where], inputs.flow_meur[where], index)

    def left(self, links: Sequence[CutLinks], week: int, scenarios: int) -> Floats:
        """Share left of the touched flows in a week, all cuts together (flows × k)."""
        left = np.ones((len(self.where), scenarios))
        for one in links:
            left[self.index[one.where]] *= 1.0 - one.active[week] * one.cut
        return left


@numba.njit(cache=True)
def _unsold(  # pragma: no cover - compiled
    wanted: Floats, left: Floats, level: Floats, supplier: Integers, buyer: Integers, flow: Floats
) -> None:
    """Take from ``wanted`` (n × k) what the buyers behind a cut link can no longer order."""
    for link in range(len(flow)):
        for k in range(wanted.shape[1]):
            wanted[supplier[link], k] -= flow[link] * (1.0 - left[link, k]) * level[buyer[link], k]


@numba.njit(cache=True, parallel=True)
def _supply(  # pragma: no cover - compiled
    capacity: Floats,
    can: Floats,
    stock: Floats,
    target: Floats,
    pool_share: Floats,
    group_start: Integers,
    free_share: Floats,
    buyer_start: Integers,
    psi: float,
) -> None:
    """What each node can supply (n × k, written to ``can``): capacity, and the scarcest of its inputs."""
    for j in numba.prange(len(capacity)):
        can[j, :] = capacity[j, :]
        ready = np.empty(capacity.shape[1])
        for group in range(buyer_start[j], buyer_start[j + 1]):
            ready[:] = free_share[group]
            for pool in range(group_start[group], group_start[group + 1]):
                share, enough = pool_share[pool], psi * target[pool]
                for k in range(len(ready)):
                    held = stock[pool, k]
                    ready[k] += share * (held / enough if held < enough else 1.0)
            for k in range(len(ready)):
                if ready[k] < can[j, k]:
                    can[j, k] = ready[k]


@numba.njit(cache=True, parallel=True)
def _restock(  # pragma: no cover - compiled
    can: Floats,
    left: Floats,
    stock: Floats,
    target: Floats,
    supplier: Integers,
    weight: Floats,
    touched: Integers,
    pool_start: Integers,
    psi: float,
    tau: float,
) -> None:
    """Use and deliveries of a week, in place in ``stock`` (pools × k, in weeks of normal use)."""
    for pool in numba.prange(len(target)):
        enough = psi * target[pool]
        arrives = np.zeros(stock.shape[1])
        for link in range(pool_start[pool], pool_start[pool + 1]):
            i, cut, share = supplier[link], touched[link], weight[link]
            if cut < 0:
                for k in range(len(arrives)):
                    arrives[k] += share * can[i, k]
            else:
                for k in range(len(arrives)):
                    arrives[k] += share * can[i, k] * left[cut, k]
        for k in range(len(arrives)):
            held = stock[pool, k]
            use = held / enough if held < enough else 1.0
            order = use + (target[pool] - held) / tau
            stock[pool, k] = held - use + (order if order < arrives[k] else arrives[k])


def _binding(chain: ValueChain, method: Method, bought: Floats) -> npt.NDArray[np.bool_]:
    """Whether a lack stops production, by group of ``chain.inputs``."""
    links, kinds = chain.inputs, _kinds(chain)
    first = links.group_start[:-1]
    buyer = links.buyer[first]
    sold, buying = kinds[links.industry[first]], kinds[_industry_codes(chain)[buyer]]
    share = np.divide(bought, chain.output[buyer], out=np.zeros_like(bought), where=chain.output[buyer] > 0)
    enough = np.where((sold == GOODS) & (buying == SERVICES), method.goods_in_services_share, method.binding_share)
    return (sold != SERVICES) & (share >= enough)


def _offsets(owner: Integers, count: int) -> Integers:
    """Where the members of each of ``count`` owners begin, in a list sorted by owner, and the total."""
    return np.searchsorted(owner, np.arange(count + 1)).astype(np.int64)


def _industry_codes(chain: ValueChain) -> Integers:
    """Code of each node's industry, as in ``chain.inputs.industry``."""
    return pd.factorize(chain.nodes.industry, sort=True)[0].astype(np.int64)


def _kinds(chain: ValueChain) -> npt.NDArray[np.str_]:
    """Goods, flows or services, by industry code; codes outside NACE count as goods."""
    kinds = []
    for industry in sorted(set(chain.nodes.industry)):
        sections = {division[0] for division in classification.divisions(industry)}
        services = sections and not sections & set(GOODS + FLOWS)
        kinds.append(FLOWS if sections & set(FLOWS) else SERVICES if services else GOODS)
    return np.array(kinds)


def residual_demand(chain: ValueChain) -> Floats:
    """Final demand as output less flows, so that x = Z1 + f holds to the last digit; million euro a year."""
    return np.asarray(chain.output - chain.flows.sum(axis=1), float)


def clean(kept: Floats) -> Floats:
    """Rounding removed from shares of output kept: within 0–1, and exactly 1 where nothing is lost."""
    kept = np.clip(kept, 0.0, 1.0)
    return np.where(kept > 1.0 - _NOISE, 1.0, kept)
