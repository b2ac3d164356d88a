"""Comments, evidence and sessions: what they must say, and what they lack."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graphs.errors import Faults
from graphs.record import Record
from tracker.conversation import STATES, Comment, Evidence, Session


def faults(kind: type[Record], **values: Any) -> list[str]:
    with pytest.raises(Faults) as found:
        kind(**values)
    return [str(one) for one in found.value.faults]


def test_a_comment_says_something_about_a_record() -> None:
    assert Comment("D81", "Open again.").missing() == []
    assert [one.partition(":")[0] for one in faults(Comment, about="", text="\t")] == ["about", "text"]
    assert faults(Comment, about="the strike", text="x")[0].startswith("about: 'the strike' is no id of a record")


@pytest.mark.parametrize("values", [{"address": "https://a.eu"}, {"quote": "Our lines stand still."}])
def test_evidence_is_an_address_or_a_quote(values: dict[str, str]) -> None:
    assert Evidence("D81", **values).missing() == ["said_by", "cluster", "said_on"]


@pytest.mark.parametrize("values", [{}, {"quote": " "}, {"said_by": "Ana", "said_on": date(2020, 3, 1)}])
def test_neither_is_no_evidence(values: dict[str, Any]) -> None:
    assert faults(Evidence, about="D81", **values) == [
        "address: there is neither an address nor a quote; give a web address, or what was said"
    ]


def test_a_wrong_address_is_told_as_such() -> None:
    assert faults(Evidence, about="D81", address="javascript:alert(1)") == [
        "address: 'javascript:alert(1)' is no web address; give addresses that begin with http:// or https://"
    ]


def test_a_session_needs_a_title() -> None:
    assert Session("Textiles").missing() == ["held_on", "presentation", "needs", "solutions", "present", "about"]
    assert faults(Session, title="") == ["title: is empty; say what the session was about in a few words"]
    found = faults(Session, title="Textiles", about=("x",), links=("a.eu",), present=("a\x00",), state="over")
    assert [one.partition(":")[0] for one in found] == ["present", "about", "links", "state"]


@pytest.mark.parametrize("state", STATES)
def test_what_was_said_can_be_withdrawn(state: str) -> None:
    assert Comment("D81", "x", state=state).state == Session("x", state=state).state == state
    assert Evidence("D81", quote="x", state=state).state == state
