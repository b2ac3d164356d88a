"""Login at a provider: against a real one, run as a process, that can be made to misbehave."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tracker.accounts import invitations, people
from tracker.desk import Desk

BACK = "http://localhost/login/provider/back"
PATIENCE = 60
"""Seconds that a busy machine may take for an answer."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Address of the provider."""
    script = Path(__file__).with_name("oidc_provider.py")
    with socket.create_server(("127.0.0.1", 0)) as its:
        command = [sys.executable, str(script), str(its.fileno()), BACK]
        process = subprocess.Popen(command, pass_fds=[its.fileno()])
        address = f"http://127.0.0.1:{its.getsockname()[1]}"
    requests.get(f"{address}/jwks", timeout=PATIENCE)  # waits until it answers, and fails if it ends
    yield address
    process.terminate()
    process.wait(PATIENCE)


@dataclass
class House:
    """A desk that knows the provider, and a browser that goes to and fro."""

    desk: Desk
    app_of: Callable[..., Any]
    issuer: str
    later: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.app = self.app_of(self.desk, clock=lambda: datetime.now(UTC) + self.later)
        self.browser = TestClient(self.app, base_url="http://localhost", follow_redirects=False)
        requests.get(f"{self.issuer}/misbehave", timeout=PATIENCE)

    def invite(self, email: str, role: str = "expert") -> None:
        invitations.invite(self.desk.engine, email, "N1", role, "Cora", datetime.now(UTC))

    def go(self, back: str = "/") -> str:
        """The address of the provider to which the browser is sent."""
        answer = self.browser.get("/login/provider", params={"back": back})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def confirm(self, address: str, person: str) -> str:
        """Say at the provider who one is; the address of this desk to which it sends back."""
        assert person in requests.get(address, timeout=PATIENCE).text
        answer = requests.post(address, data={"person": person}, allow_redirects=False, timeout=PATIENCE)
        assert answer.headers["location"].startswith(BACK), answer.text
        return answer.headers["location"]

    def come_back(self, address: str) -> Any:
        return self.browser.get(address, headers={"sec-fetch-site": "cross-site"})

    def log_in(self, person: str, back: str = "/") -> Any:
        return self.come_back(self.confirm(self.go(back), person))

    @property
    def names(self) -> list[str]:
        return [one.name for one in people.everybody(self.desk.engine)]


@pytest.fixture
def house(issuer: str, tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]) -> Iterator[House]:
    secret = SecretStr("a secret that both know")
    desk = toy_desk(tmp_path, oidc_issuer=issuer, oidc_client_id="desk", oidc_client_secret=secret)
    yield House(desk, app_of, issuer)
    desk.close()


def test_who_is_invited_comes_in_and_is_known_the_next_time(
    house: House, read_page: Callable[[str], Any], issuer: str
) -> None:
    house.invite("ana@cluster.eu")
    assert "127.0.0.1" in read_page(house.browser.get("/login").text).text
    answer = house.log_in("ana", "/disruptions?q=chips")
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions?q=chips")
    [ana] = people.everybody(house.desk.engine)
    assert (ana.name, ana.email, ana.roles) == ("Ana", "ana@cluster.eu", {"N1": "expert"})
    assert "Ana" in read_page(house.browser.get("/account").text).text
    house.browser.cookies.clear()
    assert house.log_in("ana").status_code == 303
    assert house.names == ["Ana"]


