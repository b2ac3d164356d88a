"""Entry in a real browser: by keys alone, on a phone, in the dark, without a script, and with what axe says of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest

from graphs.disruption import Disruption
from tracker import keeping
from tracker.desk import Desk
from tracker.forms import drafts
from tracker.keeping import Change
from tracker.permissions import local

WORDS = "No chips from Taiwan, car plants down 40 % since 1 March 2021"
HOSTILE = '<img src=x onerror=alert(1)>href "quoted" from Taiwan'
Open = Callable[..., Any]
Look = Callable[[Any], Any]


@pytest.fixture
def refusals() -> str:
    return "422|503"


def press_to(page: Any, selector: str, most: int = 40) -> int:
    """How often Tab is pressed until the focus is there."""
    for pressed in range(most + 1):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return pressed
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by {most} keys")


def type_and_hear(page: Any, text: str) -> None:
    """Type into the title, and wait until what the desk says of all of it stands on the page."""
    title = page.locator("#title").input_value() + text
    asks_for_all = f"&title={quote_plus(title)}&"
    with page.expect_response(
        lambda one: "/disruptions/new/hints" in one.url and asks_for_all in (one.request.post_data or "")
    ) as heard:
        page.keyboard.type(text)
    page.wait_for_function("html => document.getElementById('hints').dataset.shown === html", arg=heard.value.text())


def test_from_an_empty_form_to_a_saved_record_by_keys_alone(open_page: Open, desk: Desk) -> None:
    page = open_page("/disruptions/new")
    type_and_hear(page, WORDS)  # the title has the focus
    assert desk.position == 0
    assert page.locator("#origin").input_value() == "", "nothing is written by itself"
    keys = press_to(page, "[data-take-likely]") + 1
    page.keyboard.press("Enter")
    assert page.locator("#origin").input_value() == "TW"
    assert "Taken: " in page.locator("#hints [role=status]").inner_text()
    assert page.evaluate("document.activeElement !== document.body"), "the focus is not lost with the button"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/disruptions/D1")
    record = desk.disruptions()[0]
    assert (record.title, record.origin, record.severity_likely) == (WORDS, ("TW",), 0.4)
    assert "C26" in record.industries
    assert keys + 1 <= 5, "beside the title: to the button, take, save"


def test_suggestions_one_by_one_keep_the_focus_in_reach(open_page: Open) -> None:
    page = open_page("/disruptions/new")
    type_and_hear(page, "Chips from Taiwan and Korea")
    before = page.locator("button[data-field]").count()
    press_to(page, "button[data-field]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('button[data-field]')"), "the next one"
    with page.expect_response("**/disruptions/new/hints*"):
        page.evaluate("document.getElementById('title').dispatchEvent(new Event('input', { bubbles: true }))")
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.matches('button[data-field]')"), "and what arrives later takes nothing"
    assert page.locator("button[data-field]").count() == before - 1


def test_what_arrives_while_one_types_does_not_take_the_focus(open_page: Open) -> None:
    page = open_page("/disruptions/new")
    type_and_hear(page, "No chips from Taiwan")
    type_and_hear(page, " and nothing else")
    assert page.locator("#title").input_value() == "No chips from Taiwan and nothing else"
    assert page.locator("#hints [role=status]").count() == 1


def test_the_likely_duplicate_is_found_while_typing(open_page: Open, desk: Desk, strike: Disruption) -> None:
    desk.write(keeping.log_one, strike, Change(local("Ana"), datetime.now(UTC)))
    page = open_page("/disruptions/new")
    page.keyboard.type("Strike")
    page.locator("#origin").fill("Germany")
    page.locator("#start").fill("2021-03-02")
    page.wait_for_selector(".alike.likely")
    assert "likely on record already" in page.locator("#hints [role=status]").inner_text()
    assert page.locator(".alike a").get_attribute("href") == "/disruptions/D1"


def test_the_form_and_the_impact_can_be_used_by_all(
    open_page: Open, desk: Desk, strike: Disruption, wrong: Look
) -> None:
    """On a phone; each step is looked at wide too, light and dark."""
    desk.write(keeping.log_one, strike, Change(local("Ana"), datetime.now(UTC)))
    page = open_page("/disruptions/new", "phone")
    assert wrong(page) == []
    page.locator("#title").fill(f"Strike {HOSTILE}, 40 % lost")
    page.locator("#origin").fill("Germany")
    page.wait_for_selector("button.take")
    page.locator("#more > summary").click()
    assert wrong(page) == []
    page.get_by_role("button", name="See the impact first").click()
    page.wait_for_selector("#impact-title")
    assert "Nothing is stored yet." in page.locator("#impact").inner_text()
    assert wrong(page) == []
    assert desk.position == 1
    page.locator("#origin").fill("Narnia")
    page.get_by_role("button", name="See the impact first").click()
    page.wait_for_selector("#impact .faults")
    assert wrong(page) == []


def test_the_quick_log_can_be_used_by_all(open_page: Open, desk: Desk, wrong: Look) -> None:
    """On a phone; each step is looked at wide too, light and dark."""
    page = open_page("/disruptions/quick", "phone")
    assert wrong(page) == []
    lines = [WORDS, f"{HOSTILE} | TW | 140 %", "Something odd", "Strike in Germany", "Strike in Germany today"]
    page.get_by_label("Lines").fill("\n".join(lines))
    page.get_by_role("button", name="Read the lines").click()
    page.wait_for_selector("table")
    assert wrong(page) == []
    page.get_by_role("button", name="Save the ticked lines together").click()
    page.wait_for_selector(".faults")
    assert wrong(page) == []
    assert desk.position == 0
    page.get_by_label("Where, line 3").fill("EU")
    page.get_by_label("Lost, line 2").fill("14 %")
    page.get_by_label("Lost, line 2").press("Control+Enter")
    page.wait_for_selector(".done")
    assert wrong(page) == []
    assert len(desk.disruptions()) == 4
    assert page.get_by_label("What happened, line 5").input_value() == "Strike in Germany today"


def test_what_is_typed_is_kept_by_itself_and_gone_on_with(
    open_page: Open, desk: Desk, address: str, until: Look
) -> None:
    page = open_page("/disruptions/new")
    page.keyboard.type(HOSTILE)
    page.wait_for_selector("#kept-at:not(:empty)")
    page.locator("#cause").fill("typed just before the browser was closed")
    page.goto("about:blank")
    until(lambda: "just before" in str(drafts.listed(desk.engine, "", "entry")))
    page.goto(f"{address}/disruptions/new")
    page.get_by_role("link", name=re.compile("Go on with")).click()
    assert page.locator("#title").input_value() == HOSTILE
    assert page.locator("#cause").input_value() == "typed just before the browser was closed"
    page.locator("#origin").fill("Taiwan")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/disruptions/D1")
    assert drafts.listed(desk.engine, "", "entry") == []


def test_a_desk_that_cannot_be_reached_is_told_and_nothing_is_lost(open_page: Open) -> None:
    page = open_page("/disruptions/new")
    page.route("**/disruptions/new/*", lambda route: route.fulfill(status=503, body="no"))
    page.keyboard.type("No chips from Taiwan")
    page.wait_for_selector("#trouble:not(:empty)")
    assert "what you typed still stands" in page.locator("#trouble").inner_text()
    page.unroute("**/disruptions/new/*")
    type_and_hear(page, " again")
    page.wait_for_selector("#trouble:empty", state="attached")
    assert page.locator("button.take").count() > 0


def test_everything_works_without_a_script(open_page: Open, desk: Desk) -> None:
    page = open_page("/disruptions/new", script=False)
    page.get_by_label("What happened?").fill(WORDS)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Take Where: Taiwan (TW)").click()
    assert page.get_by_label("Where?").input_value() == "TW"
    page.get_by_role("button", name=re.compile("Take the .* likely ones")).click()
    page.get_by_role("button", name="See the impact first").click()
    assert "The impact, before anything is saved" in page.locator("#impact").inner_text()
    page.get_by_role("button", name="Keep for later").click()
    page.get_by_role("link", name=re.compile("Go on with")).click()
    assert page.get_by_label("Lost, likely").input_value() == "40 %"
    assert desk.position == 0
    page.get_by_label("Why?").press("Enter")
    page.wait_for_url("**/disruptions/D1")
    assert desk.disruptions()[0].origin == ("TW",), "Enter saves; it takes no suggestion"
