"""How a shock travels: demand by Leontief, supply by an inventory model in weekly steps."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs import classification
from graphs.method import Method
from graphs.shock import Shock
from graphs.valuechain import Floats, Integers, ValueChain

WEEKS_A_YEAR = 52.0
_NOISE = 1e-9
"""Losses below this share of output are rounding."""

# Sections of NACE: what is made and stored, and what is delivered as it is made (energy, water, transport).
GOODS = "ABCF"
FLOWS = "DEH"
SERVICES = "GIJKLMNOPQRSTU"


@dataclass(frozen=True, eq=False)
class Impact:
    """Share of weekly output that is kept, by week, node and reading (weeks × n × 3), 1 without a shock.

    ``kept`` is the smaller of ``by_demand`` and ``by_supply``: the short side of each market decides.
    """

    by_demand: Floats
    by_supply: Floats

    @property
    def kept(self) -> Floats:
        """What remains of output when supply and demand both bind."""
        return np.minimum(self.by_demand, self.by_supply)


def propagate(chain: ValueChain, shock: Shock, method: Method) -> Impact:
    """Carry a shock through the chain.

    Cuts of final demand go through Leontief's inverse, at once; cuts of capacity and links go through the inventory
    model. In each week a node's output is the smaller of the two.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.shock import shock
        >>> Impact = propagate(sources.toy(), shock(sources.toy(), [], date(2021, 3, 1), Method()), Method())
        >>> bool((Impact.kept == 1).all())
        True
    """
    demand = shock.remaining("demand", len(chain))
    by_demand = np.ones_like(demand)
    changed = (demand != 1).any(axis=1)
    for week, reading in np.argwhere(changed):
        by_demand[week, :, reading] = demand_kept(chain, demand[week, :, reading])
    capacity = shock.remaining("supply", len(chain))
    links = [effect for effect in shock.effects if effect.kind == "link"]
    by_supply = np.ones_like(capacity)
    if links or (capacity != 1).any():
        by_supply = inventories(chain, capacity, _link_shares(chain, shock), method)
    return Impact(by_demand, by_supply)


def leontief(chain: ValueChain, final_demand: npt.ArrayLike) -> Floats:
    """Output that a final demand needs, directly and through all suppliers: x = L f.

    Args:
        final_demand: million euro a year, one number for each node.

    Returns:
        Output, million euro a year.

    References:
        Miller and Blair 2009, Input–Output Analysis, chapter 2.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> leontief(chain, [600, 1500]).round(2).tolist()
        [1247.52, 1841.58]
    """
    return np.asarray(chain.leontief_inverse @ np.asarray(final_demand, float), float)


def demand_kept(chain: ValueChain, remaining: Floats) -> Floats:
    """Share of output kept when only ``remaining`` of each node's final demand is left: 1 − (L Δf) / x.

    Negative final demand (stocks run down) is not cut.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> demand_kept(chain, np.array([1.0, 0.5])).round(4).tolist()
        [0.7195, 0.5231]
    """
    lost = np.maximum(_residual_demand(chain), 0.0) * (1.0 - remaining)
    return _clean(1.0 - _share(leontief(chain, lost), chain.output))


def inventories(chain: ValueChain, capacity: Floats, links: list[tuple[Integers, Floats]], method: Method) -> Floats:
    """Share of output kept when capacity and links are cut: an adaptive inventory model in weekly steps.

    Each buyer j holds a stock S of its inputs, with a target S* of some weeks of normal use. All in shares of what
    is normal, a week runs:

    1. a stock allows y = min(1, S / (ψ S*)), and the suppliers of one input p together Y_pj = Σ_i (z_ij / z_pj) y_ij;
    2. j can supply s_j = min(capacity_j, min_p Y_pj), over the inputs that bind;
    3. it makes x_j = min(s_j, demand_j), demand being final demand and what its customers used the week before;
    4. it orders y + (S* − S)/τ and gets at most its normal share of what the supplier can deliver, s_i (1 + κ),
       κ the overtime: S ← S − y + min(order, s_i (1 + κ)).

    This is ARIO with one rule changed: a short supplier serves its customers in proportion to what they normally
    buy, not to what they order this week. In ARIO a buyer in trouble orders more, takes from others, and the whole
    may never return (the inventory spiral), and a larger shock can lose less. Here every step is monotone: a deeper
    or longer cut never leaves more output, at any node in any week.

    Without ``method.pooled_stocks`` each supplier fills a stock of its own: its customers cannot turn to another
    within weeks, those of the others go on, and what a node buys from itself does not bind (its own cut says it
    already). With it, an input is one stock whoever supplied it.

    Energy and transport bind for every buyer; goods bind for makers of goods, and for services where they are at
    least ``method.goods_in_services_share`` of output; other services are bought less when output falls, but their
    lack stops nothing within weeks.

    Args:
        capacity: share of capacity left (weeks × n × k), k scenarios side by side.
        links: for each cut link effect the positions in ``chain.inputs`` and the share left (weeks × flows × k).

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
    demand = _residual_demand(chain)
    level = np.ones((nodes, scenarios))
    stock = np.repeat(stocks.target_weeks[:, None], scenarios, axis=1)
    left = np.ones((len(stocks.supplier), scenarios))
    kept = np.empty_like(capacity)
    for week in range(weeks):
        if links:
            left[:] = 1.0
            for where, share in links:
                left[where] *= share[week]
        _week(
            capacity[week], left, level, stock, chain.output, demand, stocks.supplier, stocks.flow, stocks.pool_start,
            stocks.pool_share, stocks.target_weeks, stocks.group_start, stocks.binds, stocks.own, stocks.buyer_start,
            method.psi, method.restock_weeks, method.overtime_share,
        )  # fmt: skip
        kept[week] = level
    return _clean(kept)


