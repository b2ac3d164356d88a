"""Running a sweep: what is missing is computed, here or elsewhere, and kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from graphs.ensemble import BLOCK
from graphs.errors import Fault, Faults
from tracker.sweeps import folder
from tracker.sweeps.work import Sweep

Carry = Callable[[Sweep, Iterable[range]], Iterator[tuple[range, pd.DataFrame]]]
"""Who computes pieces, in whatever order: ``work.alone``, or the workers of ``cluster``."""


def run(sweep: Sweep, out: Path, carry: Carry, chunk: int, progress: Callable[[int, int], None]) -> pd.DataFrame:
    """Every outcome of a sweep, one row a scenario, as it stands in ``results.parquet`` of a folder.

    What an earlier run has kept there is not computed again. Whoever computes it, and in pieces of whatever size, the
    file is the same to the bit on machines of one kind.

    Args:
        chunk: scenarios in a piece, rounded up to whole blocks.
        progress: called with the scenarios done and all, at the beginning and after each piece.

    Raises:
        Faults: an ensemble without scenarios, a folder of another sweep, or what ``carry`` raises; what is done by then
            is kept.
    """
    if not sweep.scenarios:
        mend = "lower the threshold of links"
        raise Faults([Fault("", "min_flow_meur", "no flow of this chain is as large, so there is no scenario", mend)])
    with folder.opened(out, sweep) as kept:
        total = kept.scenarios
        done = total if kept.complete else kept.scenarios_done
        progress(done, total)
        missing = [] if done == total else list(kept.missing(-(-chunk // BLOCK)))
        if missing:
            for piece, table in carry(sweep, missing):
                kept.keep(piece, table)
                done += len(table)
                progress(done, total)
        return kept.finish()
