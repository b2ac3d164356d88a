"""The door keeper: this machine only, no writing for other sites, nothing oversize, headers everywhere."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message

from graphs.disruption import Disruption
from tracker import keeping
from tracker.desk import Desk
from tracker.keeping import Change
from tracker.permissions import local

NUMBERS = itertools.count()
ENOUGH = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
PAGES = [
    "/",
    "/disruptions",
    "/disruptions/new",
    "/disruptions/D1",
    "/scores",
    "/graph",
    "/briefing",
    "/docs",
    "/openapi.json",
    "/static/style.css",
    "/api/v1/scores",
    "/api/v1/disruptions",
    "/api/v1/chain",
    "/nowhere",
    "/api/v1/nowhere",
    "/disruptions/D9",
    "/?on=soon",
]
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk]) -> Iterator[Desk]:
    """One desk on the toy for all these tests, with one record."""
    desk = toy_desk(tmp_path_factory.mktemp("guard"))
    strike = Disruption("Strike", ("DE",), date(2021, 3, 1))
    desk.write(keeping.log_one, strike, Change(local("Ana"), datetime.now(UTC)))
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def client(desk: Desk, app_of: Callable[..., Any]) -> TestClient:
    return TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)


@pytest.fixture
def unchanged(desk: Desk) -> Iterator[None]:
    """Nothing is written while the test runs."""
    before = desk.position
    yield
    assert desk.position == before


def another() -> dict[str, str]:
    """A disruption that was not logged before."""
    return ENOUGH | {"note": f"note {next(NUMBERS)}"}


def ask(app: ASGIApp, verb: str, path: str, headers: list[tuple[bytes, bytes]], body: list[bytes]) -> int:
    """The status of the answer to a request as a server hands it over, header bytes unchecked."""
    sent: list[int] = []
    waiting = list(body)

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": verb,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(app(scope, receive, send))
    [status] = sent
    return status


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
)
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    headers = {"host": host}
    assert client.get("/docs", headers=headers).status_code == 200
    assert client.post("/api/v1/disruptions", json=another(), headers=headers).status_code == 201


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "localhost@evil.example",
        "192.168.1.5:8000",
        "0.0.0.0",
        "127.0.0.2",
        "",
        "localhost, evil.example",
        "[::2]",
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str, verb: str) -> None:
    """Else a page elsewhere could let its own name point here, and read what the desk answers."""
    answer = client.request(
        verb, "/api/v1/disruptions", headers={"host": host}, json=ENOUGH if verb == "POST" else None
    )
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert "http://localhost" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host",
    [
        b"[",
        b"[::1",
        b"]",
        b"localhost:abc",
        b"localhost:99999",
        b"\xff\xfe",
        b"local host",
        b"//",
        b"localhost/evil",
        b"?",
        b"[x]",
    ],
)
def test_a_malformed_host_is_no_fault_of_the_server(client: TestClient, host: bytes) -> None:
    assert ask(client.app, "GET", "/docs", [(b"host", host)], [b""]) in (200, 400, 421)


def test_a_request_without_a_host_is_refused(client: TestClient) -> None:
    assert ask(client.app, "GET", "/docs", [], [b""]) == 421


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "file://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
        {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("address", ["/api/v1/disruptions", "/records/D1/resolve"])
def test_a_page_of_another_site_cannot_write(
    client: TestClient, desk: Desk, headers: dict[str, str], address: str
) -> None:
    answer = client.post(address, data=ENOUGH, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "This came from a page of another site and was not carried out."


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("origin", [b"http://[", b"[", b"http://[::1", b"\xff", b"http://localhost:abc", b"//"])
def test_a_malformed_origin_is_refused(client: TestClient, origin: bytes) -> None:
    headers = [(b"host", b"localhost"), (b"origin", origin), (b"content-type", b"application/json")]
    assert ask(client.app, "POST", "/api/v1/disruptions", headers, [b"{}"]) in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost", "sec-fetch-site": "same-origin", "referer": "http://localhost/disruptions/new"},
        {"host": "127.0.0.1:8100", "origin": "http://127.0.0.1:8100"},
        {"host": "[::1]:8100", "origin": "http://[::1]:8100"},
    ],
    ids=str,
)
def test_its_own_pages_and_programs_write(client: TestClient, desk: Desk, headers: dict[str, str]) -> None:
    before = desk.position
    assert client.post("/disruptions", data=another(), headers=headers).status_code == 303
    assert desk.position == before + 1


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}], ids=str)
def test_a_link_from_anywhere_may_be_followed(client: TestClient, headers: dict[str, str]) -> None:
    for verb in ("GET", "HEAD", "OPTIONS"):
        assert client.request(verb, "/", headers=headers).status_code in (200, 405)
    assert client.get("/", headers=headers).status_code == 200


def test_no_other_site_is_invited_to_read(client: TestClient) -> None:
    answer = client.get("/api/v1/disruptions", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


ADDRESSES = [
    ("/disruptions", "application/x-www-form-urlencoded"),
    ("/disruptions", "multipart/form-data; boundary=x"),
    ("/records/D1/resolve", "application/x-www-form-urlencoded"),
    ("/api/v1/disruptions", "application/json"),
    ("/api/v1/disruptions/D1/resolve", "application/json"),
    ("/nowhere", "text/plain"),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("address", "kind"), ADDRESSES)
def test_more_than_a_megabyte_is_refused(client: TestClient, desk: Desk, address: str, kind: str) -> None:
    answer = client.post(address, content=b"a" * 1_000_001, headers={"content-type": kind})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 MB" in answer.json()["detail"]


@pytest.mark.usefixtures("unchanged")
def test_a_file_that_is_too_large_is_told_so(client: TestClient) -> None:
    answer = client.post("/files", files={"file": ("mine.csv", b"a" * 21_000_001)})
    assert (answer.status_code, answer.json()["detail"]) == (413, "The file is larger than 20 MB: split it.")


@pytest.mark.usefixtures("unchanged")
def test_a_browser_is_refused_on_a_page(client: TestClient, read_page: Callable[[str], Any]) -> None:
    browser = {"accept": "text/html,*/*;q=0.8"}
    for sent in ({"origin": "http://evil.eu"}, {"host": "evil.eu"}):
        answer = client.post("/disruptions", data=ENOUGH, headers=browser | sent)
        page = read_page(answer.text)
        assert "go back in your browser: what you typed still stands there" in page.text
        assert page.find("h1")
        assert "evil" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    answer = client.post("/api/v1/disruptions", json=ENOUGH, headers=browser | {"origin": "http://evil.eu"})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("address", "kind"), ADDRESSES[:-1])
def test_more_than_a_megabyte_is_refused_without_a_stated_length(
    client: TestClient, desk: Desk, address: str, kind: str
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"title=" + b"a" * 100_000

    answer = client.post(address, content=pieces(), headers={"content-type": kind})
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/disruptions", b"application/x-www-form-urlencoded", b"title=Strike&origin=DE&start=2021-03-01&cause=wa"),
        ("/api/v1/disruptions", b"application/json", b'{"title": "Strike", "origin": "DE"}'),
    ],
)
def test_what_was_cut_off_on_its_way_is_not_carried_out(
    desk: Desk, client: TestClient, path: str, kind: bytes, body: bytes
) -> None:
    """The connection breaks after the first part; half a form must not become a record."""

    async def connection() -> None:
        parts: list[Message] = [{"type": "http.request", "body": body, "more_body": True}]

        async def receive() -> Message:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            pass

        headers = [(b"host", b"localhost"), (b"content-type", kind), (b"content-length", b"5000")]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "headers": headers,
            "raw_path": path.encode(),
            "query_string": b"",
            "server": ("127.0.0.1", 8000),
        }
        with contextlib.suppress(ClientDisconnect):
            await client.app(scope, receive, send)

    before = desk.position
    asyncio.run(connection())
    assert desk.position == before


@pytest.mark.parametrize("length", [b"abc", b"-1", b"1e3", b"", b"\xb2", b"99999999999999999999", b"1000001", b" "])
def test_a_malformed_length_is_refused(client: TestClient, length: bytes) -> None:
    headers = [(b"host", b"localhost"), (b"content-length", length), (b"content-type", b"application/json")]
    assert ask(client.app, "POST", "/api/v1/disruptions", headers, [b"{}"]) in (400, 411, 413)


def test_a_megabyte_is_taken_in(client: TestClient) -> None:
    answer = client.post("/api/v1/disruptions", json=ENOUGH | {"description": "x" * 999_000})
    assert answer.status_code == 422, "it is read, and found too long"
    assert "shorten it to 20,000" in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_security_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] in ("same-origin", "strict-origin", "strict-origin-when-cross-origin"), (
        "no-referrer would make a browser send the Origin null with our own form"
    )
    if address != "/graph":
        policy = headers["content-security-policy"]
        scripts = re.findall("script-src [^;]*", policy)
        assert scripts == (["script-src 'self'"] if address == "/disruptions/new" else []), "none but our own, if any"
        for part in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'self'"):
            assert part in policy


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}], ids=str)
def test_a_refusal_carries_the_security_headers_too(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/disruptions", data=ENOUGH, headers=headers)
    assert answer.status_code in (403, 421)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_graph_page_may_run_its_own_scripts_and_no_others(
    client: TestClient, read_page: Callable[[str], Any]
) -> None:
    answer = client.get("/graph")
    header = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert header["default-src"] == "'none'"
    assert header["script-src"] == "'unsafe-inline'", "a hash or nonce here would switch 'unsafe-inline' off"
    assert "'unsafe-inline'" in header["style-src"]
    assert "data:" in header["img-src"]
    [meta] = read_page(answer.text).find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "script-src 'sha256-" in meta.attributes["content"], "the page itself names its scripts by their hash"
    assert "'unsafe-inline'" not in meta.attributes["content"].partition("script-src")[2].partition(";")[0]


@pytest.mark.parametrize("address", ["/", "/graph", "/briefing"])
def test_a_page_elsewhere_cannot_frame_it(client: TestClient, address: str) -> None:
    assert "frame-ancestors 'none'" in client.get(address).headers["content-security-policy"]


def test_no_page_asks_for_anything_from_elsewhere(client: TestClient, read_page: Callable[[str], Any]) -> None:
    for address in PAGES[:8]:
        for one in read_page(client.get(address).text).elements:
            if one.tag in ("link", "script", "img", "source", "form", "use"):
                found = one.attributes.get("href") or one.attributes.get("src") or one.attributes.get("action") or "/"
                assert found.startswith(("/", "data:,")), f"{address}: {found}"
                assert not found.startswith("//")
