"""A report as Markdown, read by a parser that knows nothing of the writer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.briefing import Briefing, Bullets, Column, Figure, Heading, Paragraph, Table
from reports.cells import one_line
from reports.to_markdown import to_markdown

READER = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable(["table", "strikethrough"])

ALLOWED = {"", "h1", "h2", "h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}


@pytest.fixture(scope="module")
def html(briefing: Briefing) -> str:
    return READER.render(to_markdown(briefing))


def test_parts_become_what_they_are(html: str, briefing: Briefing) -> None:
    assert html.startswith(f"<h1>{briefing.title}</h1>")
    assert [html.count(f"<{tag}>") for tag in ("h1", "h2", "h3", "table", "ul", "li")] == [1, 3, 1, 3, 2, 10]
    figure = next(part for part in briefing.parts if isinstance(part, Figure))
    assert f"<strong>Figure: {figure.caption}</strong></p>\n<p>{figure.words}</p>" in html
    rows = ["<td>Strike 1</td>", "<td>2020-01-02</td>", '<td style="text-align:right">1,234.6</td>']
    assert "\n".join(rows) in html
    assert html.count("<tr>") == 120 + 40 + 3


def test_words_of_users_are_words(html: str, hostile: tuple[str, ...]) -> None:
    assert tags(to_markdown(_one(*hostile))) <= ALLOWED
    shown = READER.render(to_markdown(_one(hostile[1])))
    assert (
        "#set page(fill: red) $x^2$ *strong* _soft_ `code` @ref &lt;label&gt; [link](javascript:alert(1)) \\ // end"
        in shown
    )


@pytest.mark.parametrize(
    "text",
    ["# a", "1. a", "12) a", "- a", "+ a", "=== ", "---", "> a", "    code", "~~~", "```", "| a |", "![a](b)", "&lt;"],
)
def test_nothing_begins_what_it_is_not(text: str) -> None:
    paragraph = next(token for token in READER.parse(to_markdown(_one(text)))[6:] if token.type == "inline")
    assert "".join(child.content for child in paragraph.children or []) == one_line(text)


@given(st.text(st.characters(codec="ascii")))
def test_any_text_is_read_as_it_was(text: str) -> None:
    tokens = READER.parse(to_markdown(_one(text)))
    assert {token.tag for token in tokens} <= ALLOWED
    kinds = {child.type for token in tokens if token.type == "inline" for child in token.children or []}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}


def tags(markdown: str) -> set[str]:
    found = {token.tag for token in READER.parse(markdown)}
    inner = {child.tag for token in READER.parse(markdown) for child in token.children or []}
    return found | inner


def _one(*texts: str) -> Briefing:
    table = Table("t", "T", (Column("a", "A", ""), Column("b", "B", "")), tuple((text, 1) for text in texts))
    parts = (*(Paragraph(text) for text in texts), Heading("H"), Bullets(texts), table)
    return Briefing("r", "R", date(2020, 4, 26), "H.", parts, ())
