"""One row of a benchmark, and how a time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One piece of work, timed side by side with another way to do it in the same run.

    ``bar`` is the least ratio other / own that is asked for; or, where there is no other way, the most seconds.
    """

    work: str
    own_s: float
    other: str = ""
    other_s: float | None = None
    bar: float | None = None
    note: str = ""
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """How many times faster than the other way."""
        return self.other_s / self.own_s if self.other_s is not None else None

    @property
    def verdict(self) -> str:
        """Whether the bar is reached."""
        if self.bar is None:
            return ""
        reached = self.own_s <= self.bar if self.ratio is None else self.ratio >= self.bar
        return "reached" if reached else "MISSED"


def seconds(function: Callable[[], Any], runs: int = 3) -> float:
    """The least of several runs: what the work takes when the machine does nothing else."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times)
