"""How many ways lead to a node: paths of supply that share no node, and the flow that all ways carry together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.metrics.links import MIN_FLOW_MEUR, Links, links_of
from graphs.valuechain import Floats, Integers, ValueChain, positions

PRIMARY = frozenset("AB")
"""Sections of NACE at which a chain begins: agriculture, forestry and fishing; mining and quarrying."""
_SLICES = 8


def max_flow(chain: ValueChain, supplier: str, buyer: str, min_flow_meur: float = MIN_FLOW_MEUR) -> float:
    """What all ways from one node to another carry together at most, each link no more than it does today.

    Returns:
        Million euro a year; 0 where no way leads from one to the other.

    Raises:
        Faults: if a key is not in the chain, or both are the same.

    References:
        Ford and Fulkerson 1956; by Dinitz's algorithm (1970).

    Examples:
        >>> from graphs import sources
        >>> max_flow(sources.toy(), "TW_C26", "DE_C29", min_flow_meur=10)
        90.0
    """
    links = links_of(chain, min_flow_meur)
    source, target = _ends(chain, supplier, buyer)
    return float(_arcs(links).flows(np.array([source]), np.array([target]))[0])


def disjoint_paths(chain: ValueChain, supplier: str, buyer: str, min_flow_meur: float = MIN_FLOW_MEUR) -> int:
    """Number of paths from one node to another that share no node between: so many others must fail to part them.

    A direct link is one of them. Menger: the maximum flow where each node between lets one path through.

    Raises:
        Faults: if a key is not in the chain, or both are the same.

    References:
        Menger 1927; by Dinitz's algorithm.

    Examples:
        >>> from graphs import sources
        >>> disjoint_paths(sources.toy(), "TW_C26", "DE_C29", min_flow_meur=10)
        3
    """
    links = links_of(chain, min_flow_meur)
    source, target = _ends(chain, supplier, buyer)
    arcs, n = _split_arcs(links), links.nodes
    return round(float(arcs.flows(np.array([source + n]), np.array([target]))[0]))


def disjoint_supply_paths(
    chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR, origins: Iterable[str] | None = None
) -> pd.Series[float]:
    """Number of paths by which supply reaches a node from where chains begin, no two of which share a node.

    Many suppliers that all hang on the same one further up make one path. Origins are agriculture and mining (NACE
    A, B) of every country, and nodes that have no supplier above the threshold; a node is no origin of its own supply.

    Args:
        min_flow_meur: smaller flows are left out; stands in ``attrs``.
        origins: keys of other origins.

    Returns:
        Number of paths, 0 or more: no more than suppliers or origins.

    Raises:
        Faults: if an origin is not in the chain.

    Examples:
        >>> from graphs import sources
        >>> disjoint_supply_paths(sources.toy(), min_flow_meur=10)["DE_C29"]
        np.float64(3.0)
    """
    links = links_of(chain, min_flow_meur)
    first = _origins(chain, links, origins)
    arcs, n = _split_arcs(links), links.nodes
    found = arcs.joined(first, np.ones(len(first))).flows(np.full(n, 2 * n), np.arange(n), own=True)
    return links.named(chain, np.round(found), "disjoint_supply_paths")


def supply_max_flow(
    chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR, origins: Iterable[str] | None = None
) -> pd.Series[float]:
    """What all ways from where chains begin carry to a node together at most, each link no more than it does today.

    Origins as in ``disjoint_supply_paths``. The nearer to the node's purchases, the less do its suppliers share the
    same thin links further up.

    Returns:
        Million euro a year, from 0 to the purchases above the threshold.

    Raises:
        Faults: if an origin is not in the chain.

    Examples:
        >>> from graphs import sources
        >>> supply_max_flow(sources.toy(), min_flow_meur=10)["DE_C29"]
        np.float64(40.0)
    """
    links = links_of(chain, min_flow_meur)
    first = _origins(chain, links, origins)
    enough = np.full(len(first), links.flow_meur.sum())
    n = links.nodes
    found = _arcs(links).joined(first, enough).flows(np.full(n, n), np.arange(n), own=True)
    return links.named(chain, found, "supply_max_flow_meur")


@dataclass(frozen=True, eq=False)
class _Arcs:
    """A network of arcs with capacities; those from ``first_joined`` on lead away from a node that was joined."""

    nodes: int
    tail: Integers
    head: Integers
    capacity: Floats
    first_joined: int

    @classmethod
    def of(cls, nodes: int, tail: Integers, head: Integers, capacity: Floats) -> _Arcs:
        return cls(nodes, tail, head, capacity, len(tail))

    def joined(self, heads: Integers, capacity: Floats) -> _Arcs:
        """With one more node, from which arcs lead to ``heads``."""
        tail = np.concatenate([self.tail, np.full(len(heads), self.nodes)])
        return _Arcs(
            self.nodes + 1, tail, np.concatenate([self.head, heads]),
            np.concatenate([self.capacity, capacity]), self.first_joined,
        )  # fmt: skip

    def flows(self, sources: Integers, targets: Integers, own: bool = False) -> Floats:
        """Maximum flow from each source to its target; with ``own``, joined arcs to the target itself are shut."""
        # Arc 2k is followed by its way back, 2k + 1, of capacity 0 at first.
        start, arc = _by_tail(self.tail, self.head, self.nodes)
        head = np.stack([self.head, self.tail], axis=1).ravel()
        capacity = np.zeros(2 * len(self.tail))
        capacity[::2] = self.capacity
        shut = np.full(self.nodes, -1)
        if own:
            shut[self.head[self.first_joined :]] = 2 * np.arange(self.first_joined, len(self.head))
        network = start, arc, head, capacity
        sources, targets = sources.astype(np.int64), targets.astype(np.int64)
        if len(targets) < _SLICES:  # to wake another thread takes longer
            return _dinic(*network, sources, targets, shut)
        return _dinic_in_slices(*network, sources, targets, shut, _SLICES)


def _arcs(links: Links) -> _Arcs:
    """Links with their flows as capacities."""
    return _Arcs.of(links.nodes, links.supplier, links.buyer, links.flow_meur)


def _split_arcs(links: Links) -> _Arcs:
    """Each node cut in two, in (v) and out (v + n), with one path through it; one path along each link."""
    n, nodes = links.nodes, np.arange(links.nodes)
    tail = np.concatenate([nodes, links.supplier + n])
    head = np.concatenate([nodes + n, links.buyer])
    return _Arcs.of(2 * n, tail, head, np.ones(len(tail)))


def _ends(chain: ValueChain, supplier: str, buyer: str) -> tuple[int, int]:
    source, target = positions(chain, [supplier, buyer])
    if source == target:
        fault = f"{buyer!r} is the supplier too"
        raise Faults([Fault("", "buyer", fault, "name two different nodes")])
    return int(source), int(target)


def _origins(chain: ValueChain, links: Links, keys: Iterable[str] | None) -> Integers:
    if keys is not None:
        return np.unique(positions(chain, keys))
    primary = {
        name: bool(classification.divisions(name)) and {one[0] for one in classification.divisions(name)} <= PRIMARY
        for name in chain.nodes.industry.unique()
    }
    bought = np.bincount(links.buyer, minlength=links.nodes) > 0
    return np.flatnonzero(chain.nodes.industry.map(primary).to_numpy(bool) | ~bought)


@numba.njit(cache=True)
def _by_tail(tail: Integers, head: Integers, nodes: int) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Arcs and their ways back by the node that they leave: where those of a node begin, and their numbers."""
    start, arc = np.zeros(nodes + 1, np.int64), np.empty(2 * len(tail), np.int64)
    for k in range(len(tail)):
        start[tail[k] + 1] += 1
        start[head[k] + 1] += 1
    start = np.cumsum(start)
    following = start[:-1].copy()
    for k in range(len(tail)):
        for way, node in ((2 * k, tail[k]), (2 * k + 1, head[k])):
            arc[following[node]] = way
            following[node] += 1
    return start, arc


