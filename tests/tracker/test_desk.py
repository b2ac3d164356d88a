"""The desk: begins the log once, writes what is new, and answers from the newest position."""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from graphs.disruption import Disruption
from graphs.errors import Faults
from tracker import keeping, log
from tracker.desk import Desk
from tracker.keeping import Change
from tracker.log import Writer
from tracker.permissions import local
from tracker.record import embedded

ON = date(2021, 3, 15)


def write(desk: Desk, records: list[Disruption], who: str, at: datetime) -> list[Any]:
    taken = desk.write(keeping.import_records, records, Change(local(who), at))
    return [one.record for one in taken.new]


def write_one(desk: Desk, record: Disruption, who: str, at: datetime) -> Any:
    return desk.write(keeping.log_one, record, Change(local(who), at)).record


def resolve(desk: Desk, record_id: str, end: date, who: str, at: datetime) -> Any:
    change = Change(local(who), at)
    return desk.write(keeping.review, record_id, "resolve", change, end, desk.duration_weeks).record


def meet(function: Callable[..., Any], parties: int = 2) -> Callable[..., Any]:
    """The function, begun only when as many threads are there; where a lock keeps them apart, each goes on alone."""
    barrier = threading.Barrier(parties)

    def meeting(*arguments: Any, **named: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return function(*arguments, **named)

    return meeting


def test_a_new_log_begins_with_the_record_once(desk: Desk, at: datetime) -> None:
    assert (desk.seed(at), desk.position) == (80, 80)
    assert (desk.seed(at), desk.position) == (0, 80)
    assert log.disruptions(desk.engine) == embedded([])
    assert {log.history(desk.engine, "R01")[0].who} == {"embedded record"}


def test_a_log_that_has_begun_is_not_given_the_record(desk: Desk, at: datetime, strike: Disruption) -> None:
    write_one(desk, strike, who="Ana", at=at)
    assert (desk.seed(at), desk.position) == (0, 1)


def test_a_chain_that_lacks_industries_of_the_record_can_be_used(desk: Desk, at: datetime) -> None:
    """A user's own chain need not have every industry of the record: such records then hit nothing in it."""
    assert desk.seed(at) == 80
    assert desk.assess(date(2020, 4, 26)).disruptions


def test_two_programs_that_begin_at_once_begin_one_log(
    desk: Desk, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Desk(desk.settings)
    monkeypatch.setattr(Writer, "write", meet(Writer.write))
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one.seed, at) for one in (desk, other)]:
            done.result()
    other.close()
    assert desk.position == 80


def test_what_the_log_holds_is_left_out(desk: Desk, at: datetime, strike: Disruption) -> None:
    flood = dataclasses.replace(strike, title="Flood")
    assert [one.id for one in write(desk, [strike, flood], who="Ana", at=at)] == ["D1", "D2"]
    assert write(desk, [strike, flood], who="Ben", at=at) == []
    third = dataclasses.replace(strike, note="in Bremen")
    assert [one.title for one in write(desk, [strike, third, flood, third], who="Ben", at=at)] == ["Strike"]
    assert desk.position == 3


def test_with_its_id_it_is_left_out_too(desk: Desk, at: datetime, strike: Disruption) -> None:
    own = dataclasses.replace(strike, id="X1")
    assert [one.id for one in write(desk, [own], who="Ana", at=at)] == ["X1"]
    assert write(desk, [own], who="Ana", at=at) == []
    assert write(desk, [strike], who="Ana", at=at) == []
    assert desk.position == 1


def test_an_import_that_is_repeated_after_one_is_resolved_changes_nothing(
    desk: Desk, at: datetime, strike: Disruption
) -> None:
    """The file still says what it said; the log knows more by now."""
    own = dataclasses.replace(strike, id="X1", title="Flood")
    write(desk, [strike, own], who="Ana", at=at)
    resolve(desk, "D1", date(2021, 3, 5), who="Ana", at=at)
    resolve(desk, "X1", date(2021, 3, 5), who="Ana", at=at)
    assert write(desk, [strike], who="Ana", at=at) == [], "it is not in force again"
    assert write(desk, [own], who="Ana", at=at) == [], "it is not refused either"
    assert desk.position == 4


def test_an_id_that_is_taken_is_refused_and_nothing_is_written(desk: Desk, at: datetime, strike: Disruption) -> None:
    write(desk, [dataclasses.replace(strike, id="X1")], who="Ana", at=at)
    with pytest.raises(Faults, match="X1 is in the log with other content"):
        write(
            desk,
            [dataclasses.replace(strike, id="X2"), dataclasses.replace(strike, id="X1", title="Flood")],
            who="Ana",
            at=at,
        )
    assert desk.position == 1


def test_an_id_that_stands_twice_in_one_file_is_refused(desk: Desk, at: datetime, strike: Disruption) -> None:
    """Else the second would silently replace the first."""
    one, two = dataclasses.replace(strike, id="X1"), dataclasses.replace(strike, id="X1", title="Flood")
    with pytest.raises(Faults, match="X1"):
        write(desk, [one, two], who="Ana", at=at)
    assert desk.position == 0


