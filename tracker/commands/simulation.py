"""A simulation from file to file: what is read, what is written whole or not at all, and what is said about it.

A run is not saved half way: a year of daily steps takes seconds, at 2,944 nodes as well (``tests/benchmarks``). One
that is stopped has written nothing and begins anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table

from graphs.assumptions import MODELS
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.propagation import DAYS_A_YEAR, Impact
from graphs.propagation.path import largest_drop, losses, recovery_said, steps_to_recover, triangle_steps
from graphs.shock import Shock
from graphs.sources.shocks import read_shocks
from graphs.valuechain import Floats, ValueChain

_LISTED = 10


def prepared(chain: ValueChain, file: Path, model: str, days: int, step_days: int) -> tuple[Shock, Method]:
    """The shock of a file and the method.

    Raises:
        Faults: of the model and of every row of the file, together.
    """
    faults = []
    if model not in MODELS:
        faults.append(Fault("", "model", f"{model!r} is not known", f"give {', '.join(MODELS)}"))
    if model == "inventories" and step_days == 1:
        mend = "give --step-days 7, or --model ario"
        faults.append(Fault("", "step-days", "the model inventories runs in weeks", mend))
    try:
        shock = read_shocks(file, chain, days, step_days)
    except Faults as found:
        raise Faults([*faults, *found.faults]) from None
    if faults:
        raise Faults(faults)
    return shock, Method(model=model)


def write(chain: ValueChain, impact: Impact, out: Path) -> None:
    """One row by step and node: ``day, key, kept_share, loss_meur``."""
    table = losses(chain, impact.kept[:, :, 0], impact.step_days, DAYS_A_YEAR)
    table.to_csv(out, index=False, float_format="%.10g")


def said(chain: ValueChain, impact: Impact) -> list[str | Table]:
    """What a reader wants to know first: how much, how deep, how long, and where."""
    kept, step_days = impact.kept[:, :, 0], impact.step_days
    normal = chain.output * step_days * len(kept) / DAYS_A_YEAR
    lost = (1.0 - kept).mean(axis=0) * normal
    whole = kept @ chain.output / chain.output.sum() if chain.output.any() else np.ones(len(kept))
    lines = [
        f"Model {impact.model}, {len(kept)} steps of {step_days} day{'s' * (step_days > 1)}, all nodes together:",
        f"  loss {_meur(lost.sum())} million EUR, {_percent(lost.sum(), normal.sum())} of output over the horizon",
        f"  resilience triangle (by steps) {float(triangle_steps(whole, step_days)):.2f} days of normal output",
        f"  largest drop {100 * float(largest_drop(whole)):.2f} %",
        f"  time to recover (within 0.1 %): {recovery_said(steps_to_recover(whole), step_days)}",
    ]
    return ["\n".join(lines), _by_country(chain, lost, normal), _worst_nodes(chain, kept, lost, normal, step_days)]


def _by_country(chain: ValueChain, lost: Floats, normal: Floats) -> Table:
    sums = pd.DataFrame({"lost": lost, "normal": normal}).groupby(chain.nodes.country.to_numpy()).sum()
    table = _table("Country", "Loss million EUR", "of output")
    for country, row in sums.sort_values("lost", ascending=False, kind="stable")[:_LISTED].iterrows():
        table.add_row(str(country), _meur(row.lost), _percent(row.lost, row.normal))
    return table


def _worst_nodes(chain: ValueChain, kept: Floats, lost: Floats, normal: Floats, step_days: int) -> Table:
    table = _table("Node", "Loss million EUR", "of output", "Largest drop", "Back after")
    for node in np.argsort(-lost, kind="stable")[:_LISTED]:
        if lost[node] <= 0:
            break
        back = recovery_said(steps_to_recover(kept[:, node]), step_days)
        drop = _percent(float(largest_drop(kept[:, node])), 1.0)
        table.add_row(str(chain.keys[node]), _meur(lost[node]), _percent(lost[node], normal[node]), drop, back)
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(names[0])
    for name in names[1:]:
        table.add_column(name, justify="right")
    return table


def _meur(value: float) -> str:
    return f"{round(value, 1) + 0.0:,.1f}"


def _percent(part: float, whole: float) -> str:
    return f"{round(100 * part / whole, 2) + 0.0 if whole > 0 else 0.0:.2f} %"
