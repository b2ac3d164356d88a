"""What the record proposes comes into a log once, also into an older one; matching follows the log."""

import dataclasses
from collections import Counter
from datetime import datetime

from graphs.disruption import Disruption
from graphs.recommendation import Action, Practice
from tracker import keeping, log
from tracker.conversation import Comment
from tracker.desk import Desk
from tracker.keeping import Change
from tracker.permissions import local
from tracker.record import CODED, embedded, proposed


def write(desk: Desk, verb: object, *given: object, at: datetime) -> object:
    return desk.write(verb, *given, Change(local("Ana"), at))  # type: ignore[arg-type]


def test_what_is_proposed_are_the_words_of_the_record() -> None:
    records = {one.id: one for one in embedded([])}
    found = proposed(list(records.values()))
    assert len(found) == 80
    assert {name for one in found for name in one.record.about} == {
        name for name, one in records.items() if one.proposals
    }
    for one in (each.record for each in found):
        [about] = one.about
        assert one.title in records[about].proposals
        assert one.id.startswith(f"{about}.")
        assert one.ecosystems == records[about].ecosystems
        assert CODED in one.note
        assert one.description in ("", f"Recorded as: {records[about].proposals}")
        if isinstance(one, Practice):
            assert (one.state, one.sources) == ("reported", records[about].sources)
            assert not one.result
            assert not one.evidence
        else:
            assert (one.state, one.state_on, one.state_source) == ("proposed", None, records[about].sources[0])
            assert not one.owner
            assert not one.programme
    measures = Counter(word for one in found for word in one.measures)
    assert len(measures) == 21


def test_nothing_that_is_proposed_is_left_out() -> None:
    for one in embedded([]):
        left = one.proposals
        for title in sorted((each.record.title for each in proposed([one])), key=len, reverse=True):
            left = left.replace(title, "", 1)
        assert not left.strip(" ;,"), one.id


def test_they_come_once_after_the_disruptions(desk: Desk, at: datetime) -> None:
    assert desk.seed_proposals(at) == 0  # nothing to hang them on
    assert (desk.seed(at), desk.seed_proposals(at), desk.position) == (80, 80, 160)
    assert (desk.seed(at), desk.seed_proposals(at), desk.position) == (0, 0, 160)
    assert log.verify(desk.engine) == []


def test_an_older_log_gets_them_too_and_keeps_what_became_of_them(desk: Desk, at: datetime, strike: Disruption) -> None:
    desk.seed(at)
    logged = write(desk, keeping.log_one, strike, at=at)
    assert logged.id == "D81"  # type: ignore[attr-defined]
    assert desk.seed_proposals(at) == 80
    write(desk, keeping.withdraw, "R05.1", at=at)
    assert desk.seed_proposals(at) == 0
    assert log.standing(desk.engine, "R05.1").body["state"] == "withdrawn"


def test_a_log_of_ones_own_gets_none(desk: Desk, at: datetime, strike: Disruption) -> None:
    write(desk, keeping.log_one, dataclasses.replace(strike, id="R05"), at=at)
    assert desk.seed_proposals(at) == 0


def test_matching_follows_the_log(desk: Desk, at: datetime, strike: Disruption) -> None:
    shown = dataclasses.replace(strike, id="D1", ecosystems=("Textiles",), title="No thread for looms")
    write(desk, keeping.log_one, shown, at=at)
    assert desk.proposals.of(shown) == []
    action = Action("Share thread", id="A1", ecosystems=("Textiles",))
    write(desk, keeping.log_one, action, at=at)
    assert [one.record.id for one in desk.proposals.of(shown)] == ["A1"]
    ready = desk.proposals.prepared()
    write(desk, keeping.log_one, Comment("D1", "Seen"), at=at)
    assert desk.proposals.prepared() is ready  # a comment changes none of it
    write(desk, keeping.amend, dataclasses.replace(action, about=("D1",)), at=at)
    [found] = desk.proposals.of(shown)
    assert found.tied
    assert desk.proposals.of(shown, tied=False) == []
    assert [one.id for one, _ in desk.proposals.ranked(desk.disruptions())] == ["D1"]
    write(desk, keeping.withdraw, "A1", at=at)
    assert desk.proposals.of(shown) == []
