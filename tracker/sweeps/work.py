"""A sweep: what is computed, how a piece of it is, and by what it is told from every other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import numba
import pandas as pd
from threadpoolctl import threadpool_limits

from graphs.ensemble import BLOCK, Ensemble, blocks, outcomes, size
from graphs.method import Method
from graphs.valuechain import ValueChain


@dataclass(frozen=True, eq=False)
class Sweep:
    """An ensemble on a chain by a method: all that results depend on, and all that a worker has to be given.

    Examples:
        >>> from graphs import sources
        >>> sweep = Sweep(sources.toy(), Ensemble("links", min_flow_meur=0.0), Method())
        >>> sweep.scenarios, sweep.blocks, len(sweep.mark)
        (28, 4, 64)
    """

    chain: ValueChain
    ensemble: Ensemble
    method: Method

    @property
    def scenarios(self) -> int:
        """How many scenarios there are."""
        return size(self.chain, self.ensemble)

    @property
    def blocks(self) -> int:
        """How many blocks of scenarios run side by side."""
        return blocks(self.chain, self.ensemble)

    def said(self) -> dict[str, object]:
        """What the sweep is, in plain values."""
        return {
            "chain": f"{self.chain.meta.title}, version {self.chain.version}",
            **self.ensemble.said(),
            "method": repr(self.method),
            "block": BLOCK,
            "program": program(),
        }

    @property
    def mark(self) -> str:
        """A hash of all that results depend on."""
        return hashlib.sha256(json.dumps(self.said(), sort_keys=True).encode()).hexdigest()

    def slim(self) -> Sweep:
        """The same without what follows from the chain: what is sent to a worker, which derives it anew."""
        chain = self.chain
        bare = ValueChain(chain.nodes, chain.flows, chain.final_demand, chain.meta, chain.membership)
        return Sweep(bare, self.ensemble, self.method)


def done(sweep: Sweep, piece: range) -> pd.DataFrame:
    """The outcomes of some blocks, one row a scenario.

    In one thread, that of BLAS included: where a machine has more, each takes a piece of its own, and the last bit of a
    result does not depend on how many there are.
    """
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1):
            found = [outcomes(sweep.chain, sweep.ensemble, sweep.method, block) for block in piece]
    finally:
        numba.set_num_threads(threads)
    return pd.concat(found, ignore_index=True)


def alone(sweep: Sweep, pieces: Iterable[range]) -> Iterator[tuple[range, pd.DataFrame]]:
    """Pieces one after another in this process."""
    for piece in pieces:
        yield piece, done(sweep, piece)


def program() -> str:
    """Sixteen letters that tell this version of the science from any other: of the hash of its files."""
    seal = hashlib.sha256()
    for path in _files(resources.files("graphs")):
        seal.update(path.read_bytes())
    return seal.hexdigest()[:16]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.is_dir():
            yield from _files(path)
        elif path.name.endswith(".py"):
            yield path
