"""The page as it is used: opened, searched, filtered, played, compared and sorted; by pointer, by keys, by address."""

import re
from datetime import date

import numpy as np
import pytest

from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.picture import picture_page

LATER, EARLIER = date(2021, 3, 15), date(2021, 2, 1)

INITIAL = {
    "view": "chain", "day": 0, "with": -1, "show": "loss", "week": None, "country": "", "ecosystem": "", "hit": False,
    "kind": "", "state": "", "stage": "", "disruption": "", "selected": "",
}  # fmt: skip
CARS = "ecosystem:Mobility-Transport-Automotive"
GERMAN_CARS = "group:Mobility-Transport-Automotive|Western EU"
GARBAGE = (
    "#x", "#=", "#&&&", "#%", "#%zz=%zz", "#view=", "#view=country:XX", "#view=__proto__", "#__proto__=1",
    "#toString=1&hasOwnProperty=2", "#selected=toString:x", "#selected=constructor:", "#selected=__proto__:y",
    "#selected=hasOwnProperty:eu", "#selected=eu", "#selected=group:|", "#selected=node:", "#day=7&on=1900-01-01",
    "#with=2021-03-15", "#with=x&week=99999", "#week=-1", "#week=1e3", "#week=0x10", "#week=", "#show=<b>", "#hit=2",
    "#country=XX&ecosystem=Nothing&kind=x&state=y&stage=z&disruption=D99", "#DE_C29%00", "#node:DE_C29",
    "#" + "a" * 5000, "#selected=node:%F0%9F", "#view=map&view=chain&view=nowhere",
)  # fmt: skip


def test_it_opens_without_a_network_and_says_what_is_to_be_seen(toy_page, opened):
    page = opened(toy_page).ready()
    assert page.tab.evaluate("document.querySelector('canvas').width") > 400
    assert page.text("h1") == page.tab.title() == "Europe's value chains on 15 March 2021"
    assert page.text("#lead").startswith("3 disruptions in force on 15 March 2021")
    assert "of 47 flows" in page.text("#caption")
    assert page.state == INITIAL
    panel = page.text("#panel")
    assert page.text("#panel .name") == "European Union"
    for words in ("Ecosystems hit hardest, EU", "EU countries that lose most", "Disruptions in force (3)", "estimate"):
        assert words in panel
    assert page.tab.locator("#levels li").all_inner_texts()[3] == "1–5 %"
    assert page.tab.evaluate("performance.getEntriesByName('first-draw').length") == 1


def test_what_is_pressed_is_told_and_what_is_pressed_twice_opens(toy_page, opened):
    page = opened(toy_page).ready()
    page.tab.mouse.move(*page.point(GERMAN_CARS))
    page.tab.wait_for_selector("#tip:not([hidden])")
    assert page.text("#tip").startswith("Mobility-Transport-Automotive, Western EU")
    assert "Directly hit" in page.text("#tip")
    page.press(GERMAN_CARS)
    page.until("now.selected === given[0]", GERMAN_CARS)
    assert page.text("#panel .name") == "Mobility-Transport-Automotive, Western EU"
    assert "Strongest suppliers" in page.text("#panel")

    page.press(GERMAN_CARS, double=True)
    page.until("now.view === given[0]", CARS)
    assert "Strongest suppliers" not in page.text("#view option:checked")
    page.press("node:DE_C29")
    page.until("now.selected === 'node:DE_C29'")
    assert page.text("#panel .key") == "DE_C29"
    suppliers = page.tab.locator("h2:has-text('Strongest suppliers') ~ ul").first.locator(".line > span")
    assert suppliers.first.inner_text() == "Electronics (Taiwan)"
    suppliers.first.click()
    page.until("now.selected === 'node:TW_C26'")
    assert "none: scores are of the EU27" in page.text("#panel")

    # The browser's own way back, and forth again.
    page.tab.go_back()
    page.until("now.view === 'chain'")
    page.tab.go_forward()
    page.until("now.view === given[0]", CARS)
    page.tab.click("#back")
    page.until("now.view === 'chain'")
    assert not page.tab.is_visible("#back")


