"""The attributes of nodes or links as columns of one kind each, which any format can hold, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphs.exchange.plain import Row

EXACT = "_json"
"""Ends the name of a column that holds JSON: the value itself, in place of or beside what could be written plainly."""
_KINDS = {bool: "boolean", int: "long", float: "double", str: "string"}
_UNPRINTED = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say, section 2.2, and UTF-8 partly neither."""

Readable = Callable[[str], str]
"""What a format shows for a text: the same if it can hold it."""


@dataclass(frozen=True)
class Column:
    """One attribute of all nodes or all links, in their order."""

    title: str
    kind: str
    """``boolean``, ``long`` (64 bits), ``double`` or ``string``: GEXF and GraphML call them so."""
    cells: list[Any]
    """Values of this kind; None if there is none."""

    @property
    def exact(self) -> bool:
        """Whether the cells are JSON."""
        return self.title.endswith(EXACT)


def columns_of(
    rows: Sequence[Row], readable: Readable, reserved: Collection[str] = (), none: str | None = None
) -> list[Column]:
    """The attributes of nodes or links, which all have the same, as columns.

    A column of one kind keeps its name. Any other, and one whose name is taken, becomes ``NAME_json``. So does,
    beside the column itself, what cannot be shown as it is.

    Args:
        reserved: names that mean something else in the format, in small letters.
        none: what a column of texts shows where there is none.

    Examples:
        >>> for column in columns_of([{"tons": 2, "ports": ["Rotterdam"]}, {"tons": 3, "ports": []}], printed):
        ...     print(column.title, column.kind, column.cells)
        tons long [2, 3]
        ports_json string ['["Rotterdam"]', '[]']
    """
    columns: list[Column] = []
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        kind = _kind(values)
        if not kind or name.endswith(EXACT) or name.casefold() in reserved:
            exact = [None if value is None else to_json(value) for value in values]
            columns.append(Column(name + EXACT, "string", exact))
            continue
        shown = [none if value is None else readable(value) for value in values] if kind == "string" else values
        columns.append(Column(name, kind, shown))
        if shown != values:
            pairs = zip(values, shown, strict=True)
            exact = [None if value == seen else to_json(value) for value, seen in pairs]
            columns.append(Column(name + EXACT, "string", exact))
    return columns


def rows_of(columns: Sequence[Column], count: int) -> list[Row]:
    """The attributes of ``count`` nodes or links in columns: the inverse of ``columns_of``.

    Examples:
        >>> rows_of([Column("ports_json", "string", ['["Rotterdam"]', None])], 2)
        [{'ports': ['Rotterdam']}, {'ports': None}]
    """
    rows: list[Row] = [{} for _ in range(count)]
    for column in columns:
        name = column.title.removesuffix(EXACT)
        for row, cell in zip(rows, column.cells, strict=True):
            if not column.exact:
                row[name] = cell
            elif cell is not None:
                row[name] = json.loads(cell)
            else:
                row.setdefault(name, None)
    return rows


def to_json(value: Any) -> str:
    """A value as JSON; in ASCII if it holds what cannot be printed."""
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if _UNPRINTED.search(text) else text


def printed(text: str) -> str:
    """A text as XML can hold it: with � for what it cannot.

    Examples:
        >>> printed("Chips\\x00"), printed("Ökostrom 🔋")
        ('Chips�', 'Ökostrom 🔋')
    """
    return _UNPRINTED.sub("\N{REPLACEMENT CHARACTER}", text)


def ids_of(keys: Sequence[str], readable: Readable) -> dict[str, str]:
    """By key the id in a file: the key itself, or where it cannot be written a readable one that no other has.

    Examples:
        >>> ids_of(["a", "b\\x00", "b\\x01"], printed)
        {'a': 'a', 'b\\x00': 'b�', 'b\\x01': 'b� (2)'}
    """
    found = {key: key for key in keys if key and readable(key) == key}
    taken = set(found)
    for key in keys:
        if key not in found:
            base = readable(key) or "\N{REPLACEMENT CHARACTER}"
            tried, number = base, 1
            while tried in taken:
                number += 1
                tried = f"{base} ({number})"
            found[key] = tried
            taken.add(tried)
    return {key: found[key] for key in keys}


def odd_keys(ids: Mapping[str, str]) -> dict[str, str]:
    """By id in a file the key, where they are not the same: ``read`` finds them in what a file says of itself."""
    return {written: key for key, written in ids.items() if written != key}


def flow_of(columns: Sequence[Column]) -> Column | None:
    """The column by which other tools shall weigh the links."""
    return next((one for one in columns if (one.title, one.kind) == ("flow_meur", "double")), None)


def graph_of(
    said: Mapping[str, Any],
    nodes: Iterable[tuple[str, Row]],
    links: Iterable[tuple[str, str, Row]],
    odd: Mapping[str, str],
) -> nx.DiGraph[str]:
    """The graph that a file tells of.

    Args:
        said: what it says of itself.
        odd: see ``odd_keys``.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.graph.update(said)
    graph.add_nodes_from((odd.get(key, key), row) for key, row in nodes)
    graph.add_edges_from((odd.get(a, a), odd.get(b, b), row) for a, b, row in links)
    return graph


def to_text(value: Any) -> str:
    """A cell as text: ``true`` and ``false``, numbers with every digit that counts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def from_text(kind: str, text: str) -> Any:
    """The cell that a text says.

    Raises:
        ValueError: a text that says nothing of this kind.

    Examples:
        >>> from_text("boolean", "true"), from_text("double", "1e-05"), from_text("string", "007")
        (True, 1e-05, '007')
    """
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind in ("long", "integer", "int"):
        return int(text)
    return float(text) if kind in ("double", "float") else text


def _kind(values: Sequence[Any]) -> str:
    """The kind that all values have that are not None; empty if they are of several, lists, or above 64 bits."""
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return "double"
    if len(kinds) > 1 or not kinds <= set(_KINDS):
        return ""
    kind = _KINDS[kinds.pop()]
    fits = kind != "long" or all(-(2**63) <= value < 2**63 for value in values if value is not None)
    return kind if fits else ""
