"""JSON of nodes and links, as networkx and D3 have it."""

from __future__ import annotations

import json

import networkx as nx

from graphs.exchange.columns import EXACT, graph_of
from graphs.exchange.plain import Row

_NODE, _ENDS = "id", ("source", "target")


def write(graph: nx.DiGraph[str]) -> bytes:
    """A plain graph as JSON: ``networkx.node_link_graph(data, edges="links")`` reads it.

    JSON knows lists and null. Only an attribute that is called as the format calls its own becomes ``NAME_json``.
    """
    data = {
        "directed": True,
        "multigraph": False,
        "graph": graph.graph,
        "nodes": [{_NODE: key} | _apart(row) for key, row in graph.nodes(data=True)],
        "links": [dict(zip(_ENDS, (a, b), strict=True)) | _apart(row) for a, b, row in graph.edges(data=True)],
    }
    return (json.dumps(data, separators=(",", ":"), allow_nan=False) + "\n").encode()


def read(content: bytes) -> nx.DiGraph[str]:
    """The graph in a file of ``write``."""
    data = json.loads(content)
    nodes = [(one.pop(_NODE), _back(one)) for one in data["nodes"]]
    links = [(*(one.pop(end) for end in _ENDS), _back(one)) for one in data["links"]]
    return graph_of(data["graph"], nodes, links, {})


def _apart(row: Row) -> Row:
    taken = [name for name in row if name in (_NODE, *_ENDS) or name.endswith(EXACT)]
    if not taken:
        return row
    return {name: value for name, value in row.items() if name not in taken} | {
        name + EXACT: json.dumps(row[name]) for name in taken
    }


def _back(row: Row) -> Row:
    return {
        name.removesuffix(EXACT): json.loads(value) if name.endswith(EXACT) else value for name, value in row.items()
    }
