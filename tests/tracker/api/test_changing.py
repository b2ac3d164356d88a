"""What programs do with records: the whole life of one, conflicts of many who edit it, and who may."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tracker import log
from tracker.accounts import invitations, keys, passwords
from tracker.api import schema
from tracker.desk import Desk
from tracker.kinds import KINDS

Send = Callable[..., Response]
Problem = Callable[[Response, int], dict[str, Any]]


def test_every_kind_is_logged_by_its_own_example(
    tmp_path: Path, desk_on_estimate: Callable[[Path], Desk], app_of: Callable[..., Any]
) -> None:
    desk = desk_on_estimate(tmp_path)
    program = TestClient(app_of(desk), base_url="http://localhost")
    for number, (word, kind) in enumerate(KINDS.items(), start=1):
        [example] = schema.RECORDS_IN[word].model_json_schema()["examples"]
        answer = program.post(f"/api/v1/{kind.plural}", json=example)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        place = "disruptions" if word == "disruption" else "records"
        assert answer.headers["location"] == f"/api/v1/{place}/{kind.letter}{number}"
        assert answer.headers["etag"] == f'"{number}"'
        assert {name: found[name] for name in example} == example
        assert program.get(f"/api/v1/records/{found['id']}").json() == found
    desk.close()


def test_what_was_read_is_sent_back_with_a_change(api: Send, strike_logged: Response) -> None:
    read = api("GET", "records/D1")
    assert read.json() == strike_logged.json()
    answer = api("PUT", "records/D1", {"if-match": read.headers["etag"]}, **read.json() | {"note": "Hi", "who": "Ben"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == read.json() | {"note": "Hi", "version": 2, "author": "Ben"}
    last = api("GET", "records/D1/history").json()[-1]
    assert last["changes"] == {"note": {"before": "", "after": "Hi"}}


def test_a_field_that_is_left_out_is_empty_then(api: Send, strike_logged: Response) -> None:
    api(
        "PUT",
        "records/D1",
        {"if-match": '"1"'},
        title="Strike",
        origin="DE",
        start="2021-03-01",
        note="Hi",
        cause="Pay",
    )
    answer = api("PUT", "records/D1", {"if-match": '"2"'}, title="Strike", origin="DE", start="2021-03-01", cause="Pay")
    assert (answer.json()["note"], answer.json()["cause"]) == ("", "Pay")


def test_without_a_version_nothing_is_amended(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    assert "If-Match" in read_problem(api("PUT", "records/D1", **strike_logged.json()), 428)["detail"]
    assert len(api("GET", "records/D1/history").json()) == 1


@pytest.mark.parametrize("etag", ["soon", "", '"', "-1", '"1.5"', '"' + "9" * 20 + '"', '"1", "2"'])
def test_what_is_no_etag_is_told(api: Send, strike_logged: Response, read_problem: Problem, etag: str) -> None:
    found = read_problem(api("PUT", "records/D1", {"if-match": etag}, **strike_logged.json() | {"note": "Hi"}), 422)
    assert [one["field"] for one in found["faults"]] == ["If-Match"]


@pytest.mark.parametrize("etag", ['"1"', "1", "*"])
def test_an_etag_is_read_as_it_came(api: Send, strike_logged: Response, etag: str) -> None:
    answer = api("PUT", "records/D1", {"if-match": etag}, **strike_logged.json() | {"note": "Hi"})
    assert answer.json()["version"] == 2


def test_who_was_slower_hears_what_the_other_did(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    api("PUT", "records/D1", {"if-match": '"1"'}, **strike_logged.json() | {"note": "Mine", "who": "Ben"})
    answer = api("PUT", "records/D1", {"if-match": '"1"'}, **strike_logged.json() | {"note": "Late", "who": "Cora"})
    found = read_problem(answer, 412)
    assert "D1 was changed by Ben" in found["detail"]
    [fault] = found["faults"]
    assert (fault["where"], fault["field"], fault["fault"]) == ("entry 2", "note", "Ben made it 'Mine'")
    assert answer.headers["etag"] == '"2"'
    assert api("GET", "records/D1").json()["note"] == "Mine"


STEPS: list[tuple[str, dict[str, Any], str]] = [
    ("verify", {"who": "Ben"}, "verified"),
    ("reject", {"who": "Ben", "why": "It did not happen"}, "rejected"),
    ("reopen", {}, "reported"),
    ("resolve", {"end": "2021-03-09"}, "resolved"),
    ("undo", {}, "reported"),
    ("assign", {"assigned_to": "Cora"}, "reported"),
    ("withdraw", {}, "withdrawn"),
    ("restore", {"version": 1}, "reported"),
    ("merge", {"merged_into": "D2"}, "merged"),
]


def test_the_life_of_a_record(api: Send, strike_logged: Response) -> None:
    api("POST", "disruptions", title="The same strike", origin="DE", start="2021-03-01", sources=["https://a.eu/x"])
    for number, (step, body, state) in enumerate(STEPS, start=3):
        answer = api("POST", f"records/D1/{step}", **{"who": "Ana"} | body)
        assert answer.status_code == 200, (step, answer.text)
        assert (answer.json()["state"], answer.headers["etag"]) == (state, f'"{number}"')
    actions = [one["action"] for one in api("GET", "records/D1/history").json()]
    assert actions == ["log", *(step for step, *_ in STEPS)]
    assert api("GET", "records/D1").json()["merged_into"] == "D2"


def test_a_draft_is_submitted_without_any_words(client: TestClient) -> None:
    client.post("/api/v1/practices", json={"title": "Shared stocks", "state": "draft"})
    assert client.post("/api/v1/records/P1/submit").json()["state"] == "reported"


@pytest.mark.parametrize(("step", "body"), [(step, body) for step, body, _ in STEPS if step not in ("reopen", "merge")])
def test_every_step_honours_the_version(
    api: Send, strike_logged: Response, read_problem: Problem, step: str, body: dict[str, Any]
) -> None:
    api("POST", "records/D1/assign", assigned_to="Eve", who="Eve")
    found = read_problem(api("POST", f"records/D1/{step}", {"if-match": '"1"'}, **{"who": "Ana"} | body), 412)
    assert found["faults"][0]["fault"] == "Eve made it 'Eve'"
    assert api("POST", f"records/D1/{step}", {"if-match": '"2"'}, **{"who": "Ana"} | body).status_code == 200


def test_a_step_that_cannot_be_taken_is_told(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    assert read_problem(api("POST", "records/D1/reopen"), 422)["faults"][0]["mend"]
    assert read_problem(api("POST", "records/D1/reject", who="Ben"), 422)["faults"][0]["field"] == "why"
    assert read_problem(api("POST", "records/D1/merge", merged_into="D9"), 422)["faults"][0]["field"] == "merged_into"
    assert read_problem(api("POST", "records/D1/restore", version=9), 422)["faults"][0]["field"] == "version"
    assert "somebody else verifies it" in read_problem(api("POST", "records/D1/verify", who="Ana"), 403)["detail"]
    read_problem(api("POST", "records/D9/verify", who="Ben"), 404)


def test_comments_and_evidence(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    assert api("POST", "records/D1/comments", text="Yes", who="Ben").json()["about"] == "D1"
    assert api("POST", "records/D1/comments", text="Yes", who="Cora").status_code == 201, "two may agree"
    assert api("POST", "records/D1/evidence", quote="We stand still.").json()["id"] == "E4"
    assert api("GET", "records?about=D1").json()["total"] == 3
    read_problem(api("POST", "records/D9/comments", text="Yes"), 404)
    found = read_problem(api("POST", "records/D1/comments", text="Yes", about="D2"), 422)
    assert found["faults"][0]["field"] == "about"
    found = read_problem(api("POST", "comments", text="Yes", about="D9"), 422)
    assert found["faults"][0]["fault"] == "there is no record 'D9'"


@pytest.mark.parametrize(("place", "body"), [("comments", {"text": "Yes"}), ("evidence", {"quote": "No"})])
def test_an_id_that_is_taken_is_never_written_over(
    api: Send, strike_logged: Response, read_problem: Problem, place: str, body: dict[str, str]
) -> None:
    read_problem(api("POST", place, about="D1", id="D1", **body), 422)
    assert api("POST", place, about="D1", id="X1", **body).status_code == 201
    read_problem(api("POST", place, about="D1", id="X1", **body), 422)
    read_problem(api("POST", place, about="D1", id="X1", note="", **dict.fromkeys(body, "other")), 422)
    assert api("GET", "changes").json()["log_position"] == 2


def test_the_id_of_another_address_is_told(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    body = strike_logged.json() | {"id": "D2"}
    assert read_problem(api("PUT", "records/D1", {"if-match": '"1"'}, **body), 422)["faults"][0]["field"] == "id"


def test_unknown_fields_are_told_when_amending(api: Send, strike_logged: Response, read_problem: Problem) -> None:
    body = strike_logged.json() | {"colour": "red", "severity_likely": "140 %"}
    found = read_problem(api("PUT", "records/D1", {"if-match": '"1"'}, **body), 422)
    assert {one["field"] for one in found["faults"]} == {"colour", "severity_likely"}


def test_fifty_clients_edit_one_record(either_desk: Desk, app_of: Callable[..., Any]) -> None:
    """For each version one succeeds; all others hear who was quicker and what he or she wrote."""
    app, rounds, clients = app_of(either_desk), 4, 50
    first = TestClient(app, base_url="http://localhost")
    record = first.post("/api/v1/disruptions", json={"title": "Strike", "origin": "DE", "start": "2021-03-01"}).json()
    together = threading.Barrier(clients)

    def edit(number: int, version: int) -> Response:
        body = record | {"note": f"note {version} of {number}", "who": f"Client {number}"}
        together.wait(60)
        return first.put("/api/v1/records/D1", json=body, headers={"if-match": f'"{version}"'})

    with ThreadPoolExecutor(clients) as pool:
        for _ in range(rounds):
            version = int(first.get("/api/v1/records/D1").headers["etag"].strip('"'))
            answers = list(pool.map(lambda number, version=version: edit(number, version), range(clients)))
            assert Counter(one.status_code for one in answers) == {200: 1, 412: clients - 1}
            [won] = [one.json() for one in answers if one.status_code == 200]
            for one in answers:
                if one.status_code == 412:
                    told = one.json()
                    assert f"changed by {won['author']}" in told["detail"]
                    [fault] = told["faults"]
                    assert fault["field"] == "note"
                    assert fault["fault"] == f"{won['author']} made it {won['note']!r}"
    assert len(log.history(either_desk.engine, "D1")) == 1 + rounds
    assert log.verify(either_desk.engine) == []


@pytest.fixture
def keyed(
    toy_desk: Callable[..., Desk], app_of: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Makes a program with a key: ``keyed("expert", "write")``, each for somebody of association N1."""
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    desk = toy_desk(tmp_path)
    now, words = datetime.now(UTC), "four words and a half"
    app = app_of(desk)

    def program(name: str, role: str, *scopes: str) -> TestClient:
        token = invitations.invite(desk.engine, f"{name}@cluster.eu", "N1", role, "x", now)
        account = app.state.entrance.accept(token, name, "", words, words, now)
        key = keys.make(desk.engine, account.id, "test", scopes, 1, now)
        return TestClient(app, base_url="http://localhost", headers={"authorization": f"Bearer {key}"})

    yield program
    desk.close()


