"""Where value chains come from: the shipped estimate, the toy economy, a user's own folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from graphs.classification import DATA
from graphs.errors import Fault, Faults
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

    Raises:
        Faults: files that are missing, columns without a unit, unknown keys, negative flows, pairs that stand
            twice, accounts that do not balance: all of them.

    Examples:
        >>> float(read_folder(DATA / "toy").flows.sum())
        850.0
    """
    folder = Path(folder)
    missing = [name for name in ("nodes.csv", "flows.csv") if not (folder / name).is_file()]
    if missing:
        raise Faults(
            Fault(str(folder), name, "the file is missing", "a chain needs nodes.csv and flows.csv") for name in missing
        )
    nodes, flows = _table(folder / "nodes.csv"), _table(folder / "flows.csv")
    if "key" not in nodes:
        raise Faults([Fault("nodes.csv", "key", "the column is missing", "name each node, such as DE_C29")])
    meta = _meta(folder) if (folder / "meta.json").is_file() else Meta(folder.name, 0, str(folder))
    return ValueChain.from_tables(nodes.set_index("key"), flows, meta, ecosystems)


def _table(file: Path) -> pd.DataFrame:
    """A CSV file with keys as text; only empty cells are missing ("NA" is Namibia)."""
    keys = dict.fromkeys(("key", "country", "industry", "label", "supplier", "buyer"), str)
    try:
        return pd.read_csv(file, dtype=keys, keep_default_na=False, na_values=[""])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        mend = "save it as CSV in UTF-8, with commas and the names of the columns in the first row"
        raise Faults([Fault(file.name, "file", f"cannot be read ({error})", mend)]) from None


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
