"""Where value chains come from: the shipped estimate, the toy economy, a user's own folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from graphs.classification import DATA
from graphs.errors import Fault, Faults
from graphs.sources.stored import FLOWS, read_stored
from graphs.sources.tables import text_table
from graphs.valuechain import Meta, ValueChain


def estimate_2014(ecosystems: Path | None = None) -> ValueChain:
    """The shipped ESTIMATE of the 2014 inter-country table: 44 regions × 33 industries, 1,452 nodes.

    Who sells to whom across a border is estimated, not observed; ``meta`` says from what and how well. The small
    statistical discrepancy of sales is part of final demand here, so that the accounts balance.

    Args:
        ecosystems: a file that replaces the shipped memberships (see ``classification.ecosystems``).

    Examples:
        >>> chain = estimate_2014()
        >>> len(chain), chain.meta.estimate, chain.flows.nnz
        (1452, True, 649047)
    """
    folder = DATA / "estimate_2014"
    nodes = pd.read_csv(folder / "nodes.csv", index_col="key", keep_default_na=False)
    nodes["final_demand_meur"] += nodes.pop("discrepancy_sales_meur")
    flows = pd.read_parquet(folder / "flows.parquet")
    return ValueChain.from_tables(nodes, flows, _meta(folder), ecosystems)


def toy() -> ValueChain:
    """Three countries × four industries in round numbers, invented, small enough to check by hand.

    Examples:
        >>> toy().nodes.country.unique().tolist()
        ['DE', 'FR', 'TW']
    """
    return read_folder(DATA / "toy")


def read_folder(folder: Path, ecosystems: Path | None = None) -> ValueChain:
    """A user's own chain: ``nodes.csv`` and ``flows.csv``, and if wished ``meta.json`` (see ``valuechain.Meta``).

    ``nodes.csv``: ``key, output_meur`` and, where known, ``country, industry, label, value_added_meur,
    final_demand_meur, taxes_meur``. ``flows.csv``: ``supplier, buyer, flow_meur``. Million euro a year.
    Folders that ``stored.write_stored`` wrote are read as well.

    Raises:
        Faults: files that are missing, columns without a unit, unknown keys, negative flows, pairs that stand
            twice, accounts that do not balance: all of them.

    Examples:
        >>> float(read_folder(DATA / "toy").flows.sum())
        850.0
    """
    folder = Path(folder)
    if (folder / FLOWS).is_file():
        return read_stored(folder, ecosystems)
    names = ("nodes.csv", "flows.csv")
    mend = "a chain needs nodes.csv and flows.csv"
    faults = [
        Fault(str(folder), name, "is a folder" if (folder / name).is_dir() else "the file is missing", mend)
        for name in names
        if not (folder / name).is_file()
    ]
    tables = {}
    for name in names:
        try:
            tables[name] = _table(folder / name) if (folder / name).is_file() else pd.DataFrame()
        except Faults as found:
            faults += found.faults
    if faults:
        raise Faults(faults)
    nodes, flows = tables["nodes.csv"], tables["flows.csv"]
    if "key" not in nodes:
        raise Faults([Fault("nodes.csv", "key", "the column is missing", "name each node, such as DE_C29")])
    meta = _meta(folder) if (folder / "meta.json").is_file() else Meta(folder.name, 0, str(folder))
    return ValueChain.from_tables(nodes.set_index("key"), flows, meta, ecosystems)


def _table(file: Path) -> pd.DataFrame:
    """A CSV file with keys as text and amounts as numbers where they are; empty cells are missing."""
    table = text_table(file)
    table = table.where(table != "", None)
    for name in set(table) - {"key", "country", "industry", "label", "supplier", "buyer"}:
        numbers = pd.to_numeric(table[name], errors="coerce")
        if (numbers.notna() == table[name].notna()).all():
            table[name] = numbers
    return table


def _meta(folder: Path) -> Meta:
    """What ``meta.json`` says of a chain."""
    names = Meta.__dataclass_fields__
    try:
        said = json.loads((folder / "meta.json").read_text("utf-8"))
    except ValueError as error:
        raise Faults([Fault("meta.json", "file", f"is not JSON ({error})", "correct it, or leave it out")]) from None
    if not isinstance(said, dict):
        raise Faults([Fault("meta.json", "file", "is not a JSON object", f"name {', '.join(names)}")])
    faults = [
        Fault("meta.json", name, "is not known", f"name {', '.join(names)}") for name in said if name not in names
    ]
    faults += [
        Fault("meta.json", name, "is missing", "say it") for name in ("title", "year", "source") if name not in said
    ]
    if faults:
        raise Faults(faults)
    return Meta(**said)
