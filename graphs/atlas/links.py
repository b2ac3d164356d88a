"""The links that are drawn, and the trade that is named beside a thing that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from graphs.atlas.views import View
from graphs.backbone import backbone_of
from graphs.valuechain import Floats, Integers

MOST_LINKS = {"groups": 220, "countries": 140, "nodes": 6_000}
"""How many links of each kind the backbone may have, besides the strongest of each thing and its partners."""
MOST_TRADE = 6
"""Suppliers and buyers named beside each thing."""


@dataclass(frozen=True, eq=False)
class Links:
    """Links between things of one kind, largest flow first.

    ``log10_alpha`` is the logarithm of the significance that the disparity filter asked of a link (Serrano et al.
    2009), ``of`` how many links there are in all, self-links apart.
    """

    supplier: Integers
    buyer: Integers
    flow_meur: Floats
    log10_alpha: float
    of: int


@dataclass(frozen=True, eq=False)
class Trade:
    """With whom each thing trades most: things × ``MOST_TRADE``, −1 where there is nobody more.

    ``bought_meur`` is all that a thing buys from others and from itself, ``sold_meur`` all that it sells to industries.
    """

    supplier: Integers
    supplied_meur: Floats
    buyer: Integers
    sold_to_meur: Floats
    bought_meur: Floats
    sold_meur: Floats


def links_of(flows: sparse.csr_array, kind: str, views: Sequence[View] = ()) -> Links:
    """The backbone of flows (row sells to column), with the link by which each partner of a view hangs on it.

    Args:
        kind: ``groups``, ``countries`` or ``nodes``.
        views: those whose partners must not stand unlinked.
    """
    table = flows.tocoo()
    apart = (table.row != table.col) & (table.data > 0)
    supplier, buyer, flow = table.row[apart].astype(np.int64), table.col[apart].astype(np.int64), table.data[apart]
    found = backbone_of(supplier, buyer, flow, MOST_LINKS[kind])
    pairs = set(zip(supplier[found.links].tolist(), buyer[found.links].tolist(), strict=True))
    by_buyer = sparse.csc_array(flows)
    for view in views:
        pairs |= _hanging(flows, by_buyer, view)
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    amount = np.asarray(flows[ends[:, 0], ends[:, 1]], float).ravel() if len(ends) else np.zeros(0)
    order = np.argsort(-amount, kind="stable")
    return Links(ends[order, 0], ends[order, 1], amount[order], found.log10_alpha, len(flow))


def _hanging(flows: sparse.csr_array, by_buyer: sparse.csc_array, view: View) -> set[tuple[int, int]]:
    """For each partner of a view, the strongest link between it and what the view is of."""
    inside, partners = view.items[: view.inside], view.items[view.inside :]
    if not len(inside):
        return set()
    sold, bought = flows[partners].toarray()[:, inside], by_buyer[:, partners].toarray()[inside].T
    found: set[tuple[int, int]] = set()
    for partner, sells, buys in zip(partners.tolist(), sold, bought, strict=True):
        if sells.max() >= buys.max():
            found.add((partner, int(inside[sells.argmax()])))
        else:
            found.add((int(inside[buys.argmax()]), partner))
    return found


def trade_of(flows: sparse.csr_array) -> Trade:
    """The strongest suppliers and buyers of everything (row sells to column), self-links apart."""
    buyer, sold_to = _strongest(flows)
    supplier, supplied = _strongest(sparse.csr_array(flows.T))
    return Trade(supplier, supplied, buyer, sold_to, np.asarray(flows.sum(axis=0)), np.asarray(flows.sum(axis=1)))


def _strongest(flows: sparse.csr_array) -> tuple[Integers, Floats]:
    """For each row its largest entries off the diagonal: column (−1: none) and amount; of equals the first columns."""
    names = np.full((flows.shape[0], MOST_TRADE), -1, dtype=np.int64)
    amounts = np.zeros(names.shape)
    for row, (start, end) in enumerate(pairwise(flows.indptr.tolist())):
        column, amount = flows.indices[start:end], flows.data[start:end]
        amount = np.where(column == row, 0.0, amount)
        least = np.partition(amount, -MOST_TRADE)[-MOST_TRADE] if len(amount) > MOST_TRADE else 0.0
        among = np.flatnonzero((amount >= least) & (amount > 0))
        first = among[np.argsort(-amount[among], kind="stable")][:MOST_TRADE]
        names[row, : len(first)], amounts[row, : len(first)] = column[first], amount[first]
    return names, amounts
