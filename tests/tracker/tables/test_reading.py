"""Files of strangers: every spelling of a table is read alike, and every fault names its cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from graphs.errors import Faults
from tracker import tables
from tracker.tables import reading
from tracker.tables.table import letters

Said = Callable[[Callable[[], object]], list[str]]
Workbook = Callable[..., bytes]


def cells(content: bytes, name: str = "list.csv") -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in tables.read(name, content).rows]


def book(fill: Callable[[Any, Any], None], name: str | None = None) -> bytes:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as made:
        sheet = made.add_worksheet(name)
        sheet.write_row(0, 0, ["title", "origin", "start"])
        fill(made, sheet)
    return whole.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_is_read_in_every_usual_spelling(separator: str, coding: str, end: str) -> None:
    text = end.join(
        [
            separator.join(["title", '"a, b; c; d; e\t\t\t"']),
            separator.join(["Grève 🚢", "FR"]),
            separator.join([f'"two{end}lines ""x"""', "IT"]),
            "",
            separator * 3,
            separator.join(["last", "DE", "", ""]),
        ]
    )
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(coding, b"")
    table = tables.read("list.csv", mark + text.encode(coding))
    assert table.columns == ("title", "a, b; c; d; e")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ("Grève 🚢", "FR")),
        (3, (f'two{end}lines "x"', "IT")),
        (6, ("last", "DE")),
    ]
    assert table.remarks == ()


def test_windows_1252_is_read_and_said() -> None:
    table = tables.read("list.csv", "title\nGrève à Besançon – 5 €\n".encode("windows-1252"))
    assert table.rows[0].cells == ("Grève à Besançon – 5 €",)
    assert table.remarks == ("list.csv is no UTF-8 and was read as windows-1252: check letters with accents",)


def test_letters_that_are_partly_utf_8_are_named_by_their_cells(said: Said) -> None:
    content = "title,origin\nGrève,FR\n".encode() + "x,Besançon\n".encode("windows-1252") + b"\x81,y\n"
    assert said(lambda: tables.read("list.csv", content)) == [
        "row 3, cell B3, origin: holds bytes that are no letters of UTF-8; save the file as “CSV UTF-8”",
        "row 4, cell A4, title: holds bytes that are no letters of UTF-8; save the file as “CSV UTF-8”",
    ]


def test_the_hint_of_a_spreadsheet_is_no_row() -> None:
    assert cells(b"sep=|\r\ntitle|origin\r\na,b|FR\r\n") == [(2, ("a,b", "FR"))]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.csv", b"", "row 1: the table is empty"),
        ("a.csv", b"\n\n , \n", "row 1: the table is empty"),
        ("a.csv", b"\ntitle\n", "row 1: is blank"),
        ("a.csv", b"title,Title\n", "row 1, cell B1, Title: stands more than once"),
        ("a.csv", b"title,,b\n1,2,3\n", "row 2, cell B2: stands below no name"),
        ("a.csv", b"title\n1,2\n", "row 2, cell B2: stands below no name"),
        ("a.csv", b"title\n#N/A\n", "row 2, cell A2, title: shows the error #N/A"),
        ("a.csv", b"#NAME?\n1\n", "row 1, cell A1: shows the error #NAME?"),
        ("a.csv", b'title\n"' + b"x" * 1_000_001, "row 2: has a cell of more than 1,000,000 letters"),
        ("a.csv", b"title\n" + b"x" * 100_001, "row 2, cell A2, title: has 100,001 letters"),
        ("a.csv", b"title\n" + b"x\n" * 10_001, "row 10002: more than 10,000 rows"),
        ("a.csv", b"," * 200 + b"x\n", "row 1, cell GS1: more than 200 columns"),
        ("a.csv", b"a\n" + b"," * 200 + b"x\n", "row 2, cell GS2: more than 200 columns"),
        ("a.csv", b"x" * 20_000_001, "a.csv: has 20,000,001 bytes, more than 20,000,000"),
        ("a.csv", b"title\n\0", "a.csv: is no text and no workbook"),
        ("a.csv", b"\xff\xfea\0b", "a.csv: breaks off inside a letter of UTF-16"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls: is an old workbook (.xls)"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx: is locked"),
        ("a.xlsx", b"title,origin\n", "a.xlsx: is no workbook, whatever its name says"),
        ("a.xlsx", b"PK\x03\x04", "a.xlsx: is a damaged workbook"),
    ],
)
def test_what_cannot_be_read_is_told(said: Said, name: str, content: bytes, fault: str) -> None:
    [found] = said(lambda: tables.read(name, content))
    assert found.startswith(fault)
    assert "; " in found


def test_the_most_that_is_allowed_is_read() -> None:
    head = ",".join(f"c{place}" for place in range(200))
    table = tables.read("a.csv", (head + "\n" + "x\n" * 9_999 + "," * 199 + "y" * 100_000 + "," * 50).encode())
    assert len(table.rows) == 10_000
    assert table.where(table.rows[-1], "c199") == "row 10001, cell GR10001"
    assert table.rows[-1].cells[199] == "y" * 100_000


def test_faults_in_forty_rows_are_all_named(said: Said) -> None:
    text = "title\n" + "".join("#REF!\n" if row % 2 else "fine\n" for row in range(80))
    assert [one.split(",")[0] for one in said(lambda: tables.read("a.csv", text.encode()))] == [
        f"row {number}" for number in range(3, 83, 2)
    ]


def test_very_many_faults_are_cut(said: Said) -> None:
    found = said(lambda: tables.read("a.csv", b"title\n" + b"#REF!\n" * 5_000))
    assert len(found) == 1_001
    assert "too many to list" in found[-1]


