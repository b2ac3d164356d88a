"""The workbench: files in, files out, without the log. Others' tables and networks go through the same science."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from graphs import metrics, sources
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
        with progress("Reading the value chain"):
            chain = sources.read_folder(chain_folder) if chain_folder else sources.estimate_2014()
        kept = len(metrics.links_of(chain, min_flow_meur))
        columns = []
        for name, compute in metrics.parts(chain, min_flow_meur):
            with progress(f"Computing: {name}"):
                columns.append(compute())
        table = pd.concat([chain.nodes[["country", "industry", "label"]], *columns], axis=1)
        out.parent.mkdir(parents=True, exist_ok=True)
        whole = out.with_name(f".{out.name}.new")
        try:
            table.to_csv(whole, index_label="key", lineterminator="\n")
            whole.replace(out)
        finally:
            whole.unlink(missing_ok=True)
        console.print(
            f"{out}: {len(table)} nodes, {table.shape[1]} columns. Network metrics on {kept} of {chain.flows.nnz} "
            f"flows: those of at least {min_flow_meur:g} million EUR a year between different nodes."
        )
        if chain.meta.estimate:
            console.print(f"The chain is an estimate: {chain.meta.title}. {chain.meta.accuracy}")
