"""Where a node stands in the picture: industries from upstream to downstream, countries one below the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphs import metrics
from graphs.classification import REST_OF_WORLD, country_name
from graphs.valuechain import ValueChain

COLUMN_WIDTH, ROW_HEIGHT, GAP = 60.0, 44.0, 40.0

Label = tuple[float, str, str]
"""Position, short code, full name of a column or row."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A place for each node (``x``, ``y`` by key), and what the columns and rows are called."""

    places: pd.DataFrame
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]


def grid(chain: ValueChain) -> Grid:
    """One column per industry, left to right from upstream to downstream; one row per country, the EU above.

    Columns are ordered by output-weighted upstreamness, rows by output. The layout depends on the chain alone, so
    pictures of different days can be laid on one another.

    Examples:
        >>> from graphs import sources
        >>> found = grid(sources.toy())
        >>> [code for _, code, _ in found.columns], [code for _, code, _ in found.rows]
        (['C26', 'C29', 'A', 'G47'], ['DE', 'FR', 'TW'])
    """
    nodes = chain.nodes[["country", "industry", "label"]].copy()
    nodes["output"] = chain.output
    nodes["steps"] = metrics.upstreamness(chain).clip(upper=10.0) * chain.output
    nodes["outside"] = ~chain.in_eu
    by_industry = nodes.groupby("industry")[["steps", "output"]].sum()
    order = (by_industry.steps / by_industry.output.where(by_industry.output > 0)).fillna(0.0)
    columns = order.sort_values(ascending=False, kind="stable").index
    by_country = nodes.groupby("country").agg(outside=("outside", "first"), output=("output", "sum"))
    by_country["last"] = by_country.index == REST_OF_WORLD
    rows = by_country.sort_values(["outside", "last", "output"], ascending=[True, True, False]).index
    inside = int((~by_country.outside).sum())

    x = pd.Series(COLUMN_WIDTH * np.arange(len(columns)), columns)
    y = pd.Series(ROW_HEIGHT * np.arange(len(rows)) + np.where(np.arange(len(rows)) >= inside, GAP, 0.0), rows)
    names = nodes.groupby("industry").label.first().str.rpartition(" (")[0]
    return Grid(
        places=pd.DataFrame({"x": nodes.industry.map(x), "y": nodes.country.map(y)}),
        columns=tuple((float(x[code]), str(code), str(names[code] or code)) for code in columns),
        rows=tuple((float(y[code]), str(code), country_name(str(code))) for code in rows),
    )
