"""Review on the pages: each step by its form, each refusal in words, nothing written by halves."""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.disruption import Disruption
from graphs.recommendation import Practice
from tracker import keeping, log
from tracker.conversation import Comment
from tracker.desk import Desk
from tracker.keeping import Change
from tracker.permissions import local

Act = Callable[..., Any]


def state(desk: Desk, record: str = "D1") -> str:
    return str(log.standing(desk.engine, record).body["state"])


def test_a_second_person_verifies(act: Act, desk: Desk) -> None:
    assert (answer := act("verify", who="Ben")).status_code == 303
    assert answer.headers["location"] == "/disruptions/D1"
    assert state(desk) == "verified"
    assert log.history(desk.engine, "D1")[-1].who == "Ben"


@pytest.mark.parametrize(
    ("who", "status", "said"),
    [
        ("Ana", 403, "You reported or wrote this, so somebody else verifies it."),
        ("", 422, "a second person verifies: say who you are"),
    ],
)
def test_who_reported_or_does_not_say_who_verifies_nothing(
    act: Act, desk: Desk, read_page: Callable[[str], Any], who: str, status: int, said: str
) -> None:
    answer = act("verify", who=who)
    assert answer.status_code == status
    assert said in read_page(answer.text).text
    assert (state(desk), desk.position) == ("reported", 1)


def test_a_rejection_says_why_and_can_be_reopened(act: Act, desk: Desk, read_page: Callable[[str], Any]) -> None:
    answer = act("reject", who="Ben")
    assert answer.status_code == 422
    assert read_page(answer.text).faults == ["why: no reason is given; say why it is rejected."]
    assert act("reject", who="Ben", why="It is a rumour").status_code == 303
    assert (state(desk), log.history(desk.engine, "D1")[-1].why) == ("rejected", "It is a rumour")
    answer = act("verify", who="Ben")
    assert read_page(answer.text).faults == ["state: a rejected disruption cannot be verified; reopen it first."]
    assert act("reopen", who="Cora").status_code == 303
    assert state(desk) == "reported"


def test_somebody_was_quicker(act: Act, desk: Desk, logged: TestClient, read_page: Callable[[str], Any]) -> None:
    """Two had the page open; the second hears what the first did, and nothing is written."""
    act("verify", who="Ben", version="1")
    answer = act("reject", who="Cora", why="Not true", version="1")
    assert answer.status_code == 409
    text = read_page(answer.text).text
    assert "D1 was changed by Ben in the meantime. Nothing of yours was written." in text
    assert "Ben verify: state reported → verified" in text
    assert 'value="Not true"' in answer.text, "what was typed is not lost"
    assert (state(desk), desk.position) == ("verified", 2)


@pytest.mark.parametrize("version", ["x", "-1", "9" * 20, "1; DROP"])
def test_a_version_that_is_none_is_refused_in_words(act: Act, desk: Desk, version: str) -> None:
    answer = act("verify", who="Ben", version=version)
    assert answer.status_code == 422
    assert "open the page anew" in answer.text
    assert desk.position == 1


def test_comments_and_evidence_stand_on_the_page(
    act: Act, logged: TestClient, desk: Desk, read_page: Callable[[str], Any]
) -> None:
    assert act("comments", text="The plant is <b>open</b> again.", who="Ben").status_code == 303
    evidence = {"quote": "Our lines stand still.", "said_by": "a supplier", "who": "Cora"}
    assert act("evidence", **evidence).headers["location"] == "/records/D1#E3"
    text = read_page(logged.get("/disruptions/D1").text).text
    assert "The plant is <b>open</b> again.Ben" in text
    assert "Our lines stand still." in text
    assert "a supplier · added by Cora" in text
    assert logged.get("/records/D1").headers["location"] == "/disruptions/D1"
    assert desk.position == 3


def test_an_empty_comment_and_evidence_of_nothing_are_told(act: Act, desk: Desk) -> None:
    assert "write what you want to say" in act("comments", text=" ", who="Ben").text
    assert "neither an address nor a quote" in act("evidence", said_by="Ben").text
    assert act("comments", record="D9", text="Hello").status_code == 404
    assert desk.position == 1


def test_comments_change_no_score(act: Act, desk: Desk) -> None:
    before = desk.assess(date(2021, 3, 5))
    act("comments", text="Well", who="Ben")
    assert desk.assess(date(2021, 3, 5)) is before


def test_the_last_change_is_undone_by_whoever_made_it_and_redone(act: Act, desk: Desk) -> None:
    act("verify", who="Ben")
    assert act("undo", who="Ben").status_code == 303
    assert state(desk) == "reported"
    assert act("undo", who="Ben").status_code == 303
    assert state(desk) == "verified"
    assert [one.action for one in log.history(desk.engine, "D1")] == ["log", "verify", "undo", "undo"]


def test_to_undo_the_first_entry_is_to_withdraw(act: Act, desk: Desk) -> None:
    assert act("undo", who="Ana").status_code == 303
    assert state(desk) == "withdrawn"


