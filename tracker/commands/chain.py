"""The commands for value chains: fetch a published one, bring one's own, choose which the desk opens."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Annotated

import typer

from graphs.errors import Fault, Faults
from graphs.levels import percent
from reports.amounts import euros
from tracker.chains import store
from tracker.chains.catalogue import PUBLICATIONS
from tracker.chains.download import fetch
from tracker.chains.reading import Brought, read_any
from tracker.settings import Settings
from tracker.terminal import console, counting, in_words, progress

app = typer.Typer(help="Choose the value chain: a published table, or one of your own.")
_DOWNLOADS = ".downloads"
_Name = Annotated[str, typer.Option("--name", help="What to call it; made from the source and the year if left out.")]
_Year = Annotated[int | None, typer.Option("--year", help="Of the table; as its file says if left out.")]
_Use = Annotated[bool, typer.Option("--use", help="And make it the one that the desk opens.")]


@app.command("get")
def get_chain(
    source: Annotated[str, typer.Argument(help=f"Which table: {', '.join(PUBLICATIONS)}.")],
    year: Annotated[int, typer.Option(help="Of the table.")],
    name: _Name = "",
    use: _Use = False,
) -> None:
    """Fetch a published table, check it, and keep it."""
    with in_words():
        if source not in PUBLICATIONS:
            mend = f"known are {', '.join(PUBLICATIONS)}; others come in by `chain import FILE`"
            raise Faults([Fault("", "source", f"{source!r} is not known", mend)])
        publication, settings = PUBLICATIONS[source], Settings()
        address = publication.address_of(year)
        called = name or f"{source}-{year}"
        store.check_name(called)
        console.print(f"{publication.title}, {publication.edition}, {year}. Licence: {publication.licence}.")
        with counting(f"Fetching {address.rpartition('/')[2]}") as told:
            file = fetch(address, settings.chains / _DOWNLOADS, told)
        with progress(f"Reading and checking {file.name}"):
            chain = publication.read(file, year, lambda _: None)
        _keep(Brought(chain, called, publication.tried), address, file, use)


@app.command("import")
def import_chain(
    path: Annotated[Path, typer.Argument(help="A file or a folder: see the README for what is understood.")],
    year: _Year = None,
    name: _Name = "",
    use: _Use = False,
) -> None:
    """Read a table or a graph of one's own, check it, and keep it."""
    with in_words():
        if name:
            store.check_name(name)
        with progress(f"Reading and checking {path.name}"):
            brought = read_any(path, year, lambda _: None, Settings().ecosystems)
        _keep(dataclasses.replace(brought, name=name or brought.name), str(path), path, use)


@app.command("list")
def list_chains() -> None:
    """Say which chains are kept here, which is in use, and which can be fetched."""
    with in_words():
        settings = Settings()
        used = store.in_use(settings.chains)
        for one in store.kept(settings.chains):
            mark = " (in use)" if used is not None and used.name == one.name else ""
            estimate = " ESTIMATE." if one.estimate else ""
            console.print(f"{one.name}{mark}: {one.title}.{estimate} {_size(one)}. {_checks(one)} {one.accuracy}")
            console.print(f"    Licence: {one.licence}. Reader tried on: {one.tried}. Version {one.chain_version}.\n")
        if used is None:
            console.print("In use: the shipped estimate of 2014.")
        for publication in PUBLICATIONS.values():
            console.print(
                f"Can be fetched: `chain get {publication.name} --year {publication.last}` ({publication.title}, "
                f"{publication.first}–{publication.last}, {publication.edition}; {publication.licence}; reader tried "
                f"on: {publication.tried})."
            )


@app.command("use")
def use_chain(
    name: Annotated[str, typer.Argument(help="Of a kept chain.")] = "",
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to the shipped estimate.")] = False,
) -> None:
    """Choose the chain that the desk opens from now on."""
    with in_words():
        if bool(name) == shipped:
            raise Faults([Fault("", "name", "is missing", "name a kept chain, or say --shipped")])
        settings = Settings()
        one = store.use(name, settings.chains)
        console.print(f"In use: {one.title}." if one else "In use: the shipped estimate of 2014.")
        if settings.chain:
            console.print(f"But TRACKER_CHAIN is set, and goes first: {settings.chain}.")


@app.command("drop")
def drop_chain(name: Annotated[str, typer.Argument(help="Of a kept chain.")]) -> None:
    """Delete a kept chain that is not in use."""
    with in_words():
        store.drop(name, Settings().chains)
        console.print(f"{name}: deleted.")


def _keep(brought: Brought, origin: str, path: Path, use: bool) -> None:
    """Keep a chain that is productive, and say what was found."""
    folder, name = Settings().chains, brought.name
    with progress(f"Keeping it as {name}"):
        brought.chain.leontief_inverse  # noqa: B018 - refuses a chain that is not productive
        said = store.about(brought.chain, name, origin, _seal(path), brought.tried)
        store.keep(brought.chain, said, folder)
    console.print(f"{name}: {said.title}. {_size(said)}; output {euros(said.output_meur)} a year.")
    console.print(_checks(said))
    for sentence in (said.accuracy, f"Licence: {said.licence}.", f"Its reader was tried on: {said.tried}."):
        if sentence:
            console.print(sentence)
    if use:
        store.use(name, folder)
        console.print("It is in use from now on; a desk that is running opens it when it is started again.")
    else:
        console.print(f"Use it: python3 -m tracker chain use {name}")


def _size(said: store.About) -> str:
    return f"{said.nodes:,} nodes in {said.countries} countries and {said.industries} industries, {said.flows:,} flows"


def _checks(said: store.About) -> str:
    inputs = "cannot be checked without value added"
    if said.open_inputs_share is not None:
        inputs = f"are open by {percent(said.open_inputs_share)} of output in all"
    return f"Sales accounts hold to the last digit; inputs accounts {inputs}."


def _seal(path: Path) -> str:
    """SHA-256 of a file; of a folder none: its chain has a version."""
    if path.is_dir():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
