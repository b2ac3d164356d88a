"""Scores of one or more dates as a CSV table, cells safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from graphs.assessment import Assessment
from graphs.method import Method
from graphs.spreadsheet import neutral
from graphs.valuechain import Meta


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
