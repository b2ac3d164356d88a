"""Answers that are kept: never older than the log or the day, known by their tag, and only for who may read."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tracker import api
from tracker.accounts import invitations, keys, passwords
from tracker.app import create_app
from tracker.desk import Desk
from tracker.gate import kept
from tracker.gate.door import every_route
from tracker.gate.media import taken
from tracker.permissions import LOCAL, OPERATIONS

ADDRESSES = [
    "scores?on=2021-03-15",
    "scores?level=eu",
    "scores?level=country&on=2021-03-15&format=sdmx-csv",
    "scores/structure",
    "chain?min_flow_meur=10",
    "chain?min_flow_meur=10&around=DE_C29&format=csv",
    "metrics?country=DE",
    "paths?node=DE_C29&on=2021-03-15",
    "supply-paths?supplier=TW_C26&buyer=DE_C29",
    "series?level=eu&first=2021-03-01&last=2021-03-08",
    "records",
    "records?kind=disruption&limit=1",
    "disruptions",
    "disruptions/D1",
    "records/D1",
    "changes",
    "feed.atom",
]
FROM_THE_CHAIN = ("scores/structure", "chain", "metrics", "supply-paths")
"""What no entry of the log can change."""
NOT_KEPT = {
    "/api/v1/records/{record_id}/history",
    "/api/v1/disruptions/{record_id}/history",
    "/api/v1/what-if/{job}",
    "/api/v1/hooks",
    "/api/v1/hooks/{hook_id}",
    "/api/v1/hooks/{hook_id}/deliveries",
}


@pytest.fixture
def program(desk: Desk, client: TestClient, given: dict[str, Any]) -> TestClient:
    while desk.structure.table() is None:
        time.sleep(0.01)
    assert client.post("/api/v1/disruptions", json=given | {"severity_likely": 0.4}).status_code == 201
    return client


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the application, since it was not kept."""
    asked: list[str] = []
    answer = kept.Keeper._answered

    async def counted(self: Any, scope: Any, *given: Any) -> Any:
        asked.append(scope["path"])
        return await answer(self, scope, *given)

    monkeypatch.setattr(kept.Keeper, "_answered", counted)
    return asked


