"""The workbench: files in, files out, without the log. Others' tables and networks go through the same science."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphs import sources
from graphs.assumptions import MODELS
from graphs.propagation import propagate
from tracker import simulation
from tracker.terminal import console, in_words, progress

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
        with progress("Reading the chain"):
            read = sources.read_folder(chain)
            read.leontief_inverse  # noqa: B018 - refuses a chain that is not productive
        shock, method = simulation.prepared(read, shocks, model, days, step_days)
        with progress(f"Carrying {len(shock.effects)} shocks through {len(read)} nodes, {shock.steps} steps"):
            impact = propagate(read, shock, method)
        with progress("Writing the result"):
            simulation.write(read, impact, out)
        for part in simulation.said(read, impact):
            console.print(part)
        console.print(f"{shock.steps * len(read)} rows in {out}: day, key, kept_share, loss_meur")
