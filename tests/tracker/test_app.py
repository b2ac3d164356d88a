"""The application as a whole: its description for programs, and errors in the shape of the place where they happen."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from graphs.errors import Fault, Faults, Unknown
from tracker import intake
from tracker.app import create_app
from tracker.desk import Desk


@pytest.fixture
def spec(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb.upper()} {address}", operation


def test_the_description_is_openapi_3_1_of_the_whole_api(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert {name for name, _ in operations(spec)} >= {
        "GET /api/v1/scores",
        "GET /api/v1/chain",
        "GET /api/v1/records",
        "PUT /api/v1/records/{record_id}",
        "POST /api/v1/records/{record_id}/verify",
        "GET /api/v1/changes",
        "POST /api/v1/imports",
        "GET /api/v1/disruptions",
        "POST /api/v1/disruptions",
        "GET /api/v1/disruptions/{record_id}",
        "GET /api/v1/disruptions/{record_id}/history",
        "POST /api/v1/disruptions/{record_id}/resolve",
    }


def test_every_operation_is_described(spec: dict[str, Any]) -> None:
    assert [name for name, one in operations(spec) if not one.get("description") or not one.get("summary")] == []


def test_every_parameter_is_described(spec: dict[str, Any]) -> None:
    bare = [
        f"{name} {parameter['name']}"
        for name, one in operations(spec)
        for parameter in one.get("parameters", [])
        if not parameter.get("description")
    ]
    assert bare == []


def test_every_answer_is_described(spec: dict[str, Any]) -> None:
    for name, one in operations(spec):
        assert all(answer["description"] for answer in one["responses"].values()), name


def test_every_field_that_is_taken_in_is_described(spec: dict[str, Any]) -> None:
    fields = spec["components"]["schemas"]["DisruptionIn"]["properties"]
    assert set(fields) == {*intake.FIELDS, "who", "why"}
    assert [name for name, one in fields.items() if not one.get("description")] == []
    assert all(one.get("description") for one in spec["components"]["schemas"]["ResolveIn"]["properties"].values())


def test_every_figure_of_a_score_is_described(spec: dict[str, Any]) -> None:
    fields = spec["components"]["schemas"]["ScoreOut"]["properties"]
    assert [name for name, one in fields.items() if not one.get("description")] == []


def test_errors_are_described_as_problem_json(spec: dict[str, Any]) -> None:
    """A program that is generated from the description must find the shape under the type that is sent."""
    for name, one in operations(spec):
        for status, answer in one["responses"].items():
            if status.startswith(("4", "5")):
                assert list(answer["content"]) == ["application/problem+json"], f"{name} {status}"
                assert answer["content"]["application/problem+json"]["schema"], f"{name} {status}"


def test_the_example_in_the_description_works(spec: dict[str, Any], client: TestClient) -> None:
    for example in spec["components"]["schemas"]["DisruptionIn"]["examples"]:
        assert client.post("/api/v1/disruptions", json=example).status_code == 201


def test_the_pages_are_not_in_the_description(spec: dict[str, Any]) -> None:
    assert all(address.startswith("/api/v1/") for address in spec["paths"])


@pytest.mark.parametrize(
    ("error", "status"), [(Unknown("D9"), 404), (Faults([Fault("", "on", "is no day", "write 2021-03-23")]), 422)]
)
def test_an_error_is_told_as_its_place_asks_for(
    client: TestClient,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    read_page: Callable[[str], Any],
    error: Exception,
    status: int,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(desk, "assess", fail)
    program, person = client.get("/api/v1/scores"), client.get("/briefing")
    assert (program.status_code, person.status_code) == (status, status)
    assert program.headers["content-type"] == "application/problem+json"
    assert json.loads(program.text)["status"] == status
    assert person.headers["content-type"].startswith("text/html")
    page = read_page(person.text)
    assert page.find("h1")
    if status == 422:
        assert program.json()["faults"] == [
            {"where": "", "field": "on", "fault": "is no day", "mend": "write 2021-03-23"}
        ]
        assert page.faults == ["on: is no day; write 2021-03-23."]


@pytest.mark.parametrize("path", ["/disruptions", "/api/v1/disruptions?on=2021-03-01"])
def test_a_database_that_went_away_is_told_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    client = TestClient(create_app(desk), base_url="http://localhost", raise_server_exceptions=False)

    def gone(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("the server closed the connection"))

    monkeypatch.setattr(sa.Engine, "connect", gone)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "Its database does not answer. If you sent something, look whether it stands in the log" in answer.text
    monkeypatch.undo()
    monkeypatch.setattr(sa.Engine, "connect", lambda _: 1 / 0)
    answer = client.get(path)
    assert (answer.status_code, "It is a fault of this program." in answer.text) == (500, True)