def test_keys_move_open_close_and_lead_back(toy_page, opened):
    page = opened(toy_page).ready()
    page.tab.focus("#chart")
    page.tab.keyboard.press("ArrowRight")  # from nothing: to what loses most
    worst = page.state["selected"]
    rows = page.call(
        "given[0].map((id) => [id, page.measure(page.thing(id), page.through()).lossMeur])",
        [f"group:{name}|{part}" for name in ("Agri-food", "Retail", "Electronics", CARS[10:])
         for part in ("Western EU", "Asia")],
    )  # fmt: skip
    assert worst == max(rows, key=lambda row: row[1])[0]
    for key in ("ArrowLeft", "ArrowDown", "ArrowUp"):
        before = page.point(page.state["selected"])
        page.tab.keyboard.press(key)
        after = page.point(page.state["selected"])
        assert (after[0] < before[0]) if key == "ArrowLeft" else (after[1] > before[1]) == (key == "ArrowDown"), key
    ecosystem = page.state["selected"].partition(":")[2].partition("|")[0]
    page.tab.keyboard.press("Enter")
    assert page.state["view"] == f"ecosystem:{ecosystem}"
    page.tab.keyboard.press("ArrowRight")
    assert page.state["selected"].startswith("node:")
    country = page.state["selected"][5:7]
    page.tab.keyboard.press("Enter")
    assert page.state["view"] == f"country:{country}"
    page.tab.keyboard.press("Escape")
    assert page.state["selected"] == ""
    page.tab.keyboard.press("Escape")
    assert page.state["view"] == "chain"
    here = page.point(GERMAN_CARS)
    page.tab.keyboard.press("-")
    assert page.point(GERMAN_CARS) != here
    page.tab.keyboard.press("0")
    assert page.point(GERMAN_CARS) == pytest.approx(here)


def test_the_address_holds_the_whole_state(toy_page, opened):
    page = opened(toy_page).ready()
    states = [
        {"view": CARS, "day": 1, "show": "score", "country": "FR", "hit": True, "selected": "node:DE_C29"},
        {"with": 1, "ecosystem": "Retail", "kind": "supply", "state": "verified", "stage": "operations"},
        {"week": 3, "disruption": "D2", "stage": "not stated", "selected": GERMAN_CARS, "view": "map"},
    ]
    assert {name for state in states for name in state} == set(INITIAL)
    for state in states:
        page.call("page.set({ ...given[0], ...given[1] })", INITIAL, state)
        found, address = page.state, page.tab.url
        assert found == INITIAL | state
        page.call("page.set(given[0])", INITIAL)
        assert page.tab.url == page.uri
        page.tab.goto(address)
        page.until("now.view === given[0].view && now.selected === given[0].selected", found)
        assert page.state == found
        page.tab.reload()
        assert page.ready().state == found
    page.tab.goto(f"{page.uri}#DE_C29")
    page.until("now.selected === 'node:DE_C29' && now.view === 'country:DE'")

    # What is no state does no harm: to the page that is open, and to one that is opened with it.
    page.call("page.set(given[0])", INITIAL)
    for fragment in GARBAGE:
        page.tab.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        found = page.state
        assert set(found) == set(INITIAL), fragment
        assert found["view"] in ("chain", "map"), fragment
        assert found["selected"] in ("", "eu"), fragment
    for fragment in ("#selected=constructor:&toString=1", "#view=country:XX&week=9999&with=x"):
        page.tab.goto("about:blank")
        page.tab.goto(page.uri + fragment)
        assert page.ready().state == INITIAL


def test_two_dates_are_compared(toy_page, assessed, opened):
    later, earlier = assessed
    page = opened(toy_page).ready()
    assert page.tab.locator("#day option").all_inner_texts() == ["15 March 2021", "1 February 2021"]
    page.tab.select_option("#with", "1")
    assert page.text("#levels-heading") == "Change since 1 February 2021, percentage points of output"
    assert not page.tab.is_visible("#wave")
    page.call("page.set({ selected: 'country:DE' })")
    losses = [100 * one.scores.loss_share["country", "DE"] for one in (later, earlier)]
    assert f"+{losses[0] - losses[1]:.1f} points of output" in page.text("#panel")
    scores = [one.scores.score["country", "DE"] for one in (later, earlier)]
    assert f"−{scores[1] - scores[0]:.1f} since 2021-02-01" in page.text("#panel")
    page.tab.select_option("#view", "map")
    page.open_table()
    heads = [head.rstrip(" ▾▴") for head in page.tab.locator("thead th").all_inner_texts()]
    changes = page.tab.locator("tbody tr:has-text('Germany') td").nth(heads.index("Change, points") - 1)
    assert changes.inner_text() == f"+{losses[0] - losses[1]:.2f}"
    page.tab.select_option("#day", "1")
    assert page.state["with"] == -1  # a day is not compared with itself
    assert page.text("#lead").startswith("1 disruption in force on 1 February 2021")
    page.call("page.set({ selected: '' })")
    assert "Disruptions in force (1)" in page.text("#panel")


