"""Scores over time: a point beside a whole assessment, a known year beside computing it, pages while that is done."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from measure import Row, seconds

from graphs import sources
from graphs.assessment import assess
from graphs.method import Method
from graphs.series import FIGURES, LEVELS, point
from tracker import record
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings

METHOD = Method()
DAYS = (date(2020, 2, 17), date(2020, 5, 11), date(2020, 8, 3), date(2021, 3, 15), date(2022, 3, 14), date(2025, 6, 2))
LAST, FIRST = date(2021, 12, 27), date(2021, 1, 4)


def rows() -> Iterator[Row]:
    """The shipped estimate with the embedded record; bars: a point in half the time, a known year 100 times faster."""
    chain, records = sources.estimate_2014(), record.embedded([])
    for day in DAYS:
        scores = assess(chain, records, day, METHOD).scores
        wanted = scores[scores.index.get_level_values("level").isin(LEVELS)][list(FIGURES)]
        np.testing.assert_allclose(point(chain, records, day, METHOD), wanted, rtol=1e-12, atol=1e-12)
    own = sum(seconds(lambda d=day: point(chain, records, d, METHOD), 2) for day in DAYS)
    other = sum(seconds(lambda d=day: assess(chain, records, d, METHOD), 2) for day in DAYS)
    yield Row("points of six days", own, "whole assessments", other, 2.0)
    with tempfile.TemporaryDirectory() as folder:
        yield from _desk(Path(folder))


def _desk(folder: Path) -> Iterator[Row]:
    desk = Desk(Settings(database_url=f"sqlite:///{folder}/log.sqlite"))
    desk.seed(datetime.now(UTC))
    program = TestClient(create_app(desk), base_url="http://localhost")
    address = f"/?on={DAYS[-1]}"
    calm = _median(program, address, lambda: True)
    begin = time.perf_counter()
    desk.timeline.series(LAST, FIRST)
    busy = _median(program, address, lambda: bool(desk.timeline.waiting))
    while desk.timeline.waiting:
        time.sleep(0.01)
    filled = time.perf_counter() - begin
    yield Row("a page while a year is computed (median)", busy, "while nothing is", calm, 0.67)
    known = seconds(lambda: desk.timeline.series(LAST, FIRST), 5)
    yield Row("a year of 52 weeks, in memory", known, "computed, beside pages", filled, 100)
    desk.close()
    again = Desk(desk.settings)
    with contextlib.closing(again):
        again.timeline.lines  # noqa: B018 - made once, whatever is asked
        begin = time.perf_counter()
        found = again.timeline.series(LAST, FIRST)
        read = time.perf_counter() - begin
        assert not found.missing
    yield Row("the same from the database, at the first question", read, "computed, beside pages", filled, 100)


def _median(program: TestClient, address: str, goes_on: Callable[[], bool]) -> float:
    """Time of a page, asked ten times a second at most, for five seconds or as long as ``goes_on`` says."""
    times, until = [], time.perf_counter() + 5
    program.get(address)
    while time.perf_counter() < until and (not times or goes_on()):
        begin = time.perf_counter()
        assert program.get(address).status_code == 200
        times.append(time.perf_counter() - begin)
        time.sleep(0.1)
    return statistics.median(times)
