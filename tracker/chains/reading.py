"""A value chain from whatever file or folder somebody has, told apart by what is in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphs import exchange, sources
from graphs.errors import Fault, Faults
from graphs.sources import wiod2013
from graphs.sources.figaro import read_figaro
from graphs.valuechain import ValueChain

_KNOWN = (
    "a folder with nodes.csv and flows.csv, a folder of the WIOD 2013 release, FIGARO's flat file or matrix (.csv, "
    ".zip), or a graph (.gexf, .graphml, .json, .zip with tables)"
)
_PICKLES = (".pkl", ".pickle", ".gpickle", ".p")
OF_OUR_OWN = "the same files as this program writes"
TRIED = {
    "wiod2013": "the real tables of 1995 to 2011",
    "figaro": "generated files of the published layout, full size; no real file was at hand",
}


@dataclass(frozen=True, eq=False)
class Brought:
    """A chain that was read: what it may be called, and on what its reader was tried."""

    chain: ValueChain
    name: str
    tried: str


def read_any(path: Path, year: int | None, told: Callable[[str], None], ecosystems: Path | None = None) -> Brought:
    """A chain from a file or a folder.

    Raises:
        Faults: what is none of the known things (a pickle is refused unread: it could run anything), and every fault
            of one that is.

    Examples:
        >>> from graphs.classification import DATA
        >>> brought = read_any(DATA / "toy", None, print)
        >>> len(brought.chain), brought.name
        (12, 'toy')
    """
    called = re.sub(r"[^a-z0-9._-]+", "-", path.resolve().stem.lower()).strip("-._")[:60]
    if path.is_dir():
        if (path / "nodes.csv").is_file() or not (path / "years").is_dir():
            return Brought(sources.read_folder(path, ecosystems), called, OF_OUR_OWN)
        have = wiod2013.years(path)
        if year is None and not have:
            raise Faults([Fault(str(path), "years", "has no year with all three tables", wiod2013.LAYOUT)])
        told(f"Reading {year or have[-1]}")
        return _of_year("wiod2013", wiod2013.read_year(path, year or have[-1]))
    if not path.is_file():
        raise Faults([Fault(str(path), "file", "is not there", f"give {_KNOWN}")])
    with path.open("rb") as stream:
        begins = stream.read(2)
    form = path.suffix.lower().removeprefix(".")
    if path.suffix.lower() in _PICKLES or begins[:1] == b"\x80":
        mend = "write the graph as .graphml or .json (networkx.node_link_data): a pickle can run anything"
        raise Faults([Fault(path.name, "file", "is a pickle, and is not opened", mend)])
    if form == "csv" or (form == "zip" and not _has_nodes(path)):
        return _of_year("figaro", read_figaro(path, year, told))
    if form not in exchange.FORMS:
        raise Faults([Fault(path.name, "file", "is of no known kind", f"give {_KNOWN}")])
    told(f"Reading {path.name}")
    return Brought(ValueChain.from_graph(exchange.read(path.read_bytes(), form)), called, OF_OUR_OWN)


def _of_year(source: str, chain: ValueChain) -> Brought:
    return Brought(chain, f"{source}-{chain.meta.year}", TRIED[source])


def _has_nodes(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "nodes.csv" in archive.namelist()
    except zipfile.BadZipFile:
        return False
