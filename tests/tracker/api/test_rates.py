"""How much may be asked of the API: counted by account, told in headers, refused in words."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from limits import RateLimitItemPerHour

from graphs.classification import DATA
from tracker.accounts import invitations, keys, passwords
from tracker.app import create_app
from tracker.desk import Desk
from tracker.gate import rates
from tracker.settings import Settings

MOST = 4


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk with a small limit, whose minutes do not end while a test runs."""
    monkeypatch.setattr(rates, "RateLimitItemPerMinute", RateLimitItemPerHour)
    settings = Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=DATA / "toy", rate_per_minute=MOST)
    desk = Desk(settings)
    yield desk
    desk.close()


@pytest.fixture
def keyed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Two keys each of two viewers."""
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    now, entrance, made = datetime.now(UTC), create_app(desk).state.entrance, dict[str, list[str]]()
    for name in ("Ana", "Ben"):
        token = invitations.invite(desk.engine, f"{name}@cluster.eu", "N1", "viewer", "x", now)
        account = entrance.accept(token, name, "", "correct horse battery", "correct horse battery", now)
        made[name] = [keys.make(desk.engine, account.id, label, ["read"], 30, now) for label in ("a", "b")]
    return made


def read(client: TestClient, key: str, **headers: str) -> Response:
    return client.get("/api/v1/records", headers={"authorization": f"Bearer {key}"} | headers)


def test_everybody_has_so_many_a_minute(
    keyed: dict[str, list[str]], client: TestClient, read_problem: Callable[..., Any]
) -> None:
    one, other = keyed["Ana"]
    answers = [read(client, key) for key in (one, other, one)]
    answers.append(read(client, one, **{"if-none-match": answers[0].headers["etag"]}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 304]
    assert [answer.headers["ratelimit"].rpartition(";")[0] for answer in answers] == [
        f'"minute";r={left}' for left in (3, 2, 1, 0)
    ]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"minute";q=4;w=60'}
    for _ in range(2):
        refused = read(client, other)
        assert "More than 4 requests in a minute" in read_problem(refused, 429)["detail"]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit"] == f'"minute";r=0;t={refused.headers["retry-after"]}'
        assert "content-security-policy" in refused.headers
    assert read(client, keyed["Ben"][0]).status_code == 200


def test_who_shows_no_good_key_is_counted_by_address(keyed: dict[str, list[str]], client: TestClient) -> None:
    assert [read(client, f"vcdt_{guess}").status_code for guess in range(6)] == [401] * 4 + [429] * 2
    assert read(client, keyed["Ana"][0]).status_code == 200, "an account is not counted with its address"


def test_pages_are_not_counted(keyed: dict[str, list[str]], client: TestClient) -> None:
    answers = [client.get("/login") for _ in range(2 * MOST)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers


def test_alone_at_this_machine_nobody_counts(client: TestClient) -> None:
    answers = [client.get("/api/v1/records") for _ in range(2 * MOST)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers
