"""A sweep on many processes or machines, by Dask distributed.

This is the only file that knows Dask. It is loaded when it is asked for (``tracker.commands.sweep``): Dask belongs to
the extra ``scale``, and loading it takes a second that no other command should wait for.

The chain goes to the workers once; pieces are computed by whoever is free, and what a lost worker was at is computed
again by another. This process alone writes, so nothing is kept twice.
"""

from __future__ import annotations

import logging
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

import dask
import pandas as pd
from distributed import Client, Future, KilledWorker, LocalCluster, Worker, WorkerPlugin, as_completed
from distributed.comm.core import CommClosedError
from distributed.security import Security

from graphs.errors import Fault, Faults
from tracker.settings import hidden
from tracker.sweeps.work import Sweep, done, program

_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
_NO_PAGES: dict[str, list[str]] = {f"distributed.{one}.http.routes": [] for one in ("scheduler", "worker")}
_AHEAD = 3
"""Pieces that are handed out for each thread, so that none waits for the next; more would only fill memory."""
_ROUNDS = 64
"""Results after which it is asked anew how many threads there are."""
_WAIT_S = 120.0
"""How long workers, or a scheduler, may take to come."""


@contextmanager
def workers(count: int) -> Iterator[Client]:
    """Some workers on this machine, a process each, which nobody else can reach; they end with the block.

    They speak TLS with keys of this run alone, at ports that are free, and hear nothing of the settings of this desk.
    """
    with (
        hidden(),
        _quiet(),
        dask.config.set(_NO_PAGES),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="tls://127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            security=Security.temporary(),
            silence_logs=logging.CRITICAL,
            env=_ONE_THREAD,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.register_plugin(_Unmoved())
        yield client


@contextmanager
def scheduler(address: str) -> Iterator[Client]:
    """The workers of a scheduler that runs somewhere.

    Raises:
        Faults: a scheduler that is not there, has no workers, or workers without the same version of the program.
    """
    with _quiet():
        try:
            client = Client(address, timeout=_WAIT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            mend = "start one (dask scheduler) and give the address that it prints, such as tcp://10.0.0.1:8786"
            raise Faults([Fault("", "scheduler", f"{address} does not answer ({error})", mend)]) from None
        with client:
            _check(client, address)
            yield client


def carried(client: Client, sweep: Sweep, pieces: Iterable[range]) -> Iterator[tuple[range, pd.DataFrame]]:
    """Pieces as the workers finish them, in any order.

    Raises:
        Faults: a scheduler that was lost, or all of its workers; a piece that brought several workers down; what a
            piece raised.
    """
    with _in_reach(client):
        todo, running = deque(pieces), dict[Future[pd.DataFrame], tuple[range, Future[Sweep]]]()
        finished, results, room = as_completed(loop=client.loop), 0, 0
        held = _held(client, sweep)
        while todo or running:
            if results % _ROUNDS == 0:
                room = max(1, _AHEAD * sum(client.nthreads().values()))
            while todo and len(running) < room:
                piece = todo.popleft()
                future = client.submit(done, held, piece, pure=False)
                running[future] = piece, held
                finished.add(future)
            future = next(finished)
            piece, given = running.pop(future)
            table = _result(future, piece)
            results += 1
            if table is not None:
                yield piece, table
                continue
            todo.appendleft(piece)
            if given is held:  # the workers that held the chain are gone, all of them: others get it anew
                held = _held(client, sweep)


def _held(client: Client, sweep: Sweep) -> Future[Sweep]:
    """The sweep, at every worker."""
    client.wait_for_workers(1, timeout=_WAIT_S)
    return client.scatter(sweep.slim(), broadcast=True, hash=False)


def _result(future: Future[pd.DataFrame], piece: range) -> pd.DataFrame | None:
    """What came out, or None where it was lost with the workers."""
    try:
        return future.result()
    except CancelledError:
        return None
    except KilledWorker:
        fault = f"blocks {piece.start} to {piece.stop - 1} brought down several workers, one after the other"
        mend = "give each worker more memory, or take a smaller --chunk"
        raise Faults([Fault("", "workers", fault, mend)]) from None


@contextmanager
def _in_reach(client: Client) -> Iterator[None]:
    """A scheduler that is lost is said in words, in whatever way it is noticed."""
    mend = "what is done is kept: start it again and run the same command to go on"
    lost = Faults([Fault("", "scheduler", "it was lost, or all of its workers", mend)])
    try:
        yield
    except (CommClosedError, TimeoutError):
        raise lost from None
    except Exception:
        if client.status == "running":
            raise
        raise lost from None


def _check(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_WAIT_S)
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


class _Unmoved(WorkerPlugin):
    """A Ctrl+C is for the process that was asked, which ends its workers: they do not each complain of it."""

    def setup(self, worker: Worker) -> None:
        """In the main thread of a worker, also of one that takes another's place."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask logs: what concerns the reader is said in words."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
