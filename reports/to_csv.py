"""Scores of one or more dates as one CSV table, cells safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from graphs.assessment import Assessment

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    return pd.concat([_table(one) for one in assessments]).to_csv(index=False, lineterminator="\n", float_format="%.6f")


def _table(assessment: Assessment) -> pd.DataFrame:
    frame = assessment.scores.reset_index()
    frame.insert(0, "on", assessment.on.isoformat())
    frame["chain_year"] = assessment.chain.year
    frame["chain_is_estimate"] = assessment.chain.estimate
    frame["method_version"] = assessment.method.version
    frame["reasons"] = [
        " | ".join(f"{reason.points:.2f}: {reason.text}" for reason in assessment.reasons(level, key)[:8])
        for level, key in zip(frame.level, frame.key, strict=True)
    ]
    for column in ("key", "label", "reasons"):
        frame[column] = [safe(str(text)) for text in frame[column]]
    return frame


def safe(text: str) -> str:
    """The text on one line, with a quote before it if a spreadsheet would take it for a formula.

    Examples:
        >>> safe("=1+1"), safe("C29")
        ("'=1+1", 'C29')
    """
    text = " ".join(text.split("\r"))
    return f"'{text}" if text.startswith(_FORMULA) else text
