"""What the tests of the pages share: a browser of somebody by name, and a real one before a real server."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from fastapi.testclient import TestClient

from tracker.desk import Desk

Act = Callable[..., Any]
Open = Callable[..., Any]
SIZES = {"wide": (1280, 900), "phone": (360, 740)}
SCHEMES = ("light", "dark")
TAKES_KEYS = "() => !document.querySelector('[autofocus]') || document.activeElement !== document.body"
"""A field with autofocus has it one frame after the load; keys pressed before are lost.

A function: the policy of the pages lets a string be evaluated at the first look only.
"""
SEVERE = """async () => (await axe.run({resultTypes: ["violations"]})).violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`)"""


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


@pytest.fixture
def address(desk: Desk, app_of: Callable[..., Any], serve: Callable[..., Any]) -> Iterator[str]:
    """Where that desk is really served."""
    with serve(app_of(desk)) as address:
        yield address


@pytest.fixture
def refusals() -> str:
    """Statuses of refusals that the tests of a file provoke and a browser notes; none unless the file says so."""
    return "none"


@pytest.fixture
def open_page(chromium: Any, address: str, refusals: str) -> Iterator[Open]:
    """Opens a page in a browser of its own; at the end nothing may have gone wrong in it but what was provoked."""
    complaints: list[str] = []
    contexts = []

    def open_it(path: str, size: str = "wide", scheme: str = "light", script: bool = True) -> Any:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(f"{address}{path}")
        if script:
            page.wait_for_function(TAKES_KEYS)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert [one for one in complaints if not re.search(f"status of ({refusals})", one)] == []


@pytest.fixture
def grave() -> Callable[[Any], list[str]]:
    """What axe finds serious or critical on a page."""

    def find(page: Any) -> list[str]:
        if page.evaluate("typeof axe === 'undefined'"):
            page.evaluate(AXE_SCRIPT)
        return list(page.evaluate(SEVERE))

    return find


@pytest.fixture
def fits() -> Callable[[Any], bool]:
    """Whether a page needs no scrolling sideways."""
    return lambda page: bool(
        page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    )


@pytest.fixture
def wrong(grave: Callable[[Any], list[str]], fits: Callable[[Any], bool]) -> Callable[[Any], list[str]]:
    """What axe finds on a page as it stands, and whether it scrolls sideways: wide and on a phone, light and dark."""

    def look(page: Any) -> list[str]:
        found, before = [], page.viewport_size
        for (size, (width, height)), scheme in itertools.product(SIZES.items(), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            found += [f"{size}, {scheme}: {one}" for one in grave(page)]
            if not fits(page):
                found.append(f"{size}, {scheme}: scrolls sideways")
        page.set_viewport_size(before)
        return found

    return look


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait for what the server does by itself."""

    def wait(there: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while not there():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.02)

    return wait