def test_what_is_asked_of_the_provider(house: House) -> None:
    first, second = (parse_qs(urlsplit(house.go()).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["code_challenge_method"] == ["S256"]
    assert set(first["scope"][0].split()) == {"openid", "email", "profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]
    kept = house.browser.cookies["tracker-provider"]
    assert all(one[0] not in kept for one in second.values() if len(one[0]) > 20), "the browser's token tells none"


def test_a_taken_name_gets_a_number(house: House) -> None:
    house.invite("ana@cluster.eu")
    house.log_in("ana")
    house.invite("ana.two@cluster.eu")
    assert house.log_in("ana2").status_code == 303
    assert house.names == ["Ana", "Ana 2"]


@pytest.mark.parametrize("person", ["mallory", "sly", "stranger", "nobody"])
def test_an_email_that_is_not_verified_or_not_invited_opens_nothing(house: House, person: str) -> None:
    house.invite("ana@cluster.eu")
    answer = house.log_in(person)
    assert answer.status_code == 422
    assert "tracker=" not in answer.headers.get("set-cookie", "").replace("tracker-provider=", "")
    assert house.names == []
    assert len(invitations.waiting(house.desk.engine, datetime.now(UTC))) == 1


def test_an_account_by_password_is_linked_by_the_email_it_was_invited_with(house: House) -> None:
    token = invitations.invite(house.desk.engine, "ana@cluster.eu", "N1", "expert", "Cora", datetime.now(UTC))
    words = ("four words and a half", "four words and a half")
    house.app.state.entrance.accept(token, "Ana M", "", *words, datetime.now(UTC))
    assert house.log_in("mallory").status_code == 422
    assert house.log_in("ana").status_code == 303
    assert house.names == ["Ana M"]


def test_an_email_that_its_owner_only_claimed_is_not_linked(house: House) -> None:
    """The first administrator types an e-mail that nobody has confirmed."""
    token = invitations.first_administrator(house.desk.engine, datetime.now(UTC))
    assert token
    words = ("four words and a half", "four words and a half")
    house.app.state.entrance.accept(token, "Root", "ana@cluster.eu", *words, datetime.now(UTC))
    assert house.log_in("ana").status_code == 422
    assert house.names == ["Root"]


def test_who_is_locked_out_does_not_come_in_by_the_provider(house: House) -> None:
    house.invite("ana@cluster.eu")
    house.log_in("ana")
    people.disable(house.desk.engine, people.everybody(house.desk.engine)[0].id, datetime.now(UTC))
    assert house.browser.get("/account").status_code == 303
    assert house.log_in("ana").status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        "nonce=of-another-login",
        "aud=another-desk",
        "aud=another-desk&azp=desk",
        "iss=https://evil.example",
        "expires_in=-120",
        "key=forged",
    ],
)
def test_a_wrong_token_opens_nothing(house: House, wrong: str, read_page: Callable[[str], Any]) -> None:
    house.invite("ana@cluster.eu")
    address = house.confirm(house.go(), "ana")
    requests.get(f"{house.issuer}/misbehave?{wrong}", timeout=PATIENCE)
    answer = house.come_back(address)
    assert answer.status_code == 422
    assert read_page(answer.text).faults == [
        "provider: it did not confirm who you are; log in again, or use your password."
    ]
    assert house.names == []
    requests.get(f"{house.issuer}/misbehave", timeout=PATIENCE)
    assert house.log_in("ana").status_code == 303, "and the right one does"


def test_a_token_grows_old_by_the_clock_of_this_desk(house: House) -> None:
    house.invite("ana@cluster.eu")
    house.later = timedelta(seconds=700)
    assert house.log_in("ana").status_code == 422


def test_a_provider_under_a_false_name_is_refused(house: House) -> None:
    requests.get(f"{house.issuer}/misbehave?described=https://evil.example", timeout=PATIENCE)
    assert house.browser.get("/login/provider").status_code == 502


def test_a_code_works_once(house: House) -> None:
    house.invite("ana@cluster.eu")
    address = house.go()
    kept = house.browser.cookies["tracker-provider"]
    back = house.confirm(address, "ana")
    assert house.come_back(back).status_code == 303
    assert "tracker-provider" not in house.browser.cookies
    assert house.come_back(back).status_code == 422, "the browser no longer knows of it"
    replayed = house.browser.get(back, headers={"cookie": f"tracker-provider={kept}"})
    assert replayed.status_code == 422, "nor does the provider"


def test_who_did_not_begin_a_login_cannot_end_it(house: House) -> None:
    """Else a page elsewhere could log somebody in as another."""
    house.invite("ana@cluster.eu")
    back = house.confirm(house.go(), "ana")
    other = TestClient(house.app, base_url="http://localhost", follow_redirects=False)
    assert other.get(back).status_code == 422
    other.get("/login/provider")
    assert other.get(back).status_code == 422, "a login of one's own does not help"
    assert house.come_back(back).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        lambda back: re.sub("state=[^&]*", "state=x", back),
        lambda back: re.sub("state=[^&]*", "", back),
        lambda back: re.sub("code=[^&]*", "code=x", back),
        lambda back: re.sub("code=[^&]*", "", back),
        lambda back: f"{back}&iss=https%3A%2F%2Fevil.example",
        lambda back: re.sub("code=[^&]*", "error=access_denied", back),
        lambda back: BACK,
    ],
)
def test_an_answer_that_was_changed_opens_nothing(house: House, change: Callable[[str], str]) -> None:
    house.invite("ana@cluster.eu")
    assert house.come_back(change(house.confirm(house.go(), "ana"))).status_code == 422
    assert house.names == []


def test_a_provider_that_does_not_answer_is_told(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any], read_page: Callable[[str], Any]
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it is ours, and nobody listens
        nowhere = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        desk = toy_desk(tmp_path, oidc_issuer=nowhere, oidc_client_id="desk")
        answer = TestClient(app_of(desk), base_url="http://localhost").get("/login/provider")
    assert answer.status_code == 502
    assert "does not answer as it should" in read_page(answer.text).faults[0]
    desk.close()


def test_without_a_provider_there_is_no_such_login(client: TestClient) -> None:
    for address in ("/login/provider", "/login/provider/back"):
        assert client.get(address).status_code == 404
    assert "/login/provider" not in client.get("/login").text
