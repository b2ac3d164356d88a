"""What the tests of the page in a browser share: pages of invented days, opened from their file without a network."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.picture import picture_page
from graphs.valuechain import ValueChain
from reports.morning import headline

STRIKE = Disruption(
    "Strike in the car industry",
    ("DE",),
    date(2021, 3, 1),
    "D1",
    end=date(2021, 5, 30),
    effect="supply",
    industries=("C29",),
    severity_likely=0.4,
    stages=("operations",),
    state="verified",
    cause="Wages",
    magnitude="40 % of shifts",
    sources=("https://example.eu/strike", "https://example.eu/more"),
)
BAN = Disruption(
    "Chips are not exported", ("TW",), date(2021, 3, 8), "D2", effect="link", industries=("C26",), severity_likely=0.6
)
FEAR = Disruption(
    "Customers stay away",
    ("EU",),
    date(2021, 1, 18),
    "D3",
    end=date(2021, 6, 30),
    effect="demand",
    severity_likely=0.1,
    stages=("marketing and sales",),
)
LATER, EARLIER = date(2021, 3, 15), date(2021, 2, 1)


class Opened:
    """A page opened from its file, with all that it asked for and complained about."""

    def __init__(self, tab: Any, path: Path) -> None:
        self.tab, self.uri = tab, path.as_uri()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        tab.on("dialog", self.dismiss)

    def dismiss(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def ready(self) -> "Opened":
        # A function: the page's policy lets a string be evaluated at the first look only.
        self.tab.wait_for_function("() => window.__ready === true")
        return self

    def call(self, script: str, *given: Any) -> Any:
        """What an expression of ``page`` (set, thing, through, measure, …) and ``given`` comes to."""
        return self.tab.evaluate(f"([...given]) => {{ const page = window.__page; return {script}; }}", list(given))

    @property
    def state(self) -> dict[str, Any]:
        return self.call("page.now()")

    def text(self, selector: str) -> str:
        return str(self.tab.inner_text(selector)).replace("\N{NO-BREAK SPACE}", " ")

    def point(self, thing: str) -> tuple[float, float]:
        """Where a thing stands in the window."""
        chart = self.tab.locator("#chart")
        chart.scroll_into_view_if_needed()
        at, box = self.call("page.placeOn(given[0])", thing), chart.bounding_box()
        assert 0 < at["x"] < box["width"], f"{thing} is out of sight"
        assert 0 < at["y"] < box["height"], f"{thing} is out of sight"
        return box["x"] + at["x"], box["y"] + at["y"]

    def press(self, thing: str, double: bool = False) -> None:
        """Click on a thing in the chart."""
        self.tab.mouse.click(*self.point(thing), click_count=2 if double else 1)

    def open_table(self) -> None:
        """Open the table; it is filled a moment later."""
        self.tab.click("#table > summary")
        self.tab.wait_for_selector("#rows tbody")

    def until(self, condition: str, *given: Any) -> None:
        """Wait for a condition on the state ``now``."""
        script = f"([...given]) => {{ const now = window.__page.now(); return {condition}; }}"
        self.tab.wait_for_function(script, arg=list(given))


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def assessed(toy: ValueChain) -> list[Assessment]:
    """Two days of the toy economy: a strike, a ban and fear; and before it, fear alone."""
    return [assess(toy, [STRIKE, BAN, FEAR], on, Method()) for on in (LATER, EARLIER)]


@pytest.fixture(scope="session")
def toy_page(toy: ValueChain, assessed: Sequence[Assessment]) -> str:
    return picture_page(toy, [(one, headline(one)) for one in assessed])


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page as a file, without a network; the test fails if the page asked for anything or complained."""
    contexts, pages = [], []

    def open_it(html: str, fragment: str = "", *, size: tuple[int, int] = (1400, 900), dark: bool = False) -> Opened:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            offline=True,
        )
        contexts.append(context)
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = Opened(context.new_page(), path)
        pages.append(page)
        page.tab.goto(page.uri + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert [one for page in pages for one in page.complaints] == []
    assert [url for page in pages for url in page.requests if url.partition("#")[0] != page.uri] == []


@pytest.fixture
def grave() -> Callable[[Any], list[str]]:
    """What axe finds serious or critical."""

    def find(tab: Any) -> list[str]:
        found = Axe().run(tab).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
        ]

    return find
