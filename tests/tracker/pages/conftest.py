"""What the tests of the pages share: a browser of somebody by name, and a real one before a real server."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import sync_playwright

from tracker.app import create_app
from tracker.desk import Desk

Act = Callable[..., Any]


@pytest.fixture
def logged(client: TestClient) -> TestClient:
    """A browser at a desk where Ana has logged D1."""
    values = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "who": "Ana"}
    answer = client.post("/disruptions", data=values)
    assert answer.status_code == 303
    client.cookies.clear()
    return client


@pytest.fixture
def act(logged: TestClient) -> Act:
    """Do something with a record by its form: ``act("verify", who="Ben")``."""

    def do(verb: str, record: str = "D1", **typed: str) -> Any:
        answer = logged.post(f"/records/{record}/{verb}", data=typed)
        logged.cookies.clear()
        return answer

    return do


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and not os.environ.get("CI"):
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where that desk is really served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(desk), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()
