"""A chain kept in a folder: written once, checked, and read again fast and to the last digit."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet
from scipy import sparse

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.valuechain import Meta, ValueChain

NODES, FLOWS = "nodes.parquet", "flows.parquet"


def write_stored(chain: ValueChain, folder: Path, beside: Mapping[str, str] | None = None) -> None:
    """Write ``nodes.parquet``, ``flows.parquet`` and ``meta.json``, and texts beside them: all, or nothing.

    A folder of the same name is replaced once the new one is whole. ``meta.json`` has the SHA-256 of the other two
    beside the meta data, so that a folder that was damaged or changed by hand is noticed.

    Examples:
        >>> import tempfile
        >>> from graphs import sources
        >>> folder = Path(tempfile.mkdtemp()) / "toy"
        >>> write_stored(sources.toy(), folder)
        >>> read_stored(folder).version == sources.toy().version
        True
    """
    folder = Path(folder)
    new, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{what}") for what in ("new", "old"))
    new.mkdir(parents=True)
    try:
        chain.nodes.assign(final_demand_meur=chain.final_demand).to_parquet(new / NODES)
        flows = chain.flows.tocoo()
        keys = pa.array(chain.keys.astype(str))
        table = {
            "supplier": pa.DictionaryArray.from_arrays(pa.array(flows.row.astype(np.int32)), keys),
            "buyer": pa.DictionaryArray.from_arrays(pa.array(flows.col.astype(np.int32)), keys),
            "flow_meur": pa.array(flows.data),
        }
        parquet.write_table(pa.table(table), new / FLOWS, compression="zstd")
        said = asdict(chain.meta) | {"sha256": _seals(new)}
        (new / "meta.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
        for name, text in (beside or {}).items():
            (new / name).write_text(text, "utf-8")
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        for one in (new, old):
            shutil.rmtree(one, ignore_errors=True)


def read_stored(folder: Path, ecosystems: Path | None = None) -> ValueChain:
    """The chain that ``write_stored`` wrote.

    Raises:
        Faults: files that are missing or damaged, or that are not what was written.
    """
    folder = Path(folder)
    try:
        nodes = pd.read_parquet(folder / NODES)
        table = parquet.read_table(folder / FLOWS)
        said = json.loads((folder / "meta.json").read_text("utf-8"))
        if said.pop("sha256") != _seals(folder):
            raise ValueError("it is not what was written: files were damaged or changed")
        demand = nodes.pop("final_demand_meur")
        at = [_places(table.column(name), nodes.index) for name in ("supplier", "buyer")]
        flows = sparse.csr_array((table.column("flow_meur").to_numpy(), at), shape=(len(nodes), len(nodes)))
        meta = Meta(**said)
    except (OSError, ValueError, LookupError, TypeError, pa.ArrowException) as error:
        fault = f"cannot be read ({' '.join(str(error).split())[:200]})"
        raise Faults([Fault(str(folder), "chain", fault, "import or get the chain again")]) from None
    shares = classification.membership(nodes.industry, ecosystems) if ecosystems else pd.DataFrame()
    return ValueChain(nodes, flows, demand, meta, shares)


def _seals(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (NODES, FLOWS)}


def _places(column: pa.ChunkedArray, keys: pd.Index[str]) -> np.ndarray:
    """Positions among the keys of a column of keys."""
    words = column.combine_chunks().dictionary_encode() if pa.types.is_string(column.type) else column.combine_chunks()
    known = keys.get_indexer(words.dictionary.to_pylist())
    if (known < 0).any():
        raise LookupError("flows name nodes that are not there")
    return known[words.indices.to_numpy()]
