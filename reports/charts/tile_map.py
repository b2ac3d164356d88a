"""A map of tiles: one for each country, where it lies in Europe or in a row of its own, with its figure in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from graphs.classification import REST_OF_WORLD, country_name
from graphs.levels import per_cent, percent, score_level
from reports.charts.drawing import NARROW, ROLES, empty, rows, svg
from reports.charts.steps import by_loss, in_blue
from reports.charts.words import points, short

PLACES: Mapping[str, tuple[int, int]] = {
    "IS": (1, 0), "NO": (3, 0), "SE": (4, 0), "FI": (5, 0),
    "IE": (0, 1), "GB": (1, 1), "DK": (3, 1), "EE": (5, 1), "RU": (6, 1),
    "NL": (2, 2), "DE": (3, 2), "PL": (4, 2), "LV": (5, 2), "BY": (6, 2),
    "BE": (1, 3), "LU": (2, 3), "CZ": (3, 3), "SK": (4, 3), "LT": (5, 3), "UA": (6, 3),
    "FR": (1, 4), "CH": (2, 4), "AT": (3, 4), "HU": (4, 4), "RO": (5, 4), "MD": (6, 4),
    "PT": (0, 5), "ES": (1, 5), "IT": (2, 5), "SI": (3, 5), "HR": (4, 5), "BG": (5, 5),
    "MT": (2, 6), "RS": (4, 6), "GR": (5, 6), "TR": (6, 6), "CY": (6, 7),
}  # fmt: skip
"""Column and row of each country: about where it lies, each tile beside its neighbours."""
SHOWS = ("loss", "score")
_ACROSS = 7
_TILE = 37
"""Units from one row of tiles to the next."""


def tile_map(countries: pd.DataFrame, title: str, show: str = "loss", world: bool = True) -> str:
    """A tile for each country, coloured by the share of output it loses or by its score, with the figure in it.

    A tile with a dashed border lies outside the EU and has no score. Losses are in per cent.

    Args:
        countries: by ``country`` (ISO alpha-2, or ROW): ``loss_share``, and ``score``, missing outside the EU27.
        show: ``loss`` or ``score``.
        world: whether the places outside Europe stand in rows below.

    Returns:
        SVG text, 340 units wide: tiles can be read on a phone, and are large elsewhere.

    Examples:
        >>> places = pd.Index(["DE", "US"], name="country")
        >>> table = pd.DataFrame({"loss_share": [0.012, 0.0], "score": [61.0, None]}, places)
        >>> text = tile_map(table, "Output lost")
        >>> ">DE</text>" in text, ">1.2</text>" in text, ">US</text>" in text
        (True, True, True)
    """
    tiles = _tiles(countries.dropna(subset=["loss_share"]), show, world)
    if not tiles:
        return empty(title, "This value chain has no countries.", narrow=True)
    down = max(one["row"] for one in tiles) + 1
    across, along = alt.Scale(domain=[0, _ACROSS], nice=False), alt.Scale(domain=[down, 0], nice=False)
    x, y = alt.X("left:Q", axis=None, scale=across), alt.Y("top:Q", axis=None, scale=along)
    ends = (alt.X2("right:Q"), alt.Y2("bottom:Q"))
    middle, centre = alt.X("middle:Q", axis=None, scale=across), alt.Y("centre:Q", axis=None, scale=along)
    base, over = alt.Chart(rows(tiles)), alt.Fill("words:N", scale=None)
    unscored = alt.Chart(rows([one for one in tiles if not one["scored"]]))
    dashed = unscored.mark_rect(stroke=ROLES["muted"], strokeDash=[3, 2], strokeWidth=1.5, cornerRadius=3, fill=None)
    code, figure = base.mark_text(dy=-8, fontSize=12, fontWeight="bold"), base.mark_text(dy=8, fontSize=12)
    layers = [
        base.mark_rect(cornerRadius=3).encode(x, y, *ends, alt.Fill("ground:N", scale=None)),
        dashed.encode(x, y, *ends),
        code.encode(middle, centre, over, alt.Text("code:N")),
        figure.encode(middle, centre, over, alt.Text("figure:N")),
    ]
    outside = [one["row"] for one in tiles if one["row"] % 1]
    if outside:
        at = alt.Chart(rows([{"left": 0.05, "top": min(outside) - 0.2, "words": "Outside Europe"}]))
        layers.append(at.mark_text(align="left", fontSize=12, fill=ROLES["muted"]).encode(x, y, alt.Text("words:N")))
    chart = alt.layer(*layers).properties(width=NARROW, height=_TILE * down + 8)
    return svg(chart, title, reading(countries, show))


def reading(countries: pd.DataFrame, show: str = "loss") -> str:
    """What the map shows, in a sentence: where it is worst.

    Examples:
        >>> places = pd.Index(["DE", "US"], name="country")
        >>> table = pd.DataFrame({"loss_share": [0.012, 0.0], "score": [61.0, None]}, places)
        >>> reading(table, "score")
        'Lowest score: Germany 61.0.'
    """
    if show == "score":
        scored = countries.dropna(subset=["score"]).sort_values("score").head(3)
        named = [f"{country_name(str(code))} {points(score)}" for code, score in scored.score.items()]
        return f"Lowest score: {', '.join(named)}." if named else "No country of this value chain is scored."
    lost = countries[countries.loss_share > 0].sort_values("loss_share", ascending=False).head(3)
    named = [f"{country_name(str(code))} {percent(share)}" for code, share in lost.loss_share.items()]
    return f"Largest loss of output: {', '.join(named)}." if named else "No country loses output."


def _tiles(countries: pd.DataFrame, show: str, world: bool) -> list[dict[str, Any]]:
    """Where each country stands and what is written in it; those outside Europe below, in their order."""
    inside = [one for one in countries.itertuples() if one.Index in PLACES]
    outside = [one for one in countries.itertuples() if one.Index not in PLACES] if world else []
    outside.sort(key=lambda one: (one.Index == REST_OF_WORLD, str(one.Index)))
    places: list[tuple[float, float]] = [PLACES[one.Index] for one in inside]
    below = max((row for _, row in places), default=-1) + (1.5 if inside else 0.5)
    places += [(place % _ACROSS, below + place // _ACROSS) for place in range(len(outside))]
    return [_tile(one, *place, show) for one, place in zip([*inside, *outside], places, strict=True)]


def _tile(country: Any, column: float, row: float, show: str) -> dict[str, Any]:
    scored = not pd.isna(country.score)
    if show == "loss":
        look, figure = by_loss(country.loss_share), per_cent(country.loss_share)
    elif scored:
        look, figure = in_blue(score_level(country.score)), points(country.score)
    else:
        look, figure = {"ground": ROLES["paper"], "words": ROLES["muted"]}, "–"
    return {
        "code": short(country.Index, 5),
        "figure": figure,
        "scored": scored,
        "row": row,
        "left": column + 0.03,
        "right": column + 0.97,
        "top": row + 0.04,
        "bottom": row + 0.96,
        "middle": column + 0.5,
        "centre": row + 0.5,
        **look,
    }
