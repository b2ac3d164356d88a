"""Tables for people: nothing in them is computed, and what is written is read again as it was."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from graphs import disruption
from graphs.disruption import Disruption
from tracker import intake, tables
from tracker.files.columns import columns
from tracker.tables import Field, Sheet, writing
from tracker.tables.table import neutral, plain

Said = Callable[[Callable[[], object]], list[str]]
TWO = (Field("title"), Field("note"))
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufdd0")
TEXT = st.one_of(
    st.text(LETTERS, max_size=30),
    st.text(" '\"=+-@\t\r\n;,#|%", max_size=8),
    st.sampled_from(
        ["#REF!", "'#N/A", '=HYPERLINK("http://x")', "+49 30", "''=", "'", " =1", "\ufeff", "_x000D_", "😀"]
    ),
)
LIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "'=1", "''-1", "＝1", "#REF!", "=cmd|'/c calc'!A0"]


def filled(rows: list[list[str]]) -> list[tuple[str, ...]]:
    return [tuple(row) for row in rows if any(cell.strip() for cell in row)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=5))
@example([["'=1", "'"], ["\r", "x"], [" ", " x "], ["a\r\nb", "a\nb"]])
def test_csv_is_read_again_as_it_was(rows: list[list[str]]) -> None:
    written = tables.to_csv(TWO, rows)
    assert [row.cells for row in tables.read("a.csv", written).rows] == filled(rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=40))
@example([["'=1", "'"], ["\r", "x"], [" ", " x "], ["a\r\nb", "a\nb"], ["_x000D_", "_x005F_"]])
def test_a_workbook_is_read_again_as_it_was(rows: list[list[str]]) -> None:
    written = tables.to_xlsx([Sheet("a", TWO, rows)])
    assert [row.cells for row in tables.read("a.xlsx", written).rows] == filled(rows)


@given(TEXT)
def test_an_apostrophe_is_taken_off_exactly(text: str) -> None:
    assert plain(neutral(text)) == text
    assert not re.match(r"\s*[=+\-@]|[\t\r\n]", neutral(text))


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_of_csv_is_computed(text: str) -> None:
    [row] = csv.reader(io.StringIO(tables.to_csv(TWO, [[text, "x"]]).decode("utf-8-sig"), newline="").readlines()[1:])
    assert row[0] == f"'{text}"


def test_a_workbook_holds_no_formula_and_no_link() -> None:
    rows = [[text, "http://example.org"] for text in [*LIVE, "http://example.org", "mailto:x@y", "{=1}", "12"]]
    written = tables.to_xlsx([Sheet("a", TWO, rows)], ["=1"])
    with zipfile.ZipFile(io.BytesIO(written)) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in file.namelist() if "rels" in name and "worksheets" in name]
    assert len(sheets) == 2
    for markup in sheets:
        assert not re.search(r"<f[ >]|hyperlink", markup)
    assert set(re.findall(r'<c [^>]*t="(\w+)"', sheets[0])) == {"inlineStr"}
    assert len(re.findall("<c ", sheets[0])) == 2 * len(rows) + 2


def test_values_keep_their_type_and_are_read_as_text() -> None:
    day, moment = date(2021, 3, 1), datetime(2021, 3, 1, 12, 30)
    fields = (Field("title"), Field("severity_share", unit="share"), Field("value"))
    rows: list[list[Any]] = [
        ["a", 0.4, day],
        ["b", 1.0, moment],
        ["c", 1, 12],
        ["d", None, True],
        ["e", 0, -0.5],
        ["f", 1 / 3, 2**60],
        ["g", 0.1 + 0.2, date(1066, 10, 14)],
        ["h", 0.00001, datetime(2021, 3, 1, tzinfo=UTC)],
        ["i", "", ["DE", "FR"]],
    ]
    text = [
        ("a", "0.4", "2021-03-01"),
        ("b", "100 %", "2021-03-01T12:30:00"),
        ("c", "100 %", "12"),
        ("d", "", "TRUE"),
        ("e", "0", "-0.5"),
        ("f", "0.3333333333333333", "1152921504606846976"),
        ("g", "0.30000000000000004", "1066-10-14"),
        ("h", "0.00001", "2021-03-01T00:00:00+00:00"),
        ("i", "", "DE; FR"),
    ]
    book, plainly = tables.to_xlsx([Sheet("a", fields, rows)]), tables.to_csv(fields, rows)
    assert [row.cells for row in tables.read("a.xlsx", book).rows] == text
    assert [row.cells for row in tables.read("a.csv", plainly).rows] == text
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        markup, styles = file.read("xl/worksheets/sheet1.xml").decode(), file.read("xl/styles.xml").decode()
    assert re.search(r'<c r="B2" s="\d"><v>0.4</v>', markup)
    assert re.search(r'<c r="C2" s="\d"><v>44256</v>', markup)
    assert '<c r="C4"><v>12</v>' in markup
    assert '<c r="C5" t="b"><v>1</v>' in markup
    assert "yyyy-mm-dd" in styles
    assert "0.0%" in styles


def test_the_head_is_frozen_and_has_a_filter_and_the_notes_describe_it() -> None:
    fields = (
        *tables.described(["loss_meur", "country"]),
        Field("state", "What became of it", words=("draft", "reported")),
    )
    written = tables.to_xlsx([Sheet("losses", fields, [[1.5, "DE", "draft"]] * 3)], ["Estimates."])
    with zipfile.ZipFile(io.BytesIO(written)) as file:
        markup = file.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in markup
    assert '<autoFilter ref="A1:C4"/>' in markup
    sentence, _, head, loss, _, state_row = (
        CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_name("notes").to_python()
    )
    assert sentence[0] == "Estimates."
    assert head == ["sheet", "column", "meaning", "unit", "range", "words"]
    assert loss[:2] == ["losses", "loss_meur"]
    assert loss[2:5] == [fields[0].meaning, "million EUR", fields[0].range]
    assert state_row == ["losses", "state", "What became of it", "", "", "draft; reported"]


def test_the_same_table_gives_the_same_bytes() -> None:
    def write() -> bytes:
        return tables.to_xlsx([Sheet("a", TWO, [["x", "y"]])], ["note"])

    first = write()
    time.sleep(2.1)  # a zip counts in steps of two seconds
    assert write() == first


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(said: Said, value: float) -> None:
    for write in (
        lambda: tables.to_csv(TWO, [["a", value]]),
        lambda: tables.to_xlsx([Sheet("a", TWO, [["a", value]])]),
    ):
        assert said(write) == [f"row 2, cell B2: {value} is no number; leave unknown values empty"]


def test_a_text_that_no_cell_can_hold_is_refused_and_not_cut(said: Said) -> None:
    assert said(lambda: tables.to_xlsx([Sheet("a", TWO, [["a", "x" * 32_768]])])) == [
        "row 2, cell B2, note: has 32,768 letters, more than the 32,767 of a cell of a workbook; export as CSV or JSON"
    ]
    most = "x" * 32_767
    assert tables.read("a.xlsx", tables.to_xlsx([Sheet("a", TWO, [["a", most]])])).rows[0].cells == ("a", most)
    assert tables.read("a.csv", tables.to_csv(TWO, [["a", most * 3]])).rows[0].cells == ("a", most * 3)


def test_more_rows_than_a_sheet_has_are_refused_and_not_left_out(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS_OF_A_SHEET", 2)
    assert tables.to_xlsx([Sheet("a", TWO, [["x", "y"]] * 2)])
    assert said(lambda: tables.to_xlsx([Sheet("a", TWO, [["x", "y"]] * 3)])) == [
        "a: more than the 2 rows of a sheet; export as CSV or JSON"
    ]


SHUT = Disruption(
    "-50 % of chips", ("TW",), date(2021, 3, 1), "D1", "=the\nplant 'burned'", industries=("C26",), severity_likely=1.0
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_disruption_comes_back_as_it_was(form: str) -> None:
    fields, rows = columns("disruption"), [list(SHUT.to_dict().values())]
    written = tables.to_csv(fields, rows) if form == "csv" else tables.to_xlsx([Sheet("disruption", fields, rows)])
    table = tables.read(f"list.{form}", written, kind="disruption")
    assert [intake.read(dict(zip(table.columns, row.cells, strict=True)), ["C26"]) for row in table.rows] == [SHUT]


def test_the_template_of_a_disruption_is_empty_and_explains_itself() -> None:
    fields = columns("disruption")
    written = tables.template("disruption", fields, list(SHUT.to_dict().values()))
    table = tables.read("template.xlsx", written, kind="disruption")
    assert table.columns == intake.FIELDS
    assert table.rows == ()
    with zipfile.ZipFile(io.BytesIO(written)) as file:
        sheet, notes = (file.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
    choices = dict(re.findall(r'sqref="([A-Z]+)2:[A-Z]+10001"[^>]*><formula1>"([^"]*)"', sheet))
    letter = {name: tables.table.letters(place) for place, name in enumerate(intake.FIELDS)}
    assert choices[letter["state"]] == ",".join(disruption.STATES)
    assert choices[letter["actions_required"]] == ",".join(disruption.ACTIONS)
    assert letter["ecosystems"] not in choices
    assert "What happened in a few words" in notes
    assert "-50 % of chips" in notes
    assert "share" in notes
    assert all(word in notes for word in disruption.STATES)
    assert not re.search(r"<f[ >]", sheet + notes)


def test_the_template_in_csv_is_the_row_of_names() -> None:
    assert tables.to_csv(TWO, []) == b"\xef\xbb\xbftitle,note\r\n"
