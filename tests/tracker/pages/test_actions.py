"""The inventory of actions, carrying one on, and what could be done as the page of a disruption tells it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tracker import log
from tracker.desk import Desk

Read = Callable[[str], Any]

LANES = {"title": "Green lanes", "ecosystems": "Agri-food", "theme": "legal framework",
         "actions_required": "regulation", "who": "Ana"}  # fmt: skip
LOANS = {"title": "Loans <b>now</b> for lorries", "ecosystems": "Agri-food; Retail", "theme": "funding",
         "actions_required": "funding", "about": "D1", "who": "Ana"}  # fmt: skip


@pytest.fixture
def two(logged: TestClient) -> TestClient:
    """A browser at a desk with D1 and the actions A2 and A3, of which the second is about D1."""
    for one in (LANES, LOANS):
        assert logged.post("/actions", data=one).status_code == 303
        logged.cookies.clear()
    return logged


def move(browser: TestClient, record_id: str, **typed: str) -> Any:
    answer = browser.post(f"/actions/{record_id}/move", data=typed | {"who": "Ben"})
    browser.cookies.clear()
    return answer


def test_counts_filters_and_what_moved(two: TestClient, read_page: Read) -> None:
    assert move(two, "A2", state="adopted", state_on="2020-03-23").status_code == 303
    page = read_page(two.get("/actions").text)
    assert "2 found" in page.text
    assert [one.text for one in page.find("li", inside="figures")] == ["Proposed1", "Adopted1", "Under way0", "Done0"]
    rows = [one.text for one in page.find("tr")]
    assert "Agri-food11––" in rows
    assert "Retail1–––" in rows
    assert "23 Mar 2020: Green lanesproposed → adopted · no source · entered by Ben" in page.text
    assert "1 moved on without a date or a source" in page.text
    assert "<b>now</b>" not in two.get("/actions").text
    for asked, found in (
        ("state=adopted", ["A2"]),
        ("ecosystem=Retail", ["A3"]),
        ("theme=funding&act=funding", ["A3"]),
        ("q=gre", ["A2"]),
        ("unproved=true", ["A2"]),
        ("state=done", []),
    ):
        text = read_page(two.get(f"/actions?{asked}").text).text
        assert f"{len(found)} found" in text, asked
        assert [one for one in ("Green lanes", "Loans") if one in text] == [
            {"A2": "Green lanes", "A3": "Loans"}[one] for one in found
        ]


def test_every_wrong_filter_is_told(logged: TestClient, read_page: Read) -> None:
    answer = logged.get("/actions?state=gone&ecosystem=Moon&theme=love&act=war")
    assert answer.status_code == 422
    assert len(read_page(answer.text).faults) == 4


def test_moving_on_shows_something_and_loses_nothing_typed(two: TestClient, desk: Desk, read_page: Read) -> None:
    assert "How far is it?" in read_page(two.get("/actions/A2").text).text
    refused = move(two, "A2", state="done")
    assert refused.status_code == 422
    assert "nothing shows that it is done" in refused.text
    wrong = move(two, "A2", state="done", state_source="the papers")
    assert wrong.status_code == 422
    assert 'value="the papers"' in wrong.text
    assert move(two, "A2", state="done", state_on="soon").status_code == 422
    assert log.standing(desk.engine, "A2").body["state"] == "proposed"
    done = move(two, "A2", state="done", state_source="https://eu.eu/lanes", version="2")
    assert (done.status_code, done.headers["location"]) == (303, "/actions/A2")
    page = read_page(two.get("/actions/A2").text)
    assert "Single Market Programme (EU) 2021/690, 2021–2027" in page.text
    assert "Why: funds legal framework." in page.text
    assert "Not stated: about, recommendation, owner, state on." in page.text
    slower = move(two, "A2", state="adopted", state_on="2020-01-01", version="2")
    assert slower.status_code == 409
    assert "Nothing of yours was written" in slower.text
    assert move(two, "D1", state="done", state_on="2020-01-01").status_code == 404


def test_what_could_be_done_stands_on_the_page_of_a_disruption(two: TestClient, read_page: Read) -> None:
    food = {"title": "No lorries", "origin": "FR", "start": "2021-03-01", "ecosystems": "Agri-food", "who": "Ana"}
    assert two.post("/disruptions", data=food).headers["location"] == "/disruptions/D4"
    two.cookies.clear()
    page = read_page(two.get("/disruptions/D4").text)
    assert "Green lanes action, proposed" in page.text
    assert "20 of 100: same ecosystem: Agri-food" in page.text
    assert "For Strike." in page.text  # what the loans were proposed for
    assert "Could pay: check the call. A programme is no promise." in page.text
    assert "CAP Strategic Plans (EAGF and EAFRD) (EU) 2021/2115, 2023–2027" in page.text
    assert (
        "Loans <b>now</b> for lorries: gives or guarantees finance; is for Agri-food; funding is asked for" in page.text
    )
    assert "REACT-EU" not in page.text or "period is over" in page.text
    own = read_page(two.get("/disruptions/D1").text).text
    assert "Nothing on record fits well enough." in own  # its own action stands elsewhere
    assert "Proposed actionsLoans <b>now</b> for lorries proposed" in own
