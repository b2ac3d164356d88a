"""How often somebody may fail to log in."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tracker.accounts.passwords import Busy

FAILURES, MINUTES = 10, 5


class TooMany(Exception):
    """Too many failed logins in the last minutes."""

    retry_after_seconds = 60 * MINUTES


class Attempts:
    """Counts failures in a moving window, and holds a place for every attempt under way.

    So not even many attempts at the same time fail more than ten times. The window is kept in memory, by the
    library's own clock: it is no fact that anybody looks up later.
    """

    def __init__(self) -> None:
        self._limit = RateLimitItemPerMinute(FAILURES, MINUTES)
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._turn = threading.Lock()

    @contextmanager
    def one(self, *counted: tuple[str, str]) -> Iterator[None]:
        """One attempt, for an account and an address; it failed if it raises, but not if it was Busy.

        Raises:
            TooMany: after ten failures in five minutes.
            Busy: if so many are under way that all could fail.
        """
        with self._turn:
            left = [self._window.get_window_stats(self._limit, *one).remaining for one in counted]
            if min(left) <= 0:
                raise TooMany
            if any(self._under_way[one] >= free for one, free in zip(counted, left, strict=True)):
                raise Busy
            self._under_way.update(counted)
        failed = False
        try:
            yield
        except Busy:
            raise
        except Exception:
            failed = True
            raise
        finally:
            with self._turn:
                self._under_way.subtract(counted)
                self._under_way += Counter()  # keep none that is zero
                for one in counted if failed else ():
                    self._window.hit(self._limit, *one)
