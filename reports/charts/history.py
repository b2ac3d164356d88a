"""Scores over time: a line with the interval of each week as a band, and what happened as numbers above it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd

from reports.charts.days import axis, marked
from reports.charts.drawing import ROLES, empty, rows, size, svg, words_beside
from reports.charts.words import day, points

_WEEK = timedelta(weeks=1)
_LANE = 17
_MOST_LANES = 4
"""Rows of numbers; where they do not suffice, numbers come close to each other."""


def history(
    weeks: pd.DataFrame,
    title: str,
    events: Mapping[int, date] | None = None,
    on: date | None = None,
    narrow: bool = False,
) -> str:
    """Scores of one place, ecosystem or country week by week; a week that is not computed leaves a gap.

    Args:
        weeks: by ``week`` (the day assessed): ``score, score_low, score_high``, 0–100.
        events: days by the number under which a list beside the chart names what began.
        on: a day to mark.

    Returns:
        SVG text, 640 units wide or 340 where it is narrow.

    Examples:
        >>> days = pd.Index([date(2021, 3, 1), date(2021, 3, 8)], name="week")
        >>> scores = pd.DataFrame({"score": [70.0, 60.0], "score_low": [50.0, 40.0], "score_high": [75.0, 66.0]}, days)
        >>> text = history(scores, "EU27", {1: date(2021, 3, 3)})
        >>> ">1</text>" in text, ">lowest 60.0</text>" in text
        (True, True)
    """
    weeks = weeks.dropna(subset=["score", "score_low", "score_high"]).sort_index()
    if weeks.empty:
        return empty(title, "No week is computed yet.", narrow)
    first, last = weeks.index[0], weeks.index[-1]
    seen = {number: when for number, when in (events or {}).items() if first <= when <= last + _WEEK}
    day_seen = on if on and first <= on <= last + _WEEK else None
    end = max(filter(None, (last, day_seen, *seen.values())))
    width, _ = size(narrow)
    lanes = _lanes(seen, first, end, width)
    lane = 1 + max(lanes.values(), default=-1)
    head = _LANE * (lane + bool(day_seen)) + 8
    x, height = axis(first, end, 4 if narrow else 7), (220 if narrow else 260) + head
    scale = alt.Scale(domain=_domain(weeks, height, head), nice=False)
    layers = [*_lines(weeks, x, scale), *_numbers(seen, lanes, first), *_lowest(weeks, scale)]
    if day_seen:
        layers += marked(day_seen, first, "", 8 + _LANE * lane, day_seen - first > (end - first) / 2)
    return svg(alt.layer(*layers).properties(width=width, height=height), title, reading(weeks), narrow)


def reading(weeks: pd.DataFrame) -> str:
    """What the scores did, in a sentence.

    Examples:
        >>> days = pd.Index([date(2021, 3, 1), date(2021, 3, 8)], name="week")
        >>> reading(pd.DataFrame({"score": [70.0, 60.0], "score_low": [50.0, 40.0], "score_high": [75.0, 66.0]}, days))
        'Lowest: 60.0 (40.0–66.0) on 8 Mar 2021; highest: 70.0 on 1 Mar 2021; last: 60.0 on 8 Mar 2021.'
    """
    known = weeks.dropna(subset=["score", "score_low", "score_high"])
    if known.empty:
        return "No week is computed yet."
    low, high, last = known.score.idxmin(), known.score.idxmax(), known.index[-1]
    lowest = known.loc[low]
    return (
        f"Lowest: {points(lowest.score)} ({points(lowest.score_low)}–{points(lowest.score_high)}) on {day(low)}; "
        f"highest: {points(known.score[high])} on {day(high)}; last: {points(known.score[last])} on {day(last)}."
    )


def _lines(weeks: pd.DataFrame, x: alt.X, scale: alt.Scale) -> list[alt.Chart]:
    """The scores as a line and their intervals as a band; a week between two gaps as a point and a bar."""
    y = alt.Y("score:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5))
    low, high, run = alt.Y("score_low:Q", title=None, scale=scale), alt.Y2("score_high:Q"), alt.Detail("run:N")
    runs = _runs(weeks)
    lengths = Counter(one["run"] for one in runs)
    base = alt.Chart(rows(runs)).encode(x)
    lonely = alt.Chart(rows([one for one in runs if lengths[one["run"]] == 1])).encode(x)
    return [
        base.mark_area(fill=ROLES["accent"], opacity=0.2).encode(low, high, run),
        lonely.mark_rule(stroke=ROLES["accent"], strokeWidth=6, opacity=0.2).encode(low, high),
        base.mark_line(stroke=ROLES["accent"], strokeWidth=2.5).encode(y, run),
        lonely.mark_point(fill=ROLES["accent"], stroke=None, size=30, opacity=1).encode(y),
    ]


def _runs(weeks: pd.DataFrame) -> list[dict[str, Any]]:
    """The weeks as rows, those without a gap between them as one run."""
    found, run, before = [], 0, weeks.index[0]
    for one in weeks.itertuples():
        run += one.Index - before > _WEEK
        before = one.Index
        values = {name: float(getattr(one, name)) for name in ("score", "score_low", "score_high")}
        found.append({"day": (one.Index - weeks.index[0]).days, "run": run, **values})
    return found


def _lanes(events: Mapping[int, date], first: date, last: date, width: int) -> dict[int, int]:
    """A row for each number, such that numbers in a row keep clear of each other as long as there are rows."""
    ends = [-math.inf] * _MOST_LANES
    lanes = {}
    for number, on in sorted(events.items(), key=lambda event: event[1]):
        at = width * (on - first).days / max(1, (last - first).days)
        half = 5 * len(str(number)) + 3
        free = [lane for lane, end in enumerate(ends) if end <= at - half]
        lanes[number] = free[0] if free else ends.index(min(ends))
        ends[lanes[number]] = at + half
    return lanes


def _domain(weeks: pd.DataFrame, height: int, head: int) -> list[float]:
    """From ten to ten points around all intervals, with room for the numbers above."""
    bottom = 10.0 * math.floor(weeks.score_low.min() / 10)
    top = max(bottom + 10.0, 10.0 * math.ceil(weeks.score_high.max() / 10))
    plot = height - 40
    return [bottom, bottom + (top - bottom) * plot / (plot - head)]


def _numbers(events: Mapping[int, date], lanes: Mapping[int, int], first: date) -> list[alt.Chart]:
    lines, numbers = list[alt.Chart](), list[alt.Chart]()
    for lane in sorted(set(lanes.values())):
        values = [
            {"day": (on - first).days, "words": str(number)} for number, on in events.items() if lanes[number] == lane
        ]
        at, top = alt.Chart(rows(values)).encode(alt.X("day:Q")), 8 + _LANE * lane
        line = at.mark_rule(stroke=ROLES["muted"], strokeDash=[3, 3])
        said = at.mark_text(fontWeight="bold", stroke=ROLES["paper"], strokeWidth=4)
        lines.append(line.encode(alt.YValue(top), alt.Y2Value("height")))
        numbers.append(said.encode(alt.YValue(top), alt.Text("words:N")))
    return lines + numbers  # no line over a number


def _lowest(weeks: pd.DataFrame, scale: alt.Scale) -> list[alt.Chart]:
    """The lowest score said at its place."""
    first, last, low = weeks.index[0], weeks.index[-1], weeks.score.idxmin()
    score = float(weeks.score[low])
    at = alt.Chart(rows([{"day": (low - first).days, "score": score, "words": f"lowest {points(score)}"}]))
    said = words_beside(at, low - first > (last - first) / 2, away=-4, lower=14)
    return [said.encode(alt.X("day:Q"), alt.Y("score:Q", title=None, scale=scale))]
