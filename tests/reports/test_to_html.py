"""The briefing as a page: one file that asks for nothing, and shows every text as text."""

import dataclasses
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports.morning import Morning, morning
from reports.to_html import to_html

ON = date(2021, 3, 1)
STRIKE = Disruption(
    "Strike",
    ("DE",),
    ON,
    "D1",
    effect="supply",
    severity_likely=0.4,
    sources=("https://a.eu/?b=c&d='e'",),
    actions_required=("funding",),
)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>href",
    '" onmouseover="alert(1)',
    "{{7*7}} {% raw %}",
    "</b></li></ol></body><iframe>",
    "\u202egro.live\u202c",
    "&lt;b&gt;",
    "javascript:alert(1)",
    '=HYPERLINK("http://evil.example")',
]


class Page(HTMLParser):
    """Elements with their attributes, and the text in bold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.bold: list[str] = []
        self.text = ""
        self.inside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.inside.append(tag)
        if tag == "b":
            self.bold.append("")

    def handle_endtag(self, tag: str) -> None:
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "b" in self.inside:
            self.bold[-1] += data
        if "style" not in self.inside:
            self.text += data


def said(chain: ValueChain, *records: Disruption, on: date = ON) -> Morning:
    return morning(assess(chain, records, on, Method()))


def page(chain: ValueChain, *records: Disruption) -> Page:
    return Page(to_html(said(chain, *records)))


def assert_asks_for_nothing(found: Page) -> None:
    tags = [tag for tag, _ in found.elements]
    assert not {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "svg", "video"} & set(
        tags
    )
    assert (tags.count("html"), tags.count("body"), tags.count("title"), tags.count("h1")) == (1, 1, 1, 1)
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert not {"src", "srcset", "action", "background", "poster", "data"} & set(attributes)
        if "href" in attributes:
            assert tag == "a"
            assert attributes["href"].startswith(("https://", "http://"))
            assert attributes["rel"] == "noreferrer"
        assert "url(" not in attributes.get("style", "")


@pytest.mark.parametrize(
    "records", [(), (STRIKE,), (STRIKE, dataclasses.replace(STRIKE, id="D2", title="Two", sources=()))]
)
def test_the_page_stands_alone(toy: ValueChain, records: tuple[Disruption, ...]) -> None:
    html = to_html(said(toy, *records))
    found = Page(html)
    assert_asks_for_nothing(found)
    assert html.startswith("<!doctype html>")
    assert ("meta", {"charset": "utf-8"}) in found.elements
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "@import" not in style
    assert "url(" not in style
    [policy] = [one["content"] for tag, one in found.elements if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_says_what_the_briefing_says(toy: ValueChain) -> None:
    given = said(toy, STRIKE)
    found = Page(to_html(given))
    for text in (given.title, given.headline, *given.unknown, *given.provenance, "funding: 1", "since 2021-03-01"):
        assert text in found.text
    for label in [*given.ecosystems.label, *given.countries.label]:
        assert label in found.text
    for row in given.method.itertuples():
        assert row.name in found.text
    assert [one["href"] for tag, one in found.elements if tag == "a"] == ["https://a.eu/?b=c&d='e'"]
    assert "Estimate" in found.text or "estimate" in found.text


def test_without_a_source_it_says_so(toy: ValueChain) -> None:
    assert "no source given" in page(toy, dataclasses.replace(STRIKE, sources=())).text


def test_the_other_day_is_on_the_page(toy: ValueChain) -> None:
    other = assess(toy, [], date(2022, 1, 1), Method())
    html = to_html(morning(assess(toy, [STRIKE], ON, Method()), other=other))
    assert "No disruption on record is in force on 1 January 2022" in Page(html).text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_is_text(toy: ValueChain, text: str) -> None:
    found = page(toy, dataclasses.replace(STRIKE, title=text, cause=text, description=text, note=text, proposals=text))
    assert_asks_for_nothing(found)
    assert text in found.bold
    assert re.search(rf"−\d+\.\d: {re.escape(text)}: cuts 40 % of its capacity", found.text), "as a reason too"


def test_hostile_words_of_a_chain_are_text(toy: ValueChain) -> None:
    hostile = dataclasses.replace(
        toy,
        nodes=toy.nodes.assign(label=HOSTILE[0] + toy.nodes.label),
        meta=dataclasses.replace(
            toy.meta, title=HOSTILE[1], source=HOSTILE[2], licence=HOSTILE[4], accuracy=HOSTILE[3]
        ),
    )
    found = page(hostile, STRIKE)
    assert_asks_for_nothing(found)
    for text in HOSTILE[1:5]:
        assert text in found.text


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "//evil.example",
        'https://a.eu/" onclick="alert(1)',
        "https://a.eu/<script>",
        "vbscript:x",
        "https://a b",
        "file:///etc/passwd",
        "https://a.eu\n",
        "https://a.eu\njavascript:alert(1)",
        "\x01javascript:alert(1)",
        "https://",
    ],
)
def test_a_link_to_a_script_cannot_be_recorded(source: str) -> None:
    with pytest.raises(Faults, match="sources: "):
        dataclasses.replace(STRIKE, sources=(source,))


@pytest.mark.parametrize(
    "source",
    [
        "https://a.eu/'onclick='alert(1)",
        "http://a.eu/?q={{7*7}}&x=%22",
        "https://a.eu/javascript:alert(1)",
        "https://ü.eu/ä",
    ],
)
def test_a_link_that_is_odd_is_one_attribute(toy: ValueChain, source: str) -> None:
    found = page(toy, dataclasses.replace(STRIKE, sources=(source, "https://b.eu")))
    assert_asks_for_nothing(found)
    assert [one["href"] for tag, one in found.elements if tag == "a"] == [source, "https://b.eu"]


def test_a_chain_outside_the_eu_has_a_page() -> None:
    chain = ValueChain.from_matrix(["TW_C26", "US_C26"], [[0, 10], [0, 0]], [90, 50])
    assert_asks_for_nothing(page(chain, dataclasses.replace(STRIKE, origin=("TW",))))