def test_an_id_given_by_the_log_is_not_one_that_comes_later_in_the_file(
    desk: Desk, at: datetime, strike: Disruption
) -> None:
    records = [strike, dataclasses.replace(strike, id="D1", title="Flood"), dataclasses.replace(strike, title="Storm")]
    written = write(desk, records, who="Ana", at=at)
    assert len({one.id for one in written}) == 3
    assert sorted(one.title for one in log.disruptions(desk.engine)) == ["Flood", "Storm", "Strike"]


def test_every_id_that_is_taken_is_named_at_once(desk: Desk, at: datetime, strike: Disruption) -> None:
    write(desk, [dataclasses.replace(strike, id=name) for name in ("X1", "X2")], who="Ana", at=at)
    others = [dataclasses.replace(strike, id=name, title=f"Flood {name}") for name in ("X1", "X2", "X3")]
    with pytest.raises(Faults) as found:
        write(desk, others, who="Ana", at=at)
    assert [(one.where, one.field) for one in found.value.faults] == [("X1", "id"), ("X2", "id")]


def test_one_that_is_in_the_log_already_is_refused_by_name(desk: Desk, at: datetime, strike: Disruption) -> None:
    assert write_one(desk, strike, who="Ana", at=at).id == "D1"
    with pytest.raises(Faults) as found:
        write_one(desk, strike, who="Ana", at=at)
    assert str(found.value) == "title: the very same disruption is already in the log; say what is different"
    assert desk.position == 1


@pytest.mark.parametrize("own", ["", "X1"])
def test_the_same_record_written_twice_at_once_is_written_once(
    desk: Desk, at: datetime, strike: Disruption, monkeypatch: pytest.MonkeyPatch, own: str
) -> None:
    monkeypatch.setattr(Writer, "write", meet(Writer.write))
    records = [dataclasses.replace(strike, id=own)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, desk, records, who=who, at=at) for who in ("Ana", "Ben")]:
            done.result()
    assert desk.position == 1
    assert len(log.disruptions(desk.engine)) == 1


def test_an_assessment_is_kept_until_the_log_changes(desk: Desk, at: datetime, strike: Disruption) -> None:
    first = desk.assess(ON)
    assert desk.assess(ON) is first
    assert desk.assess(ON + timedelta(days=1)) is not first
    assert desk.assess(ON) is first
    write_one(desk, strike, who="Ana", at=at)
    second = desk.assess(ON)
    assert second is not first
    assert [one.id for one in second.disruptions] == ["D1"]
    assert desk.assess(ON) is second
    assert desk.assess(ON, only="D1") is not second


def test_memory_for_assessments_is_bounded(desk: Desk) -> None:
    first = desk.assess(ON)
    for days in range(1, 32):
        desk.assess(ON + timedelta(days=days))
    assert desk.assess(ON).scores is first.scores, "32 are kept, and looking at one makes it the newest"
    desk.assess(ON + timedelta(days=32))
    assert desk.assess(ON).scores is first.scores
    for days in range(100, 132):
        desk.assess(ON + timedelta(days=days))
    assert desk.assess(ON).scores is not first.scores


def test_one_disruption_by_itself(desk: Desk, at: datetime, strike: Disruption) -> None:
    write(desk, [strike, dataclasses.replace(strike, title="Flood", origin=("FR",))], who="Ana", at=at)
    assert [one.id for one in desk.assess(ON).disruptions] == ["D1", "D2"]
    assert [one.id for one in desk.assess(ON, only="D2").disruptions] == ["D2"]
    assert desk.assess(ON, only="D9").disruptions == []


def test_resolving_restores_the_scores_of_later_days(desk: Desk, at: datetime, strike: Disruption) -> None:
    before, untouched = desk.assess(ON).scores, desk.assess(date(2021, 2, 1)).scores
    write_one(desk, strike, who="Ana", at=at)
    during, first = desk.assess(ON).scores, desk.assess(date(2021, 3, 5)).scores
    assert during.score[("eu", "EU")] < before.score[("eu", "EU")]
    resolved = resolve(desk, "D1", date(2021, 3, 10), who="Ben", at=at)
    assert (resolved.state, resolved.end, resolved.title) == ("resolved", date(2021, 3, 10), "Strike")
    pd.testing.assert_frame_equal(desk.assess(ON).scores, before, check_exact=True)
    pd.testing.assert_frame_equal(desk.assess(date(2021, 2, 1)).scores, untouched, check_exact=True)
    assert first.score[("eu", "EU")] <= desk.assess(date(2021, 3, 5)).scores.score[("eu", "EU")] < before.score.iloc[0]


