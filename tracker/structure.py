"""The metrics of structure of every node: computed once for a chain, beside the work, and kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numba
import pandas as pd
import sqlalchemy as sa

from graphs import metrics, program
from graphs.errors import Faults
from graphs.valuechain import ValueChain
from tracker.database import AWAY
from tracker.points import Points

Part = tuple[str, Callable[[], pd.DataFrame]]
"""What is computed, in words, and how."""


@dataclass(frozen=True)
class Progress:
    """How far it is: so many parts are ``done``, ``of`` how many, and what is being computed now."""

    done: int
    of: int
    doing: str


class Structure:
    """``graphs.metrics.table`` of a chain: it takes a quarter of a minute, so nobody waits for it and nobody makes it
    twice.

    It is kept beside the log, under the hash of the chain and of this program. One thread computes it, part by part,
    and begins none while somebody is served.

    Args:
        quiet: waits until nobody is served; False where all is closing.
    """

    def __init__(self, engine: sa.Engine, chain: ValueChain, quiet: Callable[[], bool]) -> None:
        self._chain, self._quiet = chain, quiet
        self._points = Points(engine, width=len(metrics.NAMES))
        self._lock = threading.Lock()
        self._table: pd.DataFrame | None = None
        self._faults: Faults | None = None
        self._thread: threading.Thread | None = None
        self._progress = Progress(0, 0, "")

    @property
    def progress(self) -> Progress:
        """How far the computation is."""
        return self._progress

    def table(self) -> pd.DataFrame | None:
        """The metrics by key of the node, columns ``metrics.NAMES``; None while they are being computed.

        Raises:
            Faults: a chain whose metrics cannot be computed.
        """
        with self._lock:
            if self._faults is not None:
                raise self._faults
            if self._table is None and (self._thread is None or not self._thread.is_alive()):
                address = self._address()
                found = self._points.find([address])
                if address in found:
                    self._table = pd.DataFrame(found[address], self._chain.keys, list(metrics.NAMES))
                else:
                    parts = list(metrics.parts(self._chain))
                    self._progress = Progress(0, len(parts), parts[0][0])
                    self._thread = threading.Thread(target=self._run, args=(parts,), name="structure", daemon=True)
                    self._thread.start()
            return self._table

    def close(self) -> None:
        """Stop after the part that is being computed; what gave word through ``quiet`` must be closed before."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, parts: list[Part]) -> None:
        numba.set_num_threads(1)  # of this thread: the other processors are for those who wait
        try:
            made = self._computed(parts)
        except Faults as faults:
            self._faults = faults
            return
        if made is None:
            return
        self._points.put(self._address(), made.to_numpy(float))
        self._table = made
        try:
            self._points.write()
        except AWAY:
            return  # it stays in memory; the next program computes it anew

    def _computed(self, parts: list[Part]) -> pd.DataFrame | None:
        """The table; None where all is closing."""
        made = list[pd.DataFrame]()
        for name, compute in parts:
            self._progress = Progress(len(made), len(parts), name)
            if not self._quiet():
                return None
            made.append(compute())
        return pd.concat(made, axis=1)

    def _address(self) -> str:
        of = ("metrics", program.version(), self._chain.version, repr(metrics.MIN_FLOW_MEUR))
        return hashlib.sha256("\n".join(of).encode()).hexdigest()
