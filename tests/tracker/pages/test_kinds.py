"""Records of other kinds: each is added by its form, found in its list, shown, and amended."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tracker import log
from tracker.desk import Desk
from tracker.pages.kinds import LISTED

GIVEN = {
    "session": {"title": "Textiles", "held_on": "2020-04-02", "needs": "Elastic for masks", "about": "D1"},
    "practice": {"title": "Masks sewn", "theme": "safety at work", "places": "PT", "transitions": "digital"},
    "action": {"title": "Green lanes", "about": "D1", "state": "adopted", "state_on": "2020-03-23"},
    "cluster": {"name": "Chips of Silesia", "country": "Poland", "members_industry": "40"},
    "association": {"name": "Clusters of Lithuania", "country": "LT"},
}
PLURALS = {"session": "sessions", "practice": "practices", "action": "actions", "cluster": "clusters",
           "association": "associations"}  # fmt: skip


@pytest.mark.parametrize("kind", LISTED)
def test_a_record_walks_from_its_form_to_its_page(
    logged: TestClient, desk: Desk, read_page: Callable[[str], Any], kind: str
) -> None:
    form = read_page(logged.get(f"/{PLURALS[kind]}/new").text)
    assert all(form.find(tag, name=name) for name in GIVEN[kind] for tag in ["input"] if name in ("title", "name"))
    answer = logged.post(f"/{PLURALS[kind]}", data=GIVEN[kind] | {"who": "Ana"})
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert address.startswith(f"/{PLURALS[kind]}/")
    title = GIVEN[kind].get("title") or GIVEN[kind]["name"]
    page = read_page(logged.get(address).text)
    assert page.find("h1")[0].text == title
    found = read_page(logged.get(f"/{PLURALS[kind]}?q={title[:4]}").text)
    assert "1 found" in found.text
    record_id = address.rpartition("/")[2]
    amended = GIVEN[kind] | {"note": "mended", "version": "2", "who": "Ana"}
    assert logged.post(f"/records/{record_id}/amend", data=amended).status_code == 303
    assert log.standing(desk.engine, record_id).body["note"] == "mended"
    assert log.verify(desk.engine) == []


def test_what_speaks_of_a_disruption_stands_on_its_page(logged: TestClient, read_page: Callable[[str], Any]) -> None:
    for kind in ("session", "action"):
        logged.post(f"/{PLURALS[kind]}", data=GIVEN[kind])
    text = read_page(logged.get("/disruptions/D1").text).text
    assert "Proposed actionsGreen lanes adopted" in text
    assert "Spoken of in sessionsTextiles" in text


@pytest.mark.parametrize("kind", LISTED)
def test_every_fault_is_told_and_nothing_typed_is_lost(logged: TestClient, desk: Desk, kind: str) -> None:
    name = "title" if "title" in GIVEN[kind] else "name"
    answer = logged.post(f"/{PLURALS[kind]}", data=GIVEN[kind] | {name: " ", "note": "kept <i>"})
    assert answer.status_code == 422
    assert "is empty" in answer.text
    assert "kept &lt;i&gt;" in answer.text
    assert desk.position == 1


def test_a_record_of_another_kind_is_not_found_under_this_one(logged: TestClient) -> None:
    assert logged.get("/clusters/D1").status_code == 404
    assert logged.get("/disruptions/C1").status_code == 404


def test_a_reference_leads_to_a_record(logged: TestClient, desk: Desk) -> None:
    answer = logged.post("/actions", data={"title": "Green lanes", "about": "D77"})
    assert answer.status_code == 422
    assert "there is no record &#39;D77&#39;" in answer.text
    assert desk.position == 1
