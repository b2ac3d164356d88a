"""A sweep on many processes or machines, by Dask distributed.

This is the only file that knows Dask. It is loaded when it is asked for (``tracker.commands.sweep``): Dask belongs to
the extra ``scale``, and loading it takes a second that no other command should wait for.

The chain goes to the workers once; pieces are computed by whoever is free, and what a lost worker was at is computed
again by another. This process alone writes, so nothing is kept twice.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pandas as pd
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed
from distributed.security import Security

from graphs.errors import Fault, Faults
from tracker.settings import hidden
from tracker.sweeps.work import Sweep, done, program

_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
_AHEAD = 3
"""Pieces that are handed out for each thread, so that none waits for the next; more would only fill memory."""
_ROUNDS = 64
"""Results after which it is asked anew how many threads there are."""


@contextmanager
def workers(count: int) -> Iterator[Client]:
    """Some workers on this machine, a process each, which nobody else can reach; they end with the block.

    They speak TLS with keys of this run alone, at ports that are free, and hear nothing of the settings of this desk.
    """
    with hidden(), _quiet(), LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="tls://127.0.0.1",
        dashboard_address=None,
        security=Security.temporary(),
        silence_logs=logging.CRITICAL,
        env=_ONE_THREAD,
    ) as cluster, Client(cluster, set_as_default=False) as client:
        yield client


@contextmanager
def scheduler(address: str, wait_s: float = 60.0) -> Iterator[Client]:
    """The workers of a scheduler that runs somewhere.

    Raises:
        Faults: a scheduler that is not there, has no workers, or workers without the same version of the program.
    """
    with _quiet():
        try:
            client = Client(address, timeout=wait_s, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            mend = "start one (dask scheduler) and give the address that it prints, such as tcp://10.0.0.1:8786"
            raise Faults([Fault("", "scheduler", f"{address} does not answer ({error})", mend)]) from None
        with client:
            _check(client, address, wait_s)
            yield client


def carried(client: Client, sweep: Sweep, pieces: Iterable[range]) -> Iterator[tuple[range, pd.DataFrame]]:
    """Pieces as the workers finish them, in any order.

    Raises:
        Faults: a scheduler that was lost, a piece that brought several workers down, or what a piece raised.
    """
    todo, running = deque(pieces), dict[Future, range]()
    finished, held, room, results = as_completed(loop=client.loop), None, 0, 0
    while todo or running:
        try:
            if held is None:
                held = client.scatter(sweep.slim(), broadcast=True, hash=False)
            if results % _ROUNDS == 0 or not room:
                room = max(1, _AHEAD * sum(client.nthreads().values()))
            while todo and len(running) < room:
                piece = todo.popleft()
                future = client.submit(done, held, piece, pure=False)
                running[future] = piece
                finished.add(future)
        except (OSError, TimeoutError) as error:
            raise _lost(client, error) from None
        future = next(finished)
        piece = running.pop(future)
        results += 1
        if future.status == "finished":
            yield piece, future.result()
            continue
        if future.status == "error":
            raise _failed(future, piece)
        if client.status != "running":
            raise _lost(client, None)
        # The workers that held the chain are gone, all of them: whoever comes next gets it anew.
        held, room = None, 0
        todo.appendleft(piece)


def _check(client: Client, address: str, wait_s: float) -> None:
    try:
        client.wait_for_workers(1, timeout=wait_s)
    except TimeoutError:
        mend = f"start some: dask worker {address} --nthreads 1"
        raise Faults([Fault("", "scheduler", f"{address} has no workers", mend)]) from None
    mend = "install this very version of the tracker where the workers run"
    try:
        found = client.run(program)
    except Exception as error:  # whatever a worker fails with that cannot load the program
        raise Faults([Fault("", "scheduler", f"a worker cannot load the tracker ({error})", mend)]) from None
    other = [worker for worker, version in found.items() if version != program()]
    if other:
        fault = f"{len(other)} of {len(found)} workers have another version of the tracker, such as {other[0]}"
        raise Faults([Fault("", "scheduler", fault, mend)])


def _failed(future: Future, piece: range) -> Exception:
    error = future.exception()
    if isinstance(error, KilledWorker):
        fault = f"blocks {piece.start} to {piece.stop - 1} brought down several workers, one after the other"
        return Faults([Fault("", "workers", fault, "give each worker more memory, or take a smaller --chunk")])
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _lost(client: Client, error: Exception | None) -> Exception:
    if error is not None and client.status == "running":
        return error
    mend = "what is done is kept: start the scheduler again and run the same command to go on"
    return Faults([Fault("", "scheduler", "the connection to it was lost", mend)])


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask logs: what concerns the reader is said in words."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
