"""People in the browser and programs with keys: what the door lets in, and what it does not."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from graphs.errors import Faults
from graphs.organisation import Association
from tracker import log
from tracker.accounts import invitations, keys, passwords, people, sessions
from tracker.desk import Desk
from tracker.forms import drafts
from tracker.gate.door import Door, every_route, needs, operations_of

HERE = {"origin": "http://localhost"}
PASSWORD = "four words and a half"
STRIKE = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}


@dataclasses.dataclass
class Town:
    """A desk with people, and a clock that can be turned."""

    desk: Desk
    app_of: Callable[..., Any]
    now: datetime = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.app = self.app_of(self.desk, clock=lambda: self.now)

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False)

    def join(self, name: str, role: str, association: str = "N1") -> str:
        """Id of a new account."""
        entrance = self.app.state.entrance
        token = invitations.invite(self.desk.engine, f"{name.lower()}@cluster.eu", association, role, "x", self.now)
        return str(entrance.accept(token, name, "", PASSWORD, PASSWORD, self.now).id)

    def log_in(self, name: str) -> TestClient:
        """A browser in which somebody is logged in, and which sends the token of its forms."""
        browser = self.browser()
        answer = browser.post("/login", data={"name": name, "password": PASSWORD}, headers=HERE)
        assert answer.status_code == 303, answer.text
        browser.headers["x-csrf-token"] = sessions.csrf(browser.cookies["tracker"])
        return browser


@pytest.fixture
def town(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[Town]:
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    desk = toy_desk(tmp_path)
    yield Town(desk, app_of)
    desk.close()


@pytest.fixture
def peopled(town: Town) -> Town:
    town.join("Root", "administrator", "")
    town.join("Cora", "coordinator", "N1")
    town.join("Ana", "expert", "N1")
    town.join("Vera", "viewer", "N1")
    town.join("Nils", "expert", "N2")
    return town


def account_id(town: Town, name: str) -> str:
    found = people.find(town.desk.engine, name)
    assert found
    return found[0].id


# The door


def test_alone_on_this_machine_nobody_logs_in_until_there_is_an_account(town: Town) -> None:
    browser = town.browser()
    assert browser.get("/disruptions").status_code == 200
    assert browser.post("/api/v1/disruptions", json=STRIKE).status_code == 201
    assert "no login" in browser.get("/login").text
    for address in ("/account", "/people"):
        assert browser.get(address).status_code == 403
    town.join("Root", "administrator", "")
    browser.get("/login")  # the way in asks anew whether there are accounts; elsewhere it is asked once a second
    assert browser.get("/disruptions").headers["location"] == "/login?back=/disruptions"
    assert browser.post("/api/v1/disruptions", json=STRIKE).status_code == 401


def open_routes(app: Any) -> list[tuple[str, str]]:
    return [(verb, route.path) for route in routes_of(app) for verb in route.methods]


def routes_of(app: Any) -> list[APIRoute]:
    found = list(every_route(app.routes))
    assert len(found) > 20
    return found


def test_without_a_login_there_is_only_the_way_in(peopled: Town) -> None:
    stranger = peopled.browser()
    for verb, path in open_routes(peopled.app):
        address = re.sub(r"\{[^}]*\}", "x", path)
        answer = stranger.request(verb, address, headers=HERE)
        if path.startswith(("/login", "/invitations/")):
            assert answer.status_code in (200, 303, 404, 422), path
        elif path.startswith("/api/"):
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
    for address in ("/openapi.json", "/docs", "/nowhere"):
        assert stranger.get(address).status_code == 303


def unbound(routes: list[APIRoute]) -> list[str]:
    """Routes that ask for no operation; those that write must ask for more than to read."""
    bad = []
    for route in routes:
        asked = set(operations_of(route))
        writes = not route.methods <= {"GET", "HEAD", "OPTIONS"}
        if not asked or (writes and asked <= {"read"}):
            bad.append(f"{sorted(route.methods)} {route.path}")
    return bad


def test_every_route_is_bound_to_an_operation(town: Town) -> None:
    assert unbound(routes_of(town.app)) == []


@pytest.mark.parametrize("asked", [[], [needs("read")]])
def test_a_route_that_is_not_bound_is_found(town: Town, asked: list[Any]) -> None:
    router = APIRouter(dependencies=asked)

    @router.post("/erase")
    def erase() -> None: ...

    town.app.include_router(router)
    assert unbound(routes_of(town.app)) == ["['POST'] /erase"]


@pytest.mark.parametrize(
    "reached",
    [{"host": "0.0.0.0"}, {"host": "192.168.1.5"}, {"url": "https://tracker.example.eu"}, {"hosts": "desk.local"}],
    ids=str,
)
def test_a_desk_on_the_network_is_never_open(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any], reached: dict[str, str]
) -> None:
    desk = toy_desk(tmp_path, **reached)
    browser = TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    assert browser.get("/").headers["location"] == "/login?back=/"
    assert browser.post("/api/v1/disruptions", json=STRIKE).status_code == 401
    assert browser.get("/static/style.css").status_code == 200
    assert desk.position == 0
    desk.close()


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1"),
        ({"forwarded": "for=127.0.0.1"}, "127.0.0.1"),
        ({"via": "1.1 proxy"}, "127.0.0.1"),
        ({}, "192.168.1.5"),
        ({}, "2001:db8::1"),
    ],
)
def test_who_comes_from_elsewhere_is_not_taken_for_somebody_at_this_machine(
    town: Town, headers: dict[str, str], client: str
) -> None:
    browser = TestClient(town.app, base_url="http://localhost", follow_redirects=False, client=(client, 4000))
    assert browser.get("/api/v1/disruptions", headers=headers).status_code == 401
    near = TestClient(town.app, base_url="http://localhost", client=("127.0.0.1", 4000))
    assert near.get("/api/v1/disruptions").status_code == 200


def test_names_and_origins_are_those_of_the_settings(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> None:
    desk = toy_desk(tmp_path, hosts="desk.local", url="https://tracker.example.eu")
    browser = TestClient(app_of(desk), follow_redirects=False)
    for host, status in (("tracker.example.eu", 200), ("desk.local:8000", 200), ("evil.example", 421)):
        assert browser.get("/login", headers={"host": host}).status_code == status
    typed = {"name": "Ana", "password": "wrong"}
    for host, origin, status in (
        ("tracker.example.eu", "https://tracker.example.eu", 422),
        ("localhost:8000", "https://tracker.example.eu", 422),
        ("tracker.example.eu", "http://tracker.example.eu", 403),
        ("desk.local", "https://tracker.example.eu.evil.example", 403),
    ):
        answer = browser.post("/login", data=typed, headers={"host": host, "origin": origin})
        assert answer.status_code == status, (host, origin)
    desk.close()


def test_on_the_network_figures_are_this_desk_and_names_must_be_named(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> None:
    desk = toy_desk(tmp_path, host="0.0.0.0")
    browser = TestClient(app_of(desk))
    for host, status in (
        ("192.168.1.5:8000", 200),
        ("[2001:db8::1]:8000", 200),
        ("localhost", 200),
        ("evil.example", 421),
        ("192.168.1.5.evil.example", 421),
    ):
        assert browser.get("/login", headers={"host": host}).status_code == status, host
    desk.close()


# Sessions


def test_a_login_leads_back_and_its_cookie_is_shut(peopled: Town) -> None:
    typed = {"name": "Ana", "password": PASSWORD, "back": "/disruptions?q=chips"}
    answer = peopled.browser().post("/login", data=typed, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions?q=chips")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/"))
    assert "secure" not in cookie


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\nx", "x"])
def test_a_login_never_leads_elsewhere(peopled: Town, back: str) -> None:
    typed = {"name": "Ana", "password": PASSWORD, "back": back}
    assert peopled.browser().post("/login", data=typed, headers=HERE).headers["location"] == "/"


def test_behind_https_the_cookie_goes_over_https_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> None:
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    town = Town(toy_desk(tmp_path, url="https://tracker.example.eu"), app_of)
    town.join("Ana", "expert")
    browser = TestClient(town.app, base_url="https://tracker.example.eu", follow_redirects=False)
    own = {"origin": "https://tracker.example.eu"}
    answer = browser.post("/login", data={"name": "Ana", "password": PASSWORD}, headers=own)
    assert answer.headers["set-cookie"].startswith("__Host-tracker=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]
    assert browser.get("/account").status_code == 200
    town.desk.close()


def test_a_planted_session_is_not_logged_in(peopled: Town) -> None:
    attacker = peopled.log_in("Nils").cookies["tracker"]
    for planted in ("planted", attacker):
        held = {"cookie": f"tracker={planted}"}
        typed = {"name": "Ana", "password": PASSWORD}
        answer = peopled.browser().post("/login", data=typed, headers=HERE | held)
        given = answer.headers["set-cookie"].partition(";")[0]
        assert answer.status_code == 303
        assert given != f"tracker={planted}"
        assert "ana@cluster.eu" in peopled.browser().get("/account", headers={"cookie": given}).text
        assert peopled.browser().get("/account", headers=held).status_code == 303


def test_out_is_out(peopled: Town) -> None:
    browser = peopled.log_in("Ana")
    token = browser.cookies["tracker"]
    assert browser.post("/logout").headers["location"] == "/login"
    browser.cookies.set("tracker", token)
    assert browser.get("/account").status_code == 303


def test_sessions_grow_old(peopled: Town) -> None:
    browser = peopled.log_in("Ana")
    peopled.now += timedelta(hours=13)
    assert browser.get("/account").status_code == 303


def test_who_is_locked_out_is_out_at_once(peopled: Town) -> None:
    ana, cora = peopled.log_in("Ana"), peopled.log_in("Cora")
    key = keys.make(peopled.desk.engine, account_id(peopled, "Ana"), "laptop", ["read"], 30, peopled.now)
    program = {"authorization": f"Bearer {key}"}
    assert peopled.browser().get("/api/v1/disruptions", headers=program).status_code == 200
    assert cora.post(f"/people/{account_id(peopled, 'Ana')}/disable", data={}).status_code == 303
    assert ana.get("/account").status_code == 303
    assert peopled.browser().get("/api/v1/disruptions", headers=program).status_code == 401
    again = peopled.browser().post("/login", data={"name": "Ana", "password": PASSWORD}, headers=HERE)
    assert again.status_code == 422


# Forms of another page


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "of another session"}])
def test_a_form_without_the_token_of_its_session_does_nothing(peopled: Town, sent: dict[str, str]) -> None:
    browser = peopled.log_in("Ana")
    del browser.headers["x-csrf-token"]
    if "another" in sent.get("csrf", ""):
        sent = {"csrf": sessions.csrf(peopled.log_in("Nils").cookies["tracker"])}
    for address in ("/disruptions", "/logout", "/account/keys", "/api/v1/disruptions"):
        answer = browser.post(address, data=STRIKE | sent, headers=HERE)
        assert answer.status_code == 403, address
        assert "load its page again" in answer.json()["detail"]
    assert peopled.desk.position == 0
    assert browser.get("/account").status_code == 200


def test_what_was_typed_is_not_led_away_to_the_login(peopled: Town, read_page: Callable[[str], Any]) -> None:
    browser = peopled.log_in("Ana")
    browser.cookies.clear()
    answer = browser.post("/disruptions", data=STRIKE, headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 401
    assert "nothing was written" in read_page(answer.text).text
    assert "what you typed still stands there" in read_page(answer.text).text
    assert peopled.desk.position == 0


@pytest.mark.parametrize("address", ["/login", "/account/keys/revoke", "/account/sessions/end", "/people/invite"])
def test_no_form_takes_a_nul(peopled: Town, read_page: Callable[[str], Any], address: str) -> None:
    """PostgreSQL would fail on it."""
    sent = {"name": "\0", "key": "\0", "session": "\0", "association": "\0", "password": "x"}
    answer = peopled.log_in("Root").post(address, data=sent, headers=HERE)
    assert answer.status_code == 422
    assert "holds control characters; type it again as plain text" in read_page(answer.text).text


@pytest.mark.parametrize(("address", "here"), [("http://localhost:8000", True), ("https://tracker.example.eu", False)])
def test_a_link_that_works_here_only_says_so(
    peopled: Town, monkeypatch: pytest.MonkeyPatch, address: str, here: bool
) -> None:
    monkeypatch.setattr(Door, "address", lambda door, request: address)
    invited = {"email": "new@cluster.eu", "association": "", "role": "expert"}
    said = peopled.log_in("Root").post("/people/invite", data=invited).text
    assert f"{address}/invitations/" in said
    assert ("works on this machine only" in said) == here


def test_every_form_that_is_sent_carries_the_token(peopled: Town, read_page: Callable[[str], Any]) -> None:
    browser = peopled.log_in("Root")
    browser.post("/disruptions", data=STRIKE)
    token = sessions.csrf(browser.cookies["tracker"])
    invitation = {"email": "new@cluster.eu", "association": "", "role": "expert"}
    browser.post("/people/invite", data=invitation)
    keys.make(peopled.desk.engine, account_id(peopled, "Root"), "laptop", ["read"], 30, peopled.now)
    peopled.log_in("Root")
    seen = 0
    for address in ("/", "/disruptions", "/disruptions/new", "/disruptions/D1", "/account", "/people"):
        page = read_page(browser.get(address).text)
        for form in page.find("form", method="post"):
            inside = [one for one in page.find("input", name="csrf") if form in one.inside]
            assert [one.attributes["value"] for one in inside] == [token], address
            seen += 1
    assert seen > 12


def test_a_form_with_its_token_is_taken(peopled: Town) -> None:
    browser = peopled.log_in("Ana")
    token = browser.headers.pop("x-csrf-token")
    assert browser.post("/disruptions", data=STRIKE | {"csrf": token, "who": "Somebody else"}).status_code == 303
    [entry] = log.history(peopled.desk.engine, "D1")
    assert entry.who == "Ana", "the name is that of the account, whatever is typed"
    files = {"file": ("a.csv", b"title\n"), "csrf": (None, token)}
    assert browser.post("/logout", files=files).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_nobody_is_logged_in_from_another_page(peopled: Town, headers: dict[str, str]) -> None:
    answer = peopled.browser().post("/login", data={"name": "Ana", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


# Guessing


def test_who_guesses_is_told_the_same_and_then_to_wait(peopled: Town, read_page: Callable[[str], Any]) -> None:
    browser, said = peopled.browser(), set()
    for number in range(10):
        name = ("Ana", "Nobody")[number % 2]
        answer = browser.post("/login", data={"name": name, "password": "wrong password"}, headers=HERE)
        assert answer.status_code == 422
        said.add(tuple(read_page(answer.text).faults))
    assert len(said) == 1
    answer = browser.post("/login", data={"name": "Ana", "password": PASSWORD}, headers=HERE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert "set-cookie" not in answer.headers


def test_when_many_log_in_at_once_some_come_back(peopled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> bool:
        raise passwords.Busy

    monkeypatch.setattr(peopled.app.state.entrance.gate, "fits", busy)
    answer = peopled.browser().post("/login", data={"name": "Ana", "password": PASSWORD}, headers=HERE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


# Keys


@pytest.mark.parametrize(
    ("scopes", "read", "write"), [(["read"], 200, 403), (["write"], 200, 201), (["import"], 200, 403)]
)
def test_a_key_does_what_it_was_made_for(peopled: Town, scopes: list[str], read: int, write: int) -> None:
    key = keys.make(peopled.desk.engine, account_id(peopled, "Ana"), "laptop", scopes, 30, peopled.now)
    program = TestClient(peopled.app, base_url="http://localhost", headers={"authorization": f"Bearer {key}"})
    assert program.get("/api/v1/disruptions").status_code == read
    answer = program.post("/api/v1/disruptions", json=STRIKE | {"who": "Somebody else"})
    assert answer.status_code == write
    if write == 201:
        assert log.history(peopled.desk.engine, "D1")[0].who == "Ana"
    else:
        assert "scope 'write'" in answer.json()["detail"]
    for address in ("/account", "/people"):
        assert program.get(address).status_code == 403, "people are no matter of programs"
    peopled.now += timedelta(days=30)
    assert program.get("/api/v1/disruptions").status_code == 401


@pytest.mark.parametrize("sent", ["Bearer wrong", "Bearer ", "Basic QW5hOng=", "wrong"])
def test_a_wrong_key_is_not_made_good_by_a_session(peopled: Town, sent: str) -> None:
    browser = peopled.log_in("Ana")
    assert browser.get("/api/v1/disruptions", headers={"authorization": sent}).status_code == 401


def test_a_key_is_shown_once(peopled: Town) -> None:
    browser = peopled.log_in("Ana")
    made = browser.post("/account/keys", data={"label": "laptop", "scopes": ["read", "write"], "days": "30"})
    [key] = set(re.findall(r"vcdt_[A-Za-z0-9_-]{43}", made.text))
    assert made.headers["cache-control"] == "no-store"
    program = {"authorization": f"Bearer {key}"}
    assert peopled.browser().post("/api/v1/disruptions", json=STRIKE, headers=program).status_code == 201
    later = browser.get("/account").text
    assert key not in later
    assert key[:11] in later
    [kept] = keys.listed(peopled.desk.engine, account_id(peopled, "Ana"), peopled.now)
    stranger = peopled.log_in("Nils")
    stranger.post("/account/keys/revoke", data={"key": kept.id})
    assert peopled.browser().get("/api/v1/scores", headers=program).status_code == 200
    browser.post("/account/keys/revoke", data={"key": kept.id})
    assert peopled.browser().get("/api/v1/scores", headers=program).status_code == 401


# Roles


def test_a_viewer_reads_and_an_expert_writes(peopled: Town) -> None:
    vera, ana = peopled.log_in("Vera"), peopled.log_in("Ana")
    assert vera.get("/disruptions").status_code == 200
    refused = vera.post("/disruptions", data=STRIKE)
    assert refused.status_code == 403
    assert "Only an expert may log this; you are a viewer." in refused.text
    assert ana.post("/disruptions", data=STRIKE).status_code == 303


def test_whose_record_it_is_counts(peopled: Town) -> None:
    ana, nils, cora = (peopled.log_in(name) for name in ("Ana", "Nils", "Cora"))
    ana.post("/disruptions", data=STRIKE)
    assert nils.post("/records/D1/resolve", data={"end": "2021-04-01"}).status_code == 403
    assert nils.post("/records/D9/resolve", data={"end": "2021-04-01"}).status_code == 404
    assert cora.post("/records/D1/resolve", data={"end": "2021-04-01"}).status_code == 303
    assert ana.post("/records/D1/resolve", data={"end": "2021-04-02"}).status_code == 303


@pytest.mark.parametrize(
    ("who", "association", "role", "status"),
    [
        ("Cora", "N1", "expert", 200),
        ("Cora", "N1", "coordinator", 200),
        ("Cora", "N1", "administrator", 403),
        ("Cora", "", "viewer", 403),
        ("Cora", "N2", "viewer", 403),
        ("Cora", " N2 ", "viewer", 403),
        ("Ana", "N1", "viewer", 403),
        ("Vera", "N1", "viewer", 403),
        ("Root", "N2", "administrator", 200),
        ("Root", "", "administrator", 200),
    ],
)
def test_nobody_invites_above_himself(peopled: Town, who: str, association: str, role: str, status: int) -> None:
    invited = {"email": "new@cluster.eu", "association": association, "role": role}
    answer = peopled.log_in(who).post("/people/invite", data=invited)
    assert answer.status_code == status
    waiting = invitations.waiting(peopled.desk.engine, peopled.now)
    assert [(one.association, one.role) for one in waiting] == ([(association, role)] if status == 200 else [])


@pytest.mark.parametrize(
    ("who", "whom", "association", "role"),
    [
        ("Cora", "Cora", "N1", "administrator"),
        ("Cora", "Cora", "", "coordinator"),
        ("Root", "Root", "", "viewer"),
        ("Cora", "Ana", "N1", "administrator"),
        ("Cora", "Ana", "", "viewer"),
        ("Cora", "Nils", "N2", "viewer"),
        ("Cora", "Root", "", "viewer"),
        ("Ana", "Ana", "N1", "coordinator"),
        ("Ana", "Vera", "N1", "expert"),
        ("Vera", "Vera", "N1", "expert"),
    ],
)
def test_nobody_rises_by_himself(peopled: Town, who: str, whom: str, association: str, role: str) -> None:
    before = people.everybody(peopled.desk.engine)
    typed = {"association": association, "role": role}
    answer = peopled.log_in(who).post(f"/people/{account_id(peopled, whom)}/role", data=typed)
    assert answer.status_code == 403
    assert people.everybody(peopled.desk.engine) == before


@pytest.mark.parametrize(
    ("who", "whom"), [("Cora", "Root"), ("Cora", "Nils"), ("Cora", "Cora"), ("Ana", "Vera"), ("Root", "Root")]
)
def test_nobody_is_locked_out_by_who_may_not(peopled: Town, who: str, whom: str) -> None:
    answer = peopled.log_in(who).post(f"/people/{account_id(peopled, whom)}/disable", data={})
    assert answer.status_code == 403
    assert not any(one.disabled for one in people.everybody(peopled.desk.engine))


def test_a_coordinator_does_not_lock_out_who_is_elsewhere_too(peopled: Town) -> None:
    people.set_role(peopled.desk.engine, account_id(peopled, "Ana"), "N2", "viewer")
    cora = peopled.log_in("Cora")
    assert cora.post(f"/people/{account_id(peopled, 'Ana')}/disable", data={}).status_code == 403
    gone = {"association": "N1", "role": ""}
    assert cora.post(f"/people/{account_id(peopled, 'Ana')}/role", data=gone).status_code == 303
    assert people.account(peopled.desk.engine, account_id(peopled, "Ana")).roles == {"N2": "viewer"}


def test_everybody_sees_whom_he_may(peopled: Town, read_page: Callable[[str], Any]) -> None:
    def names(who: str) -> set[str]:
        text = read_page(peopled.log_in(who).get("/people").text).text
        return {name for name in ("Root", "Cora", "Ana", "Vera", "Nils") if f"{name.lower()}@cluster.eu" in text}

    assert names("Root") == {"Root", "Cora", "Ana", "Vera", "Nils"}
    assert names("Cora") == {"Cora", "Ana", "Vera"}
    assert names("Ana") == {"Ana"}


def test_the_alliance_is_never_the_first_choice(peopled: Town, read_page: Callable[[str], Any]) -> None:
    """Who acts for all associations is invited on purpose."""
    peopled.desk.writer.write(
        lambda turn: log.append(turn, [Association("Clusters of Lithuania", id="N9")], who="x", at=peopled.now)
    )

    def offered(who: str) -> list[str]:
        page = read_page(peopled.log_in(who).get("/people").text)
        [choice] = page.find("select", id="association")
        return [one.text for one in page.find("option") if choice in one.inside]

    assert offered("Root") == ["N1", "N2", "Clusters of Lithuania", "the alliance"]
    assert offered("Cora") == ["N1"]


# Invitations


def test_from_the_link_into_the_house(peopled: Town, read_page: Callable[[str], Any]) -> None:
    answer = peopled.log_in("Cora").post(
        "/people/invite", data={"email": "eva@x.eu", "association": "N1", "role": "expert"}
    )
    [link] = re.findall(r"http://localhost/invitations/[A-Za-z0-9_-]{43}", answer.text)
    browser = peopled.browser()
    page = read_page(browser.get(link).text)
    assert "As an expert of N1" in page.text
    browser.get(link)  # looking does not use it
    typed = {"name": "", "password": "short", "again": "other"}
    wrong = browser.post(link, data=typed, headers=HERE)
    assert wrong.status_code == 422
    assert len(read_page(wrong.text).faults) == 3
    typed = {"name": "Eva", "password": PASSWORD, "again": PASSWORD, "email": "other@x.eu"}
    assert browser.post(link, data=typed, headers=HERE).headers["location"] == "/"
    assert "eva@x.eu" in read_page(browser.get("/account").text).text
    for verb in ("GET", "POST"):
        again = peopled.browser().request(verb, link, data=typed | {"name": "Eve"}, headers=HERE)
        assert again.status_code == 404


def test_a_withdrawn_invitation_is_dead(peopled: Town) -> None:
    cora = peopled.log_in("Cora")
    token = invitations.invite(peopled.desk.engine, "eva@x.eu", "N1", "expert", "Cora", peopled.now)
    [one] = invitations.waiting(peopled.desk.engine, peopled.now)
    for who, status in (("Ana", 403), ("Nils", 403), ("Cora", 303)):
        browser = cora if who == "Cora" else peopled.log_in(who)
        assert browser.post("/people/invitations/withdraw", data={"invitation": one.id}).status_code == status
    assert peopled.browser().get(f"/invitations/{token}").status_code == 404


def test_one_changes_the_own_password_and_ends_the_other_sessions(peopled: Town) -> None:
    here, there = peopled.log_in("Ana"), peopled.log_in("Ana")
    typed = {"old": "wrong", "password": "quite another pass", "again": "quite another pass"}
    assert here.post("/account/password", data=typed).status_code == 422
    assert there.get("/account").status_code == 200
    assert here.post("/account/password", data=typed | {"old": PASSWORD}).status_code == 200
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_one_ends_the_own_sessions(peopled: Town) -> None:
    here, there = peopled.log_in("Ana"), peopled.log_in("Ana")
    other = sessions.session_id(peopled.desk.engine, there.cookies["tracker"])
    nils = peopled.log_in("Nils")
    nils.post("/account/sessions/end", data={"session": other})
    assert there.get("/account").status_code == 200
    here.post("/account/sessions/end", data={"session": other})
    assert there.get("/account").status_code == 303
    there = peopled.log_in("Ana")
    here.post("/account/sessions/end", data={})
    assert there.get("/account").status_code == 303
    assert (here.get("/account").status_code, nils.get("/account").status_code) == (200, 200)


def test_the_last_administrator_stays(peopled: Town) -> None:
    """Two of them: one takes the role of the other, who then cannot do the same, nor can the command."""
    peopled.join("Otto", "administrator", "")
    root, otto = peopled.log_in("Root"), peopled.log_in("Otto")
    typed = {"association": "", "role": "viewer"}
    assert root.post(f"/people/{account_id(peopled, 'Otto')}/role", data=typed).status_code == 303
    assert otto.post(f"/people/{account_id(peopled, 'Root')}/role", data=typed).status_code == 403
    with pytest.raises(Faults, match="only administrator"):
        people.set_role(peopled.desk.engine, account_id(peopled, "Root"), "", "viewer")


def test_what_is_half_filled_is_seen_by_its_owner_alone(peopled: Town) -> None:
    one = drafts.new_draft()
    ana, nils = peopled.log_in("Ana"), peopled.log_in("Nils")
    for form in ("new", "quick"):
        typed = {"draft": one, "title": "Ana's secret", "text": "Ana's secret", "title.1": "Ana's secret"}
        assert ana.post(f"/disruptions/{form}/keep", data=typed).status_code == 303
        assert one in ana.get(f"/disruptions/{form}").text
        assert one not in nils.get(f"/disruptions/{form}").text
        assert nils.get(f"/disruptions/{form}?draft={one}").status_code == 404
        nils.post(f"/disruptions/{form}/forget", data={"draft": one})
        assert "Ana&#39;s secret" in ana.get(f"/disruptions/{form}?draft={one}").text
        ana.post(f"/disruptions/{form}/forget", data={"draft": one})


def test_who_may_not_log_is_told_before_anything_is_typed(peopled: Town) -> None:
    vera = peopled.log_in("Vera")
    for address in ("/disruptions/new", "/disruptions/quick"):
        answer = vera.get(address)
        assert answer.status_code == 403
        assert "you are a viewer" in answer.text
    for address in ("new/hints", "new/preview", "new/keep", "new/forget", "quick", "quick/read", "quick/keep"):
        assert vera.post(f"/disruptions/{address}", data=STRIKE | {"draft": drafts.new_draft()}).status_code == 403


def test_a_form_that_a_script_sends_carries_the_token_of_its_session(peopled: Town) -> None:
    ana = peopled.log_in("Ana")
    token = ana.headers.pop("x-csrf-token")
    for address in ("new/hints?part=1", "new/preview?part=1"):
        assert ana.post(f"/disruptions/{address}", data=STRIKE).status_code == 403
        assert ana.post(f"/disruptions/{address}", data=STRIKE | {"csrf": token}).status_code == 200
    many = STRIKE | {f"note.{number}": "x" for number in range(5_000)} | {"csrf": token}
    assert ana.post("/disruptions/quick/read", data=many).status_code == 200


def test_a_viewer_reads_a_disruption_without_forms_and_without_being_told_what_is_not_for_viewers(
    peopled: Town, read_page: Callable[[str], Any]
) -> None:
    peopled.log_in("Ana").post("/disruptions", data=STRIKE)
    read = {name: read_page(peopled.log_in(name).get("/disruptions/D1").text) for name in ("Vera", "Ana", "Cora")}
    assert [one.attributes["action"] for one in read["Vera"].find("form")] == []
    assert "What next?" not in read["Vera"].text
    assert "Propose an action" not in read["Vera"].text
    assert "by itself it costs the EU" in read["Vera"].text
    assert "somebody else verifies it" in read["Ana"].text, "who wrote it is told why not"
    assert read["Cora"].find("form", action="/records/D1/verify")
    assert read["Cora"].find("a", href="/actions/new?about=D1")