@dataclass(frozen=True, eq=False)
class _Stocks:
    """Flows in pools (one stock each), pools in groups (one input industry of one buyer), groups in buyers."""

    supplier: Integers
    flow: Floats
    pool_start: Integers
    pool_share: Floats
    target_weeks: Floats
    group_start: Integers
    binds: npt.NDArray[np.bool_]
    own: npt.NDArray[np.bool_]
    buyer_start: Integers

    @classmethod
    def of(cls, chain: ValueChain, method: Method) -> _Stocks:
        links = chain.inputs
        first = links.group_start[:-1]
        totals = np.add.reduceat(links.flow_meur, first) if len(first) else np.zeros(0)
        kind = _kinds(chain)
        weeks_of = np.where(kind == FLOWS, method.stock_weeks_flows, method.stock_weeks_goods)
        input_kind, buyer_kind = kind[links.industry[first]], kind[_industry_codes(chain)[links.buyer[first]]]
        large = totals >= method.goods_in_services_share * chain.output[links.buyer[first]]
        binds = (input_kind == FLOWS) | ((input_kind == GOODS) & ((buyer_kind != SERVICES) | large))
        if method.pooled_stocks:
            pool_start, group_start = links.group_start, np.arange(len(totals) + 1)
            share, target, own = np.ones(len(totals)), weeks_of[links.industry[first]], np.zeros(len(totals), bool)
        else:
            pool_start, group_start = np.arange(len(links.flow_meur) + 1), links.group_start
            share = links.flow_meur / np.repeat(totals, np.diff(links.group_start))
            target, own = weeks_of[links.industry], links.supplier == links.buyer
        return cls(
            links.supplier, links.flow_meur, pool_start, share, target, group_start, binds, own, links.buyer_start
        )


