"""Who has no mouse: what has the focus keeps it, menus close first, a reader is not talked over, fingers reach all."""

FOCUS = "() => document.activeElement.dataset.at ?? document.activeElement.id ?? ''"


def test_the_focus_and_what_is_open_outlive_whatever_is_filled_anew(toy_page, opened):
    page = opened(toy_page, "#selected=country:DE").ready()
    focus = lambda: page.tab.evaluate(FOCUS)  # noqa: E731
    page.tab.focus(".cause > summary")
    page.tab.keyboard.press("Enter")
    record = page.tab.get_attribute("details.cause[open]", "data-at")
    page.tab.focus("details.cause[open] .small")
    page.tab.keyboard.press("Enter")
    assert page.state["disruption"] == record
    assert focus() == f"only {record}"
    page.tab.keyboard.press("Enter")
    page.call("page.set({ week: 3 })")
    assert focus() == f"only {record}"
    assert page.tab.locator("details.cause[open]").count() == 1

    page.tab.focus(".go")
    page.tab.keyboard.press("Enter")
    assert page.state["view"] == "country:DE"
    assert page.tab.evaluate("document.activeElement.className") == "name"
    page.tab.keyboard.press("Escape")
    assert page.state["selected"] == ""
    assert focus() == "chart"

    page.tab.click("#table > summary")
    page.tab.focus("tbody button[data-at='node:DE_G47']")
    page.call("page.set({ week: 4 })")
    assert focus() == "node:DE_G47"
    page.tab.keyboard.press("Enter")
    assert page.state["selected"] == "node:DE_G47"
    assert page.text(":focus") == "Retail (Germany)"


def test_menus_close_before_anything_else_and_one_at_a_time(toy_page, opened):
    page = opened(toy_page, "#selected=country:DE", size=(360, 740)).ready()
    is_open = "() => ['filters', 'save'].filter((id) => document.getElementById(id).open).join()"
    page.tab.focus("#filters > summary")
    page.tab.keyboard.press("Enter")
    page.tab.keyboard.press("Tab")
    assert page.tab.evaluate(FOCUS) == "country"
    page.tab.keyboard.press("Escape")
    assert page.tab.evaluate(is_open) == ""
    assert page.text(":focus").startswith("Filters")
    assert page.state["selected"] == "country:DE"
    page.tab.keyboard.press("Enter")
    page.tab.focus("#save > summary")
    assert page.tab.evaluate(is_open) == ""
    page.tab.keyboard.press("Enter")
    page.tab.click("h1")
    assert page.tab.evaluate(is_open) == ""
    page.tab.set_viewport_size({"width": 1340, "height": 740})
    page.tab.click("#save > summary")
    page.tab.wait_for_function("() => document.querySelector('#save button').getBoundingClientRect().right < 1332")


def test_the_line_of_status_speaks_of_what_is_done_and_not_of_every_week(toy_page, opened):
    page = opened(toy_page).ready()
    page.tab.evaluate("""() => {
        window.__said = [];
        const status = document.getElementById("status");
        new MutationObserver(() => window.__said.push(status.textContent)).observe(status, { childList: true });
    }""")
    page.tab.click("#play")
    page.until("now.week === 2")
    page.tab.click("#play")
    page.tab.wait_for_function("() => window.__said.length === 2")
    said = page.tab.evaluate("window.__said")
    assert said[0] == "The wave plays, week by week."
    assert said[1].startswith("Stopped at the week of ")
    page.tab.select_option("#view", "map")
    assert page.text("#status") == "Countries on the map: all 3 shown."
    page.tab.click("#filters > summary")
    page.tab.select_option("#country", "FR")
    assert page.text("#status").startswith("1 of 3 shown; the EU loses ")


def test_a_finger_is_told_what_it_taps_and_finds_the_figures_below(toy_page, chromium, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(toy_page, encoding="utf-8")
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, offline=True)
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.wait_for_function("() => window.__ready")
    tab.locator("#chart").scroll_into_view_if_needed()
    thing = "group:Digital|Western EU"
    at, box = tab.evaluate("(id) => window.__page.placeOn(id)", thing), tab.locator("#chart").bounding_box()
    tab.touchscreen.tap(box["x"] + at["x"], box["y"] + at["y"])
    tab.wait_for_selector("#tip:not([hidden])")
    assert tab.inner_text("#tip").startswith("Digital, Western EU")
    tops = [tab.locator(name).bounding_box()["y"] for name in ("#chart", "#wave", "#panel", "#caption", ".legend")]
    assert tops == sorted(tops)
    context.close()
