"""How long the network holds together while its nodes are taken away, the best connected first."""

from __future__ import annotations

import re
from typing import Literal

import numba
import numpy as np
import pandas as pd

from graphs.metrics.links import MIN_FLOW_MEUR, Links, links_of
from graphs.valuechain import Floats, Integers, ValueChain

Order = Literal["static", "adaptive"]
TIE_RULE = "nodes of equal degree in the natural order of their keys (C9 before C10)"


def robustness(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR, order: Order = "static") -> float:
    """Robustness R = (1/N) Σ_{Q=1..N} S(Q): the mean share of nodes that still hold together during an attack.

    S(Q) is the share of all N nodes in the largest connected part after Q removals (see ``attack``).

    Returns:
        Share from 1/N − 1/N² (a star that loses its hub first) to about 0.5 (all linked with all); 0 without links
        in a chain of one node.

    References:
        Schneider, Moreira, Andrade, Havlin and Herrmann 2011, PNAS 108(10), doi:10.1073/pnas.1009440108.

    Examples:
        >>> from graphs import sources
        >>> round(robustness(sources.toy(), min_flow_meur=20), 4)
        0.1667
    """
    return float(attack(chain, min_flow_meur, order).mean())


def attack(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR, order: Order = "static") -> pd.Series[float]:
    """Share of all nodes in the largest connected part after each removal: S(Q), in the order of removal.

    The node with most partners goes first; links count in both directions, above the threshold. ``static``: partners
    are counted once, at the beginning; ``adaptive``: again after each removal, among those that are left. Ties: in the
    natural order of keys, so that the order of the table does not matter. The curve is found from its end: nodes are
    put back one by one, and parts joined.

    Returns:
        Share in 0–1 by the key that is removed, first to last; the threshold, the order and the tie rule in ``attrs``.

    Examples:
        >>> from graphs import sources
        >>> found = attack(sources.toy(), min_flow_meur=20)
        >>> found.index[0], round(float(found.iloc[0]), 4), found.attrs["order"]
        ('DE_C29', 0.5833, 'static')
    """
    links = links_of(chain, min_flow_meur)
    start, partner = _partners(links)
    rank = np.empty(len(chain), np.int64)
    rank[sorted(range(len(chain)), key=[_natural(str(key)) for key in chain.keys].__getitem__)] = np.arange(len(chain))
    degree = np.diff(start)
    removal = np.lexsort((rank, -degree)) if order == "static" else _most_partners_first(start, partner, rank)
    shares = _largest_parts(start, partner, removal) / len(chain)
    found = pd.Series(shares, chain.keys[removal], name="largest_part_share")
    found.attrs |= {"min_flow_meur": links.min_flow_meur, "links": len(links), "order": order, "ties": TIE_RULE}
    return found


def _partners(links: Links) -> tuple[Integers, Integers]:
    """Partners of each node in either direction, each once: where those of a node begin, and who they are."""
    n = links.nodes
    pairs = np.unique(np.concatenate([links.supplier * n + links.buyer, links.buyer * n + links.supplier]))
    return np.searchsorted(pairs // n, np.arange(n + 1)).astype(np.int64), pairs % n


def _natural(key: str) -> list[tuple[int, int, str]]:
    """A key with its numbers read as numbers."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", key) if part]


@numba.njit(cache=True)
def _most_partners_first(start: Integers, partner: Integers, rank: Integers) -> Integers:  # pragma: no cover - compiled
    """Nodes in the order of removal where partners are counted again each time."""
    nodes = len(start) - 1
    degree, removal = start[1:] - start[:-1], np.empty(nodes, np.int64)
    for step in range(nodes):
        best = -1
        for node in range(nodes):
            if degree[node] >= 0 and (
                best < 0 or degree[node] > degree[best] or (degree[node] == degree[best] and rank[node] < rank[best])
            ):
                best = node
        removal[step], degree[best] = best, -1
        for at in range(start[best], start[best + 1]):
            if degree[partner[at]] > 0:
                degree[partner[at]] -= 1
    return removal


@numba.njit(cache=True)
def _largest_parts(start: Integers, partner: Integers, removal: Integers) -> Floats:  # pragma: no cover - compiled
    """Size of the largest connected part after each removal, by putting nodes back from the last to the first."""
    nodes = len(removal)
    parent, size, present = np.arange(nodes), np.ones(nodes, np.int64), np.zeros(nodes, np.bool_)
    largest, sizes = 0, np.zeros(nodes)
    for step in range(nodes - 1, 0, -1):
        node = removal[step]
        present[node] = True
        for at in range(start[node], start[node + 1]):
            if not present[partner[at]]:
                continue
            one, other = _root(parent, node), _root(parent, partner[at])
            if one != other:
                if size[one] < size[other]:
                    one, other = other, one
                parent[other] = one
                size[one] += size[other]
        largest = max(largest, size[_root(parent, node)])
        sizes[step - 1] = largest
    return sizes


@numba.njit(cache=True)
def _root(parent: Integers, node: int) -> int:  # pragma: no cover - compiled
    """The representative of a part; the way there is halved."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
