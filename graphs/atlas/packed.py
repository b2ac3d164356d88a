"""The atlas and its days as one JSON document for the page: short names, and arrays of numbers as base64.

Arrays are little-endian. ``texts`` holds each sentence once; elsewhere stand positions in it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphs.atlas import KINDS, Atlas
from graphs.atlas.days import LEAST_CUT, Cause, Cut, Day
from graphs.atlas.links import Links, Trade
from graphs.atlas.views import View
from graphs.classification import EU27, country_name
from graphs.geography import region
from graphs.levels import BREAKS, HIT_LEVEL, LEVELS, SCORE_BREAKS, SCORE_LEVELS
from graphs.score.resilience import label

SCALE = 20_000
"""Shares travel as whole numbers of this part of one, in two bytes: to the nearest 0.005 %."""


class Texts:
    """Sentences, each once.

    Examples:
        >>> texts = Texts()
        >>> [texts.place(text) for text in ("a", "b", "a")], texts.all
        ([0, 1, 0], ['a', 'b'])
    """

    def __init__(self) -> None:
        self._place: dict[str, int] = {}

    @property
    def all(self) -> list[str]:
        """The sentences in the order of their places."""
        return list(self._place)

    def place(self, text: str) -> int:
        """Where a sentence stands."""
        return self._place.setdefault(text, len(self._place))


def packed(found: Atlas, days: Sequence[Day]) -> dict[str, Any]:
    """Everything the page shows, ready for JSON.

    Args:
        days: at least one; the first is shown.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.atlas import atlas
        >>> from graphs.atlas.days import day_of
        >>> from graphs.method import Method
        >>> chain = sources.toy()
        >>> day = day_of(atlas(chain), assess(chain, [], date(2021, 3, 1), Method()))
        >>> data = packed(atlas(chain), [day])
        >>> data["nodes"]["key"][0], data["days"][0]["on"], data["views"][0]["id"]
        ('DE_A', '2021-03-01', 'chain')
    """
    texts, chain = Texts(), found.chain
    industries = list(dict.fromkeys(chain.nodes.industry))
    first = [int(np.flatnonzero(chain.nodes.industry == code)[0]) for code in industries]
    where = {code: position for position, code in enumerate(found.countries)}
    return {
        "nodes": {
            "key": [str(key) for key in chain.keys],
            "label": [str(label) for label in chain.nodes.label],
            "country": [where[code] for code in chain.nodes.country],
            "industry": [industries.index(code) for code in chain.nodes.industry],
            "output": reals(chain.output),
        },
        "countries": [
            [str(code), country_name(str(code)), region(str(code)), code in EU27] for code in found.countries
        ],
        "industries": [[str(code), label(chain, "industry", code)] for code in industries],
        "ecosystems": list(found.groups.columns),
        "regions": list(found.groups.regions),
        "shares": reals(found.groups.shares[first]),
        "views": [_view(view, placed=position > 0) for position, view in enumerate(found.views)],
        "links": {kind: _links(found.links[kind]) for kind in KINDS},
        "trade": {kind: _trade(found.trade[kind]) for kind in KINDS},
        "days": [_day(day, texts, chain.keys) for day in days],
        "texts": texts.all,
        "scale": SCALE,
        "breaks": list(BREAKS),
        "levels": list(LEVELS),
        "hit_level": HIT_LEVEL,
        "score_breaks": list(SCORE_BREAKS),
        "score_levels": list(SCORE_LEVELS),
    }


def reals(values: npt.ArrayLike) -> str:
    """Numbers of four bytes, as base64."""
    return _text(np.asarray(values).astype("<f4"))


def wholes(values: npt.ArrayLike) -> str:
    """Whole numbers of four bytes, as base64."""
    return _text(np.asarray(values).astype("<i4"))


def shares(values: npt.ArrayLike) -> str:
    """Shares between −1.6 and 1.6 in two bytes each, as base64."""
    return _text(np.rint(np.clip(np.asarray(values, float), -1.6, 1.6) * SCALE).astype("<i2"))


def _text(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def _view(view: View, placed: bool) -> dict[str, Any]:
    """A view; what stands where in the first one travels as the network that the page begins with."""
    places = {"items": wholes(view.items), "x": reals(view.x), "y": reals(view.y)} if placed else {}
    return {
        "id": view.id,
        "kind": view.kind,
        "name": view.name,
        **places,
        "inside": view.inside,
        "columns": [list(one) for one in view.columns],
        "rows": [list(one) for one in view.rows],
    }


def _links(links: Links) -> dict[str, Any]:
    return {
        "from": wholes(links.supplier),
        "to": wholes(links.buyer),
        "flow": reals(links.flow_meur),
        "log10_alpha": round(links.log10_alpha, 1) if np.isfinite(links.log10_alpha) else None,
        "of": links.of,
    }


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "supplier": wholes(trade.supplier),
        "supplied": reals(trade.supplied_meur),
        "buyer": wholes(trade.buyer),
        "sold_to": reals(trade.sold_to_meur),
        "bought": reals(trade.bought_meur),
        "sold": reals(trade.sold_meur),
    }


def _day(day: Day, texts: Texts, keys: Sequence[str]) -> dict[str, Any]:
    told = {
        (level, key): [
            *(round(value, 2) for value in (one.score, one.low, one.high)),
            one.rank,
            [[round(points, 2), texts.place(text)] for points, text in one.reasons],
        ]
        for (level, key), one in day.told.items()
    }
    return {
        "on": day.on.isoformat(),
        "horizon": day.horizon_weeks,
        "first": day.first_day.isoformat(),
        "before": day.weeks_before,
        "weeks": len(day.lost_share),
        "loss": reals(day.loss_share.T),
        "lost": shares(day.lost_share),
        "told": {f"{level}:{key}": one for (level, key), one in told.items() if level != "node"},
        "told_nodes": [told.get(("node", key)) for key in keys],
        "causes": [_cause(number, cause) for number, cause in enumerate(day.causes, 1)],
        "cut": {kind: _cut(cut) for kind, cut in day.cut.items()},
    }


def _cut(cut: Cut) -> dict[str, Any]:
    drawn = cut.drawn_share
    return {
        "drawn": [[int(at), round(float(drawn[at]), 4)] for at in np.flatnonzero(drawn > LEAST_CUT)],
        "from": wholes(cut.supplier),
        "to": wholes(cut.buyer),
        "flow": reals(cut.flow_meur),
        "share": reals(cut.share),
    }


def _cause(number: int, cause: Cause) -> dict[str, Any]:
    one = cause.record
    return {
        "id": one.id or f"#{number}",
        "title": one.title,
        "kind": cause.kind,
        "state": one.state,
        "stages": list(one.stages),
        "start": one.start.isoformat() if one.start else "",
        "end": one.end.isoformat() if one.end else "",
        "places": [country_name(code) for code in one.origin or one.felt],
        "severity": list(one.severity),
        "cause": one.cause,
        "figures": one.magnitude,
        "sources": list(one.sources),
        "assumed": list(cause.assumptions),
        "hits": _text(np.packbits(cause.hits, bitorder="little")),
        "part": shares(cause.part),
    }
