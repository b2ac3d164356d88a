"""The workbench: files in, files out, without the log. Others' tables and networks go through the same science."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graphs import metrics, sources
from graphs.assumptions import MODELS
from graphs.firms import FirmNetwork, esri
from graphs.method import Method
from graphs.propagation import propagate
from graphs.score.resilience import diagnosis
from graphs.sources.firms import read_firms
from reports.validation import sentences_of_cases, sentences_of_pairs, sentences_of_ranking, sentences_of_years
from tracker.commands import simulation, validation
from tracker.settings import Settings
from tracker.terminal import check_writable, console, errors, in_words, progress, written

app = typer.Typer()


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder with a chain of your own: nodes.csv and flows.csv.")],
) -> None:
    """Check the tables of a value chain: every fault at once, or what it holds."""
    with in_words():
        chain = sources.read_folder(folder)
        chain.leontief_inverse  # noqa: B018 - refuses a chain that is not productive
        console.print(
            f"{folder}: {len(chain)} nodes in {chain.nodes.country.nunique()} countries and "
            f"{chain.nodes.industry.nunique()} industries, {chain.flows.nnz} flows; the accounts balance."
        )
        console.print(f"Use it: TRACKER_CHAIN={folder} python3 -m tracker")


@app.command()
def validate(
    wiod: Annotated[
        Path | None, typer.Option(help="Folder with the WIOD 2013 release: industries.csv, years/.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for results; TRACKER_OUT if left out.")] = None,
    first: Annotated[int, typer.Option(help="With --wiod: predict from this year …")] = 2008,
    second: Annotated[int, typer.Option(help="… this one, from its final demand.")] = 2009,
) -> None:
    """Hold predictions against what really happened, and show the error."""
    with in_words():
        folder = out or Settings().out
        found = validation.validate(wiod, first, second)
        names = validation.write(found, folder)
        for table in validation.tables(found):
            console.print(table)
        said = sentences_of_cases(found)
        said += [one for name, ranked in found.rankings.items() for one in sentences_of_ranking(name, ranked)]
        if found.backtest is not None and found.pairs is not None:
            said += sentences_of_years(found.backtest) + sentences_of_pairs(found.pairs)
        for sentence in said:
            console.print(f"• {sentence}")
        if found.backtest is None:
            console.print(f"\n{validation.HOW_TO}")
        console.print(f"\nResults in {folder}/: {', '.join(names)}")


@app.command()
def simulate(
    chain: Annotated[Path, typer.Option(help="Folder with a chain: nodes.csv and flows.csv.")],
    shocks: Annotated[Path, typer.Option(help="CSV file, one shock a row: see graphs/sources/shocks.py.")],
    out: Annotated[Path, typer.Option(help="CSV file for the result, one row by step and node.")],
    model: Annotated[str, typer.Option(help=f"How shocks travel: {', '.join(MODELS)}.")] = MODELS[0],
    days: Annotated[int, typer.Option(help="Horizon.")] = 365,
    step_days: Annotated[int, typer.Option(help="Length of a step: 1 or 7 days.")] = 7,
) -> None:
    """Carry the shocks of a file through a chain: what each node makes, step by step."""
    with in_words():
        check_writable(out, chain, shocks)
        with progress("Reading the chain"):
            read = sources.read_folder(chain)
            read.leontief_inverse  # noqa: B018 - refuses a chain that is not productive
        shock, method = simulation.prepared(read, shocks, model, days, step_days)
        with progress(f"Carrying {len(shock.effects)} shocks through {len(read)} nodes, {shock.steps} steps"):
            impact = propagate(read, shock, method)
        with progress("Writing the result"), written(out) as whole:
            simulation.write(read, impact, whole)
        for part in simulation.said(read, impact):
            console.print(part)
        console.print(f"{shock.steps * len(read)} rows in {out}: day, key, kept_share, loss_meur")


@app.command("metrics")
def write_metrics(
    out: Annotated[Path, typer.Option(dir_okay=False, help="CSV file to write, one row for each node.")],
    chain_folder: Annotated[
        Path | None,
        typer.Option("--chain", help="Folder with nodes.csv and flows.csv; the shipped estimate if left out."),
    ] = None,
    min_flow_meur: Annotated[
        float, typer.Option(help="Smaller flows (million EUR a year) are left out of the network metrics.")
    ] = metrics.MIN_FLOW_MEUR,
) -> None:
    """Write every metric of structure of a value chain to a CSV file."""
    with in_words():
        check_writable(out, chain_folder)
        with progress("Reading the value chain"):
            chain = sources.read_folder(chain_folder) if chain_folder else sources.estimate_2014()
        kept = len(metrics.links_of(chain, min_flow_meur))
        columns = []
        for name, compute in metrics.parts(chain, min_flow_meur):
            with progress(f"Computing: {name}"):
                columns.append(compute())
        table = pd.concat([chain.nodes[["country", "industry", "label"]], *columns], axis=1)
        with written(out) as whole:
            table.to_csv(whole, index_label="key", lineterminator="\n")
        console.print(
            f"{out}: {len(table)} nodes, {table.shape[1]} columns. Network metrics on {kept} of {chain.flows.nnz} "
            f"flows: those of at least {min_flow_meur:g} million EUR a year between different nodes."
        )
        for sentence in diagnosis(chain, Method()):
            console.print(sentence)
        if chain.meta.estimate:
            console.print(f"The chain is an estimate: {chain.meta.title}. {chain.meta.accuracy}")


@app.command()
def cascade(
    links: Annotated[Path, typer.Option(help="CSV or Parquet: supplier, customer, weight.")],
    firms: Annotated[Path, typer.Option(help="CSV or Parquet: firm, sector and, if known, revenue.")],
    out: Annotated[Path, typer.Option(help="CSV to write: firm, esri, esri_down, esri_up, iterations.")],
    essential: Annotated[
        Path | None, typer.Option(help="Matrix of sectors: 2 essential, 1 non-essential, 0 neither; for mode mixed.")
    ] = None,
    mode: Annotated[str, typer.Option(help="mixed, linear (nothing essential) or leontief (all essential).")] = "mixed",
    epsilon: Annotated[
        float, typer.Option(help="A cascade ends when no firm falls by more than this in a step.")
    ] = 0.01,
    no_replacement: Annotated[
        bool, typer.Option("--no-replacement", help="Nobody takes over from a firm that falls short.")
    ] = False,
) -> None:
    """What falls when a firm falls: the ESRI of every firm of a supply network (Diem et al. 2022)."""
    with in_words():
        check_writable(out, links, firms, essential)
        with progress("Reading the network"):
            network = read_firms(links, firms, essential)
        out.parent.mkdir(parents=True, exist_ok=True)
        kept = out.with_name(f".{out.name}.part")
        if kept.exists():
            console.print(f"{kept} keeps what an earlier run has done: going on from there.")
        try:
            with _time_left(len(network)) as told:
                found = esri(
                    network, mode=mode, epsilon=epsilon, replacement=not no_replacement, checkpoint=kept, progress=told
                )
        except KeyboardInterrupt:
            done = f"What is done is in {kept}: run the same command again to go on."
            errors.print(f"Stopped. {done if kept.exists() else 'Nothing is kept yet.'}")
            raise typer.Exit(130) from None
        with written(out) as whole:
            found.to_csv(whole)
        kept.unlink(missing_ok=True)
        console.print(f"{out}: {_said(network, mode, epsilon, not no_replacement)}")


def _said(network: FirmNetwork, mode: str, epsilon: float, replacement: bool) -> str:
    """What was done, in words: results depend on all of it."""
    ends = "leak out (revenue is given)" if network.leaks else "do not leak (no revenue is given)"
    return (
        f"ESRI of {len(network)} firms with {network.links.nnz} links; mode {mode}, ε {epsilon:g}, "
        f"replacement within sectors {'on' if replacement else 'off'}, final sales {ends}. "
        "Figures of another ε, mode or replacement cannot be compared with these."
    )


@contextmanager
def _time_left(total: int) -> Iterator[Callable[[int, int], None]]:
    """Progress with the time left: a bar on a terminal, else a line at every tenth."""
    if console.is_terminal:
        columns = (TextColumn("Cascades"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda done, of: bar.update(task, completed=done, total=of)
        return
    begin, told = time.monotonic(), [0]

    def tell(done: int, of: int) -> None:
        if done * 10 // of > told[-1]:
            told.append(done * 10 // of)
            left = (time.monotonic() - begin) / done * (of - done)
            console.print(f"Cascades: {done} of {of}, about {left:.0f} s left")

    console.print(f"Cascades of {total} firms …")
    yield tell
