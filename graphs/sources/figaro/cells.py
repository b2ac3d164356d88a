"""The cells of a FIGARO file: read fast, and slowly only to name what is wrong."""

from __future__ import annotations

import io
import math
from csv import reader
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
from pyarrow import csv

from graphs.errors import Fault, Faults
from graphs.sources.figaro.labels import parted
from graphs.sources.packed import the_table
from graphs.valuechain import Floats, Integers

FLAT = ("icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue")
"""Columns of the flat file; one row for each cell of the table."""
CORNER = "rowLabels"
"""First cell of the matrix, above the labels of its rows."""
_BLOCK_BYTES = 1 << 24
_MOST = 20
"""Rows that are named; beyond, that there are more."""


@dataclass(frozen=True)
class Cells:
    """The cells of a file in its order: labels of rows and columns, the positions of each cell in them, and values."""

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    row: Integers
    column: Integers
    value: Floats


def cells_of(file: Path) -> Cells:
    """The cells of a flat file or of a matrix, whichever it is.

    Raises:
        Faults: a broken archive, another file, columns that are missing, rows and values that cannot be read.
    """
    with the_table(file) as stream:
        kind, faults = _kind_of(stream.readline(), file.name)
    if faults:
        raise Faults(faults)
    try:
        with the_table(file) as stream:
            found = (_flat if kind == "flat" else _matrix)(stream)
        if not len(found.value):
            raise Faults([Fault(file.name, "file", "has no rows", "give the whole file")])
        if not np.isfinite(found.value).all():
            raise pa.ArrowInvalid("a cell is no number")
    except pa.ArrowInvalid as error:
        raise Faults(_faults_of_lines(file) or [_unread(error, file.name)]) from None
    return found


def _kind_of(first: bytes, name: str) -> tuple[str, list[Fault]]:
    """Whether a file is flat or a matrix, by its first line; what is wrong with its head."""
    try:
        head = first.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return "", [Fault(name, "file", "is not UTF-8 text", "give the CSV file as it was published")]
    if ";" in head or "\t" in head:
        fault = f"has {'semicolons' if ';' in head else 'tabs'} between its cells"
        return "", [Fault(name, "file", fault, "give the CSV file as it was published, with commas and decimal points")]
    columns = [one.strip().strip('"') for one in head.split(",")]
    if columns[0].casefold() == CORNER.casefold():
        return "matrix", []
    missing = [one for one in FLAT[2:] if one not in columns]
    if len(missing) > 3:
        mend = f"the flat file begins with {', '.join(FLAT)}; the matrix with {CORNER}"
        return "", [Fault(name, "file", "is neither the flat file nor the matrix of FIGARO", mend)]
    faults = [Fault(name, one, "the column is missing", f"the columns are {', '.join(FLAT)}") for one in missing]
    faults += [Fault(name, one, "the column stands twice", "keep one") for one in FLAT[2:] if columns.count(one) > 1]
    return "flat", faults


def _flat(stream: IO[bytes]) -> Cells:
    """The cells of a flat file, block by block; columns may stand in any order."""
    wanted = list(FLAT[2:])
    words = pa.dictionary(pa.int32(), pa.string())
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(wanted[:4], words) | {"obsValue": pa.float64()},
        include_columns=wanted,
        null_values=[""],
        strings_can_be_null=False,
    )
    rows, columns = _Labels(), _Labels()
    found: list[tuple[Integers, Integers, Floats]] = []
    for block in csv.open_csv(stream, csv.ReadOptions(block_size=_BLOCK_BYTES), convert_options=convert):
        area, code, to_area, to_code, value = block.columns
        numbers = value.to_numpy(zero_copy_only=False)
        found.append((rows.positions(area, code), columns.positions(to_area, to_code), numbers))
    if not found:
        nothing = np.zeros(0, np.int64)
        return Cells([], [], nothing, nothing, np.zeros(0))
    row, column, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Cells(rows.labels, columns.labels, row, column, value)


class _Labels:
    """Numbers for pairs of words, in the order in which they come."""

    def __init__(self) -> None:
        self.labels: list[tuple[str, str]] = []
        self._known: dict[tuple[str, str], int] = {}

    def positions(self, area: pa.DictionaryArray, code: pa.DictionaryArray) -> Integers:
        areas, codes = (one.dictionary.to_pylist() for one in (area, code))
        pairs = area.indices.to_numpy().astype(np.int64) * len(codes) + code.indices.to_numpy()
        unique, first, place = np.unique(pairs, return_index=True, return_inverse=True)
        numbers = np.empty(len(unique), np.int64)
        for at in np.argsort(first):
            pair = int(unique[at])
            label = (areas[pair // len(codes)].strip(), codes[pair % len(codes)].strip())
            if label not in self._known:
                self._known[label] = len(self.labels)
                self.labels.append(label)
            numbers[at] = self._known[label]
        return numbers[place]


def _matrix(stream: IO[bytes]) -> Cells:
    """The cells of a matrix, whose rows and columns are named area_code."""
    options = csv.ReadOptions(block_size=_BLOCK_BYTES)
    table = csv.read_csv(stream, options, convert_options=csv.ConvertOptions(null_values=[""]))
    if any(not (pa.types.is_floating(one.type) or pa.types.is_integer(one.type)) for one in table.columns[1:]):
        raise pa.ArrowInvalid("a cell is no number")
    labels = [str(one).strip() for one in table.column(0).to_pylist()]
    names = [one.strip() for one in table.column_names[1:]]
    values = np.column_stack([one.to_numpy().astype(float) for one in table.columns[1:]])
    n, m = values.shape
    row, column = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    return Cells([parted(one) for one in labels], [parted(one) for one in names], row, column, values.ravel())


def _faults_of_lines(file: Path) -> list[Fault]:
    """Rows that are too short or too long, and values that are no numbers: read slowly, only to name them."""
    faults: list[Fault] = []
    with the_table(file) as stream:
        lines = reader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""))
        head = next(lines)
        where = [head.index("obsValue")] if "obsValue" in head else range(1, len(head))
        for number, line in enumerate(lines, 2):
            row = f"{file.name} row {number}"
            if len(line) != len(head):
                fault = f"are {len(line)}, in the first row {len(head)}"
                faults.append(Fault(row, "cells", fault, "look for a decimal comma, or a row that was cut off"))
            else:
                faults += [
                    Fault(row, head[at], f"{line[at][:40]!r} is no number", "give million euro, decimals with a point")
                    for at in where
                    if not _is_number(line[at])
                ]
            if len(faults) > _MOST:
                break
    return faults[:_MOST] + [Fault(file.name, "file", "has more rows like these", "mend them alike")] * (
        len(faults) > _MOST
    )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _unread(error: pa.ArrowInvalid, name: str) -> Fault:
    text = " ".join(str(error).split())[:200]
    return Fault(name, "file", f"cannot be read ({text})", "give the CSV file as it was published")
