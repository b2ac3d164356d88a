"""How a shock travels: demand by Leontief, supply by an inventory model in weekly steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphs.inventories import CutLinks, clean, inventories, residual_demand
from graphs.method import Method
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain

WEEKS_A_YEAR = 52.0


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
        >>> impact = propagate(sources.toy(), shock(sources.toy(), [], date(2021, 3, 1), Method()), Method())
        >>> bool((impact.kept == 1).all())
        True
    """
    demand = shock.remaining("demand", len(chain))
    by_demand = np.ones_like(demand)
    if (demand != 1).any():
        by_demand = np.moveaxis(demand_kept(chain, np.moveaxis(demand, 1, 2)), 2, 1)
    capacity = shock.remaining("supply", len(chain))
    links = []
    for effect in shock.effects:
        if effect.kind == "link":
            where = effect.flows(chain)
            links.append(CutLinks(where, effect.flow_cut(chain, where), effect.active))
    by_supply = np.ones_like(capacity)
    if links or (capacity != 1).any():
        by_supply = inventories(chain, capacity, links, method)
    return Impact(by_demand, by_supply)


def leontief(chain: ValueChain, final_demand: npt.ArrayLike) -> Floats:
    """Output that a final demand needs, directly and through all suppliers: x = L f.

    Args:
        final_demand: million euro a year, one number for each node in the last dimension.

    Returns:
        Output, million euro a year.

    References:
        Miller and Blair 2009, Input–Output Analysis, chapter 2.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> leontief(chain, [600, 1500]).round(2).tolist()
        [1247.52, 1841.58]
    """
    return np.asarray(np.asarray(final_demand, float) @ chain.leontief_inverse.T, float)


def demand_kept(chain: ValueChain, remaining: Floats) -> Floats:
    """Share of output kept when only ``remaining`` of each node's final demand is left: 1 − (L Δf) / x.

    Negative final demand (stocks run down) is not cut. Nodes stand in the last dimension.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> demand_kept(chain, np.array([1.0, 0.5])).round(4).tolist()
        [0.7195, 0.5231]
    """
    lost = np.maximum(residual_demand(chain), 0.0) * (1.0 - remaining)
    return clean(1.0 - _share(leontief(chain, lost), chain.output))


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


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=np.broadcast_to(whole > 0, part.shape))
