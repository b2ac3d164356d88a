"""What no description can hold: addresses, verbs, bodies and bytes that nobody should send are answered in words."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from tracker import api
from tracker.desk import Desk
from tracker.gate.door import every_route

Problem = Callable[[Response, int], dict[str, Any]]
ANY = {"record_id": "D1", "week": "2020-W17", "hook_id": "H1", "job": "x"}
"""What stands in an address where something is named."""
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "BREW")
ROUTES = [route for room in api.ROOMS for route in every_route(room.router.routes)]
ADDRESSES = sorted({route.path for route in ROUTES})
TAKE_JSON = sorted(
    {(verb, route.path) for route in ROUTES for verb in route.methods if route.body_field and verb != "GET"}
)
NUMBERS = ["-1", "9" * 30, "9" * 5_000, "1e400", "NaN", "0x10", "½", "", " ", "1;2", "%00", "true"]
BYTES = ["%00", "%FF", "%ED%A0%80", "%", "%0d%0aX:1"]


@pytest.fixture(scope="module")
def program(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    desk = toy_desk(tmp_path_factory.mktemp("boundaries"))
    client = TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    assert client.post("/api/v1/disruptions", json={"title": "Strike", "origin": "DE"}).status_code == 201
    yield client
    desk.close()


@pytest.fixture(scope="module")
def spec(program: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = program.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_verb_that_does_nothing_is_told_those_that_do(
    program: TestClient, spec: dict[str, Any], read_problem: Problem, address: str
) -> None:
    described = {verb.upper() for verb in spec["paths"][address]}
    for verb in set(VERBS) - described:
        answer = program.request(verb, address.format_map(ANY))
        read_problem(answer, 405)
        assert set(answer.headers["allow"].split(", ")) == described, verb
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v2/scores", "/api/", "/api/v1/scores/x", "/api/%00"])
def test_an_address_of_nothing_is_told(program: TestClient, read_problem: Problem, verb: str, address: str) -> None:
    read_problem(program.request(verb, address), 404)


@pytest.mark.parametrize(("verb", "path"), TAKE_JSON, ids=map(" ".join, TAKE_JSON))
def test_a_body_that_is_broken_or_of_another_kind_is_told(
    program: TestClient, read_problem: Problem, verb: str, path: str
) -> None:
    def send(content: bytes, kind: str) -> Response:
        headers = {"content-type": kind, "if-match": "*"}
        return program.request(verb, path.format_map(ANY), content=content, headers=headers)

    for content in (b'{"title": ', b"{'who': 'Ana'}", b"\xff\xfe", b'{"who": "\xff"}', b"[" * 100_000):
        read_problem(send(content, "application/json"), 400)
    for kind in ("text/csv", "application/xml", "multipart/form-data; boundary=x"):
        read_problem(send(b'{"who": "Ana"}', kind), 415)
    for body in ([], 3, "x", True, [[]], {"who": None, "version": 10**400, "about": 3, "disruptions": 3}):
        read_problem(send(json.dumps(body).encode(), "application/json"), 422)
    read_problem(send(b" " * 1_000_001, "application/json"), 413)


def numbers(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where something is named that is not there, 404 comes first."""
    for address, verbs in spec["paths"].items():
        for one in verbs.get("get", {}).get("parameters", []):
            if one["schema"].get("type") in ("integer", "number") and "{" not in address:
                yield address, one


def test_numbers_are_bounded(program: TestClient, spec: dict[str, Any], read_problem: Problem) -> None:
    found = list(numbers(spec))
    assert len(found) >= 5
    for address, one in found:
        bounds = one["schema"]
        assert {"minimum", "maximum"} <= set(bounds), (address, one["name"])
        path = f"{address.format_map(ANY)}?{one['name']}="
        for wrong in (*NUMBERS, str(int(bounds["maximum"]) + 1), str(int(bounds["minimum"]) - 1)):
            read_problem(program.get(path + wrong), 422)


def test_texts_are_bounded(spec: dict[str, Any]) -> None:
    """In addresses and queries; what has its own words or form needs no bound."""
    free = [
        (address, one["name"])
        for address, verbs in spec["paths"].items()
        for operation in verbs.values()
        for one in operation.get("parameters", [])
        if one["in"] != "header"
        and one["schema"].get("type") == "string"
        and not {"maxLength", "enum", "format"} & set(one["schema"])
    ]
    assert free == []


@pytest.mark.parametrize("odd", BYTES)
def test_odd_bytes_are_no_fault_of_the_server(program: TestClient, spec: dict[str, Any], odd: str) -> None:
    for address, verbs in spec["paths"].items():
        if "get" not in verbs:
            continue
        names = [one["name"] for one in verbs["get"].get("parameters", []) if one["in"] == "query"]
        paths = [f"{address.format_map(ANY)}?{name}={odd}" for name in names]
        paths += [address.format_map(dict.fromkeys(ANY, odd))] if "{" in address else []
        for path in [*paths, f"{address.format_map(ANY)}?{odd}={odd}"]:
            status = str(program.get(path).status_code)
            assert status in verbs["get"]["responses"] or status == "307", path


@pytest.mark.parametrize("value", [b"\xff", b'"', b'"1", "2"', b"W/", b'W/"1"', b"9" * 16, b"1" * 61, b"\xd9\xa1"])
def test_an_etag_that_is_none_is_told(program: TestClient, read_problem: Problem, value: bytes) -> None:
    headers = {b"if-match": value, b"content-type": b"application/json"}
    read_problem(program.put("/api/v1/records/D1", content=b"{}", headers=headers), 422)
    assert program.get("/api/v1/records/D1", headers={b"if-none-match": value}).status_code in (200, 304)


def test_a_desk_by_another_name_is_told(program: TestClient, read_problem: Problem) -> None:
    for address in ("/api/v1/scores", "/api/nothing"):
        read_problem(program.get(address, headers={"host": "elsewhere.example"}), 421)


def test_a_page_of_another_site_is_refused(program: TestClient, read_problem: Problem) -> None:
    read_problem(program.post("/api/v1/disruptions", json={}, headers={"origin": "https://elsewhere.example"}), 403)


def test_while_the_database_is_away_programs_are_told_when_to_come_back(
    desk: Desk, app_of: Callable[..., Any], read_problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("gone"), connection_invalidated=True)

    client = TestClient(app_of(desk), base_url="http://localhost", raise_server_exceptions=False)
    monkeypatch.setattr(desk.engine, "connect", away)
    monkeypatch.setattr(desk.engine, "begin", away)
    monkeypatch.setattr(desk, "write", away)
    for answer in (client.get("/api/v1/records/D1/history"), client.post("/api/v1/clusters", json={"name": "Chips"})):
        read_problem(answer, 503)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
