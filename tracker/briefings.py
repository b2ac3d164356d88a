"""The reports of a desk: of a week or a day, as the log had it at any position; the same again whenever it is asked."""

from __future__ import annotations

import functools
import re
import threading
import time as clock
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from graphs.assessment import Assessment, assess
from graphs.content import EARLIEST, LATEST
from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults
from graphs.exposure import critical_links, missing_goods
from graphs.matching import prepare, ranked
from graphs.recommendation import Action, Practice
from graphs.series import FIGURES, lines, point
from reports.briefing import Briefing
from reports.morning import morning
from reports.publish import publish
from reports.sections.news import Logged
from reports.weekly import Week, monday_of, name_of, weekly
from tracker import log
from tracker.desk import Desk
from tracker.jobs import Job, Told

Tell = Callable[[int, int], None]
"""Hears how many steps are done, and of how many."""
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)
_MOST_KEPT = 24
"""Reports and forms of them that are kept; a hundred kilobytes each."""
_MOST_WAITING = 4
"""So many readers wait at once; each of them takes a place of those who are served."""
_PATIENCE_S = 1.5
"""So long a reader waits before he or she is told how far it is."""
_MOST_MATCHED = 2
"""Practices and actions told for each disruption in force."""
_MOST_WEEKS = 1_040
"""That many are listed."""
_MOST_ALONE = 60
"""So many disruptions are sized, each by itself; of more only the costliest are."""
_LOSSES = [FIGURES.index(name) for name in ("loss_low_meur", "loss_meur", "loss_high_meur")]


def sunday_of(week: str) -> date:
    """The last day of an ISO week.

    Raises:
        Faults: if it is no week, or one out of range.

    Examples:
        >>> sunday_of("2020-W17").isoformat()
        '2020-04-26'
        >>> sunday_of("2020-W54")
        Traceback (most recent call last):
        graphs.errors.Faults: week: '2020-W54' is no week; write year and week such as 2020-W17
    """
    found = _WEEK.fullmatch(week.strip())
    try:
        last = date.fromisocalendar(int(found[1]), int(found[2]), 7) if found else None
    except ValueError:
        last = None
    if last is None or not EARLIEST + timedelta(weeks=2) <= last <= LATEST:
        raise Faults([Fault("", "week", f"{week[:20]!r} is no week", "write year and week such as 2020-W17")])
    return last


def of_week(desk: Desk, last: date, position: int | None = None, tell: Tell | None = None) -> Briefing:
    """The weekly report of the week that ends on a Sunday.

    Everything is computed anew from the log up to the position, never from an assessment that is at hand, so that the
    same position makes the same bytes.

    Args:
        position: of the log; the newest if left out.
        tell: hears how far it is.

    Raises:
        Faults: if the log has no such position.
    """
    at = _position(desk, position)
    records = log.disruptions(desk.engine, at)
    now, before = (assess(desk.chain, records, day, desk.method) for day in (last, last - timedelta(weeks=1)))
    monday = datetime.combine(monday_of(last), time(), UTC)
    entries = log.between(desk.engine, monday, monday + timedelta(weeks=1), at)
    actions = [one for one in log.as_of(desk.engine, "action", at) if isinstance(one, Action)]
    practices = [one for one in log.as_of(desk.engine, "practice", at) if isinstance(one, Practice)]
    ready = prepare([*practices, *actions], {one.id: one for one in records})
    return weekly(
        Week(
            now=now,
            before=before,
            on_record=records,
            actions=actions,
            practices=practices,
            logged=[Logged(date.fromisoformat(one.at[:10]), one.action, one.kind, one.record_id) for one in entries],
            alone=_alone(desk, now, tell),
            missing=missing_goods(desk.chain, now),
            critical=critical_links(desk.chain, desk.method),
            matched=ranked(now.disruptions, ready, _MOST_MATCHED),
            position=at,
        )
    )


def of_day(desk: Desk, on: date, position: int | None = None) -> Briefing:
    """The morning brief of a day.

    Args:
        position: of the log; the newest if left out.

    Raises:
        Faults: if the log has no such position.
    """
    at = _position(desk, position)
    return morning(assess(desk.chain, log.disruptions(desk.engine, at), on, desk.method), position=at)


class Busy(Exception):
    """Too many wait for reports already."""

    retry_after_seconds = 5


