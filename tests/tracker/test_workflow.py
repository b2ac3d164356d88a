"""What becomes of a record: every step from every state, and what it says when there is no way."""

import dataclasses
from datetime import date

import pytest

from graphs.disruption import STATES, Disruption
from graphs.errors import Faults
from graphs.organisation import Cluster
from graphs.recommendation import PRACTICE_STATES, Practice
from tracker import workflow
from tracker.conversation import Comment

STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", sources=("https://a.eu",))
LEADS = {
    "submit": {"draft": "reported"},
    "verify": {"reported": "verified"},
    "reject": {"reported": "rejected", "verified": "rejected"},
    "resolve": {"reported": "resolved", "verified": "resolved", "resolved": "resolved"},
    "reopen": {"rejected": "reported", "resolved": "reported"},
}
"""The whole of it, written out once more."""


def strike(state: str) -> Disruption:
    return dataclasses.replace(
        STRIKE,
        state=state,
        end=date(2021, 3, 9) if state == "resolved" else None,
        merged_into="D2" if state == "merged" else "",
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", LEADS)
def test_each_step_leads_from_its_states_and_from_no_other(action: str, state: str) -> None:
    if state in LEADS[action]:
        taken = workflow.take(strike(state), action, "Because", date(2021, 3, 8))
        assert taken.state == LEADS[action][state]
        return
    with pytest.raises(Faults) as found:
        workflow.take(strike(state), action, "Because", date(2021, 3, 8))
    [fault] = found.value.faults
    assert (fault.field, fault.fault.split()[1]) == ("state", state)
    assert fault.mend


@pytest.mark.parametrize("state", STATES)
def test_the_steps_that_are_offered_are_those_that_can_be_taken(state: str) -> None:
    offered = workflow.steps_from(strike(state))
    assert offered == [one for one in LEADS if LEADS[one].get(state, state) != state]


@pytest.mark.parametrize("state", PRACTICE_STATES)
def test_a_practice_is_reviewed_but_never_resolved(state: str) -> None:
    practice = Practice("Masks", state=state)
    assert workflow.steps_from(practice) == [
        one for one in LEADS if one != "resolve" and LEADS[one].get(state, state) != state
    ]
    with pytest.raises(Faults, match="an entry of this kind is not resolved"):
        workflow.take(practice, "resolve")


def test_a_comment_takes_no_step_and_a_cluster_is_reviewed() -> None:
    assert workflow.steps_from(Comment("D1", "Yes")) == []
    assert workflow.steps_from(Cluster("Chips")) == ["verify", "reject"]
    with pytest.raises(Faults, match="an entry of this kind is not verified; amend or withdraw it"):
        workflow.take(Comment("D1", "Yes"), "verify")


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_rejection_gives_a_reason(why: str) -> None:
    with pytest.raises(Faults, match="why: no reason is given; say why it is rejected"):
        workflow.take(STRIKE, "reject", why)


def test_what_is_resolved_has_an_end_and_what_is_reopened_has_none() -> None:
    resolved = workflow.take(STRIKE, "resolve", end=date(2021, 3, 9))
    assert resolved.end == date(2021, 3, 9)
    assert workflow.take(resolved, "resolve").end == date(2021, 3, 9), "the end on record"
    assert workflow.take(resolved, "reopen").end is None
    with pytest.raises(Faults, match="end: a resolved disruption has no end"):
        workflow.take(STRIKE, "resolve")
    rejected = dataclasses.replace(STRIKE, state="rejected", end=date(2021, 3, 9))
    assert workflow.take(rejected, "reopen").end == date(2021, 3, 9), "it was never over"


@pytest.mark.parametrize(
    ("state", "action", "way"),
    [
        ("withdrawn", "verify", "restore it first"),
        ("merged", "resolve", "restore it first"),
        ("verified", "verify", "nothing needs to be done"),
        ("draft", "verify", "submit it first"),
        ("rejected", "resolve", "reopen it first"),
        ("verified", "submit", "only draft ones are"),
    ],
)
def test_it_says_what_to_do_first(state: str, action: str, way: str) -> None:
    with pytest.raises(Faults) as found:
        workflow.take(strike(state), action, "Because", date(2021, 3, 9))
    assert found.value.faults[0].mend == way


@pytest.mark.parametrize("state", STATES)
def test_an_amendment_changes_what_is_said_not_what_became_of_it(state: str) -> None:
    current = dataclasses.replace(strike(state), assigned_to="Ben")
    given = Disruption("Flood", ("FR",), date(2021, 4, 1), end=current.end and date(2021, 4, 9), id="D9")
    if state in ("withdrawn", "merged"):
        with pytest.raises(Faults, match=f"a {state} record cannot be amended; restore it first"):
            workflow.amended(current, given)
        return
    amended = workflow.amended(current, given)
    assert (amended.id, amended.assigned_to, amended.title) == ("D1", "Ben", "Flood")
    assert amended.state == ("reported" if state == "verified" else state), "verified is only what was read"


def test_a_merged_record_says_into_which_and_the_other_has_the_sources_of_both() -> None:
    other = Disruption("Strike at a plant", ("DE",), date(2021, 3, 1), "D2", sources=("https://b.eu", "https://a.eu"))
    gone, kept = workflow.merged(dataclasses.replace(STRIKE, sources=("https://a.eu", "https://c.eu")), other)
    assert (gone.state, gone.merged_into) == ("merged", "D2")
    assert kept == dataclasses.replace(other, sources=("https://b.eu", "https://a.eu", "https://c.eu"))


def test_what_counts_does_not_go_into_a_draft() -> None:
    draft = dataclasses.replace(strike("draft"), id="D3")
    with pytest.raises(Faults, match="merged_into: D3 is a draft; submit it first, or merge it into this one"):
        workflow.merged(strike("verified"), draft)
    assert workflow.merged(strike("draft"), draft)[1].state == "draft"
    assert workflow.merged(draft, strike("verified"))[1].state == "verified"


def test_no_more_sources_than_a_record_may_have() -> None:
    many = tuple(f"https://a.eu/{number}" for number in range(200))
    other = dataclasses.replace(STRIKE, id="D2", sources=("https://b.eu",))
    _, kept = workflow.merged(dataclasses.replace(STRIKE, sources=many), other)
    assert kept.sources == ("https://b.eu", *many[:199])


@pytest.mark.parametrize(
    ("current", "into", "fault"),
    [
        (STRIKE, STRIKE, "is the record itself"),
        (STRIKE, Comment("D1", "Yes", "M2"), "only disruptions are merged"),
        (Comment("D1", "Yes", "M2"), STRIKE, "only disruptions are merged"),
        (strike("withdrawn"), dataclasses.replace(STRIKE, id="D3"), "a withdrawn record cannot be merged"),
        (dataclasses.replace(STRIKE, id="D3"), strike("withdrawn"), "D1 is withdrawn"),
        (dataclasses.replace(STRIKE, id="D3"), strike("rejected"), "D1 is rejected"),
        (dataclasses.replace(STRIKE, id="D3"), strike("merged"), "D1 is merged"),
    ],
)
def test_what_cannot_be_merged(current: Disruption, into: Disruption, fault: str) -> None:
    with pytest.raises(Faults, match=fault):
        workflow.merged(current, into)


@pytest.mark.parametrize("state", STATES)
def test_whatever_stands_can_be_withdrawn_once(state: str) -> None:
    if state in ("withdrawn", "merged"):
        with pytest.raises(Faults, match=f"a {state} record cannot be withdrawn; restore it first"):
            workflow.withdrawn(strike(state))
    else:
        assert workflow.withdrawn(strike(state)) == dataclasses.replace(strike(state), state="withdrawn")
