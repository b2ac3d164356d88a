"""The command for the graph of a day: as a page, or as a file for other tools."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from graphs import exchange
from graphs.errors import Fault, Faults
from graphs.picture import picture, picture_page
from reports.morning import headline
from tracker import intake
from tracker.commands.opening import at_desk
from tracker.settings import Settings
from tracker.terminal import check_writable, console, in_words, progress, written

app = typer.Typer()
_PAGE = "html"


@app.command("graph")
def write_graph(
    out: Annotated[
        Path, typer.Option(help="File to write: .html, .gexf for Gephi, .graphml, .json, or .zip with tables in CSV.")
    ],
    on: Annotated[str, typer.Option(help="Date to assess; today if left out.")] = "",
    min_flow_meur: Annotated[
        float | None,
        typer.Option(
            help="Every flow of so many million EUR a year or more that begins or ends in the EU; the backbone if left "
            "out: the links that stand out among those of their nodes.",
        ),
    ] = None,
) -> None:
    """Write the value chain with the losses, scores and disruptions of a day to a file."""
    with in_words():
        day = (intake.day("on", on) if on else None) or date.today()
        form = _form(out, min_flow_meur)
        check_writable(out, Settings().chain)
    with at_desk() as desk:
        with progress(f"Assessing {day}"):
            assessment = desk.assess(day)
        with progress(f"Drawing the value chain of {len(desk.chain):,} nodes"):
            if form == _PAGE:
                page = picture_page(desk.chain, [(assessment, headline(assessment))])
                content, what = page.encode(), "as a page that opens offline"
            else:
                graph = picture(desk.chain, assessment, min_flow_meur)
                content = exchange.write(graph, form)
                what = f"{len(graph):,} nodes, {graph.number_of_edges():,} links: {graph.graph['links']}"
            with written(out) as whole:
                whole.write_bytes(content)
        console.print(f"{out}: the value chain on {day}, {what}.")
        if desk.chain.meta.estimate:
            console.print(f"The chain is an estimate: {desk.chain.meta.title}. {desk.chain.meta.accuracy}")


def _form(out: Path, min_flow_meur: float | None) -> str:
    """The format that a file's name asks for.

    Raises:
        Faults: a name that asks for none, a threshold that is none, and one for a page.
    """
    form, faults = out.suffix.lower().removeprefix("."), []
    if form not in (_PAGE, *exchange.FORMS):
        mend = f"end it in .{', .'.join((_PAGE, *exchange.FORMS))}"
        faults.append(Fault("", "out", f"{out} does not say by its ending what to write", mend))
    if min_flow_meur is not None and not 0 <= min_flow_meur < float("inf"):
        faults.append(Fault("", "min_flow_meur", f"{min_flow_meur} is not 0 or more", "give million EUR a year"))
    if min_flow_meur is not None and form == _PAGE:
        faults.append(Fault("", "min_flow_meur", "is not for a page, which has the backbone", "leave it out"))
    if faults:
        raise Faults(faults)
    return form
