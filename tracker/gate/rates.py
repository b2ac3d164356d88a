"""How much a program may ask of the API in a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_SECONDS = 60


@dataclass(frozen=True)
class Left:
    """What is left of a minute for one who asks."""

    most: int
    requests: int
    """That may still be made; -1 if this one is one too many."""
    seconds: int
    """Until a new minute begins for him or her."""

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """As programs read it (draft-ietf-httpapi-ratelimit-headers).

        Examples:
            >>> Left(1_200, 1_199, 57).headers[1]
            (b'ratelimit', b'"minute";r=1199;t=57')
        """
        left = f'"minute";r={max(0, self.requests)};t={self.seconds}'.encode()
        return (b"ratelimit-policy", f'"minute";q={self.most};w={_SECONDS}'.encode()), (b"ratelimit", left)


class Rates:
    """Counts the requests of everybody who asks, minute by minute, in memory and by the library's own clock.

    Examples:
        >>> rates = Rates(2)
        >>> [rates.count("Ana").requests for _ in range(4)], rates.count("Ben").requests
        ([1, 0, -1, -1], 1)
    """

    def __init__(self, most: int) -> None:
        self._limit = RateLimitItemPerMinute(most)
        self._minutes = FixedWindowRateLimiter(MemoryStorage())

    def count(self, who: str) -> Left:
        """One more request, and what is left then."""
        within = self._minutes.hit(self._limit, who)
        stats = self._minutes.get_window_stats(self._limit, who)
        seconds = min(_SECONDS, max(1, round(stats.reset_time - time.time() + 0.5)))
        return Left(self._limit.amount, stats.remaining if within else -1, seconds)
