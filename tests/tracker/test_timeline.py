"""Scores over time at a desk: the same as computed anew, whatever the log does; computed once, beside the work."""

import dataclasses
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from graphs.classification import DATA
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.series import FIGURES, LEVELS, point
from graphs.valuechain import Floats
from tracker import keeping, timeline
from tracker.database import writing
from tracker.desk import Desk
from tracker.files import rows
from tracker.keeping import Change
from tracker.log import Writer
from tracker.permissions import local
from tracker.points import Points, points
from tracker.settings import Settings
from tracker.timeline import mondays

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
TODAY = date(2021, 6, 16)
FLOOD = Disruption("Flood", ("FR",), date(2021, 4, 7), effect="supply", severity_likely=0.2, end=date(2021, 5, 2))


def write(desk: Desk, *given: Disruption) -> list[Any]:
    return [one.record for one in desk.write(keeping.import_records, list(given), Change(local("Ana"), AT)).new]


def until(there: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def running(desk: Desk) -> bool:
    """Whether a thread computes points of this desk; others may compute theirs."""
    found = desk.timeline._thread
    return found is not None and found.is_alive()


def whole(desk: Desk, **given: Any) -> Any:
    """The series when nothing is missing any more."""
    desk.timeline.series(TODAY, **given)
    until(lambda: not desk.timeline.waiting)
    found = desk.timeline.series(TODAY, **given)
    assert found.missing == ()
    return found


def assert_as_assessed(desk: Desk, series: Any) -> None:
    for day, figures in zip(series.days, series.values, strict=True):
        scores = desk.assess(day).scores
        wanted = scores[scores.index.get_level_values("level").isin(LEVELS)]
        assert series.lines.index.equals(wanted.index)
        np.testing.assert_allclose(figures, wanted[list(FIGURES)], rtol=1e-12, atol=1e-12)


class Counted:
    """Counts what is computed, and lets it wait."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.goes_on = threading.Event()
        self.goes_on.set()

    def __call__(self, chain: Any, records: Any, on: date, method: Method) -> Floats:
        self.days.append(on)
        assert self.goes_on.wait(60)
        return point(chain, records, on, method)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    monkeypatch.setattr(timeline, "point", found)
    return found


def test_weeks_begin_with_the_first_record_that_counts(desk: Desk, strike: Disruption) -> None:
    assert desk.timeline.series(TODAY).missing == (date(2021, 6, 14),), "without a record there is this week"
    draft = dataclasses.replace(strike, start=date(2020, 1, 1), state="draft")
    write(desk, draft, FLOOD, dataclasses.replace(strike, start=date(2021, 5, 5)))
    series = whole(desk)
    assert series.days == tuple(mondays(date(2021, 4, 5), TODAY))
    assert_as_assessed(desk, series)
    part = desk.timeline.series(date(2021, 5, 2), first=date(2021, 4, 12))
    assert (part.days, part.missing) == ((date(2021, 4, 12), date(2021, 4, 19), date(2021, 4, 26)), ())


def test_what_is_known_comes_at_once_and_the_newest_is_computed_first(
    desk: Desk, strike: Disruption, counted: Counted
) -> None:
    write(desk, dataclasses.replace(strike, end=date(2021, 6, 30)))
    counted.goes_on.clear()
    series = desk.timeline.series(TODAY)
    assert (len(series.days), len(series.missing)) == (0, 16)
    until(lambda: len(counted.days) > 0)
    assert desk.timeline.waiting == 16
    assert desk.timeline.series(TODAY).days == (), "nobody waits for what is being computed"
    counted.goes_on.set()
    until(lambda: not desk.timeline.waiting)
    assert counted.days == sorted(counted.days, reverse=True)
    assert len(desk.timeline.series(TODAY).days) == 16


def test_what_was_asked_last_is_computed_before_the_rest(desk: Desk, strike: Disruption, counted: Counted) -> None:
    write(desk, dataclasses.replace(strike, end=date(2021, 6, 30)))
    counted.goes_on.clear()
    desk.timeline.series(TODAY)
    until(lambda: len(counted.days) > 0)
    desk.timeline.series(date(2021, 3, 20))
    counted.goes_on.set()
    until(lambda: not desk.timeline.waiting)
    assert counted.days[1:4] == [date(2021, 3, 15), date(2021, 3, 8), date(2021, 3, 1)]


def test_no_more_is_computed_than_can_be_kept(
    desk: Desk, strike: Disruption, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "MOST", 3)
    desk.timeline._points = Points(desk.engine, most=3)
    write(desk, dataclasses.replace(strike, end=date(2021, 6, 30)))
    desk.timeline.series(TODAY)
    until(lambda: not desk.timeline.waiting)
    assert counted.days == [date(2021, 6, 14), date(2021, 6, 7), date(2021, 5, 31)]


def test_a_few_that_are_missing_are_waited_for(desk: Desk, strike: Disruption, counted: Counted) -> None:
    write(desk, strike)
    few = desk.timeline.series(date(2021, 3, 10), at_once=2)
    assert (len(few.days), few.missing) == (2, ())
    assert not running(desk)
    assert len(desk.timeline.series(TODAY, at_once=2).missing) == 14


def test_nothing_is_computed_twice(desk: Desk, strike: Disruption, counted: Counted) -> None:
    """Not by another desk on the same log either, nor after words have changed that no score depends on."""
    write(desk, dataclasses.replace(strike, end=date(2021, 3, 20)), FLOOD)
    whole(desk)
    computed = len(counted.days)
    assert computed == 3 + 3 + 1, "days on which nothing is in force share one point"
    desk.write(keeping.review, "D1", "verify", Change(local("Ben"), AT), None, desk.duration_weeks)
    assert desk.timeline.series(TODAY).missing == ()
    desk.close()
    other = Desk(desk.settings)
    series = other.timeline.series(TODAY)
    other.close()
    assert (series.missing, len(series.days)) == ((), 16)
    assert len(counted.days) == computed


def test_it_follows_the_log(desk: Desk, strike: Disruption) -> None:
    """Amended, withdrawn, undone: what is told is what would be computed anew; what was said before is known."""
    write(desk, strike)
    before = whole(desk)
    write(desk, FLOOD)
    until(lambda: not desk.timeline.waiting)
    after = desk.timeline.series(TODAY)
    assert after.missing == (), "nobody had to ask"
    assert_as_assessed(desk, after)
    assert not np.array_equal(before.values, after.values)
    desk.write(keeping.withdraw, "D2", Change(local("Ana"), AT, why="twice"))
    again = desk.timeline.series(TODAY)
    assert again.missing == ()
    assert np.array_equal(before.values, again.values)


def test_change_is_that_of_two_dates(desk: Desk, strike: Disruption, counted: Counted) -> None:
    write(desk, strike)
    found = desk.timeline.change(date(2021, 3, 5))
    now, before = desk.assess(date(2021, 3, 5)).scores, desk.assess(date(2021, 2, 26)).scores
    assert list(found) == ["label", "score", "score_before", "score_change"]
    np.testing.assert_allclose(found.score, now.loc[found.index].score, rtol=1e-12)
    np.testing.assert_allclose(found.score_before, before.loc[found.index].score, rtol=1e-12)
    assert (found.score_change == found.score - found.score_before).all()
    assert found.score_change[("country", "DE")] < -1
    desk.timeline.change(date(2021, 3, 5))
    assert len(counted.days) == 2


def test_events_are_the_disruptions_that_cost_a_line_most(desk: Desk, strike: Disruption) -> None:
    chips = Disruption("No chips", ("TW",), date(2021, 4, 1), industries=("C26",), effect="supply", severity_likely=0.5)
    nowhere = dataclasses.replace(strike, title="Elsewhere", origin=("TW",), industries=("A",), severity_likely=0.0)
    draft = dataclasses.replace(strike, title="Draft", state="draft")
    write(desk, strike, FLOOD, chips, nowhere, draft)
    timeline = desk.timeline
    timeline.events("country", "FR", date(2021, 3, 1), TODAY)
    until(lambda: not timeline.waiting)
    found = timeline.events("country", "FR", date(2021, 3, 1), TODAY)
    assert list(found) == ["on", "id", "title", "loss_share"]
    wanted = {
        one.id: float(desk.assess(one.start, only=one.id).level("country").loss_share["FR"])
        for one in desk.disruptions()
        if one.start and one.state == "reported"
    }
    assert dict(zip(found.id, found.loss_share, strict=True)) == pytest.approx(
        {name: loss for name, loss in wanted.items() if loss > 0}, rel=1e-12
    )
    assert found.loss_share.is_monotonic_decreasing
    assert found.title[0] == "Flood"
    assert timeline.events("country", "FR", date(2021, 3, 1), TODAY, most=1).id.tolist() == [found.id[0]]
    assert timeline.events("country", "FR", date(2021, 3, 20), date(2021, 4, 2)).title.tolist() == ["No chips"]
    with pytest.raises(KeyError):
        timeline.events("country", "XX", date(2021, 3, 1), TODAY)


def test_who_is_served_goes_first(
    desk: Desk, strike: Disruption, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No point is begun while somebody is served; but it does not wait for ever."""
    monkeypatch.setattr(timeline, "_PATIENCE_S", 3600)
    write(desk, dataclasses.replace(strike, end=date(2021, 6, 30)))
    with desk.timeline.guest():
        desk.timeline.series(TODAY)
        time.sleep(0.2)
        assert counted.days == []
    until(lambda: not desk.timeline.waiting)
    monkeypatch.setattr(timeline, "_PATIENCE_S", 0.01)
    with desk.timeline.guest():
        desk.timeline.series(date(2021, 7, 20))
        until(lambda: not desk.timeline.waiting)


def test_closing_ends_the_thread_and_keeps_what_is_computed(desk: Desk, strike: Disruption, counted: Counted) -> None:
    write(desk, dataclasses.replace(strike, end=date(2021, 6, 30)))
    counted.goes_on.clear()
    desk.timeline.series(TODAY)
    until(lambda: len(counted.days) > 0)
    closing = threading.Thread(target=desk.timeline.close)
    closing.start()
    until(desk.timeline._closed.is_set)
    counted.goes_on.set()
    closing.join()
    assert not running(desk)
    assert len(counted.days) == 1
    with desk.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(points)) == 1
    assert len(desk.timeline.series(TODAY).missing) == 15, "afterwards it only tells what is known"
    assert len(counted.days) == 1


