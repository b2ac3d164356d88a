"""Eurostat's FIGARO inter-country table, industry by industry: the flat file and the matrix of the bulk downloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.sources.figaro.cells import cells_of
from graphs.sources.figaro.table import MOST, Table, shortened, table_of
from graphs.valuechain import Floats, Meta, ValueChain

Flags = npt.NDArray[np.bool_]

_NAME = re.compile(r"ind-by-ind_(?:(\d\d)ed_)?(\d{4})")
_OPEN_SHARE = 0.01
_OPEN_MEUR = 1.0
"""How far the inputs account of a node may be open before the table is refused."""
_WORLD_MEUR = (1e7, 1e9)
"""Between these lies the output of the world, and of the EU: about 1.8e8 and 3e7 million euro in 2022."""


def read_figaro(file: Path, year: int | None = None, told: Callable[[str], None] = lambda _: None) -> ValueChain:
    """A FIGARO table, industry by industry, as a value chain in million euro a year.

    The flat file and the matrix are both understood, as CSV or in their zip. Output is what a row adds up to. Final
    demand is all final use, change of stocks included, and takes what a negative flow or a node without output leaves;
    so x = Z1 + f holds exactly. What the inputs account of a node is open by stands in ``discrepancy_inputs_meur``, and
    the worst of it in ``meta.accuracy``. Greece and the United Kingdom have their ISO codes, the rest of the world is
    ROW, and industries are written as ranges of NACE Rev.2 (``C10-C12``); ``source_industry`` keeps the table's code.

    Args:
        file: such as ``flatfile_eu-ic-io_ind-by-ind_24ed_2022.zip``.
        year: of the table; read from the name of the file if left out.
        told: hears what is being done, for a line of progress.

    Raises:
        Faults: a broken archive, columns or cells that are missing, cells that stand twice, values that are no
            numbers, codes that are not known, another unit, accounts that do not balance: all that can be seen at once.

    References:
        Remond-Tiedrez and Rueda-Cantuche (eds.) 2019, EU inter-country supply, use and input-output tables: full
        international and global accounts for research in input-output analysis (FIGARO), Eurostat.

    Examples:
        >>> read_figaro(Path("no such file.zip"), 2022)
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: no such file.zip, file: is missing; give a file of the bulk download
    """
    edition, of = _of_name(file, year)
    told(f"Reading {file.name}")
    found = cells_of(file)
    told("Checking and balancing the table")
    return _chain(table_of(found, file.name), edition, of, file.name)


def _of_name(file: Path, year: int | None) -> tuple[str, int]:
    """Edition and year, as the names of the bulk files say them."""
    found = _NAME.search(file.name)
    if year is None and found is None:
        raise Faults(
            [Fault(file.name, "year", "is not in the name of the file", "say which year it is of, such as --year 2022")]
        )
    edition = f"20{found[1]} edition" if found and found[1] else "edition not stated"
    return edition, year if year is not None else int(found[2] if found else 0)


def _chain(whole: Table, edition: str, year: int, name: str) -> ValueChain:
    """The table as a chain whose sales accounts hold exactly."""
    output = whole.flows.sum(axis=1) + whole.final_uses
    spent = whole.flows.sum(axis=0) + whole.value_added + whole.taxes
    gap = output - spent
    nodes = _nodes(whole, output)
    faults = _faults_of_unit(nodes, name)
    wide = np.flatnonzero(np.abs(gap) > _OPEN_SHARE * np.abs(output) + _OPEN_MEUR)
    for at in wide[np.argsort(-np.abs(gap[wide]))][: MOST + 1]:
        fault = f"sells {output[at]:,.1f} million EUR, but spends {spent[at]:,.1f}"
        mend = "a cell is missing, stands in the wrong place or has another unit"
        faults.append(Fault(f"{name} node {nodes.index[at]}", "accounts", fault, mend))
    if faults:
        raise Faults(shortened(faults, name, len(faults) if len(wide) <= MOST else len(wide)))
    idle = output <= 0
    negative = (whole.flows < 0) & ~idle[:, None] & ~idle[None, :]
    flows = np.where(idle[:, None] | idle[None, :], 0.0, np.maximum(whole.flows, 0.0))
    nodes.loc[idle, ["output_meur", "value_added_meur", "taxes_meur"]] = 0.0
    matrix = sparse.csr_array(flows)
    nodes["discrepancy_inputs_meur"] = (
        nodes.output_meur - nodes.value_added_meur - nodes.taxes_meur - matrix.sum(axis=0)
    )
    demand = nodes.output_meur - matrix.sum(axis=1)
    return ValueChain(nodes, matrix, demand, _meta(nodes, whole, negative, idle, edition, year))


def _nodes(whole: Table, output: Floats) -> pd.DataFrame:
    country, industry, source = (list(part) for part in zip(*whole.nodes, strict=True))
    said = pd.read_csv(classification.DATA / "figaro_industries.csv", index_col="code").label
    frame = pd.DataFrame(
        {
            "country": country,
            "industry": industry,
            "label": [
                f"{said.get(code, code)} ({classification.country_name(place)})"
                for code, place in zip(source, country, strict=True)
            ],
            "output_meur": output,
            "value_added_meur": whole.value_added,
            "taxes_meur": whole.taxes,
            "inventory_change_meur": whole.stocks,
            "source_industry": source,
        }
    )
    frame.index = pd.Index(frame.country + "_" + frame.industry, name="key")
    return frame


def _faults_of_unit(nodes: pd.DataFrame, name: str) -> list[Fault]:
    """A table of the whole EU in another unit than million euro is some powers of ten away."""
    if not set(nodes.country) >= classification.EU27:
        return []
    total, (least, most) = float(nodes.output_meur.sum()), _WORLD_MEUR
    if least <= total <= most:
        return []
    fault = f"output adds up to {total:.3g}: that cannot be million euro"
    return [Fault(name, "obsValue", fault, f"between {least:.0e} and {most:.0e} are expected")]


def _meta(nodes: pd.DataFrame, whole: Table, negative: Flags, idle: Flags, edition: str, year: int) -> Meta:
    share = nodes.discrepancy_inputs_meur.abs() / nodes.output_meur.where(nodes.output_meur > 0)
    said = f"No inputs account is open by more than {100 * float(share.max()):.2g} % of output ({share.idxmax()})"
    if negative.any():
        amount = -float(whole.flows[negative].sum())
        said += f"; {int(negative.sum())} negative flows ({amount:,.1f} million EUR) are part of final demand here"
    if idle.any():
        said += f"; {int(idle.sum())} nodes without output are left without flows"
    return Meta(
        title=f"FIGARO inter-country table {year}, industry by industry, {edition}",
        year=year,
        source="Eurostat, FIGARO tables (EU inter-country supply, use and input-output tables)",
        licence="CC BY 4.0 (Eurostat's reuse policy); cite Eurostat",
        accuracy=f"{said}.",
    )
