"""Invented tables in the layout in which Eurostat publishes FIGARO: any number of areas and industries."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

USES = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
PRIMARY = ("D21X31", "OP_RES", "OP_NRES", "D1", "D29X39", "B2A3G")
FLAT = "flatfile_eu-ic-io_ind-by-ind_24ed_2022"
MATRIX = "matrix_eu-ic-io_ind-by-ind_24ed_2022"


@dataclass
class Published:
    """A table with closed accounts: sellers and primary inputs by buyers and final uses."""

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    values: np.ndarray


def published(areas: list[str], industries: list[str], seed: int = 1, scale_meur: float = 100.0) -> Published:
    """Log-normal flows, final use that a buyer's inputs leave room for, and value added that closes the accounts."""
    random = np.random.default_rng(seed)
    sellers = [(area, code) for area in areas for code in industries]
    uses = [(area, use) for area in areas for use in USES]
    n = len(sellers)
    flows = random.lognormal(0, 2, (n, n))
    home = np.repeat(np.arange(len(areas)), len(industries))
    flows *= np.where(home[:, None] == home[None, :], 30.0, 1.0)
    final = random.lognormal(0, 2, (n, len(uses)))
    final *= flows.sum(axis=1, keepdims=True) / final.sum(axis=1, keepdims=True)
    stocks = [at for at, (_, use) in enumerate(uses) if use == "P5M"]
    final[:, stocks] *= random.choice([-0.2, 0.2], (n, len(stocks)))
    output = flows.sum(axis=1) + final.sum(axis=1)
    flows *= 0.6 * output[None, :] / np.maximum(flows.sum(axis=0), 1e-12)[None, :]
    output = flows.sum(axis=1) + final.sum(axis=1)
    rest = output - flows.sum(axis=0)
    parts = np.outer([0.05, 0.0, 0.0, 0.6, 0.02, 0.33], rest)
    beyond = random.lognormal(0, 1, (len(PRIMARY), len(uses))) * np.array([1, 1, 1, 0, 0, 0])[:, None]
    values = np.vstack([np.hstack([flows, final]), np.hstack([parts, beyond])])
    return Published([*sellers, *(("W2", one) for one in PRIMARY)], [*sellers, *uses], values * scale_meur)


def write_flat(table: Published, file: Path, **changed: object) -> Path:
    """One row for each cell; as .zip or .csv by the name."""
    n, m = table.values.shape
    row, column = np.repeat(np.arange(n, dtype=np.int32), m), np.tile(np.arange(m, dtype=np.int32), n)
    words: dict[str, object] = {}
    for at, labels, names in (
        (row, table.rows, ("icioiRow", "refArea", "rowIi")),
        (column, table.columns, ("icioiCol", "counterpartArea", "colIi")),
    ):
        texts = (["_".join(one) for one in labels], [one[0] for one in labels], [one[1] for one in labels])
        for name, text in zip(names, texts, strict=True):
            words[name] = pa.DictionaryArray.from_arrays(at, pa.array(text)).dictionary_decode()
    words["obsValue"] = pa.array(np.round(table.values.ravel(), 3))
    order = ["icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue"]
    return _written(pa.table({name: words[name] for name in order}), file)


def write_matrix(table: Published, file: Path) -> Path:
    """Rows and columns named area_code, as .zip or .csv by the name."""
    columns = {"rowLabels": pa.array(["_".join(one) for one in table.rows])}
    for at, label in enumerate(table.columns):
        columns["_".join(label)] = pa.array(np.round(table.values[:, at], 3))
    return _written(pa.table(columns), file)


def _written(table: pa.Table, file: Path) -> Path:
    options = csv.WriteOptions(quoting_style="none")
    if file.suffix != ".zip":
        csv.write_csv(table, file, options)
        return file
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{file.stem}.csv", "w", force_zip64=True) as stream,
    ):
        csv.write_csv(table, stream, options)
    return file
