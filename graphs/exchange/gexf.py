"""GEXF 1.2, the format of Gephi: opens laid out, sized and coloured as on our own page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from graphs.exchange.columns import (
    Column,
    columns_of,
    from_text,
    graph_of,
    ids_of,
    odd_keys,
    printed,
    rows_of,
    to_json,
    to_text,
)
from graphs.exchange.plain import EXACT_TO, Row
from graphs.levels import COLOURS, level

_NAMESPACE = "http://www.gexf.net/1.2draft"


def write(graph: nx.DiGraph[str]) -> bytes:
    """A plain graph as GEXF. What the graph says of itself stands in the description, as JSON.

    A label in text is the label of the node; ``flow_meur`` is the weight of a link. The picture: ``x, y`` with y
    upwards; radius 5 + 15 (output / largest output)^(1/3); colour by level of ``loss_share``; a directly hit node is
    a diamond and a cut link dashed, where a reader knows that.
    """
    nodes, links = list(graph.nodes.values()), [row for *_, row in graph.edges(data=True)]
    node_columns, link_columns = columns_of(nodes, printed), columns_of(links, printed)
    labels = next((one for one in node_columns if (one.title, one.kind) == ("label", "string")), None)
    node_columns = [one for one in node_columns if one is not labels]
    ids = ids_of(list(graph), printed)
    odd = odd_keys(ids)
    said = {"graph": graph.graph} | ({"keys": odd} if odd else {})
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<gexf xmlns="{_NAMESPACE}" xmlns:viz="{_NAMESPACE}/viz" version="1.2">',
        "<meta><creator>Value-chain disruption tracker</creator>",
        f"<description>{escape(to_json(said))}</description></meta>",
        '<graph defaultedgetype="directed" idtype="string" mode="static">',
        *_declared("node", node_columns),
        *_declared("edge", link_columns),
        f'<nodes count="{len(nodes)}">',
        *_nodes(graph, ids, labels.cells if labels else [None] * len(nodes), node_columns),
        f'</nodes>\n<edges count="{len(links)}">',
        *_edges(graph, ids, link_columns),
        "</edges>\n</graph>\n</gexf>\n",
    ]
    return "\n".join(lines).encode()


def read(content: bytes) -> nx.DiGraph[str]:
    """The graph in a file of ``write``; of files of other programs what GEXF can say of a static graph."""
    root = ElementTree.fromstring(content)
    if root.find("./{*}graph") is None:
        raise ValueError("it holds no graph")
    said = _meta(root)
    nodes = root.findall("./{*}graph/{*}nodes/{*}node")
    links = root.findall("./{*}graph/{*}edges/{*}edge")
    node_columns, link_columns = _columns(root, "node", nodes), _columns(root, "edge", links)
    labels = [one.get("label") for one in nodes]
    if any(label is not None for label in labels) and all(one.title != "label" for one in node_columns):
        node_columns.insert(0, Column("label", "string", labels))
    keys = [one.attrib["id"] for one in nodes]
    ends = [(one.attrib["source"], one.attrib["target"]) for one in links]
    return graph_of(
        said.get("graph", {}),
        zip(keys, rows_of(node_columns, len(nodes)), strict=True),
        ((*pair, row) for pair, row in zip(ends, rows_of(link_columns, len(links)), strict=True)),
        said.get("keys", {}),
    )


def _declared(what: str, columns: Sequence[Column]) -> Iterator[str]:
    if columns:
        yield f'<attributes class="{what}" mode="static">'
        for number, one in enumerate(columns):
            yield f'<attribute id="{number}" title={quoteattr(one.title)} type="{one.kind}"/>'
        yield "</attributes>"


def _nodes(
    graph: nx.DiGraph[str], ids: Mapping[str, str], labels: Sequence[str | None], columns: Sequence[Column]
) -> Iterator[str]:
    rows = graph.nodes.values()
    largest = max((float(row["output_meur"]) for row in rows if _number(row, "output_meur")), default=0.0)
    for name, (key, row), values in zip(labels, graph.nodes(data=True), _values(columns, len(graph)), strict=True):
        label = "" if name is None else f" label={quoteattr(name)}"
        yield f"<node id={quoteattr(ids[key])}{label}>{values}{_look(row, largest)}</node>"


def _edges(graph: nx.DiGraph[str], ids: Mapping[str, str], columns: Sequence[Column]) -> Iterator[str]:
    links = zip(graph.edges(data=True), _values(columns, graph.number_of_edges()), strict=True)
    for number, ((supplier, buyer, row), values) in enumerate(links):
        ends = f"source={quoteattr(ids[supplier])} target={quoteattr(ids[buyer])}"
        weight = f' weight="{float(row["flow_meur"])!r}"' if _number(row, "flow_meur") else ""
        dashed = '<viz:shape value="dashed"/>' if _number(row, "cut_share") and row["cut_share"] > 0 else ""
        yield f'<edge id="{number}" {ends}{weight}>{values}{dashed}</edge>'


def _values(columns: Sequence[Column], count: int) -> Iterator[str]:
    """For each node or link the element that holds its attributes."""
    for place in range(count):
        cells = ((number, one.cells[place]) for number, one in enumerate(columns))
        found = "".join(
            f'<attvalue for="{number}" value={quoteattr(to_text(cell))}/>' for number, cell in cells if cell is not None
        )
        yield f"<attvalues>{found}</attvalues>" if found else ""


def _look(row: Row, largest_meur: float) -> str:
    """How a node is drawn, as far as it says what that follows from."""
    parts = []
    if _number(row, "loss_share"):
        red, green, blue = bytes.fromhex(COLOURS[level(row["loss_share"])][1:])
        parts.append(f'<viz:color r="{red}" g="{green}" b="{blue}"/>')
    if _number(row, "x") and _number(row, "y"):
        parts.append(f'<viz:position x="{float(row["x"])!r}" y="{0.0 - row["y"]!r}" z="0.0"/>')
    if _number(row, "output_meur"):
        share = max(0.0, row["output_meur"]) / largest_meur if largest_meur > 0 else 0.0
        parts.append(f'<viz:size value="{5 + 15 * share ** (1 / 3):.2f}"/>')
    if row.get("disruptions"):
        parts.append('<viz:shape value="diamond"/>')
    return "".join(parts)


def _number(row: Row, name: str) -> bool:
    """Whether a node or link has this attribute, as a number that a float can tell."""
    value = row.get(name)
    return isinstance(value, float) or (type(value) is int and abs(value) <= EXACT_TO)


def _meta(root: ElementTree.Element) -> dict[str, Any]:
    text = root.findtext("./{*}meta/{*}description") or ""
    try:
        said = json.loads(text)
    except ValueError:  # the words of another program
        return {"graph": {"description": text}} if text else {}
    return said if isinstance(said, dict) else {}


def _columns(root: ElementTree.Element, what: str, elements: Sequence[ElementTree.Element]) -> list[Column]:
    """The attributes that a file declares of its nodes or edges, and the cells that these fill."""
    declared = root.findall(f"./{{*}}graph/{{*}}attributes[@class='{what}']/{{*}}attribute")
    columns = {
        one.attrib["id"]: Column(one.attrib["title"], one.attrib["type"], [None] * len(elements)) for one in declared
    }
    for place, element in enumerate(elements):
        for one in element.iterfind("./{*}attvalues/{*}attvalue"):
            column = columns[one.attrib["for"]]
            column.cells[place] = from_text(column.kind, one.attrib["value"])
    return list(columns.values())