class Kept:
    """Reports that were asked for, kept: a position of the log and a week or day determine each.

    One is made at a time, and a few may wait for theirs; whoever asks beyond that is sent away for a moment, so that
    the desk goes on serving the others. What is kept is given at once. A reader who would wait long is told how far it
    is (``soon``).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._lock, self._making = desk, threading.Lock(), threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST_WAITING)
        self._found: OrderedDict[tuple[int, date, str], Any] = OrderedDict()
        self._begun: dict[tuple[int, date], Job] = {}

    def soon(self, last: date, position: int | None = None) -> tuple[int, int] | None:
        """Begin the report of a week beside the reader: None if it is there soon, else steps done and of how many.

        Raises:
            Busy: too many wait already.
            Faults: why it cannot be made; the next one who asks begins anew.
        """
        at = _position(self._desk, position)
        with self._lock:
            if (at, last, "") in self._found:
                return None
            begun = self._begun.get((at, last))
            if begun is None:
                self._begun = {key: one for key, one in self._begun.items() if one.status == "running"}
                if len(self._begun) >= _MOST_WAITING:
                    raise Busy
                begun = self._begun[at, last] = Job("")
                work = functools.partial(self._make, last, at)
                threading.Thread(target=begun.run, args=(work, clock.monotonic), daemon=True).start()
        if not begun.wait(_PATIENCE_S):
            return begun.progress[:2]
        with self._lock:
            self._begun.pop((at, last), None)
        if begun.faults and not begun.broken:
            raise Faults(begun.faults)
        return None

    def _make(self, last: date, at: int, told: Told) -> None:
        """A report, made and kept; what breaks here breaks again for the reader, who hears it."""
        self._once((at, last, ""), lambda: of_week(self._desk, last, at, lambda done, of: told(done, of, "")))

    def week(self, last: date, position: int | None = None) -> Briefing:
        """See ``of_week``.

        Raises:
            Busy: too many wait already.
        """
        at = _position(self._desk, position)
        found: Briefing = self._once((at, last, ""), lambda: of_week(self._desk, last, at))
        return found

    def file(self, last: date, form: str, position: int | None = None) -> bytes:
        """The report of a week in one of the forms of ``reports.publish``.

        Raises:
            Busy: too many wait already.
        """
        at = _position(self._desk, position)
        briefing = self.week(last, at)
        found: bytes = self._once((at, last, form), lambda: publish(briefing, form))
        return found

    def _once(self, key: tuple[int, date, str], make: Callable[[], Any]) -> Any:
        if (kept := self._kept(key)) is not None:
            return kept
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._making:
                if (kept := self._kept(key)) is not None:
                    return kept  # somebody else waited for it too
                made = make()
                with self._lock:
                    self._found[key] = made
                    if len(self._found) > _MOST_KEPT:
                        self._found.popitem(last=False)
                return made
        finally:
            self._places.release()

    def _kept(self, key: tuple[int, date, str]) -> Any:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)


def weeks(desk: Desk, today: date) -> list[tuple[str, date, int]]:
    """The weeks that ended by a day and in which a record was in force: name, Sunday, how many; the newest first."""
    counted = [one for one in desk.disruptions() if one.state in COUNTED and one.start is not None]
    found: list[tuple[str, date, int]] = []
    last = monday_of(today) - timedelta(days=1) if today.isoweekday() != 7 else today
    first = min((one.start for one in counted if one.start), default=today)
    spans = [(one.start or date.max, one.last_day(desk.duration_weeks)) for one in counted]
    while last >= first and len(found) < _MOST_WEEKS:
        number = sum(begin <= last and end >= monday_of(last) for begin, end in spans)
        if number:
            found.append((name_of(last), last, number))
        last -= timedelta(weeks=1)
    return found


def _position(desk: Desk, asked: int | None) -> int:
    newest = desk.position
    if asked is not None and not 0 <= asked <= newest:
        raise Faults([Fault("", "position", f"the log ends at {newest}", f"give a position from 0 to {newest}")])
    return newest if asked is None else asked


def _alone(desk: Desk, now: Assessment, tell: Tell | None) -> dict[str, tuple[float, float, float]]:
    """What the disruptions in force would cost the EU, each by itself: low, likely, high; million euro."""
    index = list(lines(desk.chain, desk.method).index)
    if ("eu", "EU") not in index:
        return {}
    chosen, found = _costliest(now), {}
    for done, one in enumerate(chosen, 1):
        figures = point(desk.chain, [one], now.on, desk.method)[index.index(("eu", "EU"))]
        low, likely, high = figures[_LOSSES].tolist()
        found[one.id] = (low, likely, high)
        if tell:
            tell(done, len(chosen))
    return found


def _costliest(now: Assessment) -> Sequence[Disruption]:
    taken = now.points.loc[("eu", "EU")]
    order = sorted(now.disruptions, key=lambda one: (-float(taken.get(("disruption", one.id), 0.0)), one.id))
    return order[:_MOST_ALONE]
