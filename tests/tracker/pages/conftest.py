"""What the tests of the pages share: a browser of somebody by name."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Act = Callable[..., Any]


@pytest.fixture
def logged(client: TestClient) -> TestClient:
    """A browser at a desk where Ana has logged D1."""
    values = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "who": "Ana"}
    answer = client.post("/disruptions", data=values)
    assert answer.status_code == 303
    client.cookies.clear()
    return client


@pytest.fixture
def act(logged: TestClient) -> Act:
    """Do something with a record by its form: ``act("verify", who="Ben")``."""

    def do(verb: str, record: str = "D1", **typed: str) -> Any:
        answer = logged.post(f"/records/{record}/{verb}", data=typed)
        logged.cookies.clear()
        return answer

    return do
