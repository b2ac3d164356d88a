"""A sweep of every node of the shipped estimate: two workers beside one, and beside one process without Dask.

Each run begins with the chain as it is sent, so what a worker derives from it is counted; the start of the processes is
not, and stands in the note. All files are compared to the bit.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measure import Row

from graphs import sources
from graphs.ensemble import Ensemble, outcomes
from graphs.method import Method
from tracker.sweeps import cluster
from tracker.sweeps.run import Carry, run
from tracker.sweeps.work import Sweep, alone

CHUNK = 32


def rows() -> Iterator[Row]:
    """Every node stopped by 40 % for eight weeks."""
    sweep = Sweep(sources.estimate_2014(), Ensemble("nodes"), Method())
    outcomes(sweep.slim().chain, sweep.ensemble, sweep.method, 0)  # compiled code is there for all
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        by_one = timed(sweep, here / "alone", alone)
        taken, began = [], []
        for count in (1, 2):
            begin = time.perf_counter()
            with cluster.workers(count) as client:
                began.append(time.perf_counter() - begin)
                taken.append(timed(sweep, here / str(count), partial(cluster.carried, client)))
        files = {(here / name / "results.parquet").read_bytes() for name in ("alone", "1", "2")}
        if len(files) > 1:
            raise AssertionError("the three do not find the same")
    each = 1000 * by_one / sweep.scenarios
    note = f"{each:.1f} ms a scenario; to start the workers took {began[1]:.1f} s more"
    yield Row(f"sweep of all {sweep.scenarios} nodes, two workers", taken[1], "one worker", taken[0], 1.7, note)
    yield Row("the same", taken[1], "one process without Dask", by_one, note="equal to the bit")


def timed(sweep: Sweep, out: Path, carry: Carry) -> float:
    """Seconds from the bare chain to the last file on disk."""
    bare, begin = sweep.slim(), time.perf_counter()
    run(bare, out, carry, CHUNK, lambda done, of: None)
    return time.perf_counter() - begin
