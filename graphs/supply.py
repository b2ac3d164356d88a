"""The strongest ways by which goods of one node come to another: paths of the chain, by what a euro of the buyer needs.

A path i → … → j is worth the product of the technical coefficients along it, Π a_kl: the euros of i's output that go
along it into one euro of j's output. Paths through all steps and loops together make l_ij of the Leontief inverse.

References:
    Defourny and Thorbecke 1984, Structural path analysis, The Economic Journal 94(373):111–136.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graphs.errors import Fault, Faults
from graphs.valuechain import Floats, ValueChain, positions


@dataclass(frozen=True)
class Supply:
    """A way from a supplier to a buyer: the keys along it, and what it is worth."""

    keys: tuple[str, ...]
    coefficient: float
    """Euros of the first node's output that go along this path into one euro of the last one's."""
    flows_meur: tuple[float, ...]
    """Of each trade along it, million euro a year: one less than keys."""

    @property
    def narrowest_meur(self) -> float:
        """The smallest flow along it."""
        return min(self.flows_meur)


def supply_paths(chain: ValueChain, supplier: str, buyer: str, most: int = 5, steps: int = 4) -> list[Supply]:
    """The strongest paths from a supplier to a buyer, the strongest first; no node is passed twice.

    Exact, by best-first search: what is left of a path is bounded by the best that any rest of it could be worth.

    Args:
        most: so many paths.
        steps: most trades of a path.

    Raises:
        Faults: keys that are not in the chain, or twice the same.

    Examples:
        >>> from graphs import sources
        >>> first, *_ = supply_paths(sources.toy(), "TW_C26", "FR_C29")
        >>> first.keys, round(first.coefficient, 4), first.narrowest_meur
        (('TW_C26', 'FR_C29'), 0.0667, 20.0)
    """
    first, last = positions(chain, [supplier, buyer]).tolist()
    if first == last:
        raise Faults([Fault("", "buyer", "is the supplier itself", "give two nodes")])
    names, flows = chain.keys.astype(str).to_numpy(), chain.flows.tocsr()
    found = []
    for path, worth in _strongest(chain.technical_coefficients, first, last, steps):
        trades = tuple(float(flows[a, b]) for a, b in pairwise(path))
        found.append(Supply(tuple(names[list(path)].tolist()), worth, trades))
        if len(found) == most:
            break
    return found


def _strongest(a: Floats, first: int, last: int, steps: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Paths from the first to the last node, the strongest first."""
    rest = _best_rest(a, last, steps)
    # Of equals the longest is looked at first: it is the nearest to its end.
    heap: list[tuple[float, int, tuple[int, ...], float]] = [(-float(rest[steps][first]), 0, (first,), 1.0)]
    while heap:
        bound, _, path, worth = heapq.heappop(heap)
        if path[-1] == last:
            yield path, worth
            continue
        if bound == 0.0:
            return
        left = steps - len(path)
        bounds = worth * a[path[-1]] * rest[left]
        bounds[list(path)] = 0.0
        for node in np.flatnonzero(bounds).tolist():
            heapq.heappush(heap, (-float(bounds[node]), -len(path), (*path, node), worth * float(a[path[-1], node])))


def _best_rest(a: Floats, last: int, steps: int) -> list[Floats]:
    """What the best way from each node to the last is worth in at most so many steps, by their number."""
    best = np.zeros(len(a))
    best[last] = 1.0
    found = [best]
    for _ in range(steps):
        best = np.maximum(best, (a * best).max(axis=1, initial=0.0))
        found.append(best)
    return found