def test_a_database_that_is_away_is_asked_again(
    desk: Desk, strike: Disruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(desk, strike)
    find, failed = Points.find, []

    def away(self: Points, addresses: Any) -> Any:
        if threading.current_thread().name == "timeline" and not failed:
            failed.append(True)
            raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))
        return find(self, addresses)

    monkeypatch.setattr(Points, "find", away)
    monkeypatch.setattr(timeline, "_AWAY_S", 0.01)
    whole(desk)
    assert failed


def test_random_changes_of_the_log(desk: Desk) -> None:
    """What is told at every step is what is computed anew."""
    random = np.random.default_rng(7)
    write(desk, *(dataclasses.replace(FLOOD, title=f"Flood {number}") for number in range(3)))
    for step in range(12):
        one = desk.disruptions()[random.integers(len(desk.disruptions()))]
        if random.random() < 0.3:
            write(desk, dataclasses.replace(FLOOD, title=f"Storm {step}", start=FLOOD.start, severity_likely=0.1))
        else:
            days = int(random.integers(0, 40))
            end = FLOOD.start and FLOOD.start + timedelta(days=days)
            desk.write(keeping.review, one.id, "resolve", Change(local("Ana"), AT), end, desk.duration_weeks)
        series = desk.timeline.series(TODAY)
        for day, figures in zip(series.days, series.values, strict=True):
            fresh = point(desk.chain, desk.disruptions(), day, desk.method)
            np.testing.assert_allclose(figures, fresh, rtol=1e-12, atol=1e-12)
    assert_as_assessed(desk, whole(desk))


