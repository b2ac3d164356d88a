"""How a shock travels: one call, and the model that the method names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.propagation.ario import ario
from graphs.propagation.cascades import cascades
from graphs.propagation.demand import demand_kept, leontief
from graphs.propagation.inoperability import inoperability
from graphs.propagation.inventories import Course, Run, courses
from graphs.propagation.path import clean
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain

__all__ = ["Impact", "demand_kept", "leontief", "propagate", "propagate_all", "propagate_beside"]

WEEKS_A_YEAR = 52.0
DAYS_A_YEAR = 7 * WEEKS_A_YEAR
"""A year of output is spread over 52 whole weeks, so that daily and weekly steps add up to the same."""


@dataclass(frozen=True, eq=False)
class Impact:
    """Share of normal output that is kept, by step, node and scenario (steps × n × k); 1 without a shock.

    The model ``ario`` can give more than 1: overtime makes up for what was lost.
    """

    kept: Floats
    shock: Shock
    model: str
    by_demand: Floats | None = None
    """What cuts of final demand alone leave, by the model inventories."""
    course: Course | None = None
    """How the inventory model went, to go on from."""

    @property
    def step_days(self) -> int:
        """Length of a step."""
        return self.shock.step_days


def propagate(chain: ValueChain, shock: Shock, method: Method, known: Impact | None = None) -> Impact:
    """Carry a shock through the chain by the model that ``method.model`` names.

    * ``inventories`` (the default): cuts of final demand go through Leontief's inverse, at once; cuts of capacity and
      links go through the inventory model, in weeks. In each week a node's output is the smaller of the two: the short
      side of each market decides.
    * ``ario``: demand, capacity and links together through stocks, rationing, orders and overtime; in days or weeks.
    * ``inoperability``: the dynamic inoperability model, without stocks; in steps of any length.
    * ``cascade``: cuts of capacity as in a network of firms (ESRI), without memory from step to step.
    * ``leontief``: cuts of final demand alone, at once.

    Args:
        known: what another shock did to the same chain by the same method: the inventory model goes on from where the
            two begin to differ. The result is the same.

    Raises:
        Faults: an effect or a length of step that the model cannot carry.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.shock import shock
        >>> impact = propagate(sources.toy(), shock(sources.toy(), [], date(2021, 3, 1), Method()), Method())
        >>> bool((impact.kept == 1).all()), impact.model
        (True, 'inventories')
    """
    return propagate_beside(chain, shock, method, [], known)[0]


def propagate_all(chain: ValueChain, shocks: Sequence[Shock], method: Method) -> list[Impact]:
    """``propagate`` of several shocks of as many steps: the inventory model runs them side by side.

    Raises:
        Faults: an effect or a length of step that the model cannot carry.

    Examples:
        >>> from graphs import sources
        >>> len(propagate_all(sources.toy(), [Shock((), 4), Shock((), 4)], Method()))
        2
    """
    if method.model != "inventories" or len(shocks) < 2:
        return [propagate(chain, one, method) for one in shocks]
    first, others = shocks[0], shocks[1:]
    runs = [Run(one.remaining("supply", len(chain)), one.links(chain), support=one.support) for one in others]
    head, found = _by_inventories(chain, first, method, runs, None)
    impacts = [head]
    for shock, course in zip(others, found, strict=True):
        known = next((one for one in impacts if _same_demand(shock, one.shock)), None)
        by_demand = known.by_demand if known is not None else None
        if by_demand is None:
            by_demand = _by_demand(chain, shock)
        kept = np.minimum(by_demand, clean(course.made))
        impacts.append(Impact(kept, shock, method.model, by_demand, course))
    return impacts


def propagate_beside(
    chain: ValueChain, shock: Shock, method: Method, runs: Sequence[Run], known: Impact | None = None
) -> tuple[Impact, list[Course]]:
    """``propagate``, and other runs of the inventory model beside it: where it runs too, the flows are read once.

    Args:
        runs: each of as many steps as the shock, which are weeks.
    """
    if method.model == "inventories":
        return _by_inventories(chain, shock, method, runs, known)
    if shock.support and method.model != "ario":
        fault = f"the model {method.model} does not know stocks and stand-ins of single flows"
        raise Faults([Fault("method", "model", fault, "take the model inventories")])
    impact = Impact(_MODELS[method.model](chain, shock, method), shock, method.model)
    return impact, courses(chain, runs, method)


def _by_inventories(
    chain: ValueChain, shock: Shock, method: Method, runs: Sequence[Run], known: Impact | None
) -> tuple[Impact, list[Course]]:
    if shock.step_days != 7:
        fault = f"the model inventories runs in weeks, not in steps of {shock.step_days} days"
        raise Faults([Fault("method", "model", fault, "take steps of 7 days, or the model ario")])
    if known is not None and known.by_demand is not None and _same_demand(shock, known.shock):
        by_demand = known.by_demand
    else:
        by_demand = _by_demand(chain, shock)
    links, course = shock.links(chain), known.course if known else None
    same = shock.same_steps(known.shock) if known else 0
    run = Run(shock.remaining("supply", len(chain)), links, course, same, shock.support)
    if not links and (run.capacity == 1).all():
        return Impact(by_demand, shock, method.model, by_demand), courses(chain, runs, method)
    found, *others = courses(chain, [run, *runs], method)
    return Impact(np.minimum(by_demand, clean(found.made)), shock, method.model, by_demand, found), others


def _same_demand(one: Shock, other: Shock) -> bool:
    cuts = [
        [id(effect) for effect in shock.effects if effect.kind == "demand"]
        + [id(relief) for relief in shock.relief if relief.kind == "demand"]
        for shock in (one, other)
    ]
    return cuts[0] == cuts[1] and one.steps == other.steps


def _by_leontief(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    others = sorted({effect.kind for effect in shock.effects} - {"demand"})
    if others:
        fault = f"the model leontief carries cuts of final demand, not of {' and '.join(others)}"
        raise Faults([Fault("method", "model", fault, "take the model inventories, ario or inoperability")])
    return _by_demand(chain, shock)


def _by_demand(chain: ValueChain, shock: Shock) -> Floats:
    """Cuts of final demand; steps in which the same shares are in force are computed once."""
    effects = [effect for effect in shock.effects if effect.kind == "demand"]
    shape = (shock.steps, len(chain), shock.scenarios)
    if not effects:
        return np.ones(shape)
    begun = [np.arange(shock.steps) >= one.begin for one in shock.relief if one.kind == "demand"]
    active = np.column_stack([*(effect.active for effect in effects), *begun])
    _, first, pattern = np.unique(active, axis=0, return_index=True, return_inverse=True)
    demand = shock.remaining("demand", len(chain))[first]
    kept = np.moveaxis(demand_kept(chain, np.moveaxis(demand, 1, 2)), 2, 1)
    return np.asarray(kept[pattern])


# Every other model: chain, shock and method in, share of normal output kept out (steps × n × k). Names as in
# ``assumptions.MODELS``.
_MODELS: dict[str, Callable[[ValueChain, Shock, Method], Floats]] = {
    "ario": ario,
    "inoperability": inoperability,
    "cascade": cascades,
    "leontief": _by_leontief,
}