def test_values_of_a_workbook_become_the_text_of_a_form() -> None:
    values = [
        ("text", "text"),
        (3, "3"),
        (-3, "-3"),
        (0.4, "0.4"),
        (1 / 3, "0.3333333333333333"),
        (0.00001, "0.00001"),
        (1e21, "1e+21"),
        (True, "TRUE"),
        (date(2021, 3, 1), "2021-03-01"),
        (datetime(2021, 3, 1, 12, 30), "2021-03-01T12:30:00"),
        (time(12, 30), "12:30:00"),
        ("'=1+1", "=1+1"),
        ("'quoted'", "'quoted'"),
        (" space ", " space "),
    ]

    def fill(made: Any, sheet: Any) -> None:
        day, moment, clock, percent = (
            made.add_format({"num_format": form}) for form in ("d.m.yyyy", "yyyy-mm-dd hh:mm", "hh:mm", "0.00%")
        )
        for row, (value, _) in enumerate(values, start=1):
            form = {date: day, datetime: moment, time: clock}.get(type(value))
            if isinstance(value, str):
                sheet.write_string(row, 0, value)
            else:
                sheet.write(row, 0, value, form)
        for row, value in enumerate((0.4, 1, 0, 1.4), start=1):
            sheet.write_number(row, 1, value, percent)
        sheet.write_number(5, 1, 1)
        sheet.write_formula(6, 1, "=1", percent, 1)
        sheet.write_formula(7, 1, "=A1", None, "computed")

    read = cells(book(fill), "a.xlsx")
    assert [row[0] for _, row in read] == [text for _, text in values]
    assert [row[1] for _, row in read[:7]] == ["0.4", "100 %", "0", "1.4", "1", "100 %", "computed"]


def test_a_duration_has_words() -> None:
    assert tables.workbook.text(timedelta(hours=30)) == "1 day, 6:00:00"


def test_rows_of_a_workbook_count_as_in_the_spreadsheet() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_string(3, 1, "FR")
        sheet.write_string(6, 2, " ")
        sheet.write_string(9, 0, "x")

    assert cells(book(fill), "a.xlsx") == [(4, ("", "FR", "")), (10, ("x", "", ""))]


def test_errors_and_merged_cells_are_named(said: Said) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_string(2, 0, "#REF!")  # a text is no error
        sheet.write_formula(3, 2, "=A1", None, "#REF!")

    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range(1, 0, 2, 0, "both")
        sheet.merge_range(4, 1, 4, 27, "wide")

    assert said(lambda: tables.read("a.xlsx", book(fill))) == [
        "row 2, cell B2, origin: shows the error #DIV/0!; mend the formula, or write the value",
        "row 4, cell C4, start: shows the error #REF!; mend the formula, or write the value",
    ]
    assert said(lambda: tables.read("a.xlsx", book(merge))) == [
        "row 2, cells A2:A3: are merged; unmerge them and give each row its own value",
        "row 5, cells B5:AB5: are merged; unmerge them and give each row its own value",
    ]


def test_the_sheet_of_the_kind_is_read_and_else_the_first_that_shows() -> None:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as made:
        for name in ("hidden", "first", "Disruptions"):
            made.add_worksheet(name).write_string(0, 0, name)
        made.get_worksheet_by_name("first").activate()
        made.get_worksheet_by_name("hidden").hide()
    content = whole.getvalue()
    assert tables.read("a.xlsx", content).columns == ("first",)
    assert tables.read("a.xlsx", content, kind="disruption").columns == ("Disruptions",)
    assert tables.read("a.xlsx", content, kind="cluster").columns == ("first",)


def test_markup_with_a_prefix_and_a_cell_without_address_is_read(workbook: Workbook, said: Said) -> None:
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = (
        '<x:row r="1"><x:c r="A1" t="str"><x:v>title</x:v></x:c></x:row><x:row r="2"><x:c{}><x:v>{}</x:v></x:c></x:row>'
    )
    made = f"<x:worksheet {main}><x:sheetData>{rows}</x:sheetData></x:worksheet>"
    fine = workbook(**{"xl/worksheets/sheet1.xml": made.format("", "7").encode()})
    wrong = workbook(**{"xl/worksheets/sheet1.xml": made.format(" r='A2' t='e'", "#N/A").encode()})
    lost = workbook(**{"xl/worksheets/sheet1.xml": made.format(" t='e'", "#N/A").encode()})
    assert cells(fine, "a.xlsx") == [(2, ("7",))]
    assert said(lambda: tables.read("a.xlsx", wrong))[0].startswith("row 2, cell A2, title: shows the error #N/A")
    assert "shows an error in a cell without an address" in said(lambda: tables.read("a.xlsx", lost))[0]


def test_progress_tells_the_rows_that_are_done() -> None:
    done: list[int] = []
    tables.read("a.csv", b"title\n" + b"x\n" * 1_200, progress=done.append)
    assert done == [500, 1_000]


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_fault(content: bytes) -> None:
    try:
        table = tables.read("a.csv", content)
    except Faults:
        return
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


@given(st.integers(0, 20_000))
def test_letters_of_columns_are_those_of_a_spreadsheet(place: int) -> None:
    from xlsxwriter.utility import xl_col_to_name

    assert letters(place) == xl_col_to_name(place)


def test_limits_are_the_documented_ones() -> None:
    assert (reading.MOST_BYTES, tables.workbook.MOST_ROWS, tables.workbook.MOST_COLUMNS) == (20_000_000, 10_000, 200)
