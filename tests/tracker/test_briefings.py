"""Reports from the log: the same position makes the same bytes, in any process, whatever came after."""

import dataclasses
import hashlib
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from graphs.classification import DATA
from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.recommendation import Action, Practice
from reports.publish import files
from tracker import briefings, keeping, log
from tracker.desk import Desk
from tracker.keeping import Change
from tracker.permissions import local

SUNDAY = date(2021, 3, 7)
IN_WEEK = datetime(2021, 3, 3, 12, tzinfo=UTC)
LATER = datetime(2021, 5, 1, 12, tzinfo=UTC)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 2), effect="supply", severity_likely=0.4, industries=("C29",))
CHIPS = Disruption(
    "No chips", ("TW",), date(2021, 2, 1), industries=("C26",), severity_likely=0.5, end=date(2021, 5, 1)
)
HELP = (
    Practice("A fund for a strike of car makers", ecosystems=("Mobility-Transport-Automotive", "Electronics")),
    Action("Chips of Europe, a strike of luck", actions_required=("funding", "coordination")),
)
BEFORE = datetime(2021, 2, 1, tzinfo=UTC)
LATE = Disruption("Flood of that week", ("FR",), date(2021, 3, 4), severity_likely=0.3)
AGAIN = """
import sys, hashlib
from datetime import date
from pathlib import Path
from reports.publish import files
from tracker import briefings
from tracker.desk import Desk
from tracker.settings import Settings
desk = Desk(Settings(database_url=sys.argv[1], chain=Path(sys.argv[2])))
for name, content in files(briefings.of_week(desk, date(2021, 3, 7), int(sys.argv[3]))).items():
    print(name, hashlib.sha256(content).hexdigest())
desk.close()
"""


def write(desk: Desk, *records: object, at: datetime = IN_WEEK) -> None:
    desk.write(keeping.import_records, list(records), Change(local("Ana"), at))


@pytest.fixture
def written(desk: Desk) -> Desk:
    write(desk, STRIKE, CHIPS)
    write(desk, *HELP, at=BEFORE)
    return desk


def seals(found: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def test_a_past_week_is_made_again_to_the_byte_whatever_was_logged_later(written: Desk) -> None:
    before = files(briefings.of_week(written, SUNDAY))
    position = written.position
    write(written, LATE, Action("Lanes"), at=LATER)
    after = briefings.of_week(written, SUNDAY)
    assert files(after) != before
    assert "Flood of that week" in str(after)
    assert "Lanes" in str(after)
    assert files(briefings.of_week(written, SUNDAY, position)) == before
    written.assess(SUNDAY)  # what is at hand in another way changes nothing
    assert files(briefings.of_week(written, SUNDAY, position)) == before


def test_another_process_makes_the_same_bytes(written: Desk) -> None:
    report = briefings.of_week(written, SUNDAY)
    assert "matched" in [table.name for table in report.tables]
    expected = seals(files(report))
    assert {name.rpartition(".")[2] for name in expected} == {"html", "pdf", "xlsx", "md", "csv"}
    words = [sys.executable, "-c", AGAIN, written.settings.database_url, str(DATA / "toy"), str(written.position)]
    other = os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "NUMBA_NUM_THREADS": "1"}
    told = subprocess.run(words, env=other, capture_output=True, text=True, timeout=300, check=True).stdout
    assert dict(line.split() for line in told.splitlines()) == expected


def test_the_entries_of_the_week_are_those_written_in_it(written: Desk) -> None:
    write(written, LATE, at=LATER)
    [table] = [one for one in briefings.of_week(written, SUNDAY).tables if one.name == "log_entries"]
    assert [row[:3] for row in table.rows] == [("logged", "disruption", 2)]


def test_each_disruption_in_force_has_its_loss_alone_and_progress_is_told(written: Desk) -> None:
    told: list[tuple[int, int]] = []
    said = briefings.of_week(written, SUNDAY, tell=lambda done, of: told.append((done, of)))
    [table] = [one for one in said.tables if one.name == "in_force"]
    place = [column.name for column in table.columns].index("loss_meur")
    alone = {row[0]: row[place] for row in table.rows}
    for name, loss in alone.items():
        assert loss == pytest.approx(written.assess(SUNDAY, only=str(name)).scores.loss_meur[("eu", "EU")], abs=0.01)
    assert told == [(1, 2), (2, 2)]


def test_a_position_that_the_log_does_not_have_is_refused(written: Desk) -> None:
    for position in (-1, written.position + 1):
        with pytest.raises(Faults, match="the log ends at"):
            briefings.of_week(written, SUNDAY, position)
    assert "No disruption on record" in briefings.of_day(written, SUNDAY, 0).headline


@pytest.mark.parametrize(
    "week", ["", "2020", "2020-W54", "2020-W00", "W17", "2020-W1７", "0001-W01", "9999-W52", "2021-W53"]
)
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(Faults, match="is no week"):
        briefings.sunday_of(week)


def test_weeks_are_listed_that_ended_with_a_record_in_force(written: Desk) -> None:
    found = briefings.weeks(written, date(2021, 3, 14))
    assert found[0] == ("2021-W10", date(2021, 3, 14), 2)
    assert found[-1] == ("2021-W05", date(2021, 2, 7), 1)
    assert briefings.weeks(written, date(2021, 3, 13))[0][0] == "2021-W09", "the next has not ended yet"


def test_a_report_is_kept_until_the_log_changes(written: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    of_week = briefings.of_week
    monkeypatch.setattr(briefings, "of_week", lambda *given: made.append(1) or of_week(*given))
    kept = briefings.Kept(written)
    first = kept.week(SUNDAY)
    assert kept.week(SUNDAY) is first
    assert kept.file(SUNDAY, "md") is kept.file(SUNDAY, "md")
    assert len(made) == 1
    write(written, dataclasses.replace(LATE, title="Another"), at=LATER)
    assert kept.week(SUNDAY) != first
    assert len(made) == 2


def test_whoever_asks_while_many_wait_is_sent_away_but_what_is_kept_is_given(
    written: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    kept = briefings.Kept(written)
    ready = kept.week(SUNDAY)

    def slow(desk: Desk, last: date, position: int | None) -> Any:
        begun.release()
        assert go_on.wait(20)
        return ready

    monkeypatch.setattr(briefings, "of_week", slow)
    kept._places = threading.BoundedSemaphore(1)
    waits = threading.Thread(target=kept.week, args=(date(2021, 3, 14),))
    waits.start()
    assert begun.acquire(timeout=20)
    with pytest.raises(briefings.Busy):
        kept.week(date(2021, 3, 21))
    assert kept.week(SUNDAY) is ready, "nobody has to wait for it"
    go_on.set()
    waits.join()
    assert kept.week(date(2021, 3, 21)) is ready, "there is room again"


def test_records_as_of_a_position_and_entries_between_two_moments(written: Desk) -> None:
    position = written.position
    write(written, Action("Lanes"), at=LATER)
    assert [one.title for one in log.as_of(written.engine, "action", position)] == [HELP[1].title]
    assert [one.title for one in log.as_of(written.engine, "action", written.position)] == [HELP[1].title, "Lanes"]
    assert log.as_of(written.engine, "action", 2) == []
    assert [one.title for one in log.as_of(written.engine, "disruption", position)] == ["Strike", "No chips"]
    found = log.between(written.engine, IN_WEEK, LATER, written.position)
    assert [one.number for one in found] == [1, 2], "from the first moment on, before the second"
    assert log.between(written.engine, IN_WEEK, LATER, 1)[0].number == 1
