"""The chains that are kept here: each in a folder, with where it came from and what its checks found."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from graphs import sources
from graphs.errors import Fault, Faults
from graphs.sources.stored import write_stored
from graphs.valuechain import ValueChain

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_ABOUT, _USED = "about.json", "in-use"


@dataclass(frozen=True)
class About:
    """What is known of a kept chain beside its meta data.

    ``open_inputs_share`` is Σ|what inputs accounts are open by| over output; None where value added is not known.
    """

    name: str
    title: str
    year: int
    licence: str
    estimate: bool
    accuracy: str
    origin: str
    sha256: str
    tried: str
    chain_version: str
    nodes: int
    countries: int
    industries: int
    flows: int
    output_meur: float
    open_inputs_share: float | None
    negative_value_added: int


def about(chain: ValueChain, name: str, origin: str, sha256: str, tried: str) -> About:
    """Say what a chain is and what its checks found."""
    nodes = chain.nodes
    known = "value_added_meur" in nodes and bool(nodes.value_added_meur.notna().all())
    others = sum((nodes[one].fillna(0.0) for one in ("value_added_meur", "taxes_meur") if one in nodes), start=0.0)
    gap = chain.output - chain.flows.sum(axis=0) - others
    return About(
        name=name,
        title=chain.meta.title,
        year=chain.meta.year,
        licence=chain.meta.licence,
        estimate=chain.meta.estimate,
        accuracy=chain.meta.accuracy,
        origin=origin,
        sha256=sha256,
        tried=tried,
        chain_version=chain.version,
        nodes=len(chain),
        countries=int(nodes.country.nunique()),
        industries=int(nodes.industry.nunique()),
        flows=int(chain.flows.nnz),
        output_meur=float(chain.output.sum()),
        open_inputs_share=float(np.abs(gap).sum() / chain.output.sum()) if known and chain.output.any() else None,
        negative_value_added=int((nodes.value_added_meur < 0).sum()) if known else 0,
    )


def keep(chain: ValueChain, said: About, folder: Path) -> Path:
    """Keep a chain under its name, in the place of an older one; all of it or nothing.

    Raises:
        Faults: a name that is none.
    """
    check_name(said.name)
    write_stored(chain, folder / said.name, {_ABOUT: json.dumps(asdict(said), indent=1, ensure_ascii=False) + "\n"})
    return folder / said.name


def kept(folder: Path) -> list[About]:
    """The chains that are kept in a folder, by name; what was half written is not among them.

    Raises:
        Faults: every one that is there but of which nothing can be read.
    """
    found, faults = list[About](), list[Fault]()
    for file in sorted(folder.glob(f"*/{_ABOUT}")):
        if file.parent.name.startswith("."):
            continue
        try:
            found.append(About(**json.loads(file.read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            mend = f"remove {file.parent} and import or get the chain again"
            faults.append(Fault(str(file), "chain", "cannot be read", mend))
    if faults:
        raise Faults(faults)
    return found


def use(name: str, folder: Path) -> About | None:
    """Make a chain the one that the desk opens; an empty name goes back to the shipped estimate.

    Raises:
        Faults: a chain that is not kept here.
    """
    if not name:
        (folder / _USED).unlink(missing_ok=True)
        return None
    known = {one.name: one for one in kept(folder)}
    if name not in known:
        have = ", ".join(known) or "none yet: `chain get` or `chain import` brings one"
        raise Faults([Fault("", "name", f"{name!r} is not kept in {folder}", f"kept are {have}")])
    new = folder / f".{_USED}.new"
    new.write_text(name, "utf-8")
    new.replace(folder / _USED)
    return known[name]


def in_use(folder: Path) -> Path | None:
    """The folder of the chain that the desk opens; None for the shipped estimate.

    Raises:
        Faults: if the chain that was chosen is no longer there.
    """
    try:
        name = (folder / _USED).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    if not (folder / name / _ABOUT).is_file():
        mend = "choose another with `chain use NAME`, or `chain use --shipped`"
        raise Faults([Fault("", "chain", f"{name!r} is in use, but is no longer in {folder}", mend)])
    return folder / name


def opened(own: Path | None, folder: Path, ecosystems: Path | None) -> ValueChain:
    """The chain to work on: that of a folder of one's own, else the one in use, else the shipped estimate.

    Raises:
        Faults: one that cannot be read, or was chosen and is no longer there.
    """
    found = own or in_use(folder)
    return sources.read_folder(found, ecosystems) if found else sources.estimate_2014(ecosystems)


def drop(name: str, folder: Path) -> None:
    """Delete a kept chain that is not in use.

    Raises:
        Faults: one that is in use, or is not there.
    """
    if in_use(folder) == folder / name:
        raise Faults([Fault("", "name", f"{name!r} is in use", "use another one first")])
    if name not in {one.name for one in kept(folder)}:
        raise Faults([Fault("", "name", f"{name!r} is not kept in {folder}", "look with `chain list`")])
    shutil.rmtree(folder / name)


def check_name(name: str) -> None:
    """Whether a name can be that of a chain.

    Raises:
        Faults: if not.

    Examples:
        >>> check_name("figaro-2022")
        >>> check_name("../x")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: name: '../x' cannot name a chain; write small letters, digits, . and -, and not in-use
    """
    if not _NAME.fullmatch(name) or name == _USED:  # under that name stands which one is in use
        mend = f"write small letters, digits, . and -, and not {_USED}"
        raise Faults([Fault("", "name", f"{name[:80]!r} cannot name a chain", mend)])
