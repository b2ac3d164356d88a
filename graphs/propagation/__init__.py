"""How a shock travels: demand by Leontief, supply by an inventory model in weekly steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphs.method import Method
from graphs.propagation.demand import demand_kept, leontief
from graphs.propagation.inventories import inventories
from graphs.propagation.path import weeks_to_recover
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain

__all__ = ["Impact", "demand_kept", "leontief", "propagate", "weeks_to_recover"]

WEEKS_A_YEAR = 52.0


@dataclass(frozen=True, eq=False)
class Impact:
    """Share of normal output that is kept, by step, node and scenario (steps × n × k); 1 without a shock."""

    kept: Floats
    step_days: int
    model: str


def propagate(chain: ValueChain, shock: Shock, method: Method) -> Impact:
    """Carry a shock through the chain.

    Cuts of final demand go through Leontief's inverse, at once; cuts of capacity and links go through the inventory
    model. In each week a node's output is the smaller of the two: the short side of each market decides.

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
    capacity, links = shock.remaining("supply", len(chain)), shock.links(chain)
    by_supply = np.ones_like(capacity)
    if links or (capacity != 1).any():
        by_supply = inventories(chain, capacity, links, method)
    return Impact(np.minimum(by_demand, by_supply), shock.step_days, "inventories")
