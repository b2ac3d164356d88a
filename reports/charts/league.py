"""A league: the score of each place or ecosystem as a dot on its interval, lowest first, with its rank."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from reports.charts.drawing import ROLES, empty, rows, size, svg
from reports.charts.words import points, short

MOST = 40
"""Rows that are drawn, the lowest; a table beside the chart has them all."""


def league(scores: pd.DataFrame, title: str, narrow: bool = False) -> str:
    """Each score as a dot on its interval, lowest first; beside it the score, and its rank with the rank's interval.

    Args:
        scores: ``label, score, score_low, score_high`` (0–100) and, if known, ``rank, rank_low, rank_high``.

    Returns:
        SVG text, 640 units wide or 340 where it is narrow.

    Examples:
        >>> table = pd.DataFrame({"label": ["Retail"], "score": [61.0], "score_low": [50.0], "score_high": [70.0]})
        >>> ">Retail</text>" in league(table, "Scores")
        True
    """
    shown = scores.dropna(subset=["score", "score_low", "score_high"]).sort_values("score").head(MOST)
    if shown.empty:
        return empty(title, "Nothing is scored.", narrow)
    width, _ = size(narrow)
    row, drop, across = (40, 9, [0, width - 8]) if narrow else (27, 0, [238, 460])  # wide: all of a score on one line
    values = _rows(shown, 24 if narrow else 29)
    bottom = 10 * (float(shown.score_low.min()) // 10)
    scale = alt.Scale(domain=[bottom, 100], range=across, nice=False)
    x = alt.X("score:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4))
    low, high = alt.X("score_low:Q", title=None, scale=scale), alt.X2("score_high:Q")
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(shown))), paddingInner=0, paddingOuter=0))
    base = alt.Chart(rows(values)).encode(y)
    bar = base.mark_rule(stroke=ROLES["accent"], strokeWidth=8, opacity=0.3, strokeCap="round", yOffset=drop)
    layers = [
        bar.encode(low, high),
        base.mark_point(fill=ROLES["accent"], stroke=None, size=80, opacity=1, yOffset=drop).encode(x),
        base.mark_text(align="left", dy=-drop, fill=ROLES["ink"]).encode(alt.XValue(0), alt.Text("label:N")),
        base.mark_text(align="right", dy=-drop, fill=ROLES["ink"]).encode(alt.XValue("width"), alt.Text("figure:N")),
    ]
    chart = alt.layer(*layers).properties(width=width, height=row * len(shown) + 24)
    return svg(chart, title, reading(scores), narrow)


def reading(scores: pd.DataFrame) -> str:
    """What the league shows, in a sentence.

    Examples:
        >>> table = pd.DataFrame({"label": ["Retail"], "score": [61.0], "score_low": [50.0], "score_high": [70.0]})
        >>> reading(table)
        'Lowest: Retail 61.0 (50.0–70.0); highest: Retail 61.0.'
    """
    known = scores.dropna(subset=["score"])
    if known.empty:
        return "Nothing is scored."
    low, high = known.loc[known.score.idxmin()], known.loc[known.score.idxmax()]
    between = f"{points(low.score_low)}–{points(low.score_high)}"
    return f"Lowest: {low.label} {points(low.score)} ({between}); highest: {high.label} {points(high.score)}."


def _rows(shown: pd.DataFrame, letters: int) -> list[dict[str, Any]]:
    values = []
    for place, one in enumerate(shown.itertuples()):
        figure = points(one.score)
        if "rank" in shown:
            figure += f" · rank {one.rank} ({one.rank_low}–{one.rank_high})"
        figures = {name: float(getattr(one, name)) for name in ("score", "score_low", "score_high")}
        values.append({"row": place, "label": short(one.label, letters), "figure": figure, **figures})
    return values
