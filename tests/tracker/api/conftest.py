"""What the tests of the API share: a program at a desk of its own, a desk on each kind of database, problems read."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from tracker.desk import Desk

STRIKE = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "who": "Ana"}
Send = Callable[..., Response]


def problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.text)
    assert found["status"] == status
    return found


@pytest.fixture
def read_problem() -> Callable[[Response, int], dict[str, Any]]:
    """What an error says."""
    return problem


@pytest.fixture
def api(client: TestClient) -> Send:
    """Ask the API: ``api("POST", "records/D1/verify", who="Ben")``; other words make the body."""

    def send(verb: str, address: str, headers: dict[str, str] | None = None, /, **body: Any) -> Response:
        return client.request(verb, f"/api/v1/{address}", headers=headers, json=body if verb != "GET" else None)

    return send


@pytest.fixture
def strike_logged(api: Send) -> Response:
    """Ana has logged D1."""
    answer = api("POST", "disruptions", **STRIKE)
    assert answer.status_code == 201
    return answer


@pytest.fixture
def either_desk(database_url: str, tmp_path: Path, toy_desk: Callable[..., Desk]) -> Iterator[Desk]:
    """A desk on each kind of database."""
    desk = toy_desk(tmp_path, database_url=database_url)
    yield desk
    desk.close()


@pytest.fixture
def either_client(either_desk: Desk, app_of: Callable[..., FastAPI]) -> TestClient:
    """A program at that desk."""
    return TestClient(app_of(either_desk), base_url="http://localhost")
