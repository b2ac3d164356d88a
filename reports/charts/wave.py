"""The wave of a disruption or a day: share of output lost, week by week, with the days that matter marked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import altair as alt
import pandas as pd

from graphs.levels import percent
from reports.charts.days import axis, marked
from reports.charts.drawing import ROLES, empty, rows, size, svg, words_beside
from reports.charts.words import day

_WEEK = timedelta(weeks=1)
_LANE = 20
"""Units that a line of words above the curve takes."""


def wave(weeks: pd.DataFrame, title: str, marks: Mapping[str, date] | None = None, narrow: bool = False) -> str:
    """Share of output lost in each week as a line of steps, and the low and high readings as a band.

    Args:
        weeks: by ``week`` (its first day): ``loss_share`` and, if known, ``loss_low_share`` and ``loss_high_share``.
        marks: days to mark, by what they are: ``{"begins": …}``.

    Returns:
        SVG text, 640 units wide or 340 where it is narrow.

    Examples:
        >>> days = pd.Index([date(2021, 3, 1), date(2021, 3, 8)], name="week")
        >>> lost = pd.DataFrame({"loss_share": [0.0, 0.02]}, days)
        >>> "largest" in wave(lost, "Output lost", {"begins": date(2021, 3, 8)})
        True
    """
    weeks = weeks.dropna(subset=["loss_share"])
    if weeks.empty:
        return empty(title, "No week is assessed.", narrow)
    steps, marks = _steps(weeks), marks or {}
    width, _ = size(narrow)
    height = 230 if narrow else 280
    scale = alt.Scale(domain=_domain(steps, height, len(marks)), nice=False)
    shown = alt.Axis(labelExpr="format(datum.value, '~g') + ' %'", tickCount=4)
    y = alt.Y("likely:Q", title=None, scale=scale, axis=shown)
    x = axis(weeks.index[0], weeks.index[-1] + _WEEK, 4 if narrow else 7)
    base = alt.Chart(rows(steps.to_dict("records")))
    layers = []
    if "low" in steps:
        band = base.mark_area(interpolate="step-after", fill=ROLES["loss"], opacity=0.25)
        layers.append(band.encode(x, alt.Y("low:Q", title=None, scale=scale), alt.Y2("high:Q")))
    layers.append(base.mark_line(interpolate="step-after", stroke=ROLES["loss"], strokeWidth=2.5).encode(x, y))
    layers += _words(weeks, marks, scale)
    return svg(alt.layer(*layers).properties(width=width, height=height), title, reading(weeks), narrow)


def reading(weeks: pd.DataFrame) -> str:
    """What the wave shows, in a sentence.

    Examples:
        >>> days = pd.Index([date(2021, 3, 1), date(2021, 3, 8)], name="week")
        >>> lost = pd.DataFrame({"loss_share": [0.0, 0.02]}, days)
        >>> reading(lost).replace("\\xa0", " ")
        'Largest loss: 2.0 % of output in the week of 8 Mar 2021; in the last week shown 2.0 %.'
    """
    lost = weeks.loss_share.dropna()
    if not len(lost) or lost.max() <= 0:
        return "No output is lost in any week."
    when = lost.idxmax()
    between = ""
    if _has_band(weeks):
        between = f" ({percent(weeks.loss_low_share[when])}–{percent(weeks.loss_high_share[when])})"
    return (
        f"Largest loss: {percent(lost.max())} of output{between} in the week of {day(when)}; "
        f"in the last week shown {percent(lost.iloc[-1])}."
    )


def _has_band(weeks: pd.DataFrame) -> bool:
    """Whether the low and the high reading are known of every week: a band with gaps is none."""
    band = ["loss_low_share", "loss_high_share"]
    return set(band) <= set(weeks.columns) and bool(weeks[band].notna().to_numpy().all())


def _steps(weeks: pd.DataFrame) -> pd.DataFrame:
    """The weeks in percent, and the end of the last one."""
    names = {"loss_share": "likely"}
    if _has_band(weeks):
        names |= {"loss_low_share": "low", "loss_high_share": "high"}
    steps = 100.0 * weeks[list(names)].astype(float).rename(columns=names)
    steps["day"] = [(week - weeks.index[0]).days for week in weeks.index]
    end = steps.iloc[[-1]].assign(day=steps.day.iloc[-1] + _WEEK.days)
    return pd.concat([steps, end])


def _domain(steps: pd.DataFrame, height: int, lanes: int) -> list[float]:
    """The percentages that the drawing reaches over, with room for the words above the curve."""
    values = steps.drop(columns="day").to_numpy()
    bottom, top = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    plot = height - 40
    span = (top - bottom) or 1.0
    return [bottom, bottom + span * plot / (plot - _LANE * (lanes + 1) - 8)]


def _words(weeks: pd.DataFrame, marks: Mapping[str, date], scale: alt.Scale) -> list[alt.Chart]:
    """The largest week with its figure, and each marked day with what it is, in a line of its own."""
    first, last = weeks.index[0], weeks.index[-1]
    middle = first + (last + _WEEK - first) / 2
    layers = []
    for number, (name, when) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        if first <= when <= last + _WEEK:
            layers += marked(when, first, name, 10 + _LANE * number, when > middle)
    if weeks.loss_share.max() > 0:
        when = weeks.loss_share.idxmax()
        share = float(weeks.loss_share[when])
        words = f"largest {percent(share)}"
        at = alt.Chart(rows([{"day": (when - first).days, "likely": 100 * share, "words": words}]))
        said = words_beside(at, when > middle, away=-4, lower=-9)
        layers.append(said.encode(alt.X("day:Q"), alt.Y("likely:Q", title=None, scale=scale)))
    return layers
