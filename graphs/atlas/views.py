"""What can be looked at, and where each thing stands: two pictures of the whole, one of each ecosystem and country.

Every place follows from the chain alone, so that pictures of different days can be laid on one another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.atlas.groups import NO_ECOSYSTEM, Groups
from graphs.classification import REST_OF_WORLD, country_name
from graphs.geography import middle, region
from graphs.score.resilience import label
from graphs.valuechain import Floats, Integers, ValueChain, share_of

COLUMN_WIDTH, ROW_HEIGHT, GAP = 106.0, 84.0, 34.0
"""Pixels at scale 1 between columns, between rows, and more between the EU and the world outside."""
PARTNERS = 8
"""How many of the strongest suppliers and buyers from outside stand beside an ecosystem or a country."""
_WIDE = 200.0  # pixels between the industries of an ecosystem
_CLOSEST = 30.0  # pixels between partners, and between countries that are not on the map
_SQUARE = 36.0  # pixels that nodes of one place share, less than a column or a row
_DEGREE = 50.0  # pixels of a degree of latitude on the map
_STRETCH = math.cos(math.radians(50))  # a degree of longitude is that much shorter in the middle of Europe

Label = tuple[float, str, str]
"""Position of a column or row, id of what it selects ("" for nothing), and what it is called."""


@dataclass(frozen=True, eq=False)
class View:
    """One picture: which groups, countries or nodes stand where (pixels at scale 1)."""

    id: str
    """``chain``, ``map``, ``ecosystem:NAME`` or ``country:CODE``."""
    kind: str
    """What ``items`` are positions of: ``groups``, ``countries`` or ``nodes``."""
    name: str
    items: Integers
    x: Floats
    y: Floats
    inside: int
    """So many of the items, the first ones, are what the view is of; the rest are partners."""
    columns: tuple[Label, ...] = ()
    rows: tuple[Label, ...] = ()


def views_of(chain: ValueChain, groups: Groups, countries: Sequence[str]) -> tuple[View, ...]:
    """The whole chain in columns, the map, then every ecosystem and every country.

    Args:
        countries: in the order in which they stand one below the other.

    Examples:
        >>> from graphs import sources
        >>> from graphs.atlas.groups import groups_of
        >>> chain = sources.toy()
        >>> [view.id for view in views_of(chain, groups_of(chain), ["DE", "FR", "TW"])][-4:]
        ['ecosystem:Retail', 'country:DE', 'country:FR', 'country:TW']
    """
    order = industries_of(chain, groups.steps)
    return (
        _whole(chain, groups),
        _map(countries),
        *_ecosystems(chain, groups, countries, order),
        *_countries(chain, groups, countries, order),
    )


def countries_of(chain: ValueChain) -> list[str]:
    """The countries of a chain as they stand one below the other: the EU first, each part by output.

    Examples:
        >>> from graphs import sources
        >>> countries_of(sources.toy())
        ['DE', 'FR', 'TW']
    """
    nodes = pd.DataFrame({"country": chain.nodes.country, "output": chain.output, "outside": ~chain.in_eu})
    found = nodes.groupby("country").agg(outside=("outside", "first"), output=("output", "sum"))
    found["last"] = found.index == REST_OF_WORLD
    return list(found.sort_values(["outside", "last", "output"], ascending=[True, True, False], kind="stable").index)


def industries_of(chain: ValueChain, steps: Floats) -> list[str]:
    """Industries from upstream to downstream, by the mean of their nodes weighted by output.

    Args:
        steps: upstreamness of each node.

    Examples:
        >>> from graphs import metrics, sources
        >>> industries_of(sources.toy(), metrics.upstreamness(sources.toy()).to_numpy())
        ['C26', 'C29', 'A', 'G47']
    """
    nodes = pd.DataFrame({"industry": chain.nodes.industry, "output": chain.output})
    nodes["steps"] = steps * chain.output
    sums = nodes.groupby("industry")[["steps", "output"]].sum()
    mean = pd.Series(share_of(sums.steps.to_numpy(), sums.output.to_numpy()), sums.index)
    return list(mean.sort_values(ascending=False, kind="stable").index)


def _whole(chain: ValueChain, groups: Groups) -> View:
    """Ecosystems from left to right by upstreamness, parts of the world one below the other."""
    wide, high = len(groups.columns), len(groups.regions)
    made = chain.output @ groups.members
    items = np.flatnonzero(made > 0)
    x, y = COLUMN_WIDTH * np.arange(wide, dtype=float), _rows([name.endswith("EU") for name in groups.regions])
    return View(
        "chain",
        "groups",
        "Ecosystems and parts of the world",
        items,
        x[items // high],
        y[items % high],
        len(items),
        tuple((float(at), f"ecosystem:{name}", name) for at, name in zip(x, groups.columns, strict=True)),
        tuple((float(at), f"region:{name}", name) for at, name in zip(y, groups.regions, strict=True)),
    )


def _map(countries: Sequence[str]) -> View:
    """Countries of Europe where they lie; the others in columns to the left (Americas) and to the right."""
    points = [middle(code) for code in countries]
    known = np.array([point for point in points if point] or [(50.0, 10.0)])
    x = np.array([_DEGREE * _STRETCH * point[1] if point else np.nan for point in points])
    y = np.array([-_DEGREE * point[0] if point else np.nan for point in points])
    left, right = (_DEGREE * _STRETCH * edge for edge in (known[:, 1].min(), known[:, 1].max()))
    top, bottom = -_DEGREE * known[:, 0].max(), -_DEGREE * known[:, 0].min()
    away = np.isnan(x)
    west = away & np.array([region(code) == "Americas" for code in countries], dtype=bool)
    for side, at in ((west, left - 2 * COLUMN_WIDTH), (away & ~west, right + 2 * COLUMN_WIDTH)):
        x[side] = at
        y[side] = _spread(int(side.sum()), top, bottom)
    return View("map", "countries", "Countries on the map", np.arange(len(countries)), x, y, len(countries))


def _ecosystems(chain: ValueChain, groups: Groups, countries: Sequence[str], order: Sequence[str]) -> Iterator[View]:
    """An ecosystem: its industries side by side, countries one below the other, partners left and right."""
    industry, country = chain.nodes.industry.to_numpy(), chain.nodes.country.to_numpy()
    eu = dict(zip(country, chain.in_eu, strict=True))
    y_of = dict(zip(countries, 0.55 * _rows([bool(eu[code]) for code in countries]), strict=True))
    names = _names(chain)
    sells, buys = chain.flows @ groups.shares, chain.flows.T @ groups.shares
    for column, name in enumerate(groups.columns):
        share = groups.shares[:, column]
        inside = np.flatnonzero((share > 0) & (chain.output > 0))
        there = set(industry[inside])
        mine = [code for code in order if code in there]
        x_of = {code: _WIDE * position for position, code in enumerate(mine)}
        sides = _partners(share == 0, sells[:, column], buys[:, column])
        rows = tuple((y_of[code], f"country:{code}", country_name(str(code))) for code in countries)
        ends = (-1.4 * _WIDE, _WIDE * (len(mine) - 1) + 1.4 * _WIDE)
        x, y = _places([(x_of[industry[one]], y_of[country[one]]) for one in inside], sides, ends, y_of[countries[-1]])
        yield View(
            f"ecosystem:{name}",
            "nodes",
            name,
            np.concatenate([inside, *sides]),
            x,
            y,
            len(inside),
            (
                (ends[0], "", "Strongest suppliers"),
                *((x_of[code], f"industry:{code}", names[code]) for code in mine),
                (ends[1], "", "Strongest buyers"),
            ),
            rows,
        )


def _countries(chain: ValueChain, groups: Groups, countries: Sequence[str], order: Sequence[str]) -> Iterator[View]:
    """A country: its industries from upstream to downstream, a row for each ecosystem, partners left and right."""
    industry, country = chain.nodes.industry.to_numpy(), chain.nodes.country.to_numpy()
    names = _names(chain)
    lies = (country[:, None] == np.array(countries)[None, :]).astype(float)
    sells, buys = chain.flows @ lies, chain.flows.T @ lies
    for place, code in enumerate(countries):
        inside = np.flatnonzero((lies[:, place] > 0) & (chain.output > 0))
        main = [int(groups.shares[one].argmax()) for one in inside]
        used = sorted(set(main), key=lambda column: (groups.columns[column] == NO_ECOSYSTEM, column))
        y_of = {column: 0.75 * ROW_HEIGHT * position for position, column in enumerate(used)}
        there = set(industry[inside])
        mine = [one for one in order if one in there]
        x_of = {one: 0.5 * COLUMN_WIDTH * position for position, one in enumerate(mine)}
        sides = _partners(lies[:, place] == 0, sells[:, place], buys[:, place])
        ends = (-1.5 * COLUMN_WIDTH, 0.5 * COLUMN_WIDTH * (len(mine) - 1) + 1.5 * COLUMN_WIDTH)
        mid = [(x_of[industry[one]], y_of[column]) for one, column in zip(inside, main, strict=True)]
        x, y = _places(mid, sides, ends, max(y_of.values(), default=0.0))
        yield View(
            f"country:{code}",
            "nodes",
            country_name(str(code)),
            np.concatenate([inside, *sides]),
            x,
            y,
            len(inside),
            (
                (ends[0], "", "Strongest suppliers"),
                *((x_of[one], f"industry:{one}", names[one]) for one in mine),
                (ends[1], "", "Strongest buyers"),
            ),
            tuple((y_of[column], f"ecosystem:{groups.columns[column]}", groups.columns[column]) for column in used),
        )


def _partners(outside: npt.NDArray[np.bool_], sells: Floats, buys: Floats) -> tuple[Integers, Integers]:
    """Nodes outside a group that sell most to it, and those that buy most from it; none in both.

    Args:
        sells: what each node sells to the group.
        buys: what each node buys from it.
    """
    found: list[Integers] = []
    for amount in (sells, buys):
        trade = np.where(outside, amount, 0.0)
        largest = np.argsort(-trade, kind="stable")[:PARTNERS]
        found.append(largest[trade[largest] > 0])
        outside = outside & ~np.isin(np.arange(len(trade)), found[-1])
    return found[0], found[1]


def _places(
    inside: Sequence[tuple[float, float]], sides: Sequence[Integers], ends: Sequence[float], bottom: float
) -> tuple[Floats, Floats]:
    """Places of what a view is of, then of its partners on both sides, each side in a column of its own."""
    x, y = _apart(np.array(inside, float).reshape(-1, 2))
    return (
        np.concatenate([x, *(np.full(len(side), at) for side, at in zip(sides, ends, strict=True))]),
        np.concatenate([y, *(_spread(len(side), 0.0, bottom) for side in sides)]),
    )


def _apart(places: Floats) -> tuple[Floats, Floats]:
    """Nodes that share country and industry, such as firms, in a square around their place."""
    _, place, many = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    place = place.ravel()
    nth = np.empty(len(place), dtype=np.int64)
    nth[np.argsort(place, kind="stable")] = np.arange(len(place)) - np.repeat(np.cumsum(many) - many, many)
    wide = np.ceil(np.sqrt(many)).astype(np.int64)
    high = -(-many // wide)
    row, column = np.divmod(nth, wide[place])
    step = _SQUARE / wide[place]
    x, y = places.T
    return x + step * (column - (wide[place] - 1) / 2), y + step * (row - (high[place] - 1) / 2)


def _spread(count: int, top: float, bottom: float) -> Floats:
    """Heights of some things one below the other between top and bottom, or beyond if they were too close."""
    room = max(bottom - top, _CLOSEST * count)
    return (top + bottom - room) / 2 + room * (np.arange(count) + 0.5) / max(1, count)


def _rows(inside: Sequence[bool]) -> Floats:
    """Heights of rows, with a gap where the EU ends."""
    apart = np.cumsum([before and not here for before, here in zip([False, *inside], inside, strict=False)])
    return np.asarray(ROW_HEIGHT * np.arange(len(inside)) + GAP * apart, float)


def _names(chain: ValueChain) -> dict[str, str]:
    return {str(code): label(chain, "industry", code) for code in chain.nodes.industry.unique()}
