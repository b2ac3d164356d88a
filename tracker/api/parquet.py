"""Answers as Parquet, for those who take many: typed columns, each with its unit and meaning."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graphs.fields import fields

_DAYS = ("on", "week")


def write(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """Rows as a Parquet file; the same rows give the same bytes.

    The column ``on`` is a date; a column of nothing but unknowns is one of numbers. What a column means stands in the
    metadata of its field: ``meaning``, ``unit`` and ``range``, as in ``graphs/data/fields.csv``.

    Args:
        names: of the columns, in their order.

    Examples:
        >>> content = write([{"key": "DE_C29", "loss_meur": 2.5}], ["key", "loss_meur"])
        >>> table = pq.read_table(io.BytesIO(content))
        >>> table.to_pylist(), table.schema.field("loss_meur").metadata[b"unit"]
        ([{'key': 'DE_C29', 'loss_meur': 2.5}], b'million EUR')
    """
    known = fields()
    columns, shape = [], []
    for name in names:
        column = _column(name, [row[name] for row in rows])
        said = known.loc[name, ["meaning", "unit", "range"]].to_dict() if name in known.index else None
        columns.append(column)
        shape.append(pa.field(name, column.type, metadata=said))
    whole = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(shape)), whole, compression="zstd")
    return whole.getvalue()


def _column(name: str, values: list[Any]) -> Any:
    if name in _DAYS:
        return pa.array([None if one is None else date.fromisoformat(one) for one in values], pa.date32())
    column = pa.array(values)
    return column.cast(pa.float64()) if pa.types.is_null(column.type) else column
