"""What could be done about a disruption, for programs: the same as JSON and as CSV, with reasons that add up."""

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

Send = Callable[..., Response]


@pytest.fixture
def food(api: Send) -> Send:
    """A program at a desk with D1, and the actions A2 (about it) and A3."""
    given = {"title": "No lorries", "origin": "FR", "start": "2021-03-01", "ecosystems": ["Agri-food"]}
    assert api("POST", "disruptions", **given).status_code == 201
    loans = {"title": "=Loans()", "theme": "funding", "actions_required": ["funding"], "about": ["D1"]}
    assert api("POST", "actions", **loans).status_code == 201
    lanes = {"title": "Lanes for lorries", "theme": "skills", "ecosystems": ["Agri-food"]}
    assert api("POST", "actions", **lanes).status_code == 201
    return api


def test_ranked_with_reasons_and_payers(food: Send) -> None:
    told = food("GET", "records/D1/proposals").json()
    assert (told["record_id"], told["log_position"]) == ("D1", 3)
    assert told["caveat"].startswith("Could pay: check the call.")
    assert [(one["id"], one["tied"], one["kind"]) for one in told["proposals"]] == [
        ("A2", True, "action"), ("A3", False, "action")]  # fmt: skip
    for one in told["proposals"]:
        assert one["points"] == pytest.approx(sum(reason["points"] for reason in one["reasons"]), abs=1e-4)
        assert all(pay["source_url"].startswith("https://eur-lex.europa.eu/") for pay in one["could_pay"])
    assert told["proposals"][0]["could_pay"][0]["reasons"][0] == "gives or guarantees finance"
    assert len(food("GET", "records/D1/proposals?limit=1").json()["proposals"]) == 1


def test_the_same_as_a_table(food: Send, client: TestClient) -> None:
    answer = client.get("/api/v1/records/D1/proposals", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    frame = pd.read_csv(io.BytesIO(answer.content))
    told = food("GET", "records/D1/proposals").json()["proposals"]
    assert list(frame.id) == [one["id"] for one in told]
    assert list(frame.points) == pytest.approx([one["points"] for one in told])
    assert frame.title[0] == "'=Loans()"
    assert frame.could_pay[0].split("; ")[0] == told[0]["could_pay"][0]["name"]
    assert set(frame.disruption) == {"D1"}
    empty = client.get("/api/v1/records/D1/proposals?format=csv")
    assert empty.status_code == 200


def test_a_disruption_without_any_gives_an_empty_table(api: Send, client: TestClient) -> None:
    given = {"title": "Quake", "origin": "JP", "start": "2021-03-01"}
    assert api("POST", "disruptions", **given).status_code == 201
    assert api("GET", "records/D1/proposals").json()["proposals"] == []
    text = client.get("/api/v1/records/D1/proposals?format=csv").text
    assert text.lstrip("\ufeff").startswith("disruption,id,kind,title")


def test_only_disruptions_that_are_there(food: Send, read_problem: Callable[[Response, int], dict[str, Any]]) -> None:
    read_problem(food("GET", "records/D9/proposals"), 404)
    told = read_problem(food("GET", "records/A2/proposals"), 422)
    assert "only disruptions have proposals" in told["faults"][0]["fault"]
    read_problem(food("GET", "records/D1/proposals?limit=0"), 422)
