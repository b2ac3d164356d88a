"""What programs are told, as a table: the same answers as CSV, for ``pandas.read_csv`` and for spreadsheets."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from graphs.assessment import Assessment
from graphs.method import Method
from graphs.series import FIGURES, Series
from graphs.valuechain import ValueChain
from tracker.api import answer, parquet, schema, sdmx
from tracker.files.columns import cells, columns
from tracker.log import Entry, Standing
from tracker.tables import Field, to_csv

_PROPOSAL = ("disruption", "id", "kind", "title", "state", "theme", "about", "tied", "points", "reasons", "could_pay")
_LAST = tuple(schema.Provenance.model_fields)
_SCORE = (*(name for name in schema.ScoreOut.model_fields if name not in _LAST), *_LAST)
_ENTRY = ("number", "at", "who", "action", "kind", "record_id", "why", "reported_for", "changed", "hash")


def scores(assessment: Assessment, position: int, level: str, key: str | None = None, form: str = "csv") -> bytes:
    """Scores of one level, one row for each key, each with its reasons and what it was computed from.

    Args:
        form: ``csv``, ``parquet`` or ``sdmx-csv``; the last has one row for each figure, and no reasons.

    Raises:
        Unknown: if the level has no such key.
    """
    rows = answer.scores(assessment, position, level, key)["scores"]
    if form == "sdmx-csv":
        return sdmx.scores(rows)
    return table([row | {"reasons": _reasons(row["reasons"])} for row in rows], form, _SCORE)


def series(
    found: Series,
    chain: ValueChain,
    method: Method,
    position: int,
    level: str,
    key: str | None = None,
    form: str = "csv",
) -> bytes:
    """Scores over time, one row for each week and key; of a week that is missing the figures are empty."""
    blank = dict.fromkeys(FIGURES)
    after = answer.of_each_row(chain.meta, chain.version, method, position)
    labels = found.lines.label
    rows = answer.points(found, chain, method, position, level, key)
    rows += [
        {"on": day.isoformat(), "level": level, "key": one, "label": label} | blank | after
        for day in found.missing
        for (of, one), label in labels.items()
        if of == level and key in (None, one)
    ]
    names = ("on", "level", "key", "label", *FIGURES, *after)
    return table(sorted(rows, key=itemgetter("on")), form, names)


def records(kind: str, found: tuple[Standing, ...]) -> bytes:
    """Records of one kind with the columns of an export, so that an import takes them."""
    return to_csv(columns(kind), map(cells, found))


def entries(found: list[Entry]) -> bytes:
    """Entries of the log, each with the names of the fields that it changed."""
    rows = [answer.entry(one) | {"changed": list(one.changes())} for one in found]
    return table([{name: row[name] for name in _ENTRY} for row in rows], names=_ENTRY)


def proposals(record_id: str, told: list[dict[str, Any]]) -> bytes:
    """What fits a disruption, one row for each proposal with its reasons and what could pay."""
    rows = [
        {"disruption": record_id}
        | one
        | {
            "reasons": _reasons(one["reasons"]),
            "could_pay": [f"{pay['name']}{' (over)' if pay['over'] else ''}" for pay in one["could_pay"]],
        }
        for one in told
    ]
    return table(rows, names=_PROPOSAL)


def table(rows: list[dict[str, Any]], form: str = "csv", names: tuple[str, ...] = ()) -> bytes:
    """Rows that have the same names as CSV or Parquet.

    CSV is without units, so that a column of numbers holds numbers alone; in Parquet they stand in the schema.

    Args:
        names: of the columns, needed where there may be no row.
    """
    names = names or tuple(rows[0])
    if form == "parquet":
        return parquet.write(rows, names)
    return to_csv([Field(name) for name in names], ([row[name] for name in names] for row in rows))


def _reasons(told: list[dict[str, Any]]) -> str:
    return " | ".join(f"{one['points']:.2f}: {one['text']}" for one in told[:8])
