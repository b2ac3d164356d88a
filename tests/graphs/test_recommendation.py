"""Good practices and proposed actions: what they must say, and what they lack."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graphs.errors import Faults
from graphs.recommendation import ACTION_STATES, PRACTICE_STATES, RECOMMENDATIONS, THEMES, TRANSITIONS, Action, Practice


def faults(kind: type[Action | Practice], **values: Any) -> list[str]:
    with pytest.raises(Faults) as found:
        kind(**{"title": "Green lanes"} | values)
    return [str(one) for one in found.value.faults]


@pytest.mark.parametrize("kind", [Action, Practice])
def test_a_title_is_enough(kind: type[Action | Practice]) -> None:
    assert kind("Green lanes").title == "Green lanes"
    [found] = faults(kind, title=" ")
    assert found.startswith("title: is empty; say what ")


def test_every_word_is_taken() -> None:
    assert len(THEMES) == 8
    assert Practice("Masks", transitions=TRANSITIONS).transitions == ("green", "digital")
    for theme in THEMES:
        assert Practice("Masks", theme=theme).theme == Action("Masks", theme=theme).theme == theme
    for one in RECOMMENDATIONS:
        assert Action("Masks", recommendation=one).recommendation == one
    assert [Action("Masks", state=state).state for state in ACTION_STATES] == list(ACTION_STATES)
    assert [Practice("Masks", state=state).state for state in PRACTICE_STATES] == list(PRACTICE_STATES)
    assert "withdrawn" in ACTION_STATES
    assert "withdrawn" in PRACTICE_STATES


def test_all_faults_of_a_practice_at_once() -> None:
    found = faults(
        Practice,
        transitions=("blue",),
        theme="colour",
        ecosystems=("Magic",),
        industries=("C 26",),
        stages=("lunch",),
        places=("Narnia",),
        about=("the strike", "D81"),
        contact="Ana",
        sources=("a.eu",),
        state="done",
    )
    assert [one.partition(":")[0] for one in found] == [
        "transitions", "theme", "ecosystems", "industries", "stages", "places", "about", "contact", "sources", "state",
    ]  # fmt: skip


def test_all_faults_of_an_action_at_once() -> None:
    found = faults(
        Action,
        about=("the strike",),
        theme="colour",
        recommendation="order",
        actions_required=("money",),
        owner="Ana",
        state_on=date(1900, 1, 1),
        state_source="a.eu",
        state="verified",
    )
    assert [one.partition(":")[0] for one in found] == [
        "about", "theme", "recommendation", "actions_required", "owner", "state_on", "state_source", "state",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ACTION_STATES)
def test_a_state_that_somebody_moved_asks_for_its_date_and_source(state: str) -> None:
    lacking = {"state_on", "state_source"} & set(Action("Green lanes", state=state).missing())
    assert bool(lacking) == (state != "proposed")
    whole = Action("Green lanes", state=state, state_on=date(2020, 3, 23), state_source="https://a.eu")
    assert not {"state_on", "state_source"} & set(whole.missing())


def test_what_a_practice_lacks() -> None:
    assert Practice("Masks").missing() == [
        "transitions", "theme", "ecosystems", "evidence", "result", "contact", "sources",
    ]  # fmt: skip
