"""Where a node stands in a file for other tools: industries from upstream to downstream, countries below each other."""

from __future__ import annotations

import pandas as pd

from graphs.atlas import atlas
from graphs.atlas.views import countries_of, industries_of
from graphs.valuechain import ValueChain

COLUMN_WIDTH, ROW_HEIGHT, GAP = 60.0, 44.0, 40.0


def grid(chain: ValueChain) -> pd.DataFrame:
    """A place for each node: ``x, y`` by key, pixels at scale 1.

    One column for each industry and one row for each country, in the order of the page, the EU above. It depends on
    the chain alone, so pictures of different days can be laid on one another.

    Examples:
        >>> from graphs import sources
        >>> grid(sources.toy()).loc["TW_C29"].tolist()
        [60.0, 128.0]
    """
    columns = {code: number for number, code in enumerate(industries_of(chain, atlas(chain).groups.steps))}
    rows = {code: number for number, code in enumerate(countries_of(chain))}
    places = pd.DataFrame({"x": chain.nodes.industry.map(columns), "y": chain.nodes.country.map(rows)})
    return places * [COLUMN_WIDTH, ROW_HEIGHT] + GAP * pd.DataFrame({"x": False, "y": ~chain.in_eu}, chain.keys)
