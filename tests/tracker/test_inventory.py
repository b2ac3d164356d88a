"""The inventory: what is wanted, how actions moved, and how many were where in time."""

import dataclasses
from datetime import UTC, date, datetime

import pytest

from graphs.errors import Faults
from graphs.recommendation import Action
from tracker import keeping, log, workflow
from tracker.desk import Desk
from tracker.inventory import NO_ECOSYSTEM, Wanted, by_ecosystem, moves, over_time, unproved
from tracker.keeping import Change
from tracker.permissions import local

LANES = Action("Green lanes for lorries", id="A1", ecosystems=("Agri-food", "Retail"), theme="legal framework",
               actions_required=("regulation",), about=())  # fmt: skip


def change(month: int) -> Change:
    return Change(local("Ana"), datetime(2021, month, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted("LORR gré"), True),
        (Wanted("lorries boats"), False),
        (Wanted(state="proposed"), True),
        (Wanted(state="withdrawn"), False),
        (Wanted(ecosystem="Textiles"), False),
        (Wanted(theme="legal framework", act="regulation"), True),
        (Wanted(act="funding"), False),
        (Wanted(unproved=True), False),
    ],
)
def test_what_is_wanted(wanted: Wanted, fits: bool) -> None:
    assert wanted.fits(LANES) == fits


def test_what_was_taken_back_is_seen_only_if_asked_for() -> None:
    gone = dataclasses.replace(LANES, state="withdrawn")
    assert not Wanted("lorries").fits(gone)
    assert Wanted(state="withdrawn").fits(gone)
    assert unproved(gone) == []


def test_one_of_several_ecosystems_counts_in_each() -> None:
    found = by_ecosystem([LANES, Action("Else", state="done")])
    assert {name: dict(counts) for name, counts in found.items()} == {
        "Agri-food": {"proposed": 1}, "Retail": {"proposed": 1}, NO_ECOSYSTEM: {"done": 1}}  # fmt: skip


def test_moves_and_months(desk: Desk) -> None:
    """Proposed in January, adopted since February as said in March, that date mended in April, done in June."""
    desk.write(keeping.log_one, LANES, change(1))
    desk.write(keeping.amend, workflow.moved(LANES, "adopted", date(2021, 2, 20), ""), change(3))
    mended = dataclasses.replace(LANES, state="adopted", state_on=date(2021, 2, 22), state_source="https://eu.eu/x")
    desk.write(keeping.amend, mended, change(4))
    desk.write(keeping.amend, dataclasses.replace(mended, note="more"), change(5))
    desk.write(keeping.amend, workflow.moved(mended, "done", None, "https://eu.eu/y"), change(6))
    found = moves(log.entries_of(desk.engine, "action"))
    assert [(one.before, one.after, one.on, one.dated, one.source) for one in found] == [
        ("", "proposed", date(2021, 1, 5), False, ""),
        ("proposed", "adopted", date(2021, 2, 22), True, "https://eu.eu/x"),
        ("adopted", "done", date(2021, 6, 5), False, "https://eu.eu/y"),
    ]
    assert [(end, dict(counts)) for end, counts in over_time(found, date(2021, 6, 10))] == [
        (date(2021, 6, 10), {"done": 1}),
        (date(2021, 5, 31), {"adopted": 1}),
        (date(2021, 4, 30), {"adopted": 1}),
        (date(2021, 3, 31), {"adopted": 1}),
        (date(2021, 2, 28), {"adopted": 1}),
        (date(2021, 1, 31), {"proposed": 1}),
    ]


@pytest.mark.parametrize(
    ("state", "on", "source", "field"),
    [
        ("done", None, " ", "state_on"),
        ("finished", date(2021, 1, 1), "", "state"),
        ("withdrawn", date(2021, 1, 1), "", "state"),
        ("proposed", date(2021, 1, 1), "", "state"),
        ("done", None, "the papers", "state_source"),
    ],
)
def test_moving_on_shows_something(state: str, on: date | None, source: str, field: str) -> None:
    with pytest.raises(Faults) as found:
        workflow.moved(LANES, state, on, source)
    assert [one.field for one in found.value.faults] == [field]


def test_what_was_taken_back_does_not_move() -> None:
    with pytest.raises(Faults, match="restore it first"):
        workflow.moved(dataclasses.replace(LANES, state="withdrawn"), "done", date(2021, 1, 1), "")


def test_back_to_proposed_needs_nothing() -> None:
    done = dataclasses.replace(LANES, state="done", state_on=date(2021, 1, 1), state_source="https://eu.eu/x")
    assert workflow.moved(done, "proposed", None, "") == LANES
