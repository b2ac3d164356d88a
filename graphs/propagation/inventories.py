"""Supply shocks: an adaptive inventory model in weekly steps, many scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np

from graphs.method import Method
from graphs.propagation.stocks import Held, Hit, supply
from graphs.shock import CutLinks
from graphs.valuechain import Floats, Integers, ValueChain, share_of

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
    return clean(course(chain, capacity, links, method).made)


@dataclass(frozen=True, eq=False)
class Course:
    """How a run of the inventory model went: what could be supplied, what was made, and what was held in a week."""

    can: Floats
    made: Floats
    held: Held


def course(
    chain: ValueChain,
    capacity: Floats,
    links: Sequence[CutLinks],
    method: Method,
    keep_week: int = 0,
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
    held = known.held if known is not None and known.held.week <= same_weeks else None
    if held is not None and known is not None:
        capacity = np.concatenate([known.can[: held.week], capacity[held.week :]])
    can, kept = supply(chain, capacity, hit, method, keep_week, held)
    return Course(can, _sales(chain, can, hit, known.made[:same_weeks] if known is not None else can[:0]), kept)


def _sales(chain: ValueChain, can: Floats, hit: Hit, known: Floats) -> Floats:
    """Share of output that is made when ``can`` could be supplied and customers order what they used: step 3.

    x_i = min(can_i, (f_i + Σ_j z_ij left_ij x_j(the week before) / x_j) / x_i), all weeks × n × k; the first weeks are
    known.
    """
    weeks, nodes, scenarios = can.shape
    sells, output = chain.technical_coefficients.T, chain.output
    share = share_of(np.ones(nodes), output)
    made = np.empty_like(can)
    made[: len(known)] = known
    level = np.ascontiguousarray(known[-1].T) if len(known) else np.ones((scenarios, nodes))
    for week in range(len(known), weeks):
        missing = 1.0 - level
        unsold = (missing * output) @ sells if missing.any() else np.zeros_like(level)
        _cut(unsold, hit.left[hit.pattern[week]], level, hit.supplier, hit.buyer, hit.flow)
        level = np.minimum(can[week].T, np.maximum(1.0 - unsold * share, 0.0))
        made[week] = level.T
    return made


@numba.njit(cache=True)
def _cut(  # pragma: no cover - compiled
    unsold: Floats, left: Floats, level: Floats, supplier: Integers, buyer: Integers, flow: Floats
) -> None:
    """Add to ``unsold`` (k × n) what the buyers behind a cut link can no longer order."""
    for link in range(len(flow)):
        for k in range(len(unsold)):
            unsold[k, supplier[link]] += flow[link] * (1.0 - left[link, k]) * level[k, buyer[link]]


def residual_demand(chain: ValueChain) -> Floats:
    """Final demand as output less flows, so that x = Z1 + f holds to the last digit; million euro a year."""
    return np.asarray(chain.output - chain.flows.sum(axis=1), float)


def clean(kept: Floats) -> Floats:
    """Rounding removed from shares of output kept: within 0–1, and exactly 1 where nothing is lost."""
    kept = np.clip(kept, 0.0, 1.0)
    return np.where(kept > 1.0 - _NOISE, 1.0, kept)