@numba.njit(cache=True, parallel=True)
def _dinic_in_slices(  # pragma: no cover - compiled
    start: Integers,
    arc: Integers,
    head: Integers,
    capacity: Floats,
    sources: Integers,
    targets: Integers,
    shut: Integers,
    slices: int,
) -> Floats:
    """Many pairs, cut into slices that run side by side."""
    found = np.zeros(len(targets))
    for part in numba.prange(slices):
        found[part::slices] = _dinic(start, arc, head, capacity, sources[part::slices], targets[part::slices], shut)
    return found


@numba.njit(cache=True)
def _dinic(  # pragma: no cover - compiled
    start: Integers,
    arc: Integers,
    head: Integers,
    capacity: Floats,
    sources: Integers,
    targets: Integers,
    shut: Integers,
) -> Floats:
    """Dinitz: ways by levels of distance to the target, until there is none; one pair after the other."""
    nodes, found = len(start) - 1, np.zeros(len(targets))
    level, queue, following = np.empty(nodes, np.int64), np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    way, left = np.empty(nodes, np.int64), np.empty(len(capacity))
    for pair in range(len(targets)):
        source, target = sources[pair], targets[pair]
        left[:] = capacity
        if shut[target] >= 0:
            left[shut[target]] = 0.0
        while _levels(start, arc, head, left, source, target, level, queue):
            following[:] = start[:-1]
            found[pair] += _blocking(start, arc, head, left, source, target, level, following, way)
    return found


@numba.njit(cache=True)
def _levels(  # pragma: no cover - compiled
    start: Integers,
    arc: Integers,
    head: Integers,
    left: Floats,
    source: int,
    target: int,
    level: Integers,
    queue: Integers,
) -> bool:
    """Distance of each node to the target over arcs with capacity left; whether the source has one."""
    level[:] = -1
    level[target], queue[0], first, last = 0, target, 0, 1
    while first < last:
        node = queue[first]
        first += 1
        for at in range(start[node], start[node + 1]):
            other = head[arc[at]]
            if level[other] < 0 and left[arc[at] ^ 1] > 0.0:
                level[other] = level[node] + 1
                if other == source:
                    return True
                queue[last] = other
                last += 1
    return False


@numba.njit(cache=True)
def _blocking(  # pragma: no cover - compiled
    start: Integers,
    arc: Integers,
    head: Integers,
    left: Floats,
    source: int,
    target: int,
    level: Integers,
    following: Integers,
    way: Integers,
) -> float:
    """What goes along shortest ways until each has a full arc; ``left`` is brought up to date."""
    total, node, depth = 0.0, source, 0
    while True:
        if node == target:
            least = np.inf
            for at in range(depth):
                least = min(least, left[way[at]])
            total += least
            for at in range(depth - 1, -1, -1):
                left[way[at]] -= least
                left[way[at] ^ 1] += least
                if left[way[at]] <= 0.0:
                    depth = at
            node = head[way[depth] ^ 1]
            continue
        moved = False
        while following[node] < start[node + 1]:
            step = arc[following[node]]
            if left[step] > 0.0 and level[head[step]] == level[node] - 1 and level[head[step]] >= 0:
                way[depth], node, moved = step, head[step], True
                depth += 1
                break
            following[node] += 1
        if not moved:
            if node == source:
                return total
            depth -= 1
            node = head[way[depth] ^ 1]
            following[node] += 1
