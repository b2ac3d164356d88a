"""Two CSV tables, nodes and edges, and what they hold, in one zip file: for spreadsheets, R, pandas and Gephi."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import networkx as nx
import pandas as pd

from graphs.exchange.columns import (
    EXACT,
    Column,
    columns_of,
    flow_of,
    from_text,
    graph_of,
    ids_of,
    odd_keys,
    printed,
    rows_of,
    to_text,
)
from graphs.spreadsheet import neutral

_NODES, _EDGES, _META = "nodes.csv", "edges.csv", "meta.json"
_CALM = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the same graph makes the same archive."""


def write(graph: nx.DiGraph[str]) -> bytes:
    """A plain graph as ``nodes.csv`` (``id``, attributes), ``edges.csv`` (``source, target, weight``, attributes).

    The weight of a link is its ``flow_meur``. A text that a spreadsheet would compute gets an apostrophe, and stands
    as it is in ``NAME_json`` beside it; an empty cell is an empty text, or no number. ``meta.json`` says what the
    graph says of itself, and of which kind each column is.
    """
    nodes = columns_of(list(graph.nodes.values()), _calm, {"id"}, none="")
    links = columns_of([row for *_, row in graph.edges(data=True)], _calm, {"source", "target", "weight"}, none="")
    ids = ids_of(list(graph), _calm)
    odd = odd_keys(ids)
    meta = {"graph": graph.graph, "nodes": _kinds(nodes), "edges": _kinds(links)} | ({"keys": odd} if odd else {})
    flow = flow_of(links)
    ends = [Column("source", "string", [ids[a] for a, _ in graph.edges])]
    ends.append(Column("target", "string", [ids[b] for _, b in graph.edges]))
    weights = [Column("weight", "double", flow.cells)] if flow else []
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (  # the mark at the beginning tells spreadsheets that it is UTF-8
            (_NODES, _table([Column("id", "string", list(ids.values())), *nodes])),
            (_EDGES, _table([*ends, *weights, *links])),
            (_META, json.dumps(meta, indent=1) + "\n"),
        ):
            coded = content.encode("utf-8" if name == _META else "utf-8-sig")
            packed.writestr(zipfile.ZipInfo(name, _CALM), coded, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def read(content: bytes) -> nx.DiGraph[str]:
    """The graph in a file of ``write``."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        meta = json.loads(packed.read(_META))
        nodes, links = _read_table(packed.read(_NODES)), _read_table(packed.read(_EDGES))
    return graph_of(
        meta["graph"],
        zip(nodes["id"], rows_of(_columns(nodes, meta["nodes"]), len(nodes)), strict=True),
        zip(links["source"], links["target"], rows_of(_columns(links, meta["edges"]), len(links)), strict=True),
        meta.get("keys", {}),
    )


def _calm(text: str) -> str:
    """A text that no spreadsheet computes."""
    return neutral(printed(text))


def _kinds(columns: Sequence[Column]) -> dict[str, str]:
    return {one.title: one.kind for one in columns}


def _table(columns: Sequence[Column]) -> str:
    whole = io.StringIO(newline="")
    writer = csv.writer(whole, lineterminator="\r\n")
    writer.writerow([_calm(one.title) for one in columns])
    cells = (["" if cell is None else to_text(cell) for cell in one.cells] for one in columns)
    writer.writerows(zip(*cells, strict=True))
    return whole.getvalue()


def _read_table(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str, na_filter=False, skip_blank_lines=False, index_col=False)


def _columns(table: pd.DataFrame, kinds: dict[str, str]) -> list[Column]:
    return [
        Column(title, kind, [_cell(title, kind, text) for text in table[_calm(title)]]) for title, kind in kinds.items()
    ]


def _cell(title: str, kind: str, text: str) -> Any:
    if not text and (kind != "string" or title.endswith(EXACT)):
        return None
    return from_text(kind, text)
