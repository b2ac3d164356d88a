"""The workbench: files in, files out, without the log. Others' tables and networks go through the same science."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphs import sources
from tracker.terminal import console, in_words

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