@numba.njit(cache=True)
def _week(  # pragma: no cover - compiled
    capacity: Floats,
    left: Floats,
    level: Floats,
    stock: Floats,
    output: Floats,
    demand: Floats,
    supplier: Integers,
    flow: Floats,
    pool_start: Integers,
    pool_share: Floats,
    target: Floats,
    group_start: Integers,
    binds: npt.NDArray[np.bool_],
    own: npt.NDArray[np.bool_],
    buyer_start: Integers,
    psi: float,
    tau: float,
    overtime: float,
) -> None:
    """One week, in place: ``level`` (n × k, share of output made) and ``stock`` (pools × k, weeks of normal use)."""
    nodes, scenarios = level.shape
    wanted = np.empty((nodes, scenarios))
    for i in range(nodes):
        wanted[i, :] = demand[i]
    can = capacity.copy()
    ready = np.empty(scenarios)
    for j in range(nodes):
        for group in range(buyer_start[j], buyer_start[j + 1]):
            ready[:] = 0.0
            for pool in range(group_start[group], group_start[group + 1]):
                for link in range(pool_start[pool], pool_start[pool + 1]):
                    for k in range(scenarios):
                        wanted[supplier[link], k] += flow[link] * left[link, k] * level[j, k]
                for k in range(scenarios):
                    possible = 1.0 if own[pool] else stock[pool, k] / (psi * target[pool])
                    ready[k] += pool_share[pool] * min(1.0, possible)
            if binds[group]:
                for k in range(scenarios):
                    can[j, k] = min(can[j, k], ready[k])
    for j in range(nodes):
        for group in range(buyer_start[j], buyer_start[j + 1]):
            if not binds[group]:
                continue
            for pool in range(group_start[group], group_start[group + 1]):
                bought = 0.0
                for link in range(pool_start[pool], pool_start[pool + 1]):
                    bought += flow[link]
                for k in range(scenarios):
                    arrives = 0.0
                    for link in range(pool_start[pool], pool_start[pool + 1]):
                        arrives += flow[link] / bought * can[supplier[link], k] * left[link, k]
                    held = stock[pool, k]
                    use = min(1.0, held / (psi * target[pool]))
                    order = use + (target[pool] - held) / tau
                    stock[pool, k] = held - use + min(order, arrives * (1.0 + overtime))
    for j in range(nodes):
        for k in range(scenarios):
            level[j, k] = can[j, k]
            if output[j] > 0:
                level[j, k] = min(can[j, k], max(0.0, wanted[j, k]) / output[j])


def weeks_to_recover(kept: Floats, tolerance: float = 0.001) -> int | None:
    """First week from which output stays within ``tolerance`` of normal; None if that is not within the horizon.

    Args:
        kept: share of output kept, by week.

    Examples:
        >>> weeks_to_recover(np.array([0.9, 0.95, 1.0, 1.0])), weeks_to_recover(np.array([0.9, 0.9]))
        (2, None)
    """
    low = np.flatnonzero(kept < 1.0 - tolerance)
    first = int(low[-1]) + 1 if len(low) else 0
    return first if first < len(kept) else None


def _link_shares(chain: ValueChain, shock: Shock) -> list[tuple[Integers, Floats]]:
    """For each link effect: which flows it cuts, and what is left of them (weeks × flows × 3)."""
    shares = []
    for effect in shock.effects:
        if effect.kind == "link":
            where = effect.flows(chain)
            cut = effect.cut[chain.inputs.supplier[where]]
            shares.append((where, 1.0 - effect.active[:, None, :] * cut[None, :, :]))
    return shares


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


def _residual_demand(chain: ValueChain) -> Floats:
    """Final demand as output less flows, so that x = Z1 + f holds to the last digit."""
    return np.asarray(chain.output - chain.flows.sum(axis=1), float)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _clean(kept: Floats) -> Floats:
    """Rounding removed: within 0–1, and exactly 1 where nothing is lost."""
    kept = np.clip(kept, 0.0, 1.0)
    return np.where(kept > 1.0 - _NOISE, 1.0, kept)
