"""A graph as a file for other tools, and such a file as the same graph again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import networkx as nx

from graphs.errors import Fault, Faults
from graphs.exchange import archive, gexf, graphml, node_link
from graphs.exchange.plain import plain

__all__ = ["FORMS", "Form", "plain", "read", "write"]


@dataclass(frozen=True)
class Form:
    """A format of files."""

    title: str
    media_type: str
    write: Callable[[nx.DiGraph[str]], bytes]
    read: Callable[[bytes], nx.DiGraph[str]]


FORMS: Mapping[str, Form] = {
    "gexf": Form("GEXF (Gephi)", "application/gexf+xml", gexf.write, gexf.read),
    "graphml": Form("GraphML", "application/graphml+xml", graphml.write, graphml.read),
    "json": Form("JSON (networkx)", "application/json", node_link.write, node_link.read),
    "zip": Form("CSV (two tables)", "application/zip", archive.write, archive.read),
}
"""Every format, by the ending of its files."""

_BROKEN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    RuntimeError,
    EOFError,
    BadZipFile,
    zlib.error,
)
"""What the readers of XML, JSON, CSV and zip raise at a file that is none."""


def write(graph: nx.DiGraph[Any], form: str) -> bytes:
    """The graph as a file, with all that its nodes, its links and itself say.

    What a format does not know stands as JSON in an attribute of the same name with ``_json`` at its end: lists
    (``disruptions_json``), and beside its nearest readable form any text that the format cannot hold. ``read`` takes
    it from there, so nothing is lost; ``None`` is left out. All but JSON leave it to the reader to know that an
    attribute which some nodes have is ``None`` at the others. No clock is read: the same graph makes the same file.

    Args:
        graph: directed, keys are texts; see ``plain`` for its values. ``x, y, output_meur, loss_share, disruptions``
            of nodes and ``flow_meur, cut_share`` of links, where they are there, say how GEXF draws them.
        form: one of ``FORMS``.

    Raises:
        Faults: values that no file can hold, each with its node or link, and a format that there is not.

    References:
        https://gexf.net (1.2), http://graphml.graphdrawing.org, networkx.node_link_data.

    Examples:
        >>> from graphs import sources
        >>> graph = sources.toy().graph(20)
        >>> content = write(graph, "gexf")
        >>> nx.utils.graphs_equal(read(content, "gexf"), graph)
        True
    """
    return _known(form).write(plain(graph))


def read(content: bytes, form: str) -> nx.DiGraph[str]:
    """The graph in a file that ``write`` made: ``plain(graph)``, in the same order.

    Raises:
        Faults: a file that is not of this format, and a format that there is not.

    Examples:
        >>> read(b"<gexf>", "gexf")
        Traceback (most recent call last):
        graphs.errors.Faults: gexf, file: cannot be read (no element found: line 1, column 6); take it as it was written
    """
    known = _known(form)
    try:
        return known.read(content)
    except Faults:
        raise
    except _BROKEN as error:
        mend = "take it as it was written"
        raise Faults([Fault(form, "file", f"cannot be read ({str(error)[:200]})", mend)]) from None


def _known(form: str) -> Form:
    if form not in FORMS:
        raise Faults([Fault("", "form", f"{form!r} is no format of a graph", f"choose from {', '.join(FORMS)}")])
    return FORMS[form]
