"""Scores over time: what is known comes at once, what is missing is computed beside the work, newest first."""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import numba
import pandas as pd
import sqlalchemy as sa

from graphs.disruption import COUNTED, Disruption
from graphs.method import Method
from graphs.series import FIGURES, Series, addresses, lines, point
from graphs.valuechain import Floats, ValueChain
from tracker.database import AWAY
from tracker.points import MOST, Points

Held = Callable[[], tuple[int, list[Disruption]]]
"""The number of the newest entry about a disruption, and every disruption as it stands there."""
Wanted = tuple[str, date, Sequence[Disruption]]
"""A point: its address, its day, and the records that it follows from."""
_MOST_EVENTS = 1_000
"""Of the disruptions that began in some weeks the newest so many are sized, each by itself."""
_QUIET_S, _PATIENCE_S = 0.02, 0.5
"""A point is begun when nobody has asked anything for so long, or after so long in any case."""
_AWAY_S = 5.0
"""After so long a database that was away is asked again."""
_SCORE, _LOSS = FIGURES.index("score"), FIGURES.index("loss_share")


class Timeline:
    """Scores of the EU, ecosystems and countries over the weeks, each computed once for what it follows from.

    Every point is kept under its address (``graphs.series.addresses``). What was asked for and is not there is
    computed by one thread, which begins with the first question, follows the log, and gives way to whoever asks.

    Args:
        held: what the log holds; called often, from any thread.
    """

    def __init__(self, engine: sa.Engine, chain: ValueChain, method: Method, held: Held) -> None:
        self._chain, self._method, self._held = chain, method, held
        self._points = Points(engine)
        self._days, self._asked = dict[date, int](), 0
        self._began: tuple[date, date] | None = None
        self._at, self._addresses = -1, dict[date, str]()
        self._sized_at: tuple[int, tuple[date, date] | None] = (-1, None)
        self._sized: list[Wanted] = []
        self._lock, self._more, self._closed = threading.Lock(), threading.Event(), threading.Event()
        self._guests, self._left, self._door = 0, float("-inf"), threading.Lock()
        self._thread: threading.Thread | None = None
        self._pace_s = 0.1

    @functools.cached_property
    def lines(self) -> pd.DataFrame:
        """What has a score over time: ``label`` by (level, key)."""
        return lines(self._chain, self._method)

    def first_day(self, last: date) -> date:
        """The day on which the first record that counts begins; ``last`` if none does before that."""
        _, records = self._held()
        return min([last, *(one.start for one in records if one.start and one.state in COUNTED)])

    def series(self, last: date, first: date | None = None, at_once: int = 0) -> Series:
        """Scores of every Monday between two days; those that are ``missing`` are computed from now on.

        Args:
            first: the day on which the first record that counts begins, if left out.
            at_once: if no more than so many are missing, wait for them.
        """
        days = mondays(self.first_day(last) if first is None else first, last)
        wanted = self._wanted(days)
        found = self._points.find(address for address, *_ in wanted)
        missing = {address: one for one in wanted if (address := one[0]) not in found}
        if len(missing) <= at_once:
            found |= {address: self._compute(one) for address, one in missing.items()}
        with self._lock:
            self._asked += 1
            self._days |= dict.fromkeys(days, self._asked)
        known = {day: found[address] for address, day, _ in wanted if address in found}
        if len(known) < len(days):
            self._begin()
        return Series.of(self.lines, days, known)

    def change(self, on: date, days: int = 7) -> pd.DataFrame:
        """The score of a date beside that of some days before; computed at once where it is missing.

        Returns:
            ``label``, ``score``, ``score_before`` and ``score_change`` (points) by (level, key).
        """
        now, before = (self._known(one)[:, _SCORE] for one in self._wanted([on, on - timedelta(days=days)]))
        return self.lines.assign(score=now, score_before=before, score_change=now - before)

    def events(self, level: str, key: str, first: date, last: date, most: int = 8) -> pd.DataFrame:
        """The disruptions that began between two days and cost a line most, each as if it were alone.

        Returns:
            ``on`` (its first day), ``id``, ``title`` and ``loss_share`` (of the output of the line over the horizon
            from that day, likely reading), the largest first. What costs it nothing is left out; so is what is not
            sized yet, while ``waiting``.

        Raises:
            KeyError: if there is no such line.
        """
        row = self.lines.index.get_loc((level, key))
        with self._lock:
            began = self._began or (first, last)
            self._began = min(began[0], first), max(began[1], last)
        wanted = [one for one in self._sizes() if first <= one[1] <= last]
        found = self._points.find(address for address, *_ in wanted)
        if any(address not in found for address, *_ in wanted):
            self._begin()
        sized = [(day, one, float(found[address][row, _LOSS])) for address, day, [one] in wanted if address in found]
        rows = [(day, one.id, one.title, loss) for day, one, loss in sized if loss > 0]
        table = pd.DataFrame(rows, columns=["on", "id", "title", "loss_share"])
        return table.sort_values(["loss_share", "id"], ascending=[False, True], ignore_index=True).head(most)

    @property
    def waiting(self) -> int:
        """How many points were asked for and are not there yet."""
        return len(self._missing())

    @property
    def seconds_left(self) -> float:
        """About how long it takes until nothing is waiting, at the pace of late and if nobody asks meanwhile."""
        return self.waiting * self._pace_s

    @contextmanager
    def guest(self) -> Iterator[None]:
        """While somebody is served, and a moment longer, no point is begun."""
        with self._door:
            self._guests += 1
        try:
            yield
        finally:
            with self._door:
                self._guests, self._left = self._guests - 1, time.monotonic()

    def quiet(self) -> bool:
        """Wait until nobody is served, or for half a second; False where all is closing and nothing is to be begun."""
        patience = time.monotonic() + _PATIENCE_S
        while self._guests or time.monotonic() - self._left < _QUIET_S:
            if time.monotonic() > patience or self._closed.wait(_QUIET_S / 2):
                break
        return not self._closed.is_set()

    def wake(self) -> None:
        """Look whether something is missing, now that the log has changed."""
        self._more.set()

    def close(self) -> None:
        """Stop after the point that is being computed, and write what is not written yet."""
        with self._lock:
            self._closed.set()
        self._more.set()
        if self._thread is not None:
            self._thread.join()
        self._points.write()

    def _begin(self) -> None:
        with self._lock:
            if not self._closed.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
                self._thread.start()
        self._more.set()

    def _run(self) -> None:
        numba.set_num_threads(1)  # of this thread: the other processors are for those who wait
        while not self._closed.is_set():
            self._more.clear()
            try:
                for one in iter(self._next, None):
                    self._known(one)
                self._points.write()
            except AWAY:
                self._closed.wait(_AWAY_S)
                continue
            self._more.wait()

    def _next(self) -> Wanted | None:
        """What is to be computed next; None if there is nothing, or no time."""
        return next(iter(self._missing()), None) if self.quiet() else None

    def _missing(self) -> list[Wanted]:
        """What was asked for and is not in memory: weeks by the newest question, then events; the newest first."""
        with self._lock:
            days = sorted(self._days, key=lambda day: (self._days[day], day), reverse=True)
        wanted = dict[str, Wanted]()
        for one in (*self._wanted(days), *self._sizes()):
            wanted.setdefault(one[0], one)
        # More than can be kept would push each other out for ever.
        return [one for one in itertools.islice(wanted.values(), MOST) if one[0] not in self._points]

    def _known(self, one: Wanted) -> Floats:
        found = self._points.find([one[0]])
        return found[one[0]] if found else self._compute(one)

    def _compute(self, one: Wanted) -> Floats:
        address, day, records = one
        begin = time.monotonic()
        figures = point(self._chain, records, day, self._method)
        self._pace_s += (time.monotonic() - begin - self._pace_s) / 8
        self._points.put(address, figures)
        return figures

    def _wanted(self, days: Sequence[date]) -> list[Wanted]:
        """The points of some days, as the log stands."""
        at, records = self._held()
        with self._lock:
            if at != self._at:
                self._at, self._addresses = at, {}
            new = [day for day in days if day not in self._addresses]
            self._addresses |= zip(new, addresses(self._chain, records, new, self._method), strict=True)
            return [(self._addresses[day], day, records) for day in days]

    def _sizes(self) -> list[Wanted]:
        """The points of disruptions by themselves, each on the day on which it begins."""
        at, records = self._held()
        with self._lock:
            if self._began is not None and (at, self._began) != self._sized_at:
                first, last = self._began
                counted = [one for one in records if one.state in COUNTED and one.start and first <= one.start <= last]
                newest = sorted(counted, key=lambda one: (one.start or date.min, one.id), reverse=True)[:_MOST_EVENTS]
                self._sized = [
                    (address, one.start, [one])
                    for one in newest
                    if one.start
                    for address in addresses(self._chain, [one], [one.start], self._method)
                ]
                self._sized_at = at, self._began
            return self._sized


def mondays(first: date, last: date) -> list[date]:
    """Every Monday from the week of one day to another day.

    Examples:
        >>> [str(day) for day in mondays(date(2021, 3, 3), date(2021, 3, 15))]
        ['2021-03-01', '2021-03-08', '2021-03-15']
    """
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=week) for week in range((last - monday).days // 7 + 1)]
