"""What would be: the same as if it had been logged, nothing stored, and a place to look when it takes long."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.errors import Fault, Faults
from tracker import jobs
from tracker.api import whatif
from tracker.desk import Desk
from tracker.jobs import Jobs

CHIPS = {
    "title": "No chips",
    "origin": "Taiwan",
    "industries": "C26",
    "start": "2021-03-01",
    "severity_likely": "40 %",
    "severity_low": 0.4,
    "severity_high": 0.4,
    "effect": "supply",
    "end": "2021-04-30",
}
Problem = Callable[[Response, int], dict[str, Any]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, an answer comes at once unless a test says otherwise."""
    monkeypatch.setattr(whatif, "_AT_ONCE_S", 60.0)


def ask(program: TestClient, *disruptions: dict[str, Any], **asked: Any) -> Response:
    return program.post("/api/v1/what-if", json={"disruptions": list(disruptions) or [CHIPS]} | asked)


def told(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    whatif.WhatIfOut.model_validate(found, strict=True, extra="forbid")
    return found


@pytest.mark.parametrize("level", ["country", "node"])
def test_it_is_what_it_would_be_if_it_had_been_logged(
    desk: Desk, client: TestClient, given: dict[str, Any], level: str
) -> None:
    client.post("/api/v1/disruptions", json=given | {"severity_likely": 0.2, "effect": "supply"})
    before = client.get("/api/v1/scores", params={"level": level, "on": "2021-03-01"}).json()["scores"]
    found = told(ask(client, with_record=True, level=level))
    assert desk.position == 1, "nothing is stored"
    client.post("/api/v1/disruptions", json=CHIPS)
    after = client.get("/api/v1/scores", params={"level": level, "on": "2021-03-01"}).json()["scores"]
    assert [one["key"] for one in found["impact"]] == [one["key"] for one in after]
    for was, supposed, logged in zip(before, found["impact"], after, strict=True):
        for name in ("score", "score_low", "score_high", "loss_meur", "loss_low_meur", "loss_high_meur", "loss_share"):
            assert supposed[name] == pytest.approx(logged[name], abs=2e-6), name
        assert supposed["score_before"] == was["score"]
        assert supposed["score_change"] == pytest.approx(logged["score"] - was["score"], abs=2e-6)
        assert supposed["added_loss_meur"] == pytest.approx(logged["loss_meur"] - was["loss_meur"], abs=2e-6)
        assert sum(one["points"] for one in supposed["reasons"]) == pytest.approx(100 - supposed["score"], abs=1e-4)
    assert found["eu"]["key"] == "EU"


def test_alone_the_record_does_not_count(client: TestClient, given: dict[str, Any]) -> None:
    first = told(ask(client))
    client.post("/api/v1/disruptions", json=given | {"severity_likely": 0.9, "effect": "supply"})
    again = told(ask(client))
    assert again["log_position"] == first["log_position"] + 1
    assert again["impact"] == first["impact"]
    assert again["eu"]["loss_before_meur"] == 0
    beside = told(ask(client, with_record=True))
    assert beside["eu"]["loss_before_meur"] > 0


def test_it_tells_what_was_understood_and_who_is_hit(client: TestClient) -> None:
    later = {"title": "Strike", "origin": "DE", "start": "2021-05-01"}
    found = told(ask(client, CHIPS, later, on="1.3.2021", nodes=2))
    first, second = found["disruptions"]
    assert (first["id"], first["in_force"], first["effect"], first["assumptions"]) == ("what-if-1", True, "supply", [])
    assert (second["in_force"], second["effect"]) == (False, "")
    assert [one["key"] for one in found["nodes"]] == ["TW_C26", "DE_C29"]
    assert found["nodes"][0]["direct_cut_share"] == pytest.approx(0.4)
    assert [one["in_eu"] for one in found["nodes"]] == [False, True]
    assert told(ask(client, CHIPS, later, nodes=0))["nodes"] == []
    assert found["on"] == told(ask(client, later, CHIPS))["on"] == "2021-03-01"


def test_every_fault_is_told_at_once(client: TestClient, read_problem: Problem) -> None:
    wrong = CHIPS | {"origin": "Narnia", "severity_likely": "140 %"}
    faults = read_problem(ask(client, CHIPS, wrong, {"title": "x"}, on="soon"), 422)["faults"]
    assert [(one["where"], one["field"]) for one in faults] == [
        ("disruption 2", "severity_likely"),
        ("disruption 2", "origin"),
        ("disruption 3", "origin"),
        ("", "on"),
    ]
    assert read_problem(ask(client, on="1066-10-14"), 422)["faults"][0]["field"] == "on"
    for asked in ({"disruptions": []}, {"level": "planet"}, {"with_record": "yes"}, {"nodes": 10_000}):
        read_problem(ask(client, **asked), 422)


@pytest.fixture
def goes_on(patient: None, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Until it is set no question is answered, and nobody waits for one."""
    event, answered = threading.Event(), whatif._answered

    def slowly(*given: Any) -> Any:
        assert event.wait(60)
        return answered(*given)

    monkeypatch.setattr(whatif, "_answered", slowly)
    monkeypatch.setattr(whatif, "_AT_ONCE_S", 0.0)
    return event


def look(program: TestClient, address: str, desk: Desk) -> dict[str, Any]:
    """The job, once it has ended."""
    job = program.app.state.jobs.find(address.rpartition("/")[2], "")  # type: ignore[attr-defined]
    assert job.wait(60)
    answer = program.get(address)
    assert answer.status_code == 200
    assert "retry-after" not in answer.headers
    found: dict[str, Any] = answer.json()
    whatif.JobOut.model_validate(found, strict=True, extra="forbid")
    return found


def test_what_takes_long_gets_an_address(
    desk: Desk, client: TestClient, goes_on: threading.Event, read_problem: Problem
) -> None:
    first, second = ask(client), ask(client, level="eu")
    assert first.status_code == second.status_code == 202
    assert int(first.headers["retry-after"]) >= 1
    busy = ask(client)
    read_problem(busy, 429)
    assert int(busy.headers["retry-after"]) >= 1
    running = client.get(first.headers["location"])
    assert (running.json()["status"], running.json()["result"]) == ("running", None)
    assert int(running.headers["retry-after"]) >= 1
    goes_on.set()
    found = look(client, first.headers["location"], desk)
    assert (found["status"], found["done"], found["of"], found["faults"]) == ("done", 2, 2, [])
    assert found["result"]["level"] == "ecosystem"
    assert look(client, second.headers["location"], desk)["result"]["level"] == "eu"
    read_problem(client.get("/api/v1/what-if/nothing"), 404)


def test_what_fails_says_so(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch, read_problem: Problem
) -> None:
    def fails(*given: Any) -> Any:
        raise Faults([Fault("value chain", "flows", "is not productive", "look for a circle")])

    monkeypatch.setattr(whatif, "_answered", fails)
    [fault] = read_problem(ask(client), 422)["faults"]
    assert fault["fault"] == "is not productive"
    monkeypatch.setattr(whatif, "_answered", lambda *given: 1 // 0)
    read_problem(ask(client), 500)
    found = look(client, f"/api/v1/what-if/{begun(client)}", desk)
    assert (found["status"], found["result"]) == ("failed", None)
    assert found["faults"][0]["fault"] == "went wrong by a fault of this program"


def begun(client: TestClient) -> str:
    """The id of a job that breaks at once."""
    job = client.app.state.jobs.begin("", lambda told: 1 // 0)  # type: ignore[attr-defined]
    return str(job.id)


def test_jobs_are_few_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    kept, made = Jobs(lambda: now[0]), []
    for number in range(jobs.MOST + 3):
        job = kept.begin("U1", lambda told: 1)
        assert job is not None
        assert job.wait(10)
        now[0] += 1
        made.append(job.id)
        assert number < jobs.MOST or kept.find(made[number - jobs.MOST], "U1") is None, "the oldest goes first"
    assert kept.find(made[-1], "U1") is not None
    assert kept.find(made[-1], "U2") is None, "it is of who asked"
    now[0] += jobs.KEPT_S + 1
    assert kept.find(made[-1], "U1") is None
