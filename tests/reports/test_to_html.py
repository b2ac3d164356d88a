"""Any report as a page: one file that asks for nothing, shows every text as text, and can be mailed."""

import dataclasses
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from reports.briefing import Briefing, Bullets, Column, Figure, Heading, Paragraph, Table
from reports.charts.raster import to_png
from reports.paper import on_paper
from reports.to_html import content_id, to_html

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, text without style, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text, self.open = "", list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for one, attributes in self.elements if one == tag]


def assert_asks_for_nothing(found: Page) -> None:
    tags = [tag for tag, _ in found.elements]
    assert not {"script", "iframe", "object", "embed", "link", "form", "input", "base", "video"} & set(tags)
    assert (tags.count("html"), tags.count("body"), tags.count("title") >= 1, tags.count("h1")) == (1, 1, True, 1)
    assert not found.open
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert not {"srcset", "action", "background", "poster", "data"} & set(attributes)
        assert attributes.get("src", "cid:").startswith("cid:")
        if "href" in attributes:
            assert tag == "a"
            assert re.match(r"https?://", attributes["href"])
            assert attributes["rel"] == "noreferrer"
        assert "url(" not in attributes.get("style", "")


@pytest.mark.parametrize("for_mail", [False, True])
def test_the_page_stands_alone_and_every_text_is_text(
    briefing: Briefing, hostile: tuple[str, ...], for_mail: bool
) -> None:
    titled = dataclasses.replace(briefing, title=hostile[0], headline=hostile[1])
    html = to_html(titled, for_mail)
    found = Page(html)
    assert html.startswith("<!doctype html>")
    assert_asks_for_nothing(found)
    told = " ".join(found.text.split())
    for text in hostile:
        shown = " ".join(text.replace("\x00", "\ufffd").split())
        assert shown in told.replace("\x00", "\ufffd")
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"@import|url\(", style)


def test_every_part_is_on_the_page(briefing: Briefing) -> None:
    found = Page(to_html(briefing))
    for part in briefing.parts:
        match part:
            case Heading() | Paragraph():
                assert part.words in found.text
            case Bullets():
                assert len(found.of("li")) == len(part.items)
            case Figure():
                assert part.caption in found.text
                assert part.words in found.text
            case Table():
                assert part.title in found.text
                assert part.note in found.text
    rows = sum(len(table.rows) + 1 for table in briefing.tables)
    assert len(found.of("tr")) == rows
    assert len([one for one in found.of("th") if one.get("scope") == "row"]) == rows - len(briefing.tables)
    for label, words in briefing.provenance:
        assert label in found.text
        assert words in found.text


def test_figures_are_drawn_on_the_web_and_carried_by_a_mail(briefing: Briefing) -> None:
    [figure] = [part for part in briefing.parts if isinstance(part, Figure)]
    web, mail = Page(to_html(briefing)), Page(to_html(briefing, for_mail=True))
    assert (len(web.of("svg")), len(web.of("img"))) == (1, 0)
    assert (len(mail.of("svg")), len(mail.of("img"))) == (0, 1)
    [picture] = mail.of("img")
    assert picture["src"] == f"cid:{content_id(briefing, figure)}"
    assert picture["alt"] == figure.words
    assert to_png(figure.svg).startswith(b"\x89PNG\r\n")


def test_figures_of_a_table_stand_to_the_right_under_a_head_with_the_unit() -> None:
    table = Table(
        "t", "T", (Column("a", "Place", ""), Column("loss_meur", "Loss", "", "million €", 0)), (("DE", 1234.6),)
    )
    report = Briefing("r", "R", date(2020, 4, 26), "", (table,), ())
    found = Page(to_html(report))
    assert "Loss (million €)" in found.text
    assert "1,235" in found.text
    [cell] = found.of("td")
    assert "text-align:right" in cell["style"]


def test_ranges_stand_with_their_figure() -> None:
    columns = (
        Column("score", "Score", "", "points", 1, ("score_low", "score_high")),
        Column("score_low", "Low", "", "points", 1),
        Column("score_high", "High", "", "points", 1),
        Column("change", "Change", "", "points", 1, signed=True),
    )
    paper = on_paper(
        Table("t", "T", columns, ((64.3, 45.6, 69.3, 1.25), (50.0, None, 60.0, -0.04), (7.0, 7.0, 7.0, 0.0)))
    )
    assert [[cell.whole for cell in row] for row in paper.rows] == [
        ["64.3 (45.6–69.3)", "+1.2"],
        ["50.0", "0.0"],
        ["7.0", "0.0"],
    ]
    assert [one.words for one in paper.heads] == ["Score (points)", "Change (points)"]


def test_links_to_other_forms_stand_above(briefing: Briefing) -> None:
    found = Page(to_html(briefing, links=[("PDF", "/reports/2020-W17.pdf")]))
    assert {"href": "/reports/2020-W17.pdf"}.items() <= found.of("a")[0].items()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_table_is_wider_than_the_page_and_it_can_be_read(briefing: Briefing, chromium: Any, scheme: str) -> None:
    report = dataclasses.replace(briefing, parts=briefing.parts[:6])
    for width in (360, 600, 1200):
        page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.set_content(to_html(report))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        page.close()
