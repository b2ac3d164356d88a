"""Measures worth a look against a shock, made from the chain: who is hit most, by whom, and who could stand in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pandas as pd

from graphs.binding import binding_inputs
from graphs.method import READINGS, Method
from graphs.planning.alternatives import alternatives
from graphs.planning.applying import claims
from graphs.planning.avoided import losses, value_added_share
from graphs.planning.measures import Measure
from graphs.propagation import WEEKS_A_YEAR, propagate
from graphs.shock import Shock
from graphs.valuechain import Floats, Integers, ValueChain

STOCK_WEEKS = 4.0
STAND_IN_SHARE = 0.25
PUT_BACK_SHARE = 0.10
"""Sizes of what is proposed: a start to be changed, not a recommendation."""

_MOST = 10
_BUYERS = 4
_CUT = 0.01


def candidates(chain: ValueChain, shock: Shock, method: Method, most: int = _MOST) -> list[Measure]:
    """Measures to begin with, without costs: those are the user's.

    Against cuts of supply and links: of the four buyers in the EU that lose most value added and whose lines stop for
    want of what the hit suppliers sell, a stock of ``STOCK_WEEKS`` each; for the first three a second supplier for
    ``STAND_IN_SHARE`` of the flow, the most usable by ``alternatives``, as far as its overtime goes; another material
    at the first; new capacity of the best alternative. Where nodes in the EU are cut themselves: ``PUT_BACK_SHARE`` of
    capacity from a partner. Where links are cut: another way. Where demand is cut: support for the worst hit.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.disruption import Disruption
        >>> from graphs.shock import shock
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), industries=("C26",), severity_likely=0.8)
        >>> chain = sources.toy()
        >>> [one.title for one in candidates(chain, shock(chain, [chips], date(2021, 3, 1), Method()), Method())][:2]
        ['Stock of 4 more weeks of TW_C26 at DE_C29', 'DE_C26 stands in for 25 % of TW_C26 at DE_C29']
    """
    impact = propagate(chain, shock, method)
    column = READINGS.index("likely") if shock.scenarios == len(READINGS) else 0
    lost = losses(chain, impact)[:, column]
    weeks = (shock.steps - shock.present) * shock.step_days / 7
    share = pd.Series(
        np.divide(lost, chain.output * weeks / WEEKS_A_YEAR, where=chain.output > 0, out=0 * lost), chain.keys
    )
    found: list[Measure] = []
    for one in _all(chain, shock, lost, share, column, method):
        if not any((one.kind, one.at, one.supplier) == (two.kind, two.at, two.supplier) for two in found):
            found.append(one)
    return [_numbered(one, number) for number, one in enumerate(islice(found, most), 1)]


def _all(
    chain: ValueChain, shock: Shock, lost: Floats, share: pd.Series[float], column: int, method: Method
) -> Iterator[Measure]:
    """All that comes to mind, the most promising first."""
    cut = {kind: _cut(chain, shock, kind, column) for kind in ("supply", "link", "demand")}
    added = lost * value_added_share(chain)
    eu = chain.in_eu if chain.in_eu.any() else np.ones(len(chain), bool)
    pairs = _pairs(chain, np.maximum(cut["supply"], cut["link"]), np.where(eu, added, 0.0), method)
    for rank, (supplier, buyer) in enumerate(pairs):
        yield Measure("new", "stock", STOCK_WEEKS, (buyer,), (supplier,))
        if rank < _BUYERS - 1:
            yield from _second(chain, supplier, buyer, share, method)
    for supplier, buyer in pairs[:1]:
        yield Measure("new", "substitution", PUT_BACK_SHARE, (buyer,), (supplier,))
        for plant in alternatives(chain, share, supplier, method).index[:1]:
            bought = float(chain.flows[[chain.keys.get_loc(supplier)]].toarray()[0][eu].sum())
            yield Measure("new", "new capacity", float(f"{0.1 * bought:.2g}"), (), (supplier,), str(plant))
    if (cut["link"] > _CUT).any():
        yield Measure("new", "transport alternative", STAND_IN_SHARE)
    for node in _worst(eu * (cut["supply"] > _CUT) * added):
        yield from _shared(chain, str(chain.keys[node]), share, method)
    for node in _worst(eu * (cut["demand"] > _CUT) * added):
        yield Measure("new", "demand support", PUT_BACK_SHARE, (str(chain.keys[node]),))


def _cut(chain: ValueChain, shock: Shock, kind: str, column: int) -> Floats:
    """The most that is cut of each node at first hand from the present on."""
    most = np.zeros(len(chain))
    for one in shock.of_kind(kind):
        most = np.maximum(most, one.cut[:, column] * one.active[shock.present :, column].max(initial=0.0))
    return most


def _pairs(chain: ValueChain, cut: Floats, added: Floats, method: Method) -> list[tuple[str, str]]:
    """Buyers that lose most, each with the hit supplier that lacks most to it: cut × flow, where the input binds."""
    links = chain.inputs
    group = np.repeat(np.arange(len(links.group_start) - 1), np.diff(links.group_start))
    felt = cut[links.supplier] * links.flow_meur * binding_inputs(chain, method)[group]
    felt[(links.supplier == links.buyer) | (cut[links.supplier] <= _CUT)] = 0.0
    found: list[tuple[str, str]] = []
    for buyer in np.argsort(-added, kind="stable"):
        own = np.flatnonzero((links.buyer == buyer) & (felt > 0))
        if added[buyer] <= 0 or len(found) == _BUYERS:
            break
        if len(own):
            supplier = links.supplier[own[np.argmax(felt[own])]]
            found.append((str(chain.keys[supplier]), str(chain.keys[buyer])))
    return found


def _second(chain: ValueChain, supplier: str, buyer: str, share: pd.Series[float], method: Method) -> Iterator[Measure]:
    """The best alternative that is not the buyer itself, for as much as its overtime allows."""
    table = alternatives(chain, share, supplier, method)
    for name, row in table[(table.usable_meur > 0) & (table.index != buyer)].head(1).iterrows():
        flow = float(chain.flows[chain.keys.get_loc(supplier), chain.keys.get_loc(buyer)])
        most = min(STAND_IN_SHARE, np.floor(1000 * row.spare_meur / flow) / 1000)
        if most > 0:
            one = Measure("new", "second supplier", float(most), (buyer,), (supplier,), str(name))
            if all(claim.amount <= claim.limit for claim in claims(chain, one, method)):
                yield one


def _shared(chain: ValueChain, node: str, share: pd.Series[float], method: Method) -> Iterator[Measure]:
    table = alternatives(chain, share, node, method)
    for name, row in table[table.usable_meur > 0].head(1).iterrows():
        most = min(PUT_BACK_SHARE, np.floor(1000 * row.spare_meur / chain.nodes.output_meur[node]) / 1000)
        if most > 0:
            yield Measure("new", "shared capacity", float(most), (node,), (), str(name))


def _worst(values: Floats) -> Integers:
    order = np.argsort(-values, kind="stable")[:2]
    return np.asarray(order[values[order] > 0])


def _numbered(one: Measure, number: int) -> Measure:
    return Measure(f"M{number}", one.kind, one.amount, one.at, one.supplier, one.stand_in)
