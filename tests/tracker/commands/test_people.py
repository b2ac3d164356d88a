"""People from the command line, and the first start of a desk that the network reaches: a real server."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from graphs.classification import DATA
from tracker.cli import app
from tracker.settings import Settings

PASSWORD = "four words and a half"
PATIENCE = 60
"""Seconds that a busy machine may take for an answer."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the toy economy, and nothing else set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TRACKER_{name.upper()}", raising=False)
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def say(here: Path) -> Callable[..., str]:
    """What a command answers; the code is part of it."""

    def said(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["people", *words])
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    return said


def test_people_are_invited_and_listed(say: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = say("invite", "ana@cluster.eu", "--association", "N2")
    assert re.search(r"http://localhost:8000/invitations/[A-Za-z0-9_-]{43}$", told)
    monkeypatch.setenv("TRACKER_URL", "https://tracker.example.eu/")
    assert "https://tracker.example.eu/invitations/" in say("invite", "root@x.eu", "--role", "administrator")
    listed = say("list")
    assert "invited: <ana@cluster.eu>: expert of N2" in listed
    assert "invited: <root@x.eu>: administrator of the alliance" in listed


def test_every_fault_is_told_in_words(say: Callable[..., str]) -> None:
    told = say("invite", "ana", "--role", "emperor", code=2)
    assert "email: 'ana' is no e-mail address" in told
    assert "role: 'emperor' is no role" in told
    for words in (("disable", "Nobody"), ("enable", "Nobody"), ("role", "Nobody", "viewer")):
        assert "Nobody: there is no such account" in say(*words, code=2)


@pytest.fixture
def served(here: Path) -> Iterator[Callable[..., tuple[str, str]]]:
    """Serve in a process of its own; its address and what it said until it answers."""
    running: list[subprocess.Popen[str]] = []

    def serve(*words: str) -> tuple[str, str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-u", "-m", "tracker", "serve", *words]
        said, root = here / f"said-{port}", str(Path(__file__).parents[2])
        with said.open("w") as file:
            environment = {"TRACKER_CHAIN": str(DATA / "toy"), "TRACKER_PORT": str(port), "PYTHONPATH": root}
            running.append(subprocess.Popen(command, stdout=file, stderr=file, text=True, env=environment))
        address, deadline = f"http://localhost:{port}", time.monotonic() + 2 * PATIENCE
        while True:
            try:
                requests.get(f"{address}/login", timeout=PATIENCE)
                return address, said.read_text()
            except requests.ConnectionError:
                if running[-1].poll() is not None and "address already in use" in said.read_text():
                    return serve(*words)  # somebody else was given the port meanwhile
                assert running[-1].poll() is None, said.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)

    yield serve
    for one in running:
        one.terminate()
        one.wait(PATIENCE)


def test_the_first_start_for_others_demands_a_login_and_makes_an_administrator(
    served: Callable[..., tuple[str, str]], say: Callable[..., str], read_page: Callable[[str], Any]
) -> None:
    address, said = served("--host", "0.0.0.0")
    assert "with a login" in said
    assert requests.get(f"{address}/api/v1/disruptions", timeout=PATIENCE).status_code == 401
    assert requests.get(f"{address}/", timeout=PATIENCE).url == f"{address}/login?back=/"
    [link] = re.findall(rf"{address}/invitations/\S+", said)
    browser = requests.Session()
    browser.headers["origin"] = address
    typed = {"name": "Root", "email": "root@alliance.eu", "password": PASSWORD, "again": PASSWORD}
    page = read_page(browser.post(link, data=typed, timeout=PATIENCE).text)
    assert "Root" in page.text
    assert requests.post(link, data=typed, headers={"origin": address}, timeout=PATIENCE).status_code == 404
    assert "Root <root@alliance.eu>: administrator of the alliance" in say("list")
    account = read_page(browser.get(f"{address}/account", timeout=PATIENCE).text)
    token = account.find("input", name="csrf")[0].attributes["value"]
    made = browser.post(
        f"{address}/account/keys", data={"csrf": token, "label": "x", "scopes": "write", "days": "1"}, timeout=PATIENCE
    )
    [key] = set(re.findall(r"vcdt_[A-Za-z0-9_-]{43}", made.text))
    logged = requests.post(
        f"{address}/api/v1/disruptions",
        json={"title": "Strike", "origin": "DE", "start": "2021-03-01"},
        headers={"authorization": f"Bearer {key}"},
        timeout=PATIENCE,
    )
    assert logged.status_code == 201
    assert "only administrator" in say("disable", "Root", code=2)
    # The next start knows its administrator, and asks for a login on this machine too.
    near, said = served()
    assert "/invitations/" not in said
    assert requests.get(f"{near}/api/v1/disruptions", timeout=PATIENCE).status_code == 401
    assert requests.get(f"{near}/api/v1/disruptions", headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE).ok


def test_alone_on_this_machine_there_is_no_ceremony(served: Callable[..., tuple[str, str]]) -> None:
    address, said = served()
    assert "this machine only" in said
    assert "/invitations/" not in said
    assert requests.get(f"{address}/api/v1/disruptions", timeout=PATIENCE).ok


def test_a_proxy_is_believed_only_if_it_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr("tracker.cli.uvicorn.run", lambda application, **named: told.update(named))
    assert CliRunner().invoke(app, ["serve"]).exit_code == 0
    assert (told["proxy_headers"], told["forwarded_allow_ips"]) == (False, [])
    monkeypatch.setenv("TRACKER_PROXIES", "10.0.0.1, 10.0.0.2")
    assert CliRunner().invoke(app, ["serve"]).exit_code == 0
    assert (told["proxy_headers"], told["forwarded_allow_ips"]) == (True, ["10.0.0.1", "10.0.0.2"])
