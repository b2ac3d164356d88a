"""Entry in a real browser: by keys alone, on a phone, in the dark, without a script, and with what axe says of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

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


def test_from_an_empty_form_to_a_saved_record_by_keys_alone(open_page: Open, desk: Desk) -> None:
    page = open_page("/disruptions/new")
    page.keyboard.type(WORDS)  # the title has the focus
    page.wait_for_selector("[data-take-likely]")
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
    page.keyboard.type("Chips from Taiwan and Korea")
    page.wait_for_selector("button[data-field]")
    before = page.locator("button[data-field]").count()
    press_to(page, "button[data-field]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('button[data-field]')"), "the next one"
    page.wait_for_timeout(600)
    assert page.evaluate("document.activeElement.matches('button[data-field]')"), "and what arrives later takes nothing"
    assert page.locator("button[data-field]").count() == before - 1


def test_what_arrives_while_one_types_does_not_take_the_focus(open_page: Open) -> None:
    page = open_page("/disruptions/new")
    page.keyboard.type("No chips from Taiwan")
    page.wait_for_selector("button.take")
    page.keyboard.type(" and nothing else")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_form_and_the_impact_can_be_used_by_all(
    open_page: Open, desk: Desk, strike: Disruption, grave: Look, fits: Look, size: str, scheme: str
) -> None:
    desk.write(keeping.log_one, strike, Change(local("Ana"), datetime.now(UTC)))
    page = open_page("/disruptions/new", size, scheme)
    assert grave(page) == []
    page.locator("#title").fill(f"Strike {HOSTILE}, 40 % lost")
    page.locator("#origin").fill("Germany")
    page.wait_for_selector("button.take")
    page.locator("#more > summary").click()
    assert grave(page) == []
    assert fits(page)
    page.get_by_role("button", name="See the impact first").click()
    page.wait_for_selector("#impact-title")
    assert "Nothing is stored yet." in page.locator("#impact").inner_text()
    assert grave(page) == []
    assert fits(page)
    assert desk.position == 1
    page.locator("#origin").fill("Narnia")
    page.get_by_role("button", name="See the impact first").click()
    page.wait_for_selector("#impact .faults")
    assert grave(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_quick_log_can_be_used_by_all(
    open_page: Open, desk: Desk, grave: Look, fits: Look, size: str, scheme: str
) -> None:
    page = open_page("/disruptions/quick", size, scheme)
    assert grave(page) == []
    lines = [WORDS, f"{HOSTILE} | TW | 140 %", "Something odd", "Strike in Germany", "Strike in Germany today"]
    page.get_by_label("Lines").fill("\n".join(lines))
    page.get_by_role("button", name="Read the lines").click()
    page.wait_for_selector("table")
    assert grave(page) == []
    assert fits(page)
    page.get_by_role("button", name="Save the ticked lines together").click()
    page.wait_for_selector(".faults")
    assert grave(page) == []
    assert desk.position == 0
    page.get_by_label("Where, line 3").fill("EU")
    page.get_by_label("Lost, line 2").fill("14 %")
    page.get_by_label("Lost, line 2").press("Control+Enter")
    page.wait_for_selector(".done")
    assert grave(page) == []
    assert fits(page)
    assert len(desk.disruptions()) == 4
    assert page.get_by_label("What happened, line 5").input_value() == "Strike in Germany today"


def test_what_is_typed_is_kept_by_itself_and_gone_on_with(open_page: Open, desk: Desk, address: str) -> None:
    page = open_page("/disruptions/new")
    page.keyboard.type(HOSTILE)
    page.wait_for_selector("#kept-at:not(:empty)", timeout=15_000)
    page.locator("#cause").fill("typed just before the browser was closed")
    page.goto("about:blank")
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
    page.keyboard.type(" again")
    page.wait_for_selector("button.take")
    assert page.locator("#trouble").inner_text() == ""


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
    assert desk.disruptions()[0].origin == ("TW",), "Enter saves; it takes no suggestion"
