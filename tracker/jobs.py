"""Work that takes longer than a program should wait: begun, looked at from time to time, and forgotten."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from graphs.errors import Fault, Faults

AT_ONCE = 2
"""So many run; whoever comes beyond that is sent away for a moment."""
MOST = 64
"""So many are remembered; the oldest that is done goes first."""
KEPT_S = 600.0
"""For so long after it is done a result can be fetched."""
_WENT_WRONG = Fault("", "", "went wrong by a fault of this program", "tell whoever runs the desk, or ask otherwise")

Told = Callable[[int, int, str], None]
"""Says how far a piece of work is: steps done, of how many, and what comes now."""


class Job:
    """One piece of work: how far it is, and what came of it.

    Args:
        account: whose it is; nobody else sees it.
    """

    def __init__(self, account: str) -> None:
        self.id, self.account = secrets.token_urlsafe(16), account
        self.progress = (0, 0, "")
        self.result: Any = None
        self.faults: tuple[Fault, ...] = ()
        self.ended_s: float | None = None
        self._ended = threading.Event()

    @property
    def status(self) -> str:
        """``running``, ``done`` or ``failed``."""
        return "running" if self.ended_s is None else "failed" if self.faults else "done"

    @property
    def broken(self) -> bool:
        """Whether it failed by a fault of this program, not of what was asked."""
        return self.faults == (_WENT_WRONG,)

    def wait(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        return self._ended.wait(seconds)

    def run(self, work: Callable[[Told], Any], clock: Callable[[], float]) -> None:
        """Do the work, whatever comes of it."""
        try:
            self.result = work(self._tell)
        except Faults as found:
            self.faults = found.faults
        except Exception:
            logging.getLogger(__name__).exception("a job failed")
            self.faults = (_WENT_WRONG,)
        self.ended_s = clock()
        self._ended.set()

    def _tell(self, done: int, of: int, doing: str) -> None:
        self.progress = (done, of, doing)


class Jobs:
    """The jobs of a desk, in memory: few at once, not many in all, and none for long.

    Args:
        clock: seconds of any beginning.

    Examples:
        >>> jobs = Jobs()
        >>> job = jobs.begin("U1", lambda told: 6 * 7)
        >>> job.wait(10), job.status, job.result
        (True, 'done', 42)
        >>> jobs.find(job.id, "U1") is job, jobs.find(job.id, "U2")
        (True, None)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, account: str, work: Callable[[Told], Any]) -> Job | None:
        """Begin a piece of work; None if as many run as may."""
        with self._lock:
            self._forget()
            if sum(one.status == "running" for one in self._jobs.values()) >= AT_ONCE:
                return None
            job = Job(account)
            self._jobs[job.id] = job
        threading.Thread(target=job.run, args=(work, self._clock), name="job", daemon=True).start()
        return job

    def find(self, id: str, account: str) -> Job | None:
        """A job of an account; None if there is none, or no longer."""
        with self._lock:
            self._forget()
            job = self._jobs.get(id)
        return job if job is not None and job.account == account else None

    def drop(self, job: Job) -> None:
        """Forget one whose result was given."""
        with self._lock:
            self._jobs.pop(job.id, None)

    def _forget(self) -> None:
        """Those that ended long ago, and the oldest of too many."""
        now = self._clock()
        ended = {one.id: one.ended_s for one in self._jobs.values() if one.ended_s is not None}
        spare = len(self._jobs) - MOST + 1
        for place, (id, at) in enumerate(sorted(ended.items(), key=lambda pair: pair[1])):
            if place < spare or now - at > KEPT_S:
                del self._jobs[id]
