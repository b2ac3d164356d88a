"""The axis of days that the charts over time share, and days marked on it: counted from the first day shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import altair as alt

from reports.charts.drawing import ROLES, rows, words_beside
from reports.charts.words import day, short

_MONTHS = (1, 2, 3, 6, *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 500)))
"""From one label to the next."""


def axis(first: date, last: date, most: int) -> alt.X:
    """The axis ``day`` from one day to another, with at most so many labels: first days of months, or single days.

    Examples:
        >>> axis(date(2020, 3, 2), date(2020, 9, 1), 4).to_dict()["axis"]["values"]
        [60, 121, 183]
    """
    last = max(last, first + timedelta(days=1))
    ticks, pattern = _ticks(first, last, most)
    words = {(one - first).days: f"{one:{pattern}}".removeprefix("0") for one in ticks}
    shown = alt.Axis(values=list(words), labelExpr=f"{json.dumps(words)}[datum.value]", grid=False, labelOverlap=True)
    return alt.X("day:Q", title=None, scale=alt.Scale(domain=[0, (last - first).days], nice=False), axis=shown)


def marked(when: date, first: date, name: str, height: int, late: bool) -> list[alt.Chart]:
    """A dashed line at a day, and beside it, at a height from the top, what day it is.

    Args:
        late: whether the words stand before the line.
    """
    at = alt.Chart(rows([{"day": (when - first).days, "words": f"{short(name, 24)} {day(when)}".strip()}]))
    line = at.mark_rule(stroke=ROLES["muted"], strokeDash=[4, 3], strokeWidth=1.5)
    said = words_beside(at, late, away=6, bold=False)
    x = alt.X("day:Q")
    return [line.encode(x, alt.YValue(height - 6), alt.Y2Value("height")), said.encode(x, alt.YValue(height))]


def _ticks(first: date, last: date, most: int) -> tuple[list[date], str]:
    length = (last - first).days
    if length > 92:
        for step in _MONTHS:
            found = list(_months(first, last, step))
            if len(found) <= most:
                return found, "%Y" if step >= 12 else "%b %Y"
    step = next(days for days in (1, 2, 7, 14, 28, 56) if length // days < most)
    return [first + timedelta(days=place) for place in range(0, length + 1, step)], "%d %b"


def _months(first: date, last: date, step: int) -> Iterator[date]:
    """First days of every so many months, counted from a January."""
    for month in range(12 * first.year - 12 * first.year % step, 12 * last.year + 12, step):
        on = date(month // 12, month % 12 + 1, 1)
        if first <= on <= last:
            yield on