def test_a_key_does_what_its_account_and_its_scopes_may(keyed: Any) -> None:
    ana, viewer, reader = (
        keyed("Ana", "expert", "write"),
        keyed("Vera", "viewer", "write"),
        keyed("Rob", "expert", "read"),
    )
    body = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "who": "Eve"}
    assert viewer.post("/api/v1/disruptions", json=body).status_code == 403
    assert reader.post("/api/v1/disruptions", json=body).status_code == 403
    logged = ana.post("/api/v1/disruptions", json=body).json()
    assert (logged["reporter"], logged["reported_for"]) == ("Ana", "N1"), "a name is of the account, never as typed"
    assert reader.get("/api/v1/records/D1").json() == logged
    assert ana.post("/api/v1/records/D1/verify", json={}).status_code == 403
    file = {"content": "title,origin,start\nFlood,DE,2021-03-01\n", "headers": {"content-type": "text/csv"}}
    assert ana.post("/api/v1/imports", **file).status_code == 403, "importing takes a scope of its own"
    assert keyed("Ina", "expert", "import").post("/api/v1/imports", **file).json()["new"] == ["D2"]


def test_a_key_of_the_one_is_no_key_of_the_other(keyed: Any) -> None:
    """Two accounts may happen to use the same Idempotency-Key."""
    body, again = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}, {"idempotency-key": "1"}
    ana, ben = keyed("Ana", "expert", "write"), keyed("Ben", "expert", "write")
    assert ana.post("/api/v1/disruptions", json=body, headers=again).json()["id"] == "D1"
    assert ben.post("/api/v1/disruptions", json=body | {"title": "Flood"}, headers=again).json()["id"] == "D2"
    assert ana.post("/api/v1/disruptions", json=body, headers=again).json()["id"] == "D1"
