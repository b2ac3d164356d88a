"""The command that runs an ensemble of scenarios, on this machine or on many."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pandas as pd
import typer
from rich import box
from rich.table import Table

from graphs.disruption import Disruption
from graphs.ensemble import MIN_FLOW_MEUR, Ensemble
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.valuechain import ValueChain
from tracker.chains.store import opened
from tracker.commands.opening import at_desk
from tracker.settings import Settings
from tracker.sweeps.run import Carry, run
from tracker.sweeps.work import Sweep, alone
from tracker.terminal import console, counting, errors, in_words, progress

app = typer.Typer()
_LISTED = 10


@app.command()
def sweep(
    kind: Annotated[str, typer.Option(help="nodes or links (each in turn), or record (disruptions, with draws).")],
    out: Annotated[Path, typer.Option(help="Folder for the results; what is done there is not done again.")],
    share: Annotated[float, typer.Option(help="Nodes, links: share of capacity or of the flow that is lost.")] = 0.4,
    weeks: Annotated[float, typer.Option(help="Nodes, links: for how long.")] = 8.0,
    min_flow_meur: Annotated[
        float, typer.Option(help="Links: smaller flows (million EUR a year) are left out.")
    ] = MIN_FLOW_MEUR,
    sample: Annotated[
        int | None,
        typer.Option(help="How many scenarios; every node or link, or 100 for each disruption, if left out."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    chain: Annotated[
        Path | None, typer.Option(help="Folder with nodes.csv and flows.csv; that of the desk if left out.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine; 0: this one alone, without Dask.")] = 2,
    scheduler: Annotated[str, typer.Option(help="Of workers elsewhere, such as tcp://10.0.0.1:8786.")] = "",
    chunk: Annotated[int, typer.Option(help="Scenarios that are computed and kept together.")] = 64,
) -> None:
    """Run many scenarios: every node or link that fails, or draws over the recorded disruptions."""
    with in_words():
        _check(workers, chunk)
        recorded = _recorded() if kind == "record" else ()
        ensemble = Ensemble(kind, share, weeks, sample, seed, min_flow_meur, recorded)
        with progress("Reading the value chain"):
            whole = Sweep(_chain(chain), ensemble, Method())
            count = whole.scenarios
        try:
            with _carrying(workers, scheduler) as carry, counting("Scenarios") as told:
                found = run(whole, out, carry, chunk, told)
        except KeyboardInterrupt:
            errors.print(f"Stopped. What is done is in {out}: run the same command again to go on.")
            raise typer.Exit(130) from None
        console.print(f"{out / 'results.parquet'}: {count:,} scenarios, one row each.")
        if len(found):
            _say(found, whole)


def _check(workers: int, chunk: int) -> None:
    faults = []
    if workers < 0:
        faults.append(Fault("", "workers", f"{workers} is no number of processes", "give 0 or more"))
    if chunk < 1:
        faults.append(Fault("", "chunk", f"{chunk} is no number of scenarios", "give 1 or more, such as 64"))
    if faults:
        raise Faults(faults)


def _recorded() -> tuple[Disruption, ...]:
    with at_desk() as desk:
        return tuple(desk.disruptions())


def _chain(folder: Path | None) -> ValueChain:
    settings = Settings()
    return opened(folder or settings.chain, settings.chains, settings.ecosystems)


@contextmanager
def _carrying(workers: int, scheduler: str) -> Iterator[Carry]:
    """Who computes."""
    if scheduler:
        dask = _dask()
        console.print(f"Asking {scheduler} for its workers …")
        with dask.scheduler(scheduler) as client:
            yield partial(dask.carried, client)
    elif workers:
        dask = _dask()
        console.print(f"Starting {workers} process{'es' * (workers > 1)} …")
        with dask.workers(workers) as client:
            yield partial(dask.carried, client)
    else:
        yield alone


def _dask() -> ModuleType:
    """The module that knows Dask, which is loaded for this command alone: see there.

    Raises:
        Faults: Dask is not installed.
    """
    try:
        return importlib.import_module("tracker.sweeps.cluster")
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        mend = 'python3 -m pip install -e ".[scale]", or give --workers 0 to do without'
        raise Faults([Fault("", "workers", "Dask is not installed", mend)]) from None


def _say(found: pd.DataFrame, whole: Sweep) -> None:
    """How much a scenario costs, and which cost most."""
    loss = found.eu_loss_meur
    middle, high = loss.quantile([0.5, 0.95])
    console.print(
        f"The EU27 loses {_meur(loss.mean())} million EUR of output over {whole.method.horizon_weeks} weeks on "
        f"average, {_meur(middle)} in the median scenario, {_meur(high)} or more in one of twenty, "
        f"{_meur(loss.max())} at worst."
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, right in (("Scenario", False), ("EU27 million EUR", True), ("all", True), ("hits most elsewhere", False)):
        table.add_column(name, justify="right" if right else "left")
    for row in found.sort_values("eu_loss_meur", ascending=False, kind="stable")[:_LISTED].itertuples():
        table.add_row(str(row.what), _meur(float(row.eu_loss_meur)), _meur(float(row.loss_meur)), str(row.worst_node))
    console.print(table)
    if whole.chain.meta.estimate:
        console.print(f"The chain is an estimate: {whole.chain.meta.title}. {whole.chain.meta.accuracy}")


def _meur(value: float) -> str:
    return f"{round(value, 1) + 0.0:,.1f}"