def test_an_older_version_is_restored(act: Act, desk: Desk) -> None:
    act("withdraw", who="Ana", why="A mistake")
    assert state(desk) == "withdrawn"
    assert act("restore", restored="1", who="Cora").status_code == 303
    assert state(desk) == "reported"
    answer = act("restore", restored="77", who="Cora")
    assert "D1 has no version 77; choose one of its history" in answer.text


def test_a_duplicate_goes_into_the_other_with_its_sources(
    act: Act, logged: TestClient, desk: Desk, read_page: Callable[[str], Any]
) -> None:
    other = {"title": "Strikes", "origin": "DE", "start": "2021-03-01", "sources": "https://a.eu/1", "who": "Ben"}
    logged.post("/disruptions", data=other)
    assert "there is no record &#39;D77&#39;" in act("merge", record="D2", merged_into="D77", who="Ben").text
    assert "is the record itself" in act("merge", record="D2", merged_into="D2", who="Ben").text
    assert act("merge", record="D2", merged_into="D1", who="Ben").status_code == 303
    assert state(desk, "D2") == "merged"
    assert log.disruption(desk.engine, "D1").sources == ("https://a.eu/1",)
    text = read_page(logged.get("/disruptions/D2").text).text
    assert "D1" in text
    assert [one.id for one in desk.assess(date(2021, 3, 5)).disruptions] == ["D1"]


def test_somebody_looks_after_it(act: Act, logged: TestClient, read_page: Callable[[str], Any]) -> None:
    act("assign", assigned_to="  Ben  ", who="Ana")
    page = read_page(logged.get("/disruptions?assigned=Ben").text)
    assert "1 found" in page.text
    assert "0 found" in read_page(logged.get("/disruptions?assigned=Be").text).text


def test_what_it_says_is_amended_and_verified_again(act: Act, logged: TestClient, desk: Desk) -> None:
    act("verify", who="Ben")
    form = logged.get("/records/D1/amend")
    assert 'value="Strike"' in form.text
    given = {"title": "Long strike", "origin": "DE; FR", "start": "2021-03-01", "version": "2", "who": "Ana"}
    assert act("amend", **given, why="It spread").status_code == 303
    now = log.disruption(desk.engine, "D1")
    assert (now.title, now.origin, now.state) == ("Long strike", ("DE", "FR"), "reported")
    assert log.history(desk.engine, "D1")[-1].why == "It spread"
    answer = act("amend", **(given | {"title": "Other"}))
    assert answer.status_code == 409
    assert 'value="Other"' in answer.text, "what was typed is not lost"
    assert "Long strike" in answer.text
    answer = act("amend", title="", origin="Narnia", start="soon", version="3", who="Ana")
    assert answer.status_code == 422
    assert all(word in answer.text for word in ("is empty", "Narnia", "soon"))
    assert desk.position == 3


def test_a_name_that_was_typed_need_not_be_typed_again(logged: TestClient) -> None:
    logged.post("/records/D1/comments", data={"text": "Yes", "who": 'Zoë "Z" ;'})
    assert 'value="Zoë &#34;Z&#34; ;"' in logged.get("/disruptions/D1").text


@pytest.mark.parametrize(
    "verb", ["submit", "verify", "reject", "resolve", "reopen", "assign", "withdraw", "undo", "restore", "merge",
             "comments", "evidence", "amend"],
)  # fmt: skip
def test_what_is_not_there_is_said_so(act: Act, desk: Desk, verb: str) -> None:
    assert act(verb, record="D9", who="Ben", end="2021-04-01", why="x", text="x", quote="x").status_code == 404
    assert desk.position == 1


def test_what_is_likely_the_same_stands_beside_and_is_merged(
    act: Act, logged: TestClient, desk: Desk, read_page: Callable[[str], Any]
) -> None:
    logged.post("/disruptions", data={"title": "A strike", "origin": "DE", "start": "2021-03-02", "who": "Ben"})
    page = read_page(logged.get("/disruptions/D2").text)
    assert "On record, like this" in page.text
    assert [one.text for one in page.find("button") if "Merge into" in one.text] == ["Merge into D1"]
    act("merge", record="D2", merged_into="D1", who="Ben")
    assert "Merged into this" in read_page(logged.get("/disruptions/D1").text).text
    assert "On record, like this" not in read_page(logged.get("/disruptions/D2").text).text


def test_what_is_said_of_a_record_of_nearly_the_same_id_stands_with_that_one(
    client: TestClient, desk: Desk, strike: Disruption, at: datetime
) -> None:
    pair = [dataclasses.replace(strike, id=name, title=name) for name in ("N-1", "N1")]
    said = [Comment("N-1", "Of the other"), Practice("Masks", about=("N-1",))]
    desk.write(keeping.log, [*pair, *said], Change(local("Ana"), at))
    assert "Of the other" in client.get("/disruptions/N-1").text
    assert "Masks" in client.get("/disruptions/N-1").text
    text = client.get("/disruptions/N1").text
    assert "Of the other" not in text
    assert "Masks" not in text