def test_an_end_that_was_expected_gives_way_to_the_real_one(desk: Desk, at: datetime, strike: Disruption) -> None:
    write_one(desk, dataclasses.replace(strike, end=date(2021, 4, 25)), who="Ana", at=at)
    assert resolve(desk, "D1", date(2021, 3, 10), who="Ben", at=at).end == date(2021, 3, 10)
    assert desk.assess(ON).disruptions == []
    assert resolve(desk, "D1", date(2021, 3, 20), who="Ben", at=at).end == date(2021, 3, 20), "it can be corrected"
    assert [one.id for one in desk.assess(ON).disruptions] == ["D1"]


def test_what_cannot_be_resolved(desk: Desk, at: datetime, strike: Disruption) -> None:
    with pytest.raises(KeyError):
        resolve(desk, "D1", ON, who="Ana", at=at)
    write_one(desk, strike, who="Ana", at=at)
    with pytest.raises(Faults, match="end: 2021-02-28 is before the start 2021-03-01"):
        resolve(desk, "D1", date(2021, 2, 28), who="Ana", at=at)
    assert desk.position == 1


@pytest.mark.parametrize("state", ["draft", "rejected", "withdrawn"])
def test_what_never_counted_does_not_count_because_it_is_over(
    desk: Desk, at: datetime, strike: Disruption, state: str
) -> None:
    """A draft or rejected record has no impact; saying that it is over must not give it one."""
    before = desk.assess(date(2021, 3, 5)).scores
    write(desk, [dataclasses.replace(strike, state=state)], who="Ana", at=at)
    with contextlib.suppress(Faults):
        resolve(desk, "D1", date(2021, 3, 10), who="Ana", at=at)
    pd.testing.assert_frame_equal(desk.assess(date(2021, 3, 5)).scores, before, check_exact=True)


def test_resolving_twice_with_the_same_day_writes_one_entry(desk: Desk, at: datetime, strike: Disruption) -> None:
    write_one(desk, strike, who="Ana", at=at)
    for _ in range(2):
        with contextlib.suppress(Faults):
            resolve(desk, "D1", date(2021, 3, 10), who="Ana", at=at)
    assert desk.position == 2


def test_the_worst_day_is_of_the_log_as_it_stands(desk: Desk, at: datetime, strike: Disruption) -> None:
    assert desk.worst_day() is None
    write_one(desk, strike, who="Ana", at=at)
    assert desk.worst_day() == date(2021, 3, 1)
    worse = dataclasses.replace(strike, start=date(2021, 5, 1), severity_likely=0.9)
    write_one(desk, worse, who="Ana", at=at)
    assert desk.worst_day() == date(2021, 5, 1)
    assert desk.worst_day() == date(2021, 5, 1)


def test_a_desk_on_the_same_log_says_the_same(desk: Desk, at: datetime, strike: Disruption) -> None:
    write_one(desk, strike, who="Ana", at=at)
    other = Desk(desk.settings)
    assert other.position == 1
    pd.testing.assert_frame_equal(other.assess(ON).scores, desk.assess(ON).scores, check_exact=True)
    write_one(other, dataclasses.replace(strike, title="Flood"), who="Ben", at=at)
    assert [one.title for one in desk.assess(ON).disruptions] == ["Strike", "Flood"], "written elsewhere, seen here"
    other.close()


def test_industries_are_those_of_the_chain(desk: Desk, estimate_desk: Desk) -> None:
    assert set(desk.industries) == {"A", "C26", "C29", "G47"}
    assert len(estimate_desk.industries) == 33
    assert isinstance(desk.industries, Collection)


def test_a_score_can_be_recomputed_from_its_position(desk: Desk, at: datetime, strike: Disruption) -> None:
    """The same position, chain version and method version give the same figures, whatever was logged since."""
    desk.seed(at)
    before, position = desk.assess(ON), desk.position
    write_one(desk, dataclasses.replace(strike, start=ON), who="Ana", at=at)
    assert not desk.assess(ON).scores.equals(before.scores)
    other = Desk(desk.settings)
    with contextlib.closing(other):
        again = other.assess(ON, position=position)
    assert (again.chain_version, again.method) == (before.chain_version, before.method)
    pd.testing.assert_frame_equal(again.scores, before.scores, check_exact=True)
    pd.testing.assert_frame_equal(again.points, before.points, check_exact=True)


def test_only_the_newest_assessments_keep_what_takes_much_memory(desk: Desk) -> None:
    for days in range(6):
        desk.assess(ON + timedelta(days=days))
    heavy = [one.impact is not None for one in desk._assessments.values()]
    assert heavy == [False, False, True, True, True, True]


def test_the_records_are_there_while_a_date_is_assessed(
    desk: Desk, at: datetime, strike: Disruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_one(desk, strike, who="Ana", at=at)
    begun, goes_on = threading.Event(), threading.Event()

    def slowly(*_: Any, **__: Any) -> None:
        begun.set()
        goes_on.wait(10)

    monkeypatch.setattr("tracker.desk.assess", slowly)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(desk.assess, ON)
        assert begun.wait(10)
        try:
            assert [one.id for one in pool.submit(desk.disruptions).result(3)] == ["D1"]
        finally:
            goes_on.set()
