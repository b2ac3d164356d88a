"""Hooks by the API: made, seen and deleted by who may, refused where they must not lead, the secret told once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from tracker.accounts import keys, people
from tracker.api import hooks as shapes
from tracker.database import writing
from tracker.desk import Desk
from tracker.hooks.tables import deliveries

OWN = "http://127.0.0.1:9/hooks"


@pytest.fixture
def program(tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]) -> Iterator[TestClient]:
    """Alone at a desk that may tell this machine."""
    desk = toy_desk(tmp_path, hooks_to="127.0.0.1")
    yield TestClient(app_of(desk), base_url="http://localhost")
    desk.close()


def make(program: TestClient, url: str = OWN, **given: Any) -> Any:
    return program.post("/api/v1/hooks", json={"url": url, **given})


def test_a_hook_is_made_seen_and_deleted(program: TestClient, given: dict[str, Any]) -> None:
    program.post("/api/v1/disruptions", json=given)
    answer = make(program)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    shapes.HookMadeOut.model_validate(made, strict=True, extra="forbid")
    assert answer.headers["location"] == f"/api/v1/hooks/{made['id']}"
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["position"], made["waiting"], made["failures"], made["last"]) == (1, 0, 0, None)
    assert make(program, f"{OWN}2", after=0).json()["waiting"] == 1
    found = program.get("/api/v1/hooks")
    assert {one["url"] for one in found.json()["hooks"]} == {OWN, f"{OWN}2"}
    assert program.get(answer.headers["location"]).json() == made
    for address in ("hooks", f"hooks/{made['id']}", f"hooks/{made['id']}/deliveries"):
        assert secret not in program.get(f"/api/v1/{address}").text, "told once"
    gone = program.delete(answer.headers["location"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert program.get(answer.headers["location"]).status_code == 404
    assert program.delete(answer.headers["location"]).status_code == 404
    assert len(program.get("/api/v1/hooks").json()["hooks"]) == 1


def test_sent_twice_under_a_key_it_is_one_hook(program: TestClient) -> None:
    key = {"idempotency-key": "hook-1"}
    first, again = (program.post("/api/v1/hooks", json={"url": OWN}, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert len(program.get("/api/v1/hooks").json()["hooks"]) == 1


def test_where_it_must_not_lead_is_told_with_all_faults(
    program: TestClient, client: TestClient, read_problem: Callable[..., Any]
) -> None:
    for url in ("https://127.0.0.1/", "https://169.254.169.254/", "http://erp.example.eu/", "https://localhost/", "x"):
        found = read_problem(make(client, url, after=9), 422)["faults"]
        assert [one["field"] for one in found] == ["after", "url"], url
    assert client.get("/api/v1/hooks").json() == {"hooks": []}
    assert [one["field"] for one in read_problem(client.post("/api/v1/hooks", json={}), 422)["faults"]] == ["url"]
    assert make(program).status_code == 201
    assert "has a hook already" in read_problem(make(program), 422)["faults"][0]["fault"]


def test_nobody_has_too_many(program: TestClient, read_problem: Callable[..., Any]) -> None:
    for number in range(20):
        assert make(program, f"{OWN}{number}").status_code == 201
    assert "you have 20 hooks" in read_problem(make(program, f"{OWN}x"), 422)["faults"][0]["fault"]


def test_what_was_tried_comes_page_by_page(program: TestClient) -> None:
    made = make(program).json()
    row = {"hook_id": made["id"], "attempt": 1, "at": "2021-03-01", "took_ms": 3, "status": None, "fault": "refused"}
    with writing(program.app.state.desk.engine) as connection:  # type: ignore[attr-defined]
        connection.execute(sa.insert(deliveries), [row | {"entry": number} for number in range(1, 6)])
    address, seen = f"/api/v1/hooks/{made['id']}/deliveries?limit=2", []
    while address:
        page = program.get(address).json()
        shapes.DeliveriesOut.model_validate(page, strict=True, extra="forbid")
        seen += [one["entry"] for one in page["deliveries"]]
        address = page["next"]
    assert seen == [5, 4, 3, 2, 1]
    assert program.get(f"/api/v1/hooks/{made['id']}").json()["last"]["entry"] == 5


def test_with_a_login_each_has_hooks_of_his_own_and_a_key_must_be_made_for_it(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any], read_problem: Callable[..., Any]
) -> None:
    desk = toy_desk(tmp_path, hooks_to="127.0.0.1", host="0.0.0.0")
    app, now = app_of(desk), datetime.now(UTC)

    def program(name: str, scopes: list[str], role: str, association: str) -> TestClient:
        with writing(desk.engine) as connection:
            one = people.add(connection, name, f"{name}@a.eu", None, {association: role}, now)
        key = keys.make(desk.engine, one.id, "x", scopes, 1, now)
        return TestClient(app, base_url="http://localhost", headers={"authorization": f"Bearer {key}"})

    ana, ben = program("Ana", ["hooks"], "expert", "N1"), program("Ben", ["hooks"], "expert", "N1")
    cora, dora = program("Cora", ["hooks"], "coordinator", "N1"), program("Dora", ["hooks"], "coordinator", "N2")
    vera, writer = program("Vera", ["hooks"], "viewer", "N1"), program("Will", ["write"], "expert", "N1")
    address = f"/api/v1/hooks/{make(ana).json()['id']}"
    assert make(ben).status_code == 201, "the same address for somebody else"
    for one, seen in ((ana, 1), (ben, 1), (cora, 2), (dora, 0)):
        assert len(one.get("/api/v1/hooks").json()["hooks"]) == seen
    for one in (ben, dora):
        for verb, place in (("GET", address), ("GET", f"{address}/deliveries"), ("DELETE", address)):
            read_problem(one.request(verb, place), 403)
    for one in (vera, writer):
        read_problem(make(one), 403)
        read_problem(one.get("/api/v1/hooks"), 403)
    assert ana.get(address).json()["made_by"] == "Ana"
    assert cora.delete(address).status_code == 204
    desk.close()
