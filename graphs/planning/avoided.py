"""What measures keep from being lost: the same shock with and without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphs.method import READINGS, Method
from graphs.planning.applying import apply
from graphs.planning.measures import Measure
from graphs.propagation import DAYS_A_YEAR, Impact, propagate_all
from graphs.score.resilience import groups
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain, share_of


@dataclass(frozen=True, eq=False)
class Avoided:
    """What measures keep from being lost over the horizon from the present on.

    ``table``, by (level, key): ``all`` nodes, the ``eu`` and each ``ecosystem`` in it: ``loss_…_meur`` without the
    measures, ``left_…_meur`` with them, ``avoided_…_meur``, each in the readings low, likely and high of the shock;
    output, million EUR. ``value_added``: the same avoided in value added. ``nodes``: output avoided by node
    (n × readings), million EUR.
    """

    measures: tuple[Measure, ...]
    table: pd.DataFrame
    value_added: pd.DataFrame
    nodes: pd.DataFrame


def what_if(chain: ValueChain, shock: Shock, measures: Sequence[Measure], method: Method) -> Avoided:
    """What measures avoid: loss without them less loss with them, in each reading of the shock.

    Avoided loss of output counts an input again in what it goes into, as every sum of output does; value added counts
    each euro once, so it is what can be held against costs.

    Args:
        shock: in the three readings low, likely and high, such as ``graphs.shock.shock`` gives.

    Raises:
        Faults: measures that do not fit the chain, or that the model cannot carry.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.disruption import Disruption
        >>> from graphs.shock import shock
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), industries=("C26",), severity_likely=0.8)
        >>> chain, method = sources.toy(), Method()
        >>> stock = Measure("M1", "stock", 8, at=("DE_C29",), supplier=("TW_C26",))
        >>> found = what_if(chain, shock(chain, [chips], date(2021, 3, 1), method), [stock], method)
        >>> found.table.loc[("eu", "EU"), ["loss_likely_meur", "avoided_likely_meur"]].round(1).tolist()
        [56.2, 31.9]
    """
    helped = apply(chain, shock, measures, method)
    without, with_them = (losses(chain, one) for one in propagate_all(chain, [shock, helped], method))
    members = groups(chain)
    levels = members.columns.get_level_values("level")
    shares = members.loc[:, levels.isin(["eu", "ecosystem"])]
    shares.insert(0, ("all", "ALL"), 1.0)
    sums = [shares.to_numpy(float).T @ one for one in (without, with_them, without - with_them)]
    names = [f"{what}_{reading}_meur" for what in ("loss", "left", "avoided") for reading in READINGS]
    index = pd.MultiIndex.from_tuples(list(shares.columns), names=["level", "key"])
    added = shares.to_numpy(float).T @ ((without - with_them) * value_added_share(chain)[:, None])
    return Avoided(
        tuple(measures),
        pd.DataFrame(np.hstack(sums), index, names),
        pd.DataFrame(added, index, [f"avoided_value_added_{reading}_meur" for reading in READINGS]),
        pd.DataFrame(without - with_them, chain.keys, names[6:]),
    )


def losses(chain: ValueChain, impact: Impact) -> Floats:
    """Output lost by node and scenario from the present on (n × k), million EUR; at least 0."""
    ahead = 1.0 - impact.kept[impact.shock.present :]
    return np.asarray(np.maximum(ahead.sum(axis=0), 0.0) * chain.output[:, None] * impact.step_days / DAYS_A_YEAR)


def value_added_share(chain: ValueChain) -> Floats:
    """Value added for one euro of output, by node: as the chain has it, else what output leaves after inputs; 0–1.

    Examples:
        >>> from graphs import sources
        >>> value_added_share(sources.toy())[[0, 9]].round(3).tolist()
        [0.9, 0.725]
    """
    rest = chain.output - np.asarray(chain.flows.sum(axis=0), float)
    known = chain.nodes.get("value_added_meur", pd.Series(np.nan, chain.keys)).to_numpy(float)
    return np.asarray(np.clip(share_of(np.where(np.isfinite(known), known, rest), chain.output), 0.0, 1.0))
