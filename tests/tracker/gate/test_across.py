"""Pages of other sites: only named ones read the API, with a key, and nobody's cookie comes along."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from graphs.classification import DATA
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings

MODEL = "https://model.example.eu"
ASKS = {"origin": MODEL, "access-control-request-method": "GET", "access-control-request-headers": "Authorization"}


@pytest.fixture
def named(tmp_path: Path) -> Any:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=DATA / "toy", cors=f"{MODEL}, http://localhost:3000"
    )
    desk = Desk(settings)
    yield TestClient(create_app(desk), base_url="http://localhost", follow_redirects=False)
    desk.close()


def test_a_named_origin_may_ask_and_read(named: TestClient) -> None:
    before = named.options("/api/v1/scores", headers=ASKS)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == MODEL
    assert "authorization" in before.headers["access-control-allow-headers"].lower()
    for address in ("/api/v1/records", "/api/v1/records", "/api/v1/records/D99"):
        answer = named.get(address, headers={"origin": MODEL})
        assert answer.headers["access-control-allow-origin"] == MODEL
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"]
        assert "ETag" in answer.headers["access-control-expose-headers"]


def test_any_other_origin_may_not(named: TestClient, client: TestClient) -> None:
    for program, origin in ((named, "https://evil.example"), (named, f"{MODEL}.evil.example"), (client, MODEL)):
        assert program.options("/api/v1/scores", headers=ASKS | {"origin": origin}).status_code in (400, 405)
        answer = program.get("/api/v1/records", headers={"origin": origin})
        assert "access-control-allow-origin" not in answer.headers, origin


def test_pages_are_for_nobody_else(named: TestClient) -> None:
    for address in ("/", "/openapi.json", "/login"):
        assert "access-control-allow-origin" not in named.get(address, headers={"origin": MODEL}).headers


def test_who_writes_from_there_shows_a_key(named: TestClient, given: dict[str, Any]) -> None:
    cross = {"origin": MODEL, "sec-fetch-site": "cross-site"}
    without = named.post("/api/v1/disruptions", json=given, headers=cross)
    wrong = named.post("/api/v1/disruptions", json=given, headers=cross | {"authorization": "Bearer vcdt_none"})
    assert (without.status_code, wrong.status_code) == (403, 401)
    assert wrong.headers["access-control-allow-origin"] == MODEL, "so that the page can say what went wrong"
    key = {"authorization": "Bearer vcdt_none"}
    for other in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert named.post("/api/v1/disruptions", json=given, headers=other | key).status_code == 403
    assert named.post("/disruptions", data=given, headers=cross | key).status_code == 403
    assert named.get("/api/v1/records").json()["total"] == 0


@pytest.mark.parametrize(
    "cors", ["*", "https://*.example.eu", "model.example.eu", "https://a.eu/", "https://a.eu,,x", "null"]
)
def test_what_is_no_origin_is_refused(cors: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors=cors)
