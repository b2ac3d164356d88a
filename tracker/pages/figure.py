"""A figure on a page: a chart, a sentence that reads it, its table, and both as files at addresses of their own."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from fastapi import Response
from markupsafe import Markup

from graphs.errors import Unknown
from reports.charts.drawing import alone
from reports.to_csv import provenance, safe
from tracker.desk import Desk

Chart = functools.partial[str]
"""A chart with all that it is drawn from: the same chart of the same figures is drawn once."""
_KEPT = 256


@dataclass(frozen=True)
class Column:
    """A column of the table beside a chart: its heading, and how it says its values."""

    name: str | tuple[str, str]
    """In the frame; two are said as a range."""
    heading: str
    say: Callable[[Any], str] = str

    @property
    def number(self) -> bool:
        """Whether it holds figures."""
        return self.say is not str

    def cell(self, row: Mapping[str, Any]) -> str:
        """The value of a row in words; a dash where it is not known."""
        ends = [row[name] for name in ((self.name,) if isinstance(self.name, str) else self.name)]
        known = all(one is not None and one == one for one in ends)
        return said_between([self.say(one) for one in ends]) if known else "–"


@dataclass(frozen=True, eq=False)
class Figure:
    """What a page shows of one question.

    ``frame``: its figures, under public names of columns, as the CSV gives them together with ``origin``, which is the
    same in each row; ``chart``: what draws them, in a wide place and, if it can, ``narrow``; ``address`` and ``query``:
    where the figure is found again, just so.
    """

    name: str
    title: str
    reading: str
    frame: pd.DataFrame
    origin: Mapping[str, Any]
    columns: Sequence[Column]
    chart: Chart
    address: str
    query: Mapping[str, str]
    notes: str
    narrow: bool = True
    table: Sequence[Mapping[str, Any]] | None = None
    """What the table beside the chart shows, if it is laid out otherwise than the CSV."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Where the first cell of a row leads, by what it says."""

    @property
    def drawings(self) -> list[Markup]:
        """The chart for the page: drawn for a wide place and for a phone, of which the style sheet shows one."""
        wide = [Markup(_drawn(pickle.dumps(self.chart)))]
        return [*wide, Markup(_drawn(pickle.dumps(self._small)))] if self.narrow else wide

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table, as they are read."""
        shown = self.frame.to_dict("records") if self.table is None else self.table
        return [[one.cell(row) for one in self.columns] for row in shown]

    def at(self, form: str = "", **change: str) -> str:
        """Address of the figure as a page or a file, with another state if one is given."""
        query = {name: value for name, value in {**self.query, **change}.items() if value}
        ending = f".{form}" if form else ""
        return f"{self.address}{ending}" + (f"?{urlencode(query)}" if query else "")

    def file(self, form: str) -> Response:
        """The figure as a file: its CSV, or its drawing as SVG.

        Raises:
            Unknown: any other form.
        """
        if form not in ("csv", "svg"):
            raise Unknown(form)
        name = "-".join(filter(None, [self.name, self.query.get("on", "")]))
        headers = {"content-disposition": f'inline; filename="{name}.{form}"'}
        if form == "svg":
            drawing = alone(_drawn(pickle.dumps(self.chart)), f"{self.reading} {self.notes}")
            return Response(drawing, headers=headers, media_type="image/svg+xml")
        frame = self.frame.assign(**self.origin)
        for column in frame.select_dtypes(exclude="number"):
            frame[column] = [safe(str(one)) for one in frame[column]]
        return Response(
            frame.to_csv(index=False, lineterminator="\n", float_format="%.6f"),
            headers=headers,
            media_type="text/csv; charset=utf-8",
        )

    @property
    def _small(self) -> Chart:
        return functools.partial(self.chart.func, *self.chart.args, **self.chart.keywords, narrow=True)


def said_between(ends: Sequence[str]) -> str:
    r"""One value, or two as a range that says its unit once.

    Examples:
        >>> said_between(["7.8\xa0%", "15\xa0%"]), said_between(["30.3", "62.9"]), said_between(["0\xa0%"])
        ('7.8–15\xa0%', '30.3–62.9', '0\xa0%')
    """
    *first, last = ends
    return "–".join([*(one.removesuffix("\N{NO-BREAK SPACE}%") for one in first), last])


def origin(desk: Desk, **more: str) -> dict[str, Any]:
    """What figures were computed from, for each row of a CSV."""
    return {**more, **provenance(desk.chain.meta, desk.method)}


def over_time(level: str, key: str) -> str:
    """Address of the history of a line.

    Examples:
        >>> over_time("ecosystem", "Aerospace & defence")
        '/history?of=ecosystem%3AAerospace+%26+defence'
    """
    return f"/history?{urlencode({'of': f'{level}:{key}'})}"


def source(desk: Desk) -> str:
    """Where figures come from, in a line."""
    meta = desk.chain.meta
    kind = "Estimate on" if meta.estimate else "Model results on"
    return f"{kind}: {meta.title}, {meta.year}; method version {desk.method.version}."


@functools.lru_cache(_KEPT)
def _drawn(chart: bytes) -> str:
    """A chart that was packed here, drawn; in bytes all that it depends on can be looked up."""
    return str(pickle.loads(chart)())
