"""A graph in plain values only: what every format can be asked to keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from graphs.errors import Fault, Faults

Row = dict[str, Any]
EXACT_TO = 2**53
"""Whole numbers up to here are the same as floating-point numbers."""


class _Odd(Exception):
    """What is wrong with a value, and its mend."""


def plain(graph: nx.DiGraph[Any]) -> nx.DiGraph[str]:
    """The graph with values of Python, and with every attribute at every node or link: None where it had none.

    Numbers of numpy become those of Python; what is no number becomes None; tuples become lists; where an attribute
    is a fraction at one node and a whole number at another, all become fractions.

    Raises:
        Faults: a graph that is not directed or has parallel links; keys and names that are no texts, or hold what
            cannot be printed; values that are neither text, number, truth value, None, nor lists of these.

    Examples:
        >>> graph = nx.DiGraph(title="Two")
        >>> graph.add_node("DE_A", output_meur=np.int64(3), parts=("x", "y"))
        >>> graph.add_node("FR_A", output_meur=2.5)
        >>> dict(plain(graph).nodes)
        {'DE_A': {'output_meur': 3.0, 'parts': ['x', 'y']}, 'FR_A': {'output_meur': 2.5, 'parts': None}}
    """
    if not graph.is_directed() or graph.is_multigraph():
        raise Faults([Fault("graph", "", "is not directed, or has parallel links", "give a networkx.DiGraph")])
    faults = [
        Fault(f"node {key!r}", "key", "is not a text", "name the node by a text")
        for key in graph
        if not isinstance(key, str)
    ]
    keys = [_text(str(key)) for key in graph]
    nodes = _rows([(f"node {key}", row) for key, row in graph.nodes(data=True)], faults)
    ends = [(_text(str(supplier)), _text(str(buyer))) for supplier, buyer in graph.edges]
    links = _rows([(f"link {a} to {b}", row) for a, b, row in graph.edges(data=True)], faults)
    whole = _rows([("graph", graph.graph)], faults)
    if faults:
        raise Faults(faults)
    found: nx.DiGraph[str] = nx.DiGraph()
    found.graph.update(whole[0])
    found.add_nodes_from(zip(keys, nodes, strict=True))
    found.add_edges_from((*pair, row) for pair, row in zip(ends, links, strict=True))
    return found


def _rows(found: Sequence[tuple[str, Mapping[Any, Any]]], faults: list[Fault]) -> list[Row]:
    """The attributes of all nodes, or of all links, each with the same names; what is wrong goes to the faults."""
    rows = []
    for where, attributes in found:
        row = {}
        for name, value in attributes.items():
            try:
                row[_name(name)] = _value(value)
            except _Odd as odd:
                faults.append(Fault(where, str(name), *odd.args))
        rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [_alike([row.get(name) for row in rows]) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)] if names else rows


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise _Odd("the name is not a text", "name the attribute by a text")
    if not name.isprintable() or not name:
        raise _Odd("the name is empty or holds what cannot be printed", "call the attribute otherwise")
    return name


def _value(value: object) -> Any:
    """A value as Python has it; the kinds that occur most are looked at first."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        if math.isinf(value):
            raise _Odd(f"{value} is not a finite number", "give a number, or None")
        return None if math.isnan(value) else value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {_text(name): _value(one) for name, one in value.items()}
    raise _Odd(f"a {type(value).__name__} cannot be written to a file", "give it as text or number")


def _text(text: str) -> str:
    """A text in which two halves of a letter (surrogates) are the letter, as JSON has it."""
    if text.isascii() or text.isprintable():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _alike(values: Sequence[Any]) -> Sequence[Any]:
    """The values of one attribute; whole numbers among fractions as fractions."""
    kinds = {type(value) for value in values}
    if {int, float} <= kinds and all(abs(value) <= EXACT_TO for value in _whole(values)):
        return [float(value) if type(value) is int else value for value in values]
    return values


def _whole(values: Sequence[Any]) -> Iterator[int]:
    return (value for value in values if type(value) is int)