def get(program: TestClient, address: str, **headers: str) -> Response:
    return program.get(f"/api/v1/{address}", headers=headers)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_made_once_and_known_by_its_tag(program: TestClient, answered: list[str], address: str) -> None:
    first, again = get(program, address), get(program, address)
    assert (first.status_code, first.content, first.headers) == (200, again.content, again.headers)
    assert len(answered) == 1
    assert first.headers["cache-control"] == "private, no-cache"
    same = get(program, address, **{"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-length" not in same.headers
    assert get(program, address, **{"if-none-match": '"1-other"'}).content == first.content
    assert len(answered) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_after_any_change_it_is_what_it_would_be_without_keeping(
    desk: Desk, program: TestClient, given: dict[str, Any], address: str
) -> None:
    before = get(program, address)
    program.post("/api/v1/records/D1/resolve", json={"end": "2021-03-09"})
    program.post("/api/v1/disruptions", json=given | {"title": "Flood", "severity_likely": 0.9})
    after, plain = get(program, address), get(TestClient(create_app(desk), base_url="http://localhost"), address)
    assert after.content == plain.content
    assert (after.headers["etag"] == before.headers["etag"]) == (after.content == before.content)
    assert (after.content == before.content) == address.startswith(FROM_THE_CHAIN)


def test_a_change_by_another_program_is_seen_too(desk: Desk, program: TestClient, given: dict[str, Any]) -> None:
    assert get(program, "records").json()["total"] == 1
    other = Desk(desk.settings)
    TestClient(create_app(other), base_url="http://localhost").post(
        "/api/v1/disruptions", json=given | {"title": "Fire"}
    )
    other.close()
    assert get(program, "records").json()["total"] == 2


def test_the_order_of_the_parameters_does_not_matter(program: TestClient, answered: list[str]) -> None:
    one, other = get(program, "scores?level=eu&on=2021-03-15"), get(program, "scores?on=2021-03-15&level=eu")
    assert (one.content, len(answered)) == (other.content, 1)
    country = get(program, "scores?level=eu&on=2021-03-15&level=country")
    assert (country.json()["level"], len(answered)) == ("country", 2)
    assert get(program, "scores?level=country&on=2021-03-15&level=eu").json()["level"] == "eu"


NOT_FOUND = ["scores?level=x", "records/D99", "records?limit=0", "series?first=2021-01-04&last=2021-06-30"]


@pytest.mark.parametrize("address", [*NOT_FOUND, "chain?q=" + "x" * 2_000])
def test_what_is_refused_unfinished_or_long_is_not_kept(program: TestClient, answered: list[str], address: str) -> None:
    answer = get(program, address)
    assert (answer.status_code == 200) == ("xx" in address)
    assert not {"cache-control", "etag"} & set(answer.headers)
    get(program, address)
    assert len(answered) == (0 if "xx" in address else 2)


def test_a_question_without_a_day_is_about_today(desk: Desk, program: TestClient) -> None:
    days = [date(2021, 3, 1)]
    made: list[date] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        made.append(days[0])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": days[0].isoformat().encode()})

    keeper = kept.Keeper(app, position=lambda: 1, today=lambda: days[0])

    async def local(scope: Any, receive: Any, send: Any) -> None:
        visitor = kept.Visitor(LOCAL)
        await keeper({**scope, kept.VISITOR: visitor}, receive, send)

    asking = TestClient(local)
    assert [get(asking, "scores").text for _ in range(3)] == ["2021-03-01"] * 3
    days[0] += timedelta(days=1)
    assert [get(asking, "scores").text for _ in range(2)] == ["2021-03-02"] * 2
    assert made == [date(2021, 3, 1), date(2021, 3, 2)]


def test_the_door_still_decides(desk: Desk, monkeypatch: pytest.MonkeyPatch, read_key: Callable[..., str]) -> None:
    good, bare = read_key("Ana"), "vcdt_none"
    program = TestClient(create_app(desk), base_url="http://localhost")
    ask = {"authorization": f"Bearer {good}"}
    etag = get(program, "scores?level=eu", **ask).headers["etag"]
    assert get(program, "scores?level=eu", **ask, **{"if-none-match": etag}).status_code == 304
    for headers in ({}, {"authorization": f"Bearer {bare}"}, {"cookie": "tracker=x"}):
        answer = get(program, "scores?level=eu", **headers, **{"if-none-match": etag})
        assert answer.status_code == 401, headers
    monkeypatch.setitem(OPERATIONS, "read", ("administrator", "administrator", "administrator", "read"))  # type: ignore[arg-type]
    assert get(program, "scores?level=eu", **ask).status_code == 403


@pytest.fixture
def read_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A key that reads, for a new viewer."""
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    now, entrance = datetime.now(UTC), create_app(desk).state.entrance

    def make(name: str) -> str:
        token = invitations.invite(desk.engine, f"{name}@cluster.eu", "N1", "viewer", "x", now)
        account = entrance.accept(token, name, "", "correct horse battery", "correct horse battery", now)
        return keys.make(desk.engine, account.id, "program", ["read"], 30, now)

    return make


def test_every_route_that_reads_is_kept_or_named_here() -> None:
    routes = [one for room in api.ROOMS for one in every_route(room.router.routes) if "GET" in one.methods]
    left_out = {one.path for one in routes if not kept.PATHS.fullmatch(re.sub(r"\{.*?\}", "D1", one.path))}
    assert left_out == NOT_KEPT
    for one in routes:
        described = {param.alias for d in one.dependant.dependencies for param in d.header_params}
        assert ("If-None-Match" in described) == (one.path not in NOT_KEPT), one.path


def test_the_shelf_is_bounded() -> None:
    shelf, at = kept.Shelf(most_bytes=100_000), (1, date(2021, 3, 1))
    for number in range(1_000):
        shelf.put(at, (f"/{number}", b"", (), False), kept.Kept('"1"', (), b"x" * 8_000))
        if number >= 9:
            assert shelf.find(at, ("/0", b"", (), False)), "what is asked for stays" if number else None
    found = [number for number in range(1_000) if shelf.find(at, (f"/{number}", b"", (), False))]
    assert len(found) == 10
    assert {0, 999} <= set(found)
    shelf.put(at, ("/0", b"", (), False), kept.Kept('"2"', (), b"x" * 8_000_001))
    assert shelf.find(at, ("/0", b"", (), False)).etag == '"1"', "too large to keep"  # type: ignore[union-attr]


def test_a_long_answer_is_packed_for_who_takes_it(program: TestClient, answered: list[str]) -> None:
    plain = get(program, "chain?min_flow_meur=10", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for accepted in ("gzip", "br, gzip;q=0.8", "gzip;q=0.01"):
        packed = get(program, "chain?min_flow_meur=10", **{"accept-encoding": accepted})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    known = {"accept-encoding": "gzip", "if-none-match": packed.headers["etag"]}
    assert get(program, "chain?min_flow_meur=10", **known).status_code == 304
    for accepted in ("", "gzip;q=0", "gzip;q=0.0, br", "br"):
        assert get(program, "chain?min_flow_meur=10", **{"accept-encoding": accepted}).headers == plain.headers
    assert len(answered) == 1


def test_what_is_short_or_has_a_version_is_not_packed(program: TestClient) -> None:
    program.put(
        "/api/v1/records/D1",
        json=get(program, "records/D1").json() | {"description": "Long. " * 500},
        headers={"if-match": '"1"'},
    )
    for address in ("records/D1", "records?kind=cluster"):
        assert "content-encoding" not in get(program, address, **{"accept-encoding": "gzip"}).headers
    assert get(program, "records/D1").headers["etag"] == '"2"'


def test_no_page_is_packed(program: TestClient) -> None:
    """What stands on a page beside the token of its forms could be guessed by its length."""
    assert "content-encoding" not in program.get("/disruptions/new", headers={"accept-encoding": "gzip"}).headers


def test_a_header_of_any_length_is_read_for_its_first_words_and_names_each_form_once() -> None:
    assert taken("text/csv," * 100_000) == ("csv",)
    assert taken("x/y," * 100_000 + "text/csv") == ()
