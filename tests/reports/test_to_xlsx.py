"""The workbook of a report, read back by two other programs."""

import dataclasses
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from graphs.errors import Faults
from reports.briefing import Briefing, Column, Table
from reports.to_xlsx import to_xlsx

TITLE = Column("title", "Title", "what happened")


@pytest.fixture(scope="module")
def written(briefing: Briefing) -> bytes:
    return to_xlsx(briefing)


@pytest.fixture(scope="module")
def book(written: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written))


def of(*tables: Table) -> Briefing:
    return Briefing("r", "R", date(2020, 4, 26), "", tables, ())


def test_a_sheet_a_table_between_the_report_and_its_notes(book: openpyxl.Workbook) -> None:
    links = "Most exposed links what they"
    assert book.sheetnames == ["Report", "Disruptions in force", links, "Nothing of this kind", "Notes"]
    front = book["Report"]
    assert front["A1"].value == "Weekly report on Europe’s value chains, week 17 of 2020"
    targets = [cell.hyperlink.location for (cell,) in front.iter_rows() if cell.hyperlink]
    assert targets == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert all(cell.hyperlink.target is None for (cell,) in front.iter_rows() if cell.hyperlink), "none leads outside"


def test_figures_are_figures(book: openpyxl.Workbook) -> None:
    sheet = book["Disruptions in force"]
    assert [cell.value for cell in sheet[1]] == ["Disruption", "Since", "Loss (million €)", "Share lost", "Deaths"]
    assert [cell.value for cell in sheet[3]] == ["Strike 1", datetime(2020, 1, 2), 1234.56, pytest.approx(1 / 120), 1]
    assert [cell.number_format for cell in sheet[3]] == ["General", "yyyy-mm-dd", "#,##0.0", "0.0%", "General"]
    assert sheet["C2"].value is None, "what is not known is empty"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E121")


def test_every_column_is_described(book: openpyxl.Workbook, briefing: Briefing) -> None:
    rows = list(book["Notes"].iter_rows(values_only=True))
    assert rows[3] == (
        "Disruptions in force",
        "Loss",
        "loss_meur",
        "million €",
        "output lost over 26 weeks, likely reading",
    )
    assert sum(row[0] in book.sheetnames and bool(row[4]) for row in rows) == sum(
        len(t.columns) for t in briefing.tables
    )
    assert ("Position of the log", "80") in [row[:2] for row in rows]
    assert ("Disruptions in force", "Estimates; several tell of the same event.") in [row[:2] for row in rows]


def test_both_readers_see_the_same_and_no_formula(written: bytes, book: openpyxl.Workbook) -> None:
    other = CalamineWorkbook.from_filelike(io.BytesIO(written))
    assert other.sheet_names == book.sheetnames
    for name in book.sheetnames:
        cells = [cell for row in book[name].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    rows = other.get_sheet_by_name("Disruptions in force").to_python()
    assert rows[4][:3] == ["Ωμέγα και Άλφα; Їжак і Привіт; žluťoučký kůň; 中文 😀 שלום", date(2020, 1, 4), 3703.68]


def test_words_of_users_are_words(book: openpyxl.Workbook, hostile: tuple[str, ...]) -> None:
    front = [cell.value for (cell,) in book["Report"].iter_rows()]
    assert {f"• {text}" for text in (*hostile[:4], hostile[5])} <= set(front)
    assert "• a b c□d□ e" in front


def test_no_file_of_it_holds_a_formula_or_an_outer_link(written: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(written)) as files:
        texts = [files.read(name).decode() for name in files.namelist() if name.startswith("xl/worksheets/")]
    assert not [text for text in texts if "<f>" in text or "<f " in text or "TargetMode" in text]


def test_names_of_sheets_are_short_and_no_two_alike(briefing: Briefing) -> None:
    titles = ("Report", "notes", "History", "a/b[c]*?:\\", "'quoted'", "", "x" * 40, "X" * 40, "=1+1")
    tables = [Table(f"t{n}", title, (TITLE,), ()) for n, title in enumerate(titles)]
    names = openpyxl.load_workbook(io.BytesIO(to_xlsx(of(*tables)))).sheetnames
    assert names[1:4] == ["Report 2", "notes 2", "History 2"]
    assert names[4:7] == ["a b c", "quoted", "t5"]
    assert names[7:9] == ["x" * 31, "X" * 29 + " 2"]


def test_two_runs_give_the_same_bytes(briefing: Briefing, written: bytes) -> None:
    assert to_xlsx(dataclasses.replace(briefing)) == written
    with zipfile.ZipFile(io.BytesIO(written)) as files:
        assert b"2020-04-26T00:00:00Z" in files.read("docProps/core.xml")
        assert {entry.date_time for entry in files.infolist()} == {(1980, 1, 31, 0, 0, 0)}, "no clock"


def test_odd_cells_are_kept_as_text() -> None:
    rows = ((date(1850, 1, 1),), (10**18,), (True,))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(of(Table("t", "T", (TITLE,), rows)))))["T"]
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == ["1850-01-01", str(10**18), True]


def test_what_no_cell_holds_is_a_fault() -> None:
    with pytest.raises(Faults, match=r"t, row 1, title: has 40,000 letters.*\n.*row 2"):
        to_xlsx(of(Table("t", "T", (TITLE,), (("x" * 40_000,), ("y" * 40_000,)))))


@settings(max_examples=25)
@given(st.lists(st.text(), min_size=1, max_size=3))
def test_any_text_stays_text(texts: list[str]) -> None:
    book = to_xlsx(of(Table("t", texts[0], (TITLE,), tuple((text,) for text in texts))))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[1]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
