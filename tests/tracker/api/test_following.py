"""Programs that ask for what has changed since a moment, and lists of one kind at the address that one expects."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tracker.api import schema
from tracker.desk import Desk
from tracker.kinds import KINDS

BEGIN = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def hourly(either_desk: Desk, app_of: Callable[..., FastAPI], given: dict[str, Any]) -> TestClient:
    """D1 to D6 logged at 8:30, 9:30, …; D2 changed at 14:30."""
    hour = [0]
    app = app_of(either_desk, clock=lambda: BEGIN + timedelta(hours=hour[0]))
    program = TestClient(app, base_url="http://localhost")
    for place in range(6):
        hour[0] = place
        sent = given | {"title": f"Strike {place}", "start": f"2021-03-0{place + 1}"}
        assert program.post("/api/v1/disruptions", json=sent).status_code == 201
    hour[0] = 6
    assert program.post("/api/v1/records/D2/resolve", json={"end": "2021-03-09"}).status_code == 200
    return program


MOMENTS = [
    ("2021-03-01T08:00:00Z", ["D1", "D2", "D3", "D4", "D5", "D6"]),
    ("2021-03-01T10:30:00Z", ["D2", "D3", "D4", "D5", "D6"]),
    ("2021-03-01T10:30:00.001Z", ["D2", "D4", "D5", "D6"]),
    ("2021-03-01T13:30:00+01:00", ["D2", "D5", "D6"]),
    ("20210301T143000Z", ["D2"]),
    ("2021-03-01T14:30:01Z", []),
]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_records_changed_since_a_moment_come_page_by_page(hourly: TestClient, limit: int) -> None:
    for moment, expected in MOMENTS:
        first = hourly.get("/api/v1/records", params={"updated_after": moment, "limit": limit})
        found, page = [], first.json()
        assert page["total"] == len(expected), moment
        while True:
            found += [one["id"] for one in page["records"]]
            if page["next"] is None:
                break
            page = hourly.get(page["next"]).json()
        assert sorted(found) == expected, moment
        assert found == sorted(found, reverse=True)


def test_a_plus_that_was_not_escaped_is_understood(hourly: TestClient) -> None:
    assert hourly.get("/api/v1/records?updated_after=2021-03-01T13:30:00+01:00").json()["total"] == 3


def test_entries_since_a_moment_go_on_from_where_a_page_ended(hourly: TestClient) -> None:
    asked = "updated_after=2021-03-01T12:30:00Z"
    page = hourly.get(f"/api/v1/changes?{asked}&limit=2").json()
    assert [one["number"] for one in page["entries"]] == [5, 6]
    rest = hourly.get(page["next"]).json()
    assert ([one["number"] for one in rest["entries"]], rest["next"]) == ([7], None)
    both = hourly.get(f"/api/v1/changes?{asked}&after=6").json()
    assert [one["number"] for one in both["entries"]] == [7]


@pytest.mark.parametrize("moment", ["soon", "2021-03-01", "2021-03-01T08:30:00", "0001-01-01T00:00:00+09:00", ""])
@pytest.mark.parametrize("place", ["records", "changes", "clusters"])
def test_what_is_no_moment_is_refused(
    client: TestClient, read_problem: Callable[..., Any], place: str, moment: str
) -> None:
    answer = client.get(f"/api/v1/{place}", params={"updated_after": moment})
    assert [one["field"] for one in read_problem(answer, 422)["faults"]] == ["updated_after"]


@pytest.mark.parametrize("word", [word for word in KINDS if word != "disruption"])
def test_each_kind_has_a_list_of_its_own(client: TestClient, word: str) -> None:
    client.post("/api/v1/disruptions", json={"title": "Strike", "origin": "DE", "start": "2021-03-01"})
    for number in range(3):
        sent = {
            "about": "D1",
            "text": f"Yes {number}",
            "quote": f"Yes {number}",
            "name": f"A{number}",
            "title": f"A{number}",
        }
        known = set(schema.RECORDS_IN[word].model_fields)
        body = {name: value for name, value in sent.items() if name in known}
        body |= {"held_on": "2021-03-01"} if word == "session" else {}
        answer = client.post(f"/api/v1/{KINDS[word].plural}", json=body)
        assert answer.status_code == 201, answer.text
    mine = client.get(f"/api/v1/{KINDS[word].plural}?limit=2").json()
    by_kind = client.get(f"/api/v1/records?kind={word}&limit=2").json()
    assert mine["next"].startswith(f"/api/v1/{KINDS[word].plural}?")
    assert {**mine, "next": ""} == {**by_kind, "next": ""}
    rest = client.get(mine["next"]).json()
    assert (mine["total"], len(mine["records"]), len(rest["records"])) == (3, 2, 1)
    assert {one["kind"] for one in mine["records"]} == {word}
