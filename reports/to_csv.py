"""Scores of one or more dates, or the tables of a report, as CSV: cells safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from graphs.assessment import Assessment
from graphs.method import Method
from graphs.spreadsheet import neutral
from graphs.valuechain import Meta
from reports.briefing import Briefing, Cell
from reports.cells import checked, one_line


def to_csv(assessments: Iterable[Assessment]) -> str:
    """Every score with its interval, parts, losses and reasons; units are in the names of the columns.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> to_csv([assess(sources.toy(), [], date(2021, 3, 1), Method())]).splitlines()[1].split(",")[:4]
        ['2021-03-01', 'eu', 'EU', 'EU27']
    """
    return _text(pd.concat([_table(one) for one in assessments]))


COLUMNS = "columns"
"""Name of the table that describes the columns of all others."""


def tables_to_csv(briefing: Briefing) -> dict[str, str]:
    """Every table of a report as CSV by its name, and one more, ``columns``, with the unit and meaning of each column.

    Heads are the names of columns in files, which hold their unit; shares are numbers up to 1, days as 2020-04-26, what
    is not known is empty. What the report was made from stands at the end of each row.

    Raises:
        Faults: a part that cannot be written, see ``reports.cells.checked``.

    Examples:
        >>> from reports.briefing import Column, Table
        >>> table = Table("new", "New", (Column("loss_share", "Lost", "of output", "%"),), ((0.15,), (None,)))
        >>> calm = Briefing("2020-W17", "Week", date(2020, 4, 26), "", (table,), (("Method version", "2"),))
        >>> tables_to_csv(calm)["new"].splitlines()
        ['loss_share,report,on,method_version', '0.15,2020-W17,2020-04-26,2', ',2020-W17,2020-04-26,2']
    """
    made_from = {"report": briefing.name, "on": briefing.on.isoformat()}
    made_from |= {_name(label): value for label, value in briefing.provenance}
    texts, described = dict[str, str](), list[tuple[Cell, ...]]()
    for table in checked(briefing).tables:
        names = [column.name for column in table.columns]
        ends = {name if name not in names else f"report_{name}": value for name, value in made_from.items()}
        rows = [(*row, *ends.values()) for row in table.rows]
        texts[table.name] = _lines([(*names, *ends), *rows])
        described += [(table.name, one.name, one.label, one.unit, one.meaning) for one in table.columns]
    return texts | {COLUMNS: _lines([("table", "column", "label", "unit", "meaning"), *described])}


def _name(label: str) -> str:
    return re.sub(r"\W+", "_", label.casefold()).strip("_")


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    whole = io.StringIO(newline="")
    written = csv.writer(whole, lineterminator="\n")
    for row in rows:
        written.writerow([safe(one_line(cell)) if isinstance(cell, str) else _plain(cell) for cell in row])
    return whole.getvalue()


def _plain(cell: int | float | date | None) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _text(frame: pd.DataFrame) -> str:
    """Units are in the names of the columns; text cells are safe."""
    for column in [name for name in ("key", "label", "reasons") if name in frame]:
        frame[column] = [safe(str(text)) for text in frame[column]]
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.6f")


def provenance(chain: Meta, method: Method) -> dict[str, Any]:
    """What figures were computed from, the same in each row of a table.

    Examples:
        >>> from graphs import sources
        >>> provenance(sources.toy().meta, Method())
        {'chain_year': 0, 'chain_is_estimate': False, 'method_version': '2'}
    """
    return {"chain_year": chain.year, "chain_is_estimate": chain.estimate, "method_version": method.version}


def _table(assessment: Assessment) -> pd.DataFrame:
    frame = assessment.scores.reset_index()
    frame.insert(0, "on", assessment.on.isoformat())
    frame = frame.assign(**provenance(assessment.chain, assessment.method))
    frame["reasons"] = [
        " | ".join(f"{reason.points:.2f}: {reason.text}" for reason in assessment.reasons(level, key)[:8])
        for level, key in zip(frame.level, frame.key, strict=True)
    ]
    return frame


def safe(text: str) -> str:
    """The text on one line, as no spreadsheet computes it.

    Examples:
        >>> safe("=1+1"), safe("C29")
        ("'=1+1", 'C29')
    """
    return neutral(" ".join(text.split("\r")))