def test_the_wave_is_slid_along_and_played(toy_page, assessed, opened):
    result = assessed[0]
    page = opened(toy_page).ready()
    weeks, before = len(result.lost_share), result.shock.weeks_before
    assert page.tab.locator("#bars i").count() == weeks
    assert page.tab.locator("#bars .past").count() == before
    heights = page.tab.evaluate("[...document.querySelectorAll('#bars i')].map((bar) => parseFloat(bar.style.height))")
    course = result.path["EU"].clip(lower=0)
    assert heights == pytest.approx(np.maximum(2, 100 * course / course.max()), abs=0.2)
    page.tab.fill("#week", str(before + 1))
    assert page.state["week"] == before + 1
    day = result.path.index[before + 1]
    assert page.text("#week-said") == f"Week of {day.day} {day:%B %Y}"
    assert page.tab.get_attribute("#week", "aria-valuetext") == page.text("#week-said")
    assert page.text("#levels-heading") == "Output lost in that week"
    assert page.tab.locator("#bars .now").count() == 1
    assert f"in the week of {day.day} {day:%B %Y}" in page.text("#panel")
    page.tab.focus("#week")
    page.tab.keyboard.press("ArrowRight")
    assert page.state["week"] == before + 2
    page.tab.click("#whole")
    assert page.state["week"] is None
    page.call("page.set({ week: given[0] })", weeks - 3)
    press = "() => { const play = document.getElementById('play'); play.click(); return play.textContent; }"
    assert "Pause" in page.tab.evaluate(press)
    page.until("now.week === given[0]", weeks - 1)
    page.tab.wait_for_selector("#play:has-text('Play the wave')")  # it stops at the end, and begins anew
    assert page.call(f"(({press})(), page.now().week)") == 0
    assert "Play the wave" in page.tab.evaluate(press)


def test_filters_narrow_what_counts(toy_page, opened):
    page = opened(toy_page).ready()
    page.tab.click("#filters > summary")
    eu = "page.measure(page.thing('eu'), page.through())?.loss"
    whole = page.call(eu)
    assert page.tab.locator("#disruption option").all_inner_texts()[1] == "D3 Customers stay away"
    parts = {}
    for record in ("D1", "D2", "D3"):
        page.tab.select_option("#disruption", record)
        parts[record] = page.call(eu)
        assert page.text("#filters-set") == "(1 set)"
        assert "Disruptions in force (1)" in page.text("#panel")
    assert sum(parts.values()) == pytest.approx(whole, abs=1e-4)
    page.tab.click("#clear")
    assert page.state == INITIAL
    assert not page.tab.is_visible("#clear")
    for name, value, counted in (
        ("kind", "demand", ["D3"]),
        ("state", "verified", ["D1"]),
        ("stage", "operations", ["D1"]),
        ("stage", "not stated", ["D2"]),
        ("kind", "link", ["D2"]),
    ):
        page.tab.select_option(f"#{name}", value)
        assert page.call(eu) == pytest.approx(sum(parts[one] for one in counted)), (name, value)
        page.tab.click("#clear")
    page.tab.select_option("#kind", "link")
    page.tab.select_option("#state", "verified")
    assert page.call(eu) == 0
    assert "None in force fits the filters." in page.text("#panel")
    page.tab.click("#clear")
    page.tab.select_option("#country", "FR")
    page.tab.select_option("#ecosystem", "Agri-food")
    page.tab.check("#hit")
    assert page.text("#filters-set") == "(3 set)"
    assert page.text("#panel .name") == "Agri-food, France"


def test_the_table_is_what_is_shown_and_can_be_sorted(toy_page, assessed, opened):
    page = opened(toy_page, "#view=country:DE").ready()
    page.open_table()
    nodes = assessed[0].nodes
    rows = page.tab.locator("tbody tr")
    shown = {row.locator("td").first.inner_text(): row.locator("td").all_inner_texts() for row in rows.all()}
    assert len(shown) == int(re.search(r"(\d+) rows\.", page.text("caption"))[1]) == 10
    assert {"DE_A", "DE_C26", "DE_C29", "DE_G47"} <= set(shown)
    for key, cells in shown.items():
        loss = nodes.loss_meur[key]
        assert float(cells[1].replace(",", "")) == pytest.approx(loss, abs=0.51 if loss >= 10 else 0.006)
        assert float(cells[2].strip("<\xa0%")) == pytest.approx(100 * nodes.loss_share[key], rel=0.06, abs=0.01)
    order = [float(text.replace(",", "")) for text in rows.locator("td:nth-child(3)").all_inner_texts()]
    assert order == sorted(order, reverse=True)
    for name, column, text in (("Output, million", 7, False), ("Key", 1, True), ("Key", 1, True)):
        page.tab.locator(f"thead button:has-text('{name}')").click()
        cells = rows.locator(f"td:nth-child({column})").all_inner_texts()
        values = cells if text else [float(cell.replace(",", "")) for cell in cells]
        direction = page.tab.get_attribute(f"thead th:nth-child({column})", "aria-sort")
        assert values == sorted(values, reverse=direction == "descending")
        assert page.tab.evaluate("document.activeElement.textContent").startswith(name)
    assert direction == "descending"
    page.call("page.set({ hit: true })")
    hit = [key for key in shown if nodes.loss_share[key] > 0.001]
    assert set(rows.locator("td:first-child").all_inner_texts()) >= set(hit)
    page.tab.locator("tbody button:has-text('Motor vehicles (Germany)')").click()
    assert page.state["selected"] == "node:DE_C29"
    assert page.tab.evaluate("document.activeElement.textContent") == "Motor vehicles (Germany)"


