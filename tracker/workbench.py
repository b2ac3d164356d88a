"""The workbench: files in, files out, without the log. Others' tables and networks go through the same science."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graphs import sources
from graphs.firms import FirmNetwork, esri
from graphs.sources.firms import read_firms
from tracker.terminal import console, errors, in_words, progress

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
    no_replacement: Annotated[bool, typer.Option(help="Nobody takes over from a firm that falls short.")] = False,
) -> None:
    """What falls when a firm falls: the ESRI of every firm of a supply network (Diem et al. 2022)."""
    with in_words():
        with progress("Reading the network"):
            network = read_firms(links, firms, essential)
        kept = out.with_name(f".{out.name}.part")
        _check_folder(out)
        if kept.exists():
            console.print(f"{kept} keeps what an earlier run has done: going on from there.")
        try:
            with _time_left(len(network)) as told:
                found = esri(
                    network, mode=mode, epsilon=epsilon, replacement=not no_replacement, checkpoint=kept, progress=told
                )
        except KeyboardInterrupt:
            errors.print(f"Stopped. What is done is in {kept}: run the same command again to go on.")
            raise typer.Exit(130) from None
        whole = out.with_name(f".{out.name}.new")
        found.to_csv(whole)
        whole.replace(out)
        kept.unlink(missing_ok=True)
        console.print(f"{out}: {_said(network, mode, epsilon, not no_replacement)}")


def _check_folder(out: Path) -> None:
    """Fail before the work, not after it, where the result cannot be written."""
    out.with_name(f".{out.name}.new").touch()
    out.with_name(f".{out.name}.new").unlink()


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
