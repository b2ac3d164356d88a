"""What every public column means: its unit, its range, its meaning, in one table."""

from __future__ import annotations

import functools

import pandas as pd

from graphs.classification import DATA


@functools.cache
def fields() -> pd.DataFrame:
    """Every public field by name: ``unit``, ``range``, ``meaning``.

    Examples:
        >>> fields().unit["loss_meur"]
        'million EUR'
    """
    return pd.read_csv(DATA / "fields.csv", keep_default_na=False, index_col="name")


@functools.cache
def record_fields() -> pd.DataFrame:
    """Every field of every kind of record, by kind and field: ``meaning``, ``unit``, ``example``.

    Apart from ``fields``, since a column of results may mean something else than the field of the same name.

    Examples:
        >>> record_fields().unit["cluster", "full_time_staff"]
        'full-time equivalents'
    """
    return pd.read_csv(DATA / "record_fields.csv", keep_default_na=False, index_col=["kind", "field"])


def describe(name: str) -> str:
    """A field in one sentence.

    Raises:
        KeyError: if the field is not in the table.

    Examples:
        >>> describe("structure")
        'Resilience by structure alone (points, 0–100).'
    """
    row = fields().loc[name]
    measure = ", ".join(part for part in (row.unit, row.range) if part)
    return f"{row.meaning}{f' ({measure})' if measure else ''}."