# The table.


@pytest.fixture
def engine(writer: Writer) -> sa.Engine:
    return writer.engine


def figures(value: float) -> Floats:
    return np.full((2, len(FIGURES)), value) / 3


def test_points_come_back_to_the_bit_on_every_database(engine: sa.Engine) -> None:
    one, other = Points(engine), Points(engine)
    for number in range(600):
        one.put(f"a{number}", figures(number))
    one.put("a1", figures(1))
    assert one.write()
    assert other.write()
    other.put("a1", figures(1))
    assert other.write(), "two may keep the same"
    found = Points(engine).find([f"a{number}" for number in range(700)])
    assert len(found) == 600
    assert all(np.array_equal(found[f"a{number}"], figures(number)) for number in range(600))


def test_points_are_bounded(engine: sa.Engine) -> None:
    held = Points(engine, most=20)
    for number in range(50):
        held.put(f"a{number}", figures(number))
    held.write()
    with engine.connect() as connection:
        kept = list(connection.scalars(sa.select(points.c.address).order_by(points.c.number)))
    assert kept == [f"a{number}" for number in range(30, 50)]
    assert [f"a{number}" in held for number in (29, 30, 49)] == [False, True, True]


def test_points_wait_while_somebody_writes(engine: sa.Engine) -> None:
    held = Points(engine)
    held.put("a", figures(1))
    with writing(engine):
        assert not held.write()
    assert held.write()
    assert list(Points(engine).find(["a"])) == ["a"]


def test_points_are_no_part_of_a_backup(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert points not in rows.kept_tables(connection)


def test_a_desk_on_either_database_finds_what_another_computed(
    database_url: str, strike: Disruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=database_url, chain=DATA / "toy")
    desk = Desk(settings)
    write(desk, strike)
    series = whole(desk)
    desk.close()
    monkeypatch.setattr(timeline, "point", None)
    other = Desk(settings)
    again = other.timeline.series(TODAY)
    other.close()
    assert np.array_equal(series.values, again.values)
