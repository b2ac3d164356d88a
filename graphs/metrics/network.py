"""Where a node stands in the network of links above a threshold: brokers, hubs, cores, and single points of failure."""

from __future__ import annotations

import networkx as nx
import numba
import numpy as np
import pandas as pd
from scipy import sparse

from graphs.metrics.links import MIN_FLOW_MEUR, Links, links_of
from graphs.valuechain import Floats, Integers, ValueChain

_SLICES = 8
"""Into how many parts the sources are cut; fixed, so that sums come out the same on any number of threads."""
_UNSEEN, _SETTLED = -1, -2


def betweenness(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.Series[float]:
    """Share of the shortest supply routes between two others that run through a node.

    Σ_{s≠v≠t} σ_st(v) / σ_st over (n − 1)(n − 2), with σ_st the number of shortest routes from s to t. A link is 1/z_ij
    long: a flow is a capacity, so a thick link is a short way. Brandes' algorithm, one Dijkstra from each node.

    Args:
        min_flow_meur: smaller flows are left out; stands in ``attrs``.

    Returns:
        Share in 0–1; 0 where there are fewer than three nodes.

    References:
        Brandes 2001, A faster algorithm for betweenness centrality, Journal of Mathematical Sociology 25(2).

    Examples:
        >>> from graphs import sources
        >>> found = betweenness(sources.toy(), min_flow_meur=20)
        >>> found.idxmax(), round(float(found.max()), 4), found.attrs["min_flow_meur"]
        ('DE_C29', 0.1455, 20.0)
    """
    links = links_of(chain, min_flow_meur)
    return links.named(chain, betweenness_from(links, np.arange(len(chain))), "betweenness_share")


def betweenness_from(links: Links, sources: Integers) -> Floats:
    """Betweenness over the routes from some sources only, over (n − 1)(n − 2)."""
    pairs = (links.nodes - 1) * (links.nodes - 2)
    length = 1.0 / links.flow_meur
    through = _brandes(links.start, links.buyer, length, np.asarray(sources, np.int64), _SLICES)
    return through / pairs if pairs > 0 else np.zeros(links.nodes)


def pagerank(
    chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR, damping: float = 0.85, of_suppliers: bool = False
) -> pd.Series[float]:
    """Where one ends up who follows the goods: from supplier to buyer in proportion to sales, now and then anew.

    p = d (P'p + 1/n Σ_{dangling} p) + (1 − d)/n with P the shares of each node's sales; a node that sells to no one
    (dangling) leads anywhere. Power iteration until no more than 1e-12 moves in all.

    Args:
        min_flow_meur: smaller flows are left out; stands in ``attrs``.
        damping: d.
        of_suppliers: follow the money instead, from buyer to supplier in proportion to purchases: a supplier is
            important if important buyers buy from it.

    Returns:
        Share in 0–1; all nodes together make 1.

    References:
        Brin and Page 1998; on tables of countries and industries: Cerina, Zhu, Chessa and Riccaboni 2015.

    Examples:
        >>> from graphs import sources
        >>> pagerank(sources.toy(), min_flow_meur=20).round(4)["DE_G47"]
        np.float64(0.2192)
    """
    links = links_of(chain, min_flow_meur)
    n = len(chain)
    giver, taker = (links.buyer, links.supplier) if of_suppliers else (links.supplier, links.buyer)
    total = np.bincount(giver, links.flow_meur, minlength=n)
    table = sparse.csr_array((links.flow_meur / total[giver], (taker, giver)), shape=(n, n))
    rank, dangling = np.full(n, 1.0 / n), total == 0
    for _ in range(10_000):
        after = damping * (table @ rank + rank[dangling].sum() / n) + (1.0 - damping) / n
        moved, rank = np.abs(after - rank).sum(), after
        if moved <= 1e-12:
            break
    return links.named(chain, rank / rank.sum(), "supplier_pagerank_share" if of_suppliers else "pagerank_share")


def core_number(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.Series[float]:
    """The largest k for which a node is in the k-core: the part of the network where all have k partners in it.

    Partners are suppliers or buyers, above the threshold.

    Returns:
        Number of partners, 0 or more.

    References:
        Batagelj and Zaveršnik 2003, by networkx.

    Examples:
        >>> from graphs import sources
        >>> core_number(sources.toy(), min_flow_meur=20)["DE_C29"]
        np.float64(2.0)
    """
    links = links_of(chain, min_flow_meur)
    cores = nx.core_number(_partners(links))
    return links.named(chain, [cores[node] for node in range(len(chain))], "core_number")


def articulation_points(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.Series[float]:
    """1 for a node without which its part of the network falls apart, 0 for the others.

    Links count in both directions, above the threshold.

    Returns:
        0 or 1.

    References:
        Hopcroft and Tarjan 1973, by networkx.

    Examples:
        >>> from graphs import sources
        >>> found = articulation_points(sources.toy(), min_flow_meur=40)
        >>> found[found == 1].index.tolist()
        ['DE_C29']
    """
    links = links_of(chain, min_flow_meur)
    found = np.zeros(len(chain))
    found[list(nx.articulation_points(_partners(links)))] = 1.0
    return links.named(chain, found, "articulation_point")


def bridges(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.DataFrame:
    """Pairs of nodes that hold their part of the network together alone: without them it falls apart.

    Returns:
        One row a link, both directions of a pair where both trade: ``supplier``, ``buyer``, ``flow_meur``.

    Examples:
        >>> from graphs import sources
        >>> bridges(sources.toy(), min_flow_meur=40).supplier.tolist()[:2]
        ['DE_C29', 'FR_A']
    """
    links = links_of(chain, min_flow_meur)
    first, second = _bridges(links)
    pairs = set(zip(first, second, strict=True)) | set(zip(second, first, strict=True))
    ends = zip(links.supplier.tolist(), links.buyer.tolist(), strict=True)
    where = np.flatnonzero([pair in pairs for pair in ends]).astype(np.int64)
    found = pd.DataFrame(
        {
            "supplier": chain.keys[links.supplier[where]],
            "buyer": chain.keys[links.buyer[where]],
            "flow_meur": links.flow_meur[where],
        }
    )
    found.attrs["min_flow_meur"] = links.min_flow_meur
    return found


def bridge_count(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.Series[float]:
    """With how many partners a node is joined by a bridge (see ``bridges``).

    Returns:
        Number of partners, 0 or more.

    Examples:
        >>> from graphs import sources
        >>> bridge_count(sources.toy(), min_flow_meur=40)["DE_C29"]
        np.float64(2.0)
    """
    links = links_of(chain, min_flow_meur)
    ends = np.concatenate(_bridges(links)).astype(np.int64)
    return links.named(chain, np.bincount(ends, minlength=len(chain)), "bridge_count")


def _partners(links: Links) -> nx.Graph[int]:
    """Who trades with whom, in either direction."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(links.nodes))
    graph.add_edges_from(zip(links.supplier.tolist(), links.buyer.tolist(), strict=True))
    return graph


def _bridges(links: Links) -> tuple[list[int], list[int]]:
    pairs = list(nx.bridges(_partners(links)))
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


@numba.njit(cache=True, parallel=True)
def _brandes(  # pragma: no cover - compiled
    start: Integers, head: Integers, length: Floats, sources: Integers, slices: int
) -> Floats:
    """Σ of the dependencies of each source on each node, by Dijkstra with a heap in which nodes move up."""
    nodes = len(start) - 1
    parts = np.zeros((slices, nodes))
    for part in numba.prange(slices):
        far, routes, depends = np.full(nodes, np.inf), np.zeros(nodes), np.zeros(nodes)
        order, place = np.empty(nodes, np.int64), np.full(nodes, _UNSEEN)
        keys, names = np.empty(nodes), np.empty(nodes, np.int64)
        for source in sources[part::slices]:
            far[source], routes[source] = 0.0, 1.0
            keys[0], names[0], waiting, reached = 0.0, source, 1, 0
            while waiting > 0:
                node = names[0]
                waiting -= 1
                _sink(keys, names, place, waiting)
                order[reached], place[node] = node, _SETTLED
                reached += 1
                distance, ways = far[node], routes[node]
                for link in range(start[node], start[node + 1]):
                    other, new = head[link], distance + length[link]
                    if new < far[other]:
                        far[other], routes[other] = new, ways
                        at = place[other]
                        if at == _UNSEEN:
                            at = waiting
                            waiting += 1
                        _rise(keys, names, place, at, new, other)
                    elif new == far[other] and place[other] != _SETTLED:
                        routes[other] += ways
            # From the farthest back: a node has its share of what depends on those one link on.
            for at in range(reached - 1, -1, -1):
                node = order[at]
                distance, total = far[node], 0.0
                for link in range(start[node], start[node + 1]):
                    other = head[link]
                    if distance + length[link] == far[other] and far[other] > distance:
                        total += (1.0 + depends[other]) / routes[other]
                depends[node] = total * routes[node]
                if node != source:
                    parts[part, node] += depends[node]
            for at in range(reached):
                node = order[at]
                far[node], routes[node], depends[node], place[node] = np.inf, 0.0, 0.0, _UNSEEN
    return parts.sum(axis=0)


@numba.njit(cache=True)
def _rise(  # pragma: no cover - compiled
    keys: Floats, names: Integers, place: Integers, at: int, key: float, name: int
) -> None:
    """Put an entry at ``at`` or above it in a heap of four children each; ``place`` says where each name stands."""
    while at > 0:
        above = (at - 1) >> 2
        if keys[above] <= key:
            break
        keys[at], names[at] = keys[above], names[above]
        place[names[at]] = at
        at = above
    keys[at], names[at], place[name] = key, name, at


@numba.njit(cache=True)
def _sink(keys: Floats, names: Integers, place: Integers, size: int) -> None:  # pragma: no cover - compiled
    """Close the gap that the first entry leaves in a heap that keeps ``size`` entries, with the last one."""
    key, name, at = keys[size], names[size], 0
    while True:
        first = 4 * at + 1
        if first >= size:
            break
        best, least = first, keys[first]
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < least:
                best, least = child, keys[child]
        if least >= key:
            break
        keys[at], names[at] = least, names[best]
        place[names[at]] = at
        at = best
    keys[at], names[at], place[name] = key, name, at
