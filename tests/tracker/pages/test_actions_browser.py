"""The inventory of actions in a real browser: an action is carried on by keys; nothing serious on any of its pages."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

Open = Callable[..., Any]


def test_an_action_is_carried_on_and_seen_everywhere(
    open_page: Open, logged: TestClient, grave: Callable[[Any], list[str]], fits: Callable[[Any], bool]
) -> None:
    given = {"title": "Green lanes", "ecosystems": "Agri-food", "theme": "funding", "about": "D1", "who": "Ana"}
    assert logged.post("/actions", data=given).status_code == 303
    assert logged.post("/actions", data=given | {"title": "Strike fund", "about": ""}).status_code == 303
    page = open_page("/actions/A2", "phone", "dark")
    assert (grave(page), fits(page)) == ([], True)
    page.select_option("#state", "adopted")
    page.fill("#state_on", "2021-03-23")
    page.fill("#who-move", "Ben")
    with page.expect_navigation():
        page.locator("#who-move").press("Enter")
    assert page.locator(".badge", has_text="adopted").count() == 1
    for path, size, scheme in (
        ("/actions", "phone", "light"),
        ("/actions?state=adopted", "wide", "dark"),
        ("/disruptions/D1", "phone", "dark"),
    ):
        page = open_page(path, size, scheme)
        assert page.locator("a", has_text="Green lanes").count() >= 1
        assert (grave(page), fits(page)) == ([], True), path
