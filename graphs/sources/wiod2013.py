"""The World Input-Output Database, 2013 release, as parquet files: 41 countries × 35 industries, one table a year."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.valuechain import Floats, Integers, Meta, ValueChain

USD_PER_EUR = 1.3285
"""Mean rate of 2014, as in the shipped estimate. One rate for every year, so that changes are those of the dollars."""

LAYOUT = (
    "industries.csv (industry, label) and, for each year, years/flows_YYYY.parquet (origin_country, origin_industry, "
    "dest_country, dest_industry, value), years/final_demand_YYYY.parquet (origin_country, origin_industry, "
    "dest_country, category, value) and years/output_YYYY.parquet (country, industry, output), in million US dollars"
)
"""What a folder has to hold."""

_COLUMNS = {
    "flows": ("origin_country", "origin_industry", "dest_country", "dest_industry", "value"),
    "final_demand": ("origin_country", "origin_industry", "dest_country", "category", "value"),
    "output": ("country", "industry", "output"),
}
_FILE = re.compile(r"(flows|final_demand|output)_(\d{4})\.parquet")

# NACE Rev.1.1 as the release writes it, and the nearest code of Rev.2, so that ecosystems and kinds of stock are found.
# Not exact: publishing (now J58) stays in 21t22, post (H53) in 64, recycling (E38) in 36t37, instruments in 30t33.
_NACE = {
    "AtB": "A", "C": "B", "15t16": "C10-C12", "17t18": "C13-C14", "19": "C15", "20": "C16", "21t22": "C17-C18",
    "23": "C19", "24": "C20-C21", "25": "C22", "26": "C23", "27t28": "C24-C25", "29": "C28", "30t33": "C26-C27",
    "34t35": "C29-C30", "36t37": "C31-C32", "E": "D35-E36", "F": "F", "50": "G45", "51": "G46", "52": "G47", "H": "I",
    "60": "H49", "61": "H50", "62": "H51", "63": "H52", "64": "J61", "J": "K", "70": "L68", "71t74": "M69-N82",
    "L": "O84", "M": "P85", "N": "Q", "O": "R90-S96", "P": "T",
}  # fmt: skip
_ISO = {"ROM": "RO"}


def years(folder: Path) -> list[int]:
    """The years for which a folder has all three tables, in order; none if there is no such folder.

    Examples:
        >>> years(Path("no such folder"))
        []
    """
    found: dict[int, set[str]] = {}
    for file in (Path(folder) / "years").glob("*.parquet"):
        name = _FILE.fullmatch(file.name)
        if name:
            found.setdefault(int(name[2]), set()).add(name[1])
    return sorted(year for year, names in found.items() if len(names) == len(_COLUMNS))


def read_year(folder: Path, year: int) -> ValueChain:
    """The table of one year as a value chain, in million euro at one fixed rate (``USD_PER_EUR``).

    Cells are cut to whole millions of dollars in the files, so rows fall short of output (by 0.04–0.09 % in all). What
    is missing is in ``nodes.rounding_meur`` and is part of final demand here, so that x = Z1 + f holds exactly. Final
    demand is that of all users and categories, changes of stock included; it can be negative. A node whose output is
    cut to 0 has no flows: the odd million of a cell is left out. Value added is not in these files. Industries have
    the nearest code of NACE Rev.2; ``nodes.source_industry`` keeps that of the source.

    Args:
        folder: as ``LAYOUT`` says.

    Raises:
        Faults: files or columns that are missing, codes that are not known, nodes or pairs that stand twice, values
            that are not numbers, rows that miss output by more than rounding explains: all of them.

    References:
        Timmer, Dietzenbacher, Los, Stehrer and de Vries 2015, Review of International Economics 23(3), 575–605.

    Examples:
        >>> read_year(Path("no such folder"), 2008)
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: no such folder: there is no such folder; give one with industries.csv and years/
    """
    folder = Path(folder)
    tables, labels = _tables(folder, year)
    output = tables["output"]
    places = {name: _positions(output, tables[name], _COLUMNS[name], name, year) for name in ("flows", "final_demand")}
    faults = [fault for _, found in places.values() for fault in found]
    faults += _faults_of_nodes(output, labels, year) + _faults_of_values(tables, year)
    if faults:
        raise Faults(faults)
    seller, buyer = places["flows"][0]
    n = len(output)
    value, total = tables["flows"].value.to_numpy(float), output.output.to_numpy(float)
    demand = tables["final_demand"]
    sold = np.bincount(places["final_demand"][0][0], demand.value.to_numpy(float), minlength=n)
    rounding = total - np.bincount(seller, value, minlength=n) - sold
    cells = n + len(demand[["dest_country", "category"]].drop_duplicates())
    nodes = _nodes(output, labels, rounding)
    faults = [
        Fault(f"node {key}", "output", f"misses its row by {gap:.6g} million USD", "cells are rounded by 1 at the most")
        for key, gap in zip(nodes.index, rounding, strict=True)
        if abs(gap) > cells
    ]
    if faults:
        raise Faults(faults)
    kept = (total[seller] > 0) & (total[buyer] > 0) & (value > 0)
    flows = sparse.csr_array((value[kept] / USD_PER_EUR, (seller[kept], buyer[kept])), shape=(n, n))
    return ValueChain(nodes, flows, nodes.output_meur - flows.sum(axis=1), _meta(year, nodes))


def _tables(folder: Path, year: int) -> tuple[dict[str, pd.DataFrame], pd.Series[str]]:
    """The three tables of a year and the labels of industries; every file or column that is missing at once."""
    if not folder.is_dir():
        raise Faults([Fault(str(folder), "", "there is no such folder", "give one with industries.csv and years/")])
    files = {name: folder / "years" / f"{name}_{year}.parquet" for name in _COLUMNS}
    files["industries"] = folder / "industries.csv"
    columns = _COLUMNS | {"industries": ("industry", "label")}
    tables, faults = {}, []
    for name, file in files.items():
        where = str(file.relative_to(folder))
        try:
            table = pd.read_csv(file, dtype=str) if file.suffix == ".csv" else pd.read_parquet(file)
        except FileNotFoundError:
            known = ", ".join(map(str, years(folder))) or "none"
            mend = (
                f"; years with all three tables: {known}" if file.suffix == ".parquet" else ", with industry and label"
            )
            faults.append(Fault(where, "file", "is missing", f"add it{mend}"))
            continue
        except (pa.ArrowException, OSError, ValueError) as error:
            faults.append(Fault(where, "file", f"cannot be read ({' '.join(str(error).split())})", "save it again"))
            continue
        faults += [
            Fault(where, one, "the column is missing", f"the columns are {', '.join(columns[name])}")
            for one in columns[name]
            if one not in table
        ]
        tables[name] = table
    if faults:
        raise Faults(faults)
    return tables, tables.pop("industries").set_index("industry").label


def _positions(
    output: pd.DataFrame, table: pd.DataFrame, columns: tuple[str, ...], name: str, year: int
) -> tuple[tuple[Integers, ...], list[Fault]]:
    """Rows (and, for flows, columns) of the matrix that a table fills, and its faults."""
    where = f"years/{name}_{year}.parquet"
    countries, industries = (pd.Index(output[one].astype(str).unique()) for one in ("country", "industry"))
    lookup = np.full((len(countries) + 1, len(industries) + 1), -1, np.int64)
    at = (countries.get_indexer(output.country.astype(str)), industries.get_indexer(output.industry.astype(str)))
    lookup[at] = np.arange(len(output))
    found, faults = [], []
    for country, industry in zip(columns[0:4:2], columns[1:4:2], strict=True):
        if industry == "category":
            continue
        position = lookup[_codes(table[country], countries), _codes(table[industry], industries)]
        unknown = table.loc[position < 0, [country, industry]].drop_duplicates().astype(str)
        for row in unknown.itertuples(index=False):
            fault = f"{row[0]} {row[1]} is not among the nodes of output_{year}.parquet"
            faults.append(Fault(where, industry, fault, "correct the code, or add its output"))
        found.append(position)
    keys = table[list(columns[:-1])]
    if keys.duplicated().any():
        fault = f"{int(keys.duplicated().sum())} rows stand twice"
        faults.append(Fault(where, columns[0], fault, "give each cell one row"))
    return tuple(found), faults


def _codes(column: pd.Series, words: pd.Index) -> Integers:
    return np.asarray(pd.Categorical(column.astype(object), categories=words.astype(object)).codes, np.int64)


def _faults_of_nodes(output: pd.DataFrame, labels: pd.Series[str], year: int) -> list[Fault]:
    where = f"years/output_{year}.parquet"
    faults = [
        Fault(where, "country", f"{code!r} is no known country", "write an ISO alpha-3 code, or RoW")
        for code in output.country.astype(str).unique()
        if _country(code) is None
    ]
    for code in output.industry.astype(str).unique():
        if code not in _NACE:
            mend = f"the codes are {', '.join(_NACE)}"
            faults.append(Fault(where, "industry", f"{code!r} is no industry of the 2013 release", mend))
        elif code not in labels.index:
            faults.append(Fault("industries.csv", "label", f"has no label for {code!r}", "add a row"))
    for row in output[output.duplicated(["country", "industry"])].itertuples():
        fault = f"{row.country} {row.industry} stands more than once"
        faults.append(Fault(where, "industry", fault, "give each node one row"))
    return faults


def _faults_of_values(tables: dict[str, pd.DataFrame], year: int) -> list[Fault]:
    faults = []
    for name, table in tables.items():
        column = _COLUMNS[name][-1]
        values = pd.to_numeric(table[column], errors="coerce").to_numpy(float)
        negative = (values < 0).sum() if name != "final_demand" else 0
        for what, count in (("no number", (~np.isfinite(values)).sum()), ("negative", negative)):
            if count:
                where = f"years/{name}_{year}.parquet"
                faults.append(Fault(where, column, f"{count} values are {what}", "give million US dollars"))
    return faults


def _country(code: str) -> str | None:
    return _ISO.get(code) or classification.country(code)


def _nodes(output: pd.DataFrame, labels: pd.Series[str], rounding_usd: Floats) -> pd.DataFrame:
    country = [str(_country(code)) for code in output.country.astype(str)]
    source = output.industry.astype(str)
    nodes = pd.DataFrame(
        {
            "country": country,
            "industry": [_NACE[code] for code in source],
            "label": [
                f"{labels[code]} ({classification.country_name(place)})"
                for code, place in zip(source, country, strict=True)
            ],
            "output_meur": output.output.to_numpy(float) / USD_PER_EUR,
            "rounding_meur": rounding_usd / USD_PER_EUR,
            "source_industry": source.to_numpy(),
        }
    )
    nodes.index = pd.Index(nodes.country + "_" + nodes.industry, name="key")
    return nodes


def _meta(year: int, nodes: pd.DataFrame) -> Meta:
    short = 100 * float(nodes.rounding_meur.sum() / nodes.output_meur.sum())
    return Meta(
        title=f"Inter-country input-output table {year}, WIOD 2013 release",
        year=year,
        source="World Input-Output Database, 2013 release (Timmer, Dietzenbacher, Los, Stehrer, de Vries 2015, Review "
        "of International Economics 23:575-605)",
        licence="not settled: free to use, not shipped",
        accuracy=f"Cells are cut to whole million US dollars: rows fall short of output by {short:.2f} % in all, "
        "which is in final demand here. Value added is not in these files.",
        unit=f"million EUR a year: current US dollars at the fixed rate of {USD_PER_EUR} USD per EUR",
    )
