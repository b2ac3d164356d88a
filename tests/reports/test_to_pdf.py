"""The PDF of a report: held by our own reading of the rules of PDF/UA-1, not only by the compiler that wrote it."""

import dataclasses
import hashlib
import io
import itertools
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.errors import Faults
from reports.briefing import Briefing, Bullets, Column, Figure, Heading, Paragraph, Table
from reports.to_pdf import to_pdf

PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "BI"}
"""Operators that put something on the page."""


@pytest.fixture(scope="module")
def written(briefing: Briefing) -> bytes:
    return to_pdf(briefing)


@pytest.fixture(scope="module")
def pdf(written: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(written)) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(written: bytes) -> list[str]:
    return text_of(written)


def text_of(written: bytes) -> list[str]:
    """What is read on each page, lines joined."""
    document = pypdfium2.PdfDocument(written)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [text.replace("\r\n", " ").replace("\xa0", " ") for text in texts]


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The tags of a document, in the order in which they are read."""
    for child in node.get("/K", []) if isinstance(node.get("/K"), pikepdf.Array) else [node.get("/K")]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def untagged(stream: pikepdf.Object) -> list[str]:
    """What is painted neither under a tag nor as decoration."""
    open_marks, loose = [], []
    for operands, operator in pikepdf.parse_content_stream(stream):
        name = str(operator)
        if name == "BDC":
            open_marks.append("/MCID" in operands[1] or str(operands[0]) == "/Artifact")
        elif name == "BMC":
            open_marks.append(str(operands[0]) == "/Artifact")
        elif name == "EMC":
            open_marks.pop()
        elif name in PAINTS and not any(open_marks):
            loose.append(name)
    assert open_marks == []
    return loose


def test_it_says_what_it_is_and_in_which_language(pdf: pikepdf.Pdf, briefing: Briefing) -> None:
    root = pdf.Root
    assert str(root.Lang) == "en-GB"
    assert root.MarkInfo.Marked
    assert root.ViewerPreferences.DisplayDocTitle
    meta = pdf.open_metadata()
    assert meta["pdfuaid:part"] == "1"
    assert meta["dc:title"] == briefing.title
    assert meta["dc:creator"] == ["Value-chain disruption tracker"]
    assert str(pdf.docinfo["/CreationDate"])[:16] == "D:20200426000000", (
        "the day of the report, not that of the writing"
    )


def test_all_that_is_painted_has_a_tag_or_is_decoration(pdf: pikepdf.Pdf) -> None:
    assert [untagged(page.obj) for page in pdf.pages] == [[]] * len(pdf.pages)
    loose = pikepdf.Stream(pdf, b"/P <</MCID 0>> BDC (a) Tj EMC (b) Tj")
    assert untagged(loose) == ["Tj"], "the check itself finds what has no tag"


def test_every_drawing_says_what_is_to_be_seen(pdf: pikepdf.Pdf, briefing: Briefing) -> None:
    told = [str(one.Alt) for one in elements(pdf.Root.StructTreeRoot) if one.S == "/Figure"]
    assert told == [part.words for part in briefing.parts if isinstance(part, Figure)]


def test_cells_know_the_heads_of_their_columns(pdf: pikepdf.Pdf, briefing: Briefing) -> None:
    tags = list(elements(pdf.Root.StructTreeRoot))
    heads = [one for one in tags if one.S == "/TH"]
    assert len(heads) == sum(len(table.columns) for table in briefing.tables)
    assert {str(scope.Scope) for one in heads for scope in one.A if "/Scope" in scope} == {"/Column"}
    cells = [one for one in tags if one.S == "/TD"]
    assert len(cells) == sum(len(table.columns) * len(table.rows) for table in briefing.tables)
    known = {str(one.ID) for one in heads}
    assert {str(name) for one in cells for part in one.A for name in part.get("/Headers", [])} <= known


def test_headings_come_in_order_and_are_bookmarks(pdf: pikepdf.Pdf) -> None:
    levels = [int(str(one.S)[2:]) for one in elements(pdf.Root.StructTreeRoot) if str(one.S)[1] == "H"]
    assert levels == [1, 2, 1, 1]
    assert [str(one.S) for one in elements(pdf.Root.StructTreeRoot)][:3] == ["/Document", "/Title", "/P"]
    with pdf.open_outline() as outline:
        marks = [(one.title, [part.title for part in one.children]) for one in outline.root]
    assert marks[0] == ("What is new", ["How it goes on"])
    assert len(marks) == 3


def test_words_of_users_are_words(pages: list[str], hostile: tuple[str, ...]) -> None:
    text = " ".join(pages)
    for words in (hostile[0], hostile[1], hostile[2], "Ωμέγα και Άλφα; Їжак і Привіт; žluťoučký kůň; □□ □ שלום"):
        assert words in text
    assert hostile[5] in text.replace(" ", "")
    assert "□ stands for a letter" in text


def test_a_head_stands_on_each_page_of_its_table(pages: list[str]) -> None:
    long = [text for text in pages if "Strike" in text]
    assert len(long) > 2
    assert all("Disruption Since" in text for text in long)


def test_pages_are_numbered(pages: list[str]) -> None:
    assert all(text.rstrip().endswith(f"{number} of {len(pages)}") for number, text in enumerate(pages, start=1))


def test_a_wide_table_lies_across_with_its_heading(written: bytes) -> None:
    document = pypdfium2.PdfDocument(written)
    across = [page.get_width() > page.get_height() for page in document]
    first = across.index(True)
    assert not across[first - 1]
    assert "Exposed links" in document[first].get_textpage().get_text_range()
    document.close()


def test_nothing_leaves_the_page_or_lies_on_something_else(briefing: Briefing) -> None:
    words = Bullets(("Lieferketten" * 20,))
    document = pypdfium2.PdfDocument(to_pdf(dataclasses.replace(briefing, parts=(words, *briefing.parts))))
    for page in document:
        shown = page.get_textpage()
        boxes = [shown.get_charbox(place, loose=True) for place in range(shown.count_chars())]
        boxes = sorted({box for box in boxes if box[2] - box[0] > 1})  # letters of a ligature share one
        assert boxes[0][0] >= 50
        assert max(box[2] for box in boxes) <= page.get_width() - 50
        if page.get_width() > page.get_height():
            assert overlaps(boxes) == 0
    document.close()


def overlaps(boxes: list[tuple[float, ...]]) -> int:
    """How many letters lie on another one by more than half their width."""
    lines: dict[int, list[tuple[float, ...]]] = {}
    for box in boxes:
        lines.setdefault(round(box[1] * 4), []).append(box)
    pairs = [(one, two) for line in lines.values() for one, two in itertools.pairwise(line)]
    return sum(min(one[2], two[2]) - two[0] > 0.5 * (one[2] - one[0]) for one, two in pairs)


def test_two_runs_in_two_processes_give_the_same_bytes() -> None:
    program = (
        "from datetime import date; import hashlib; from reports.briefing import *; from reports.to_pdf import to_pdf;"
        "one = Briefing('w', 'Week', date(2020, 4, 26), 'Calm 中.', (Heading('New'),), ());"
        "print(hashlib.sha256(to_pdf(one)).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True) for _ in "ab"]
    here = to_pdf(Briefing("w", "Week", date(2020, 4, 26), "Calm 中.", (Heading("New"),), ()))
    assert {run.stdout.strip() for run in runs} == {hashlib.sha256(here).hexdigest()}


def test_another_day_is_another_file(briefing: Briefing) -> None:
    few = dataclasses.replace(briefing, parts=())
    assert to_pdf(few) != to_pdf(dataclasses.replace(few, on=date(2020, 5, 3)))


def test_all_faults_are_told_at_once(briefing: Briefing) -> None:
    number = Column("n", "N", "")
    parts = (
        Heading("Too deep", 3),
        Figure("f", "F", " ", "<g/>"),
        Figure("g", "G", "Seen.", '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://evil.example"/></svg>'),
        Table("t", "T", (number, number), ((1,), (float("inf"), 2))),
        Table("t", "T", (number,), ()),
    )
    with pytest.raises(Faults) as found:
        to_pdf(dataclasses.replace(briefing, parts=parts))
    assert [fault.fault for fault in found.value.faults] == [
        "has no place at level 3",
        "is the name of more than one column",
        "1 for 2 columns",
        "inf is no number",
        "are empty",
        "is no drawing",
        "holds a picture from elsewhere",
        "is the name of more than one table",
    ]


@settings(max_examples=20)
@given(st.lists(st.text(), max_size=3))
def test_any_text_can_be_written(texts: list[str]) -> None:
    parts = (Paragraph(" ".join(texts)), Bullets(tuple(texts)))
    table = Table("t", "T", (Column("a", "A", ""), Column("b", "B", "")), tuple((text, 1) for text in texts))
    assert to_pdf(Briefing("r", "R", date(2020, 4, 26), "", (*parts, table), ()))[:5] == b"%PDF-"


def test_the_mark_at_the_beginning_of_texts_that_were_copied_stops_no_report() -> None:
    copied = Briefing(
        "r",
        "R",
        date(2020, 4, 26),
        headline="\ufeffStrike\ufeff of a\ufeffb, \u0627\ufeff\u0627",
        parts=(),
        provenance=(),
    )
    assert to_pdf(copied).startswith(b"%PDF")