def test_search_finds_whatever_is_named(toy_page, opened):
    page = opened(toy_page).ready()
    for words, found in (
        ("DE_C29", "node:DE_C29"),
        ("fr_c26", "node:FR_C26"),
        ("germany MOTOR", "node:DE_C29"),
        ("Motor vehicles (France)", "node:FR_C29"),
        ("Taiwan", "country:TW"),
        ("de", "country:DE"),
        ("western eu", "region:Western EU"),
        ("EU27", "eu"),
        ("C29", "industry:C29"),
        ("  rétail ", "ecosystem:Retail"),
    ):
        page.tab.fill("#search", words)
        page.tab.press("#search", "Enter")
        assert page.state["selected"] == found, words
    page.tab.fill("#search", "Atlantis <b>")
    page.tab.press("#search", "Enter")
    assert page.text("#status") == "Nothing here is called “Atlantis <b>”."
    page.tab.fill("#search", "   ")
    page.tab.press("#search", "Enter")
    assert page.state["selected"] == "ecosystem:Retail"


def test_it_is_read_by_everybody(toy_page, opened, grave):
    """Light and wide, dark and on a phone: nothing serious for axe, nothing that scrolls sideways."""
    corner = """() => {
        const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        copy.drawImage(document.querySelector("canvas"), 0, 0);
        return [...copy.getImageData(3, 3, 1, 1).data];
    }"""
    found = []
    for size, dark, colour in (((1400, 900), False, [255, 255, 255]), ((360, 740), True, [0x10, 0x17, 0x1E])):
        page = opened(toy_page, "#selected=country:DE", size=size, dark=dark).ready()
        page.open_table()
        page.tab.locator("#panel .cause > summary").first.click()
        assert page.tab.evaluate(corner)[:3] == colour
        for menu in ("#filters", "#save"):
            page.tab.click(f"{menu} > summary")
            found += [f"{size}, {menu}: {one}" for one in grave(page.tab)]
            assert page.tab.evaluate("document.documentElement.scrollWidth") == size[0]
            page.tab.click(f"{menu} > summary")
        page.call("page.set({ with: 1, view: 'map', selected: 'node:DE_C29' })")
        found += [f"{size}, compared: {one}" for one in grave(page.tab)]
        assert page.tab.evaluate("document.documentElement.scrollWidth") == size[0]
        chart, panel = (page.tab.locator(name).bounding_box() for name in ("#chart", "#panel"))
        assert (panel["y"] >= chart["y"] + chart["height"]) == (size[0] < 1000)
    assert found == []
    page.call("page.set({ with: -1, view: 'chain' })")
    page.tab.emulate_media(color_scheme="light")
    page.tab.wait_for_function(f"() => ({corner})()[0] === 255")


def test_a_changed_script_does_not_run(toy_page, opened):
    page = opened(toy_page.replace("window.__ready = true", "window.__ready =  true"))
    page.tab.wait_for_load_state()
    assert page.tab.evaluate("window.__ready === undefined && !document.querySelector('canvas')")
    assert len(page.complaints) == 1
    assert "Content Security Policy" in page.complaints.pop()


def test_odd_chains_are_shown_without_a_complaint(odd_chains, opened):
    """Every view of each, a week of it, by score and compared: nothing that is no number."""
    everywhere = Disruption("Flood", ("WORLD",), LATER, "D1", effect="supply", severity_likely=0.5)
    look = """async () => {
        const page = window.__page, said = [];
        document.getElementById("table").open = true;
        for (const { value: view } of document.querySelectorAll("#view option")) {
            for (const change of [{ view }, { selected: view, week: 0 }, { show: "score" }, { with: 1, hit: true }]) {
                page.set({ with: -1, show: "loss", hit: false, ...change });
                if (/NaN|Infinity|undefined/.test(document.body.textContent)) said.push(JSON.stringify(page.now()));
            }
            await new Promise(requestAnimationFrame);
        }
        return said;
    }"""
    for name in ("one node", "no ecosystem", "no output", "nobody in the EU", "twins"):
        days = [assess(odd_chains[name], [everywhere], on, Method()) for on in (LATER, EARLIER)]
        page = opened(picture_page(odd_chains[name], [(day, name) for day in days])).ready()
        page.tab.evaluate("document.querySelectorAll('script').forEach((one) => one.remove())")  # no part of the text
        assert page.tab.evaluate(look) == [], name
        page.tab.context.close()
