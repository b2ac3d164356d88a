"""Records as rows of a table: a column for each field of their kind, with its meaning and unit."""

from __future__ import annotations

from typing import Any

from graphs.content import EARLIEST, LARGEST, LATEST, Content, Day, Number, Share, Text, Word
from graphs.fields import record_fields
from tracker.kinds import KINDS
from tracker.log import Standing
from tracker.tables import Field
from tracker.values import read_value


def columns(kind: str) -> tuple[Field, ...]:
    """The columns of a kind of record, with what people need to fill them in.

    Examples:
        >>> [(field.name, field.unit, field.range) for field in columns("disruption")[12:13]]
        [('severity_low', 'share', '0–100 %')]
    """
    table = record_fields().loc[kind]
    return tuple(
        Field(
            field.name,
            str(table.meaning[field.name]) + (" (needed)" if field.content.needed else ""),
            str(table.unit[field.name]),
            _range(field.content),
            field.content.words if isinstance(field.content, Word) else (),
            field.many,
        )
        for field in KINDS[kind].cls.fields()
    )


def cells(one: Standing) -> list[Any]:
    """What a record says, one value a column."""
    record = one.record
    return [getattr(record, field.name) for field in type(record).fields()]


def example(kind: str) -> list[Any]:
    """A record to show how it is written, one value a column.

    Examples:
        >>> example("comment")
        ['D1', 'The plant is open again.', None, 'reported']
    """
    table = record_fields().loc[kind]
    written = [(field, str(table.example[field.name])) for field in KINDS[kind].cls.fields()]
    return [read_value(field, text, []) if text else None for field, text in written]


def _range(content: Content) -> str:
    if isinstance(content, Share):
        return "0–100 %"
    if isinstance(content, Number):
        return f"{'whole numbers ' if content.whole else ''}0–{LARGEST:,}"
    if isinstance(content, Day):
        return f"{EARLIEST}–{LATEST}"
    return f"at most {content.limit:,} characters" if isinstance(content, Text) else ""
