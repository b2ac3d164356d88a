"""A morning in a real browser: one logs, finds the duplicate, saves; a second verifies, comments, undoes. By keys."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tracker import log
from tracker.desk import Desk

Open = Callable[..., Any]


@pytest.fixture
def refusals() -> str:
    return "403|409|422"


def tab_to(page: Any, selector: str, most: int = 120) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by {most} keys")


def enter(page: Any, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(text)


def press(page: Any, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_morning_of_two_people_by_keys_alone(open_page: Open, desk: Desk) -> None:
    ana = open_page("/disruptions/new")
    ana.keyboard.type("No chips from Taiwan")
    enter(ana, "#origin", "Taiwan")
    enter(ana, "#who", "Ana")
    ana.keyboard.press("Control+Enter")
    ana.wait_for_url("**/disruptions/D1")

    ana = open_page("/disruptions/new")
    ana.keyboard.type("No chips from Taiwan again")
    enter(ana, "#origin", "Taiwan")
    ana.wait_for_selector("text=Likely the same")
    assert ana.locator("#hints a[href='/disruptions/D1']").count() == 1

    ben = open_page("/disruptions/D1")
    tab_to(ben, "#who-verify")
    ben.keyboard.type("Ben")
    press(ben, "form[action$='/verify'] button")
    assert ben.locator(".badge", has_text="verified").count() >= 1
    enter(ben, "#text", "Confirmed by two plants.")
    press(ben, "form[action$='/comments'] button")
    assert "Confirmed by two plants." in ben.locator("main").inner_text()
    press(ben, "form[action$='/undo'] button")
    assert [one.action for one in log.history(desk.engine, "D1")] == ["log", "verify", "undo"]
    assert log.disruption(desk.engine, "D1").state == "reported"


def test_the_reporter_is_told_why_not(open_page: Open, desk: Desk) -> None:
    ana = open_page("/disruptions/new")
    ana.keyboard.type("Strike")
    enter(ana, "#origin", "DE")
    enter(ana, "#who", "Ana")
    ana.keyboard.press("Control+Enter")
    ana.wait_for_url("**/disruptions/D1")
    ana.locator("form[action$='/verify'] button").click()
    ana.wait_for_selector("text=You reported or wrote this, so somebody else verifies it.")
    assert desk.position == 1


PAGES = ["/", "/disruptions", "/disruptions/D1", "/records/D1/amend", "/sessions", "/sessions/new", "/actions/A3",
         "/clusters/new", "/files", "/scores"]  # fmt: skip


def test_pages_are_read_by_everybody(
    open_page: Open,
    logged: TestClient,
    act: Callable[..., Any],
    wrong: Callable[[Any], list[str]],
) -> None:
    """No serious finding of axe, nothing that scrolls sideways: wide and on a phone, light and dark."""
    act("comments", text="Long " * 60 + "w" * 200, who="Ben")
    logged.post("/actions", data={"title": "Green lanes", "about": "D1", "who": "Ana"})
    act("reject", who="Cora", why="A rumour")
    page, found = open_page("/"), []
    for path in PAGES:
        page.goto(re.sub(r"(https?://[^/]+).*", rf"\1{path}", page.url))
        found += [f"{path}: {one}" for one in wrong(page)]
    assert found == []
