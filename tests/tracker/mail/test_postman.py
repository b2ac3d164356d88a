"""The weekly report is mailed once: across restarts, between processes, and again where it was not taken."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from graphs.errors import Fault, Faults
from reports.briefing import Briefing
from tracker.database import open_database
from tracker.mail import mailings
from tracker.mail.postman import Post, Postman, ended, read_time
from tracker.settings import Settings

WHEN, BRUSSELS = "07:00 Europe/Brussels", ZoneInfo("Europe/Brussels")
MONDAY = datetime(2020, 4, 27, 5, tzinfo=UTC)
"""07:00 in Brussels."""


class Clock:
    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(mail_server: Callable[..., Any]) -> Iterator[Any]:
    with mail_server() as box:
        yield box


def post_to(port: int) -> Post:
    post = Post.of(
        Settings(smtp_url=f"smtp://localhost:{port}", report_from="desk@a.eu", report_to="ana@a.eu,ben@b.eu")
    )
    assert post is not None
    return post


@pytest.fixture
def postman_of(report: Briefing, clock: Clock, box: Any) -> Callable[[sa.Engine], Postman]:
    def made(engine: sa.Engine) -> Postman:
        return Postman(engine, post_to(box.port), WHEN, clock, lambda last: dataclasses.replace(report, parts=()))

    return made


def test_each_week_is_mailed_once(engine: sa.Engine, postman_of: Any, clock: Clock, box: Any) -> None:
    clock.now = MONDAY + timedelta(days=2)
    assert [postman_of(engine).turn() for _ in range(3)] == [True, False, False], "restarts"
    clock.now = MONDAY + timedelta(days=6, hours=23)
    assert not postman_of(engine).turn()
    clock.now = MONDAY + timedelta(days=7)
    assert postman_of(engine).turn()
    assert box.to == [["ana@a.eu", "ben@b.eu"]] * 2
    known = mailings.find(engine, "weekly 2020-W17")
    assert known is not None
    assert (known.attempts, known.sent_at, known.fault) == (1, "2020-04-29T05:00:00.000+00:00", "")


def test_of_two_processes_one_mails_it(database_url: str, postman_of: Any, box: Any) -> None:
    engines = [open_database(database_url) for _ in range(4)]
    begin = threading.Barrier(4)

    def race(engine: sa.Engine) -> bool:
        postman = postman_of(engine)
        begin.wait()
        return bool(postman.turn())

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(race, engines)) == [False, False, False, True]
    assert len(box.mails) == 1
    for engine in engines:
        engine.dispose()


def test_what_was_not_taken_is_tried_again(
    engine: sa.Engine, postman_of: Any, clock: Clock, box: Any, caplog: pytest.LogCaptureFixture
) -> None:
    box.answer = "451 come back later"
    tried = []
    for minute in range(12):
        clock.now = MONDAY + timedelta(minutes=minute)
        before = mailings.find(engine, "weekly 2020-W17")
        assert not postman_of(engine).turn()
        after = mailings.find(engine, "weekly 2020-W17")
        assert after is not None
        if before is None or after.attempts > before.attempts:
            tried.append(minute)
    assert tried == [0, 1, 3, 7], "after a minute, then twice as long each time"
    assert "was not mailed: localhost" in caplog.text
    assert "451 come back later" in after.fault
    box.answer, clock.now = "250 OK", MONDAY + timedelta(minutes=15)
    assert postman_of(engine).turn()
    done = mailings.find(engine, "weekly 2020-W17")
    assert done is not None
    assert (done.attempts, done.fault, len(box.mails)) == (5, "", 1)


def test_who_was_killed_half_way_is_followed_by_another(
    engine: sa.Engine, postman_of: Any, clock: Clock, box: Any
) -> None:
    assert mailings.claim(engine, "weekly 2020-W17", MONDAY) == 1  # and is never heard of again
    clock.now = MONDAY + timedelta(minutes=29)
    assert not postman_of(engine).turn()
    clock.now = MONDAY + timedelta(minutes=30)
    assert postman_of(engine).turn()
    assert len(box.mails) == 1


def test_a_recipient_that_is_refused_holds_up_nobody(
    engine: sa.Engine, postman_of: Any, box: Any, caplog: pytest.LogCaptureFixture
) -> None:
    box.refuse = ("ben@b.eu",)
    assert postman_of(engine).turn()
    assert not postman_of(engine).turn()
    assert box.to == [["ana@a.eu"]]
    assert "mailed, but not to all: ben@b.eu was refused: 550 no such box" in caplog.text


def test_a_report_that_cannot_be_written_is_told(engine: sa.Engine, clock: Clock, box: Any) -> None:
    def report(last: date) -> Briefing:
        raise Faults([Fault("t, row 1", "n", "nan is no number", "leave what is not known empty")])

    assert not Postman(engine, post_to(box.port), WHEN, clock, report).turn()
    known = mailings.find(engine, "weekly 2020-W17")
    assert known is not None
    assert "nan is no number" in known.fault


def test_without_settings_nothing_is_sent(engine: sa.Engine, clock: Clock, report: Briefing) -> None:
    postman = Postman(engine, None, WHEN, clock, lambda last: report)
    postman.start()
    assert not postman.turn()
    postman.close()
    assert mailings.find(engine, "weekly 2020-W17") is None


def test_it_works_beside_and_stops(
    engine: sa.Engine, postman_of: Any, box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.mail.postman._EVERY_S", 0.0)
    postman = postman_of(engine)
    done = threading.Event()
    monkeypatch.setattr(mailings, "sent", lambda *given: done.set())
    postman.start()
    assert done.wait(30)
    postman.close()
    assert len(box.mails) == 1


@given(st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_what_is_due_is_the_newest_week_that_has_ended(now: datetime) -> None:
    last = ended(now, time(7), BRUSSELS)
    due = datetime.combine(last + timedelta(days=1), time(7), BRUSSELS)
    assert last.isoweekday() == 7
    assert due <= now < datetime.combine(last + timedelta(days=8), time(7), BRUSSELS)


@pytest.mark.parametrize(
    "text", ["", "25:00", "noon", "07:00 Europe/Nowhere", "07:00 ../etc/passwd", "07:00 /etc/passwd"]
)
def test_a_time_that_is_none_is_a_fault(text: str) -> None:
    with pytest.raises(Faults, match="TRACKER_REPORT_AT: "):
        read_time(text)


@pytest.mark.parametrize(
    "text", ["ana", "ana@", "@a.eu", "a@b@c", "ana@a.eu,,ben@b.eu", "ana@a.eu\nBcc: x@y.eu", "ána@a.eu", "a b@c.eu"]
)
def test_what_is_no_address_is_a_fault(text: str) -> None:
    with pytest.raises(Faults, match="TRACKER_REPORT_TO: "):
        Post.of(Settings(smtp_url="smtp://localhost", report_from="The desk <desk@a.eu>", report_to=text))
