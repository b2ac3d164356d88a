"""Networks of firms from files: links, firms and the matrix of essential inputs, as CSV or Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from graphs.errors import Fault, Faults
from graphs.firms.network import FirmNetwork
from graphs.sources.tables import text_table


def read_firms(links: Path, firms: Path, essential: Path | None = None) -> FirmNetwork:
    """A firm network from tables; a file whose name ends in .parquet is read as such, any other as CSV.

    ``links``: ``supplier, customer, weight``. ``firms``: ``firm, sector`` and, if known, ``revenue``. ``essential``:
    names of sectors in the first column and in the header, 0, 1 or 2 in the cells: what the product of the row's
    sector is for the column's. Keys and sectors are text: 01 is not 1. Other columns are left aside.

    Raises:
        Faults: files that are missing or cannot be read, and every fault of all of them.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     links, firms = Path(folder) / "edges.csv", Path(folder) / "firms.csv"
        ...     _ = links.write_text("supplier,customer,weight\\n007,b,3\\n")
        ...     _ = firms.write_text("firm,sector\\n007,mines\\nb,steel\\n")
        ...     read_firms(links, firms).keys.tolist()
        ['007', 'b']
    """
    files = [file for file in (links, firms, essential) if file is not None]
    faults = [
        Fault(str(file), "file", "is a folder" if file.is_dir() else "is missing", "check the name and the folder")
        for file in files
        if not file.is_file()
    ]
    tables = {}
    for file in files:
        try:
            tables[file] = _table(file) if file.is_file() else pd.DataFrame()
        except Faults as found:
            faults += found.faults
    if faults:
        raise Faults(faults)
    table = tables[firms]
    if "firm" not in table:
        raise Faults(
            [Fault(firms.name, "firm", "the column is missing", "name the columns firm, sector in the first row")]
        )
    kept = [name for name in ("sector", "revenue") if name in table]
    nodes = table.set_index("firm")[kept]
    if "revenue" in nodes and (nodes.revenue == "").all():
        nodes = nodes.drop(columns="revenue")
    matrix = None
    if essential is not None:
        matrix = tables[essential]
        matrix = matrix.set_index(matrix.columns[0]).rename_axis(None)
        matrix = matrix.where(matrix != "", None).apply(_numbers)
    network_links = tables[links]
    if "weight" in network_links:
        network_links["weight"] = _numbers(network_links.weight)
    if "revenue" in nodes:
        nodes["revenue"] = _numbers(nodes.revenue)
    places = firms.name, links.name, essential.name if essential is not None else ""
    return FirmNetwork.from_tables(nodes, network_links, matrix, places)


def _numbers(column: pd.Series[str]) -> pd.Series[float]:
    """Numbers where all are, else the text as it stands, so that a fault can quote it."""
    numbers = pd.to_numeric(column, errors="coerce")
    return column if numbers.isna().any() else numbers


def _table(file: Path) -> pd.DataFrame:
    """A table with every cell as text."""
    try:
        if file.suffix == ".parquet":
            table = pd.read_parquet(file)
            return table.astype({name: str for name in table if not pd.api.types.is_numeric_dtype(table[name])})
        return text_table(file)
    except (ValueError, OSError) as error:
        if isinstance(error, Faults):
            raise
        mend = "save it as CSV in UTF-8, with commas and the names of the columns in the first row"
        raise Faults([Fault(file.name, "file", f"cannot be read ({error})", mend)]) from None
