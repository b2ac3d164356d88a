"""GraphML: the XML format that most network tools read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from graphs.exchange.columns import (
    Column,
    columns_of,
    flow_of,
    from_text,
    graph_of,
    ids_of,
    odd_keys,
    printed,
    rows_of,
    to_json,
    to_text,
)

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_KEYS, _WEIGHT = "keys", "weight"
"""Ids of what is not an attribute of the graph: the keys that cannot be written, and the weight of each link."""


def write(graph: nx.DiGraph[str]) -> bytes:
    """A plain graph as GraphML. Links have their ``flow_meur`` once more as ``weight``, if they have no weight."""
    whole = columns_of([graph.graph], printed)
    nodes = columns_of(list(graph.nodes.values()), printed)
    links = columns_of([row for *_, row in graph.edges(data=True)], printed)
    flow = flow_of(links)
    weights = [flow] if flow and all(one.title != _WEIGHT for one in links) else []
    ids = ids_of(list(graph), printed)
    odd = odd_keys(ids)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<graphml xmlns="{_NAMESPACE}">',
        *(_declared(f"g{number}", "graph", one.title, one.kind) for number, one in enumerate(whole)),
        *(_declared(f"n{number}", "node", one.title, one.kind) for number, one in enumerate(nodes)),
        *(_declared(f"e{number}", "edge", one.title, one.kind) for number, one in enumerate(links)),
        *(_declared(_WEIGHT, "edge", _WEIGHT, one.kind) for one in weights),
        *([_declared(_KEYS, "graph", "keys_json", "string")] if odd else []),
        '<graph id="G" edgedefault="directed">',
        *_data(whole, "g", 1),
        *([f'<data key="{_KEYS}">{_inside(to_json(odd))}</data>'] if odd else []),
    ]
    for key, values in zip(graph, _data(nodes, "n", len(graph)), strict=True):
        lines.append(f"<node id={quoteattr(ids[key])}>{values}</node>")
    count = graph.number_of_edges()
    again = (f'<data key="{_WEIGHT}">{to_text(one)}</data>' for one in weights[0].cells) if weights else [""] * count
    for (supplier, buyer), values, weight in zip(graph.edges, _data(links, "e", count), again, strict=True):
        ends = f"source={quoteattr(ids[supplier])} target={quoteattr(ids[buyer])}"
        lines.append(f"<edge {ends}>{values}{weight}</edge>")
    lines.append("</graph>\n</graphml>\n")
    return "\n".join(lines).encode()


def read(content: bytes) -> nx.DiGraph[str]:
    """The graph in a file of ``write``."""
    root = ElementTree.fromstring(content)
    top = root.find("{*}graph")
    if top is None:
        raise ValueError("it holds no graph")
    nodes, links = top.findall("{*}node"), top.findall("{*}edge")
    ends = [(one.attrib["source"], one.attrib["target"]) for one in links]
    node_rows = rows_of(_columns(root, "node", nodes), len(nodes))
    link_rows = rows_of(_columns(root, "edge", links), len(links))
    return graph_of(
        rows_of(_columns(root, "graph", [top]), 1)[0],
        zip((one.attrib["id"] for one in nodes), node_rows, strict=True),
        ((*pair, row) for pair, row in zip(ends, link_rows, strict=True)),
        json.loads(top.findtext(f"{{*}}data[@key='{_KEYS}']") or "{}"),
    )


def _declared(key: str, what: str, title: str, kind: str) -> str:
    return f'<key id="{key}" for="{what}" attr.name={quoteattr(title)} attr.type="{kind}"/>'


def _data(columns: Sequence[Column], letter: str, count: int) -> Iterator[str]:
    """For each node or link the elements that hold its attributes."""
    for place in range(count):
        cells = ((number, one.cells[place]) for number, one in enumerate(columns))
        yield "".join(
            f'<data key="{letter}{number}">{_inside(to_text(cell))}</data>'
            for number, cell in cells
            if cell is not None
        )


def _inside(text: str) -> str:
    """A text inside an element: there a reader takes a carriage return for a line feed, unless it is spelt out."""
    return escape(text, {"\r": "&#13;"})


def _columns(root: ElementTree.Element, what: str, elements: Sequence[ElementTree.Element]) -> list[Column]:
    """The attributes that a file declares of its nodes, its edges or itself, and the cells that these fill."""
    columns = {
        one.attrib["id"]: Column(one.attrib["attr.name"], one.attrib["attr.type"], [None] * len(elements))
        for one in root.findall(f"{{*}}key[@for='{what}']")
    }
    for place, element in enumerate(elements):
        for one in element.iterfind("{*}data"):
            column = columns[one.attrib["key"]]
            column.cells[place] = from_text(column.kind, one.text or "")
    return [column for key, column in columns.items() if key not in (_KEYS, _WEIGHT)]
