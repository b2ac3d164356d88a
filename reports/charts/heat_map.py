"""A heat map: how many disruptions touch each stage of Porter's value chain in each ecosystem."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from reports.charts.drawing import ROLES, empty, rows, svg
from reports.charts.steps import count_step, in_blue
from reports.charts.words import short

_WIDTHS = {False: (640, 232, 33), True: (340, 144, 26)}
"""Units across, of which for the names of ecosystems, and height of a row; wide and narrow."""
_HEAD = 200
_NONE = {"words": ROLES["muted"]}


def heat_map(cells: pd.DataFrame, title: str, narrow: bool = False) -> str:
    """How many disruptions touch each stage (columns) of each ecosystem (rows), as a number and a colour.

    Args:
        cells: one row for each pair of ``stage`` and ``ecosystem``, in the order in which they are drawn:
            ``disruption_count``, how many.

    Returns:
        SVG text, 640 units wide or 340 where it is narrow.

    Examples:
        >>> counts = pd.DataFrame({"stage": ["operations"], "ecosystem": ["Retail"], "disruption_count": [3]})
        >>> ">3</text>" in heat_map(counts, "Stages")
        True
    """
    if cells.empty:
        return empty(title, "No disruption is on record.", narrow)
    width, names, height = _WIDTHS[narrow]
    stages, ecosystems = list(dict.fromkeys(cells.stage)), list(dict.fromkeys(cells.ecosystem))
    letters = int(names / (7.4 if narrow else 8.2))
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=list(range(len(stages))), paddingInner=0.06))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(ecosystems))), paddingInner=0.08))
    boxes = _boxes(cells, stages, ecosystems)
    base, filled = alt.Chart(rows(boxes)), alt.Chart(rows([one for one in boxes if "ground" in one]))
    size = 12 if narrow else 14
    layers = [
        filled.mark_rect(cornerRadius=2).encode(x, y, alt.Fill("ground:N", scale=None)),
        base.mark_text(fontSize=size).encode(x, y, alt.Text("figure:N"), alt.Fill("words:N", scale=None)),
        *_names(ecosystems, stages, x, y, letters, size),
    ]
    chart = alt.layer(*layers).properties(width=width - names - 4, height=height * len(ecosystems))
    return svg(chart, title, reading(cells), narrow, room={"left": names, "top": _HEAD, "right": 4, "bottom": 4})


def reading(cells: pd.DataFrame) -> str:
    """What the heat map shows, in a sentence.

    Examples:
        >>> reading(pd.DataFrame({"stage": ["operations"], "ecosystem": ["Retail"], "disruption_count": [3]}))
        'Most in one place: 3 for operations in Retail.'
    """
    if cells.empty or not cells.disruption_count.max():
        return "No disruption is counted."
    most = cells.loc[cells.disruption_count.idxmax()]
    return f"Most in one place: {most.disruption_count} for {most.stage} in {most.ecosystem}."


def _boxes(cells: pd.DataFrame, stages: list[str], ecosystems: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "column": stages.index(one.stage),
            "row": ecosystems.index(one.ecosystem),
            "figure": str(one.disruption_count) if one.disruption_count else "·",
            **(in_blue(count_step(one.disruption_count)) if one.disruption_count else _NONE),
        }
        for one in cells.itertuples()
    ]


def _names(ecosystems: list[str], stages: list[str], x: alt.X, y: alt.Y, letters: int, size: int) -> list[alt.Chart]:
    """The names beside the rows, and those of the columns on end above them."""
    beside = [{"row": place, "words": short(name, letters)} for place, name in enumerate(ecosystems)]
    above = [{"column": place, "words": short(name, 24)} for place, name in enumerate(stages)]
    row = alt.Chart(rows(beside)).mark_text(align="right", dx=-7, fontSize=size, fill=ROLES["ink"])
    column = alt.Chart(rows(above)).mark_text(align="left", angle=270, dx=7, fontSize=size, fill=ROLES["ink"])
    return [
        row.encode(y, alt.XValue(0), alt.Text("words:N")),
        column.encode(x, alt.YValue(0), alt.Text("words:N")),
    ]
